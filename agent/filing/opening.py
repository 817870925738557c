"""The first sentences of a report, a report on their own: whom it concerns, how much, on what suspicion rests."""

import re

from casewright.agent.filing.particulars import dossier_of
from casewright.agent.filing.words import words
from casewright.agent.memo.dossier import Dossier
from casewright.agent.memo.quote import Quote, merged, say
from casewright.knowledge.case import Case, Sentence
from casewright.knowledge.evidence import Evidence
from casewright.tools.store.filing import Decided

_CONCERN = re.compile(r"^This memo concerns (?P<who>.+?)(?:, on which alert .+|; its use is .+)?\.$")
_FITS = re.compile(r'^The activity is (?P<fits>consistent with the typology "[^"]+"( in part)?)')
_GROUNDS = re.compile(r"for suspicion speak (?P<grounds>.+?)(?:; against it .+)?\.$")
_INSIDE = "the measures told above"


def concern(case: Case, decided: Decided, told: Evidence) -> tuple[Sentence | None, str]:
    """Whom it concerns, with the role that a person gave, and the memo's sentence that says so (empty: none)."""
    memo = next((s for s in case.narrative.sentences if _CONCERN.match(s.text)), None)
    dossier = dossier_of(case)
    subject = case.subjects[0].id
    held = words().roles.get(decided.role(subject))
    role = held.held if held else ""
    company = str(dossier.quote("customer", "kind") or "") == "company"
    pronoun = "who" if dossier.is_customer and not company else "which"
    ends = Quote(f", {pronoun} {role}" if role else "", (told.id,) if role else ())
    if dossier.is_customer:
        who = _customer(dossier, company=company)
        return say("this report concerns account {who}{role}.", who=who, role=ends), memo.text if memo else ""
    found = _CONCERN.match(memo.text) if memo else None
    if memo is None or found is None:
        return say("this report concerns address {who}{role}.", who=dossier.name(), role=ends), ""
    text = f"This report concerns {found['who']}{ends}."
    return Sentence(text=text, evidence=merged([Quote("", memo.evidence), ends])), memo.text


def _customer(dossier: Dossier, *, company: bool) -> Quote:
    """`C-14330, opened on 2025-03-20 by Vanessa Lim Hao, a student resident in SG with a declared income of ...`."""
    name, country = dossier.quote("customer", "name"), dossier.quote("customer", "country")
    occupation, income = dossier.quote("customer", "occupation"), dossier.quote("customer", "income_usd")
    opened = dossier.day("customer", "opened_at")
    does = occupation.text if occupation else "company" if company else "person"
    text = dossier.subject.id + (f", opened on {opened} by " if opened else " of ") + (f"{name}, " if name else "")
    text += f"{'an' if does[:1].lower() in 'aeiou' else 'a'} {does}"
    text += f" {'registered' if company else 'resident'} in {country}" if country else ""
    text += f" with a declared yearly income of {income}" if income else ""
    known = [quote for quote in (name, country, occupation, income, opened) if quote is not None]
    return Quote(text, merged([dossier.name(), *known]))


def grounds(case: Case, decided: Decided, told: Evidence) -> tuple[Sentence | None, str]:
    """What suspicion rests on, of the memo's recommendation; the recommendation itself stays inside.

    Of a victim the loss is told instead: what makes an account look like a culprit's is no suspicion of its holder.
    """
    if decided.role(case.subjects[0].id) == "victim":
        return _loss(case, told), ""
    for sentence in case.narrative.sentences:
        found = _GROUNDS.search(sentence.text)
        if found is not None:
            named = [part for part in re.split(r", | and ", found["grounds"]) if part != _INSIDE]
            if not named:
                continue
            text = f"Suspicion rests on {_listed(named)}."
            for phrase in words().phrases:
                text = text.replace(phrase.old, phrase.new)
            return Sentence(text=text, evidence=sentence.evidence), sentence.text
    return None, ""


def _loss(case: Case, told: Evidence) -> Sentence | None:
    """What the victim sent: the loss, as far as nothing of it came back."""
    dossier = dossier_of(case)
    if not dossier.number("account_profile", "transfers_out"):
        return None
    return say(
        "{victim} sent {outflow} in {outs}, which is the suspected loss as far as nothing of it came back.",
        victim=Quote("the suspected victim", (told.id,)),
        outflow=dossier.money("account_profile", "outflow"),
        outs=dossier.count("account_profile", "transfers_out", "transfer"),
    )


def fitting(case: Case, decided: Decided) -> tuple[Sentence | None, str]:
    """What the activity is consistent with, where the memo says so.

    Of a victim it is neither told that knowledge is open nor a pattern that is named after a culprit.
    """
    for sentence in case.narrative.sentences:
        found = _FITS.match(sentence.text)
        if found is not None:
            fits = found["fits"].replace("the typology", "the pattern")
            victim = decided.role(case.subjects[0].id) == "victim"
            if victim and words().culprits.search(fits):
                continue
            knew = "" if victim else "; whether the holder knew is not established"
            return Sentence(text=f"The activity is {fits}{knew}.", evidence=sentence.evidence), sentence.text
    return None, ""


def in_currency(case: Case, currency: str) -> Sentence | None:
    """The totals in the currency of the authority, where the memo tells them in another."""
    if not currency or currency == case.versions.currency:
        return None
    dossier = dossier_of(case)
    inflow, outflow = (dossier.quote("account_profile", f"{side}_{currency.lower()}") for side in ("inflow", "outflow"))
    has_in, has_out = (dossier.number("account_profile", f"transfers_{side}") for side in ("in", "out"))
    received, sent = "{inflow} received", "{outflow} sent"
    what = f"{received} and {sent}" if has_in and has_out else received if has_in else sent
    return say(f"in {currency} that is {what}.", inflow=inflow, outflow=outflow)


def _listed(named: list[str]) -> str:
    *head, last = named
    return f"{', '.join(head)} and {last}" if head else last
