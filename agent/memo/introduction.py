"""The introduction: a report on its own in three sentences; who, what, when, how much, why, and earlier cases."""

from collections.abc import Mapping

from casewright.agent.memo.dossier import Dossier
from casewright.agent.memo.quote import Quote, say
from casewright.knowledge.case import Sentence
from casewright.knowledge.typology import Typology


def introduction(dossier: Dossier, typologies: Mapping[str, Typology]) -> list[Sentence | None]:
    """The sentences of the section."""
    return [_concern(dossier), _totals(dossier), _lead(dossier), _earlier(dossier)]


def _who(dossier: Dossier) -> Quote | None:
    """The subject: an account of ours, a labelled address, or an outside address."""
    kind = "account" if dossier.is_customer else "address"
    name = dossier.name()
    own = next((c for c in dossier.cells("labels") if c.text("id") == dossier.subject.id), None)
    if own is not None:
        label, category, source = own["label"], own["category"], own["label_source"]
        if label and category and source:
            words = f'{kind} {name} (label "{label}", {category.text.replace("_", " ")}, source {source})'
            return Quote(words, (*name.evidence, own.evidence))
    return Quote(f"{kind} {name}", name.evidence)


def _concern(dossier: Dossier) -> Sentence | None:
    who = _who(dossier)
    match = dossier.matches[0] if dossier.matches else None
    fits = Quote(match.name.lower(), match.evidence) if match else None
    if dossier.alert:
        row = next((c for c in dossier.cells("alerts") if c.text("alert") == dossier.alert.id), None)
        if row:
            told = say(
                "This memo concerns {who}, on which alert {alert} was raised on {at}: {title}.",
                who=who,
                alert=row["alert"],
                at=row["at"],
                title=row["title"],
            )
            if told:
                return told
    return say("This memo concerns {who}, suspected of {fits}.", who=who, fits=fits) or say(
        "This memo concerns {who}.", who=who
    )


def _totals(dossier: Dossier) -> Sentence | None:
    received = "received {inflow} in {ins} from {payers}"
    sent = "sent {outflow} in {outs} to {recipients}"
    has_in, has_out = (dossier.number("account_profile", f"transfers_{side}") for side in ("in", "out"))
    what = f"{received} and {sent}" if has_in and has_out else received if has_in else sent
    return say(
        f"Between {{first}} and {{last}} it {what}.",
        first=dossier.day("account_profile", "first_at"),
        last=dossier.day("account_profile", "last_at"),
        inflow=dossier.money("account_profile", "inflow"),
        ins=dossier.count("account_profile", "transfers_in", "transfer"),
        payers=dossier.count("account_profile", "counterparties_in", "counterparty", "counterparties"),
        outflow=dossier.money("account_profile", "outflow"),
        outs=dossier.count("account_profile", "transfers_out", "transfer"),
        recipients=dossier.count("account_profile", "counterparties_out", "counterparty", "counterparties"),
    )


def _lead(dossier: Dossier) -> Sentence | None:
    lead = next((f for f in dossier.findings if f.speaks == "for"), None)
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
