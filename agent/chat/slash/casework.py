"""Commands on the case: open it, draft it, and add to it what a person knows or wants kept."""

import time

from casewright.agent import additions, cases
from casewright.agent.chat import notebook
from casewright.agent.chat.room import Chat, Opening
from casewright.agent.cli.contract import table
from casewright.knowledge.case import Case
from casewright.knowledge.errors import NotFound, UsageError
from casewright.tools import alerts
from casewright.tools.store import Store

_LISTED = 10


def case(chat: Chat, id: str = "") -> None:
    """The open case in short; with an ID begin a conversation about that case"""
    if id:
        chat.open(Opening(case=id))
        chat.recall()
    elif chat.case is None:
        chat.screen.line("No case is open. The latest:", indent="  ")
        _latest(chat)
    else:
        _in_short(chat, chat.case)


def alert(chat: Chat, id: str = "") -> None:
    """The weightiest alerts; with an ID begin a conversation about that alert"""
    if id:
        chat.open(Opening(alert=id))
        chat.recall()
        return
    rows = alerts.listed(chat.session.around.ledger, limit=_LISTED)
    shown = [{name: row[name] for name in ("id", "subject", "severity", "rule")} for row in rows]
    chat.screen.block(table(shown), indent="  ")


def draft(chat: Chat, id: str = "") -> None:
    """Draft the memo of the open case, or of an alert, customer or address, and keep it as the case's next version"""
    names, window = ([id], ("", "")) if id else _target(chat)
    doing = [f"investigating {names[0]}"]
    with chat.screen.waiting(lambda: doing[-1]):
        since, until = window
        made = cases.draft(
            chat.workspace, names, since=since, until=until, who=chat.who, meter=chat.meter, tell=doing.append
        )[0]
    for line in cases.text([made]).splitlines():
        chat.screen.line(line.strip(), indent=" " * (2 + len(line) - len(line.lstrip())))
    waiting = notebook.waiting(chat.workspace, chat.session.thread)
    if waiting and not (id and chat.case):
        _add(chat, made.case, *waiting)
        notebook.done(chat.workspace, chat.session.thread)
    before = chat.session.thread
    chat.open(Opening(case=made.case.id))
    chat.screen.line(f"A new conversation about it; the one before is kept (/resume {before}).", "dim", "  ")


def note(chat: Chat, text: str) -> None:
    """Keep a note of yours with the case, told in its memo as a person's"""
    about = chat.case.subjects[0].id if chat.case else ""
    _keep(chat, additions.note(text, chat.who, int(time.time()), chat.zone, about), "noted")


def pin(chat: Chat, what: str = "") -> None:
    """Keep with the case what the last answer says, or its sentence N, or the evidence E3, with its sources"""
    if what.upper().startswith("E") or what.startswith("["):
        found = chat.evidence(what)
        _keep(chat, additions.pinned([found], []), f"pinned {found.id}")
        return
    said = [chat.sentence(what)] if what else list(chat.claims)
    cited = list(dict.fromkeys(name for one in said for name in one.evidence))
    if not cited:
        raise UsageError("what would be pinned rests on no evidence", hint="ask something, or pin an E3")
    _keep(chat, additions.pinned([chat.evidence(name) for name in cited], said), f"pinned {' '.join(cited)}")


def _keep(chat: Chat, addition: additions.Addition, done: str) -> None:
    if chat.case is not None:
        _add(chat, chat.case, addition)
        return
    number = notebook.wait(chat.workspace, chat.session.thread, addition)
    told = f"{done}; {number} kept with this conversation: /draft ID puts {'it' if number == 1 else 'them'} into a case"
    chat.screen.line(told, indent="  ")


def _add(chat: Chat, to: Case, *added: additions.Addition) -> None:
    here = chat.case is not None and chat.case.id == to.id
    result, version = notebook.kept_in_case(chat.workspace, to, added, chat.who, chat.known if here else ())
    if here and chat.case is not None:  # as it was opened: what others added since would take ids of this conversation
        chat.session.around.case = additions.add(chat.case, added).case
    chat.screen.line(f"{to.id}, version {version}: {', '.join(result.ids)} added, told as a person's", indent="  ")
    for sentence in result.struck:
        chat.screen.line(f"left out, the case's evidence does not hold it: {sentence.text}", "bad", "  ")


def _target(chat: Chat) -> tuple[list[str], tuple[str, str]]:
    """What the open case is about: its alert, else its subject, in its own window."""
    if chat.case is None:
        raise NotFound("no case is open", hint="/draft ID drafts that of an alert, customer or address")
    subject, alert = chat.case.subjects[0], chat.case.alert
    usual = (alert.since, alert.at + 1) if alert else (None, None)
    window = (subject.since, subject.until)
    since, until = ("", "") if window == usual else ("" if end is None else str(end) for end in window)
    return [alert.id if alert else subject.id], (since, until)


def _latest(chat: Chat) -> None:
    if not Store.exists(chat.workspace.cases):
        chat.screen.line("there is none yet; /draft ID makes one", indent="  ")
        return
    with Store.open(chat.workspace.cases, create=False) as store:
        rows = store.cases(limit=_LISTED)
    shown = [{"id": r.id, "subjects": ", ".join(r.subjects), "recommendation": r.recommendation} for r in rows]
    chat.screen.block(table(shown), indent="  ")


def _in_short(chat: Chat, case: Case) -> None:
    chat.screen.pieces([(case.id, "bold"), (f"  {case.narrative.status}, recommends: {case.recommendation}", "")], "  ")
    for finding in case.findings:
        cited = "".join(f"[{name}]" for name in finding.evidence)
        style = "bad" if finding.speaks == "for" else "good"
        chat.screen.pieces(
            [(f"{finding.speaks}: ", style), (finding.statement, ""), (f" {cited}", "cited")], "  ", "      "
        )
    for point in case.not_looked_at:
        chat.screen.line(f"{point.what}{f': {point.command}' if point.command else ''}", "dim", "  open: ", "      ")
