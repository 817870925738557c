"""What is fair, secret and in time: checks C19 to C22."""

from casewright.agent.filing.checks.under import Found, Under, all_of
from casewright.agent.filing.secrecy import revealing

_ENQUIRIES = {"information_request": "that information was asked for", "information_reply": "what the customer replied"}
_DONE = ("hold", "seizure_order", "exit", "offboarded")


def c19(under: Under) -> Found:
    """What speaks against suspicion in the memo stands in the report, and so do requests and replies on record."""
    used = " ".join(piece.made_of for piece in under.report.made.pieces)
    wanted = []
    for finding in under.case.findings:
        if finding.speaks == "against":
            begins = finding.statement.rstrip(".")
            told = begins in used or (begins[:1].lower() + begins[1:]) in used
            wanted.append((f'"{begins[:60]}"', told))
    for cells in under.dossier.cells("timeline"):
        words = _ENQUIRIES.get(cells.text("kind"))
        if words:
            wanted.append((f"{words} on {cells.day('at')}", str(cells.day("at")) in under.text))
    return all_of(wanted, "see what the report left out and why: casewright report CASE --json")


def c20(under: Under) -> Found:
    """The text to the customer that goes with the case holds no word that reveals a report."""
    if under.refused:
        todo = "no letter is drafted: ask nothing, or mend the expert's question or the name on record that it holds"
        return Found(0.0, under.refused, todo)
    bad = revealing(under.to_customer, under.report.known, under.secret)
    if bad:
        return Found(0.0, f"the text to the customer holds {', '.join(bad)}", "word it anew: casewright rfi draft")
    return Found(1.0, todo="tickets, mails and file names elsewhere are not seen here: look at them yourself")


def c21(under: Under) -> Found:
    """What was done: told by a person, or an event on record that the text tells."""
    acts = under.report.told.facts
    recorded = any(c.text("kind") in _DONE and str(c.day("at")) in under.text for c in under.dossier.cells("timeline"))
    if recorded or any(fact.name == "action_taken" for fact in acts):
        return Found(1.0)
    return Found(0.0, "what was done with the account", under.command('action {case} "WHAT" --on DATE'))


def c22(under: Under) -> Found:
    """The day of the suspicion in the text, the due day computed, and the report in time where it was filed."""
    suspicion, due = under.report.decided.suspicion(), under.report.due
    if suspicion is None:
        todo = under.command('suspicion {case} --formed DATE --reason "..."')
        return Found(0.0, "when suspicion was formed", todo)
    filed = under.report.decided.filed()
    wanted = [("the day of the suspicion in the text", under.says(str(suspicion[0].formed)))]
    if due is not None and due.day is not None and filed is not None:
        wanted.append((f"a filing by {due.day} (it was on {filed.day})", filed.day <= due.day))
    found = all_of(wanted, "draft the report again")
    unknown = due.unknown_years if due else ()
    if unknown and not found.missing:
        return found._replace(todo=f"the holidays of {unknown[0]} are not in the calendar: count the day yourself")
    return found
