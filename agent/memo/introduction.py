"""The introduction: a report on its own in three sentences; who, what, when, how much, why, and earlier cases."""

from casewright.agent.memo.dossier import Cells, Dossier
from casewright.agent.memo.names import bearing
from casewright.agent.memo.quote import Quote, merged, say
from casewright.knowledge.case import Finding, Sentence


def introduction(dossier: Dossier) -> list[Sentence | None]:
    """The sentences of the section."""
    return [_concern(dossier), _raised(dossier), _totals(dossier), _lead(dossier), _earlier(dossier)]


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
    told = None
    if row:
        told = say(
            "This memo concerns {who}, on which alert {alert} was raised on {at}: {title}.",
            who=who,
            alert=row["alert"],
            at=row["at"],
            title=row["title"],
        )
    told = told or say("This memo concerns {who}; its use is {fits}.", who=who, fits=fits)
    return told or say("This memo concerns {who}.", who=who)


def _raised(dossier: Dossier) -> Sentence | None:
    """The values that raised the alert, word for word."""
    row = _alert(dossier)
    return say('The alert gives as its reason "{reason}".', reason=row["reason"]) if row else None


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
    received = "received {inflow} in {ins} from {payers}"
    sent = "sent {outflow} in {outs} to {recipients}"
    has_in, has_out = (dossier.number("account_profile", f"transfers_{side}") for side in ("in", "out"))
    what = f"{received} and {sent}" if has_in and has_out else received if has_in else sent
    return say(
        f"{{period}} it {what}.",
        period=dossier.period("account_profile", "first_at", "last_at"),
        inflow=dossier.money("account_profile", "inflow"),
        ins=dossier.count("account_profile", "transfers_in", "transfer"),
        payers=dossier.count("account_profile", "counterparties_in", "payer"),
        outflow=dossier.money("account_profile", "outflow"),
        outs=dossier.count("account_profile", "transfers_out", "transfer"),
        recipients=dossier.count("account_profile", "counterparties_out", "recipient"),
    )


def leading(dossier: Dossier) -> Finding | None:
    """The finding that tells most: one that names somebody else before one about the subject alone."""
    speaking = [f for f in dossier.findings if f.speaks == "for"]
    return next((f for f in speaking if f.about != dossier.subject.id), speaking[0] if speaking else None)


def _lead(dossier: Dossier) -> Sentence | None:
    lead = leading(dossier)
    return Sentence(text=lead.statement, evidence=lead.evidence) if lead else None


def _earlier(dossier: Dossier) -> Sentence | None:
    evidence = dossier.of("earlier_cases")
    if evidence is None:
        return None
    if evidence.status == "empty":
        return Sentence(text="No earlier case on it was found in the case store.", evidence=(evidence.id,))
    return say(
        "The case store holds {earlier} on it.", earlier=dossier.count("earlier_cases", "earlier_cases", "earlier case")
    )
