"""The introduction: a report on its own in three sentences; who, what, when, how much, why, and earlier cases."""

from collections.abc import Iterator

from casewright.agent.memo.dossier import Cells, Dossier
from casewright.agent.memo.names import bearing
from casewright.agent.memo.quote import Quote, merged, say
from casewright.knowledge.case import Finding, Sentence
from casewright.knowledge.categories import categories
from casewright.knowledge.clock import date_text, iso


def introduction(dossier: Dossier) -> list[Sentence | None]:
    """The sentences of the section: whom it concerns, what tells most, how much moved, earlier cases and reports."""
    return [_concern(dossier), *map(_told, opening(dossier)), _totals(dossier), *_earlier(dossier)]


def _who(dossier: Dossier) -> Quote | None:
    """The subject: an account of ours, a labelled address, or an outside address."""
    kind = "account" if dossier.is_customer else "address"
    name = dossier.name()
    own = next((c for c in dossier.cells("labels") if c.text("id") == dossier.subject.id), None)
    if own is not None and (called := bearing(own)):
        return Quote(f"{kind} {called}", merged([name, called]))
    return Quote(f"{kind} {name}", name.evidence)


def _concern(dossier: Dossier) -> Sentence | None:
    who, row, fits = _who(dossier), _alert(dossier), fitting(dossier)
    holder = _holder(dossier)
    told = None
    if row:
        told = say(
            "this memo concerns {who}{holder}, on which alert {alert} was raised on {at}: {title}.",
            who=who,
            holder=holder,
            alert=row["alert"],
            at=row["at"],
            title=row["title"],
        )
    told = told or say("this memo concerns {who}{holder}; its use is {fits}.", who=who, holder=holder, fits=fits)
    return told or say("this memo concerns {who}{holder}.", who=who, holder=holder)


def _holder(dossier: Dossier) -> Quote:
    """Since when the account is open and what its holder does, as far as the record tells."""
    opened = dossier.day("customer", "opened_at")
    if opened is None:
        return Quote("")
    occupation, income = dossier.quote("customer", "occupation"), dossier.quote("customer", "income_usd")
    article = "an" if occupation and occupation.text[:1].lower() in "aeiou" else "a"
    told = f" of {article} {occupation}" if occupation else ""
    told += f" with a yearly income of {income}" if income else ""
    known = [quote for quote in (opened, occupation, income) if quote is not None]
    return Quote(f"{told}, opened on {opened}", merged(known))


def raised(dossier: Dossier) -> Sentence | None:
    """The values that raised the alert, word for word."""
    row = _alert(dossier)
    return say('the alert gives as its reason "{reason}".', reason=row["reason"]) if row else None


def _alert(dossier: Dossier) -> Cells | None:
    """The row of the alert that led here."""
    alert = dossier.alert.id if dossier.alert else ""
    return next((cells for cells in dossier.cells("alerts") if alert and cells.text("alert") == alert), None)


def fitting(dossier: Dossier) -> Quote | None:
    """What the activity is consistent with, where the best typology fits well enough to be named."""
    if dossier.typology is None:
        return None
    rests_on = (*dossier.matches[0].evidence, *dossier.id_of("typology"))
    return Quote(f'consistent with the typology "{dossier.typology.name}"', rests_on)


def _totals(dossier: Dossier) -> Sentence | None:
    has_in, has_out = (dossier.number("account_profile", f"transfers_{side}") for side in ("in", "out"))
    received = f"received {{inflow}} in {{ins}}{_party_count(dossier, 'in', ' from {payers}')}"
    sent = f"sent {{outflow}} in {{outs}}{_party_count(dossier, 'out', ' to {recipients}')}"
    what = f"{received} and {sent}" if has_in and has_out else received if has_in else sent
    first, last = (dossier.day("account_profile", name) for name in ("first_at", "last_at"))
    return say(
        f"{'on {day}' if first == last else '{period}'} it {what}{_looked_at(dossier)}.",
        day=first,
        since=_edge(dossier, dossier.subject.since),
        until=_edge(dossier, dossier.subject.until, 1),
        period=dossier.period("account_profile", "first_at", "last_at"),
        inflow=dossier.money("account_profile", "inflow"),
        ins=dossier.count("account_profile", "transfers_in", "transfer"),
        payers=dossier.count("account_profile", "counterparties_in", "payer"),
        outflow=dossier.money("account_profile", "outflow"),
        outs=dossier.count("account_profile", "transfers_out", "transfer"),
        recipients=dossier.count("account_profile", "counterparties_out", "recipient"),
    )


def _edge(dossier: Dossier, moment: int | None, less: int = 0) -> Quote | None:
    cited = dossier.id_of("account_profile")
    return None if moment is None else Quote(date_text(iso(moment - less), dossier.zone), cited)


def _looked_at(dossier: Dossier) -> str:
    """From when to when, as "the period" in every other sentence means this."""
    since, until = dossier.subject.since, dossier.subject.until
    if since is None or until is None:
        return ""
    return "; the period looked at is from {since} to {until}"


def _party_count(dossier: Dossier, side: str, words: str) -> str:
    """How many parties, where that is not one for one transfer."""
    return "" if dossier.number("account_profile", f"transfers_{side}") == 1 else words


def leading(dossier: Dossier) -> Finding | None:
    """The finding that tells most: the first of those that speak for suspicion (`findings.FOR` ranks them)."""
    return next((f for f in dossier.findings if f.speaks == "for" and f.strength != "noted"), None)


def opening(dossier: Dossier) -> list[Finding]:
    """The findings that stand in the introduction: what tells most, and parties that the law lists."""
    lead = leading(dossier)
    listed = (f for f in dossier.findings if f.category in categories() and categories()[f.category].listed)
    return list(dict.fromkeys([lead, *listed])) if lead else []


def _told(finding: Finding) -> Sentence:
    return Sentence(text=finding.statement, evidence=finding.evidence)


def _earlier(dossier: Dossier) -> Iterator[Sentence | None]:
    evidence = dossier.of("earlier_cases")
    if evidence is None:
        return
    if evidence.status == "empty":
        yield Sentence(text="No earlier case on it was found in the case store.", evidence=(evidence.id,))
    if dossier.number("earlier_cases", "earlier_cases"):
        earlier = dossier.count("earlier_cases", "earlier_cases", "earlier case")
        yield say("The case store holds {earlier} on it.", earlier=earlier)
    for cells in dossier.cells("earlier_cases", "reports"):
        yield say(
            "An earlier report on it, reference {reference}, was filed on {day}.",
            reference=cells["reference"],
            day=cells["filed_on"],
        )
