"""Matching a case to typologies by measurement: which red flags fired, which stayed silent, which had no measure.

A flag is read from evidence that is there; nothing is asked here. `requests` says what to ask the tool `indicators`.
The score weighs the flags that fired against those that were measured and stayed silent, and against doubt:

    score = fired weight / (fired weight + number of silent flags + 4)

A flag that is telling adds 2 or 3 when it fires and takes away no more than another when it is silent: that a rare sign
is missing says little. The 4 stands for what nobody measured, so that one common sign never looks like a fit. A
typology that has defining flags matches only where one of them fired; since any will do, the silence of the others
takes nothing away. A ceiling (`at_most`: few destinations, few payers) is met by an idle account too; it counts only
beside a flag that fired on something that happened.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Literal

from casewright.knowledge.case import TypologyMatch
from casewright.knowledge.evidence import Evidence, Row
from casewright.knowledge.indicator import Request
from casewright.knowledge.measures import basis_text, limit_text, value_text
from casewright.knowledge.typology import Exposure, Happened, Holder, RedFlag, Typology

_DOUBT = 4  # weight of fired flags at which the score is a half with none silent (ours)
FITS = 0.4  # from here on a text may call the activity consistent with the typology (ours)

# The tools that follow value to labels, and how each names its sums. Traces go further, and tell only where they end.
_FOLLOWING = {"exposure": "exposure_{}_usd", "trace": "{}_usd"}

_Outcome = Literal["fired", "silent", "unmeasured"]


@dataclass(frozen=True)
class _Reading:
    """What the evidence says of a flag: the outcome, the value or the reason, and the evidence that says so."""

    outcome: _Outcome
    told: str
    evidence: str = ""


@dataclass(frozen=True)
class _Known:
    """The evidence about one subject, ready to be read flag by flag."""

    subject: str
    values: Mapping[tuple[str, str], tuple[Decimal, str, str]]  # indicator and settings: value, unit, evidence
    reasons: Mapping[tuple[str, str], str]  # why an indicator has no value
    by_tool: Mapping[str, Sequence[Evidence]] = field(default_factory=dict)


def requests(typologies: Iterable[Typology]) -> tuple[Request, ...]:
    """The readings of indicators that these typologies' red flags need, each once, in a fixed order."""
    wanted = {
        (flag.indicator, request.settings): request
        for typology in _in_force(typologies)
        for flag in typology.red_flags
        if flag.indicator
        for request in (Request(indicator=flag.indicator, parameters=flag.parameters),)
    }
    return tuple(wanted[key] for key in sorted(wanted))


def match(typologies: Iterable[Typology], evidence: Sequence[Evidence], subject: str = "") -> tuple[TypologyMatch, ...]:
    """The approved typologies of which a red flag fired on the SUBJECT, best first; equal scores by id.

    Without a subject, the one that the evidence of `indicators`, `exposure` or `customer` was first asked about.
    """
    known = _known(evidence, subject or _first_subject(evidence))
    found = [made for typology in _in_force(typologies) if (made := _match(typology, known))]
    return tuple(sorted(found, key=lambda made: (-made.score, made.id)))


def _in_force(typologies: Iterable[Typology]) -> Iterator[Typology]:
    return (typology for typology in typologies if typology.status == "approved")


def _match(typology: Typology, known: _Known) -> TypologyMatch | None:
    read = [(flag, _read(flag, known)) for flag in typology.red_flags]
    fired = [flag for flag, reading in read if reading.outcome == "fired" and flag.at_most is None]
    if not fired or (any(flag.defining for flag in typology.red_flags) and not any(flag.defining for flag in fired)):
        return None
    weight = sum(flag.weight for flag, reading in read if reading.outcome == "fired")
    silent = sum(reading.outcome == "silent" and not flag.defining for flag, reading in read)
    return TypologyMatch(
        id=typology.id,
        name=typology.name,
        score=round(weight / (weight + silent + _DOUBT), 3),
        seen=_told(read, "fired"),
        silent=_told(read, "silent"),
        unmeasured=_told(read, "unmeasured"),
        evidence=tuple(dict.fromkeys(r.evidence for _, r in read if r.outcome == "fired" and r.evidence)),
    )


def _told(read: Iterable[tuple[RedFlag, _Reading]], outcome: _Outcome) -> tuple[str, ...]:
    return tuple(f"{flag.see} ({reading.told})" for flag, reading in read if reading.outcome == outcome)


def _read(flag: RedFlag, known: _Known) -> _Reading:
    if flag.indicator:
        return _read_indicator(flag, known)
    if flag.exposure:
        return _read_exposure(flag, flag.exposure, known)
    if flag.label:
        return _read_label(flag, flag.label, known)
    if flag.event:
        return _read_event(flag, flag.event, known)
    if flag.customer:
        return _read_customer(flag, flag.customer, known)
    return _Reading("unmeasured", f"not observable here, would need {flag.needs}" if flag.needs else "has no measure")


def _against(flag: RedFlag, fired: bool, value: str, evidence: str, unit: str = "") -> _Reading:
    told = f"{value}; threshold {limit_text(flag, unit)}, {basis_text(flag)}"
    return _Reading("fired" if fired else "silent", told, evidence)


def _read_indicator(flag: RedFlag, known: _Known) -> _Reading:
    key = (flag.indicator, Request(indicator=flag.indicator, parameters=flag.parameters).settings)
    if key not in known.values:
        return _Reading("unmeasured", known.reasons.get(key, f"{flag.indicator} was not asked for"))
    value, unit, evidence = known.values[key]
    high = flag.at_least is not None and value >= flag.at_least
    low = flag.at_most is not None and value <= flag.at_most
    return _against(flag, high or low, value_text(value, unit), evidence, unit)


def _read_exposure(flag: RedFlag, wanted: Exposure, known: _Known) -> _Reading:
    """The largest sum that any answer tells: sides, reaches and tools may hold the same value, and do not add up."""
    answers = [e for tool in _FOLLOWING for e in known.by_tool.get(tool, ()) if e.status != "failed"]
    if not answers:
        return _Reading("unmeasured", "exposure was not asked for, or its answer failed")
    sums = [
        (Decimal(fact.value), answer.id)
        for answer in answers
        for fact in answer.facts
        if fact.name in {_FOLLOWING[answer.tool].format(category) for category in wanted.categories}
        and fact.about == known.subject
        and wanted.side in {"any", fact.side or "any"}
        and wanted.reach in {"any", fact.reach or "any"}
    ]
    value, name = max(sums, key=lambda found: found[0], default=(Decimal(0), answers[0].id))
    return _against(flag, value >= wanted.at_least_usd, value_text(value, "USD"), name)


def _read_label(flag: RedFlag, category: str, known: _Known) -> _Reading:
    answers = [e for e in known.by_tool.get("labels", ()) if e.status != "failed"]
    if not answers:
        return _Reading("unmeasured", "the account's own labels were not asked for")
    borne = [row for answer in answers for row in _rows(answer, known.subject) if row.get("category") == category]
    told = f"label {borne[0]['label']}, source {borne[0]['label_source']}" if borne else f"no label of {category}"
    return _Reading("fired" if borne else "silent", told, answers[0].id)


def _read_event(flag: RedFlag, wanted: Happened, known: _Known) -> _Reading:
    answers = [e for e in known.by_tool.get("timeline", ()) if e.status == "found"]
    if not answers:
        return _Reading("unmeasured", "nothing is known of what happened around this account")
    found = [
        (row, answer.id)
        for answer in answers
        for row in _rows(answer, known.subject)
        if str(row.get("kind")) in wanted.kinds
    ]
    if not found:
        return _against(flag, False, "none", answers[0].id)
    kinds = ", ".join(sorted({str(row["kind"]) for row, _ in found}))
    return _against(flag, len(found) >= wanted.at_least, f"{len(found)} ({kinds})", found[0][1])


def _read_customer(flag: RedFlag, wanted: Holder, known: _Known) -> _Reading:
    answers = [e for e in known.by_tool.get("customer", ()) if e.status == "found"]
    if not answers:
        return _Reading("unmeasured", "there is no customer record")
    facts = {fact.name: str(fact.value) for fact in answers[0].facts if fact.about == known.subject}
    facts.setdefault("licence", "no licence on record")
    conditions = list(_conditions(wanted))
    if any(name not in facts for name, _ in conditions):
        return _Reading("unmeasured", "the customer record does not say")
    told = ", ".join(f"{facts[name]} {_AFTER.get(name, '')}".strip() for name, _ in conditions)
    fired = all(holds(facts[name].lower()) for name, holds in conditions)
    return _against(flag, fired, told, answers[0].id)


_AFTER = {"age_years": "years old", "account_age_days": "days a customer"}


def _conditions(wanted: Holder) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """The fact that each condition is about, and whether its value meets it."""
    if wanted.kind:
        yield "kind", lambda value: value in wanted.kind
    if wanted.occupation:
        yield "occupation", lambda value: any(word.lower() in value for word in wanted.occupation)
    if wanted.licensed is not None:
        yield "licence", lambda value: (value != "no licence on record") == wanted.licensed
    for name, least, most in (
        ("age_years", wanted.age_at_least, wanted.age_at_most),
        ("account_age_days", wanted.account_days_at_least, wanted.account_days_at_most),
    ):
        if least is not None or most is not None:
            yield name, partial(_within, least=least, most=most)


def _within(value: str, least: int | None, most: int | None) -> bool:
    return (least is None or int(value) >= least) and (most is None or int(value) <= most)


def _known(evidence: Sequence[Evidence], subject: str) -> _Known:
    values, reasons = {}, {}
    by_tool: dict[str, list[Evidence]] = {}
    for answer in evidence:
        by_tool.setdefault(answer.tool, []).append(answer)
    for answer in by_tool.get("indicators", ()):
        for row in _rows(answer, subject):
            if row.get("reading") == "highest":
                values[_key(row)] = Decimal(str(row["value"])), str(row["unit"]), answer.id
        for row in _rows(answer, subject, "unmeasured"):
            reasons[_key(row)] = str(row["reason"])
    return _Known(subject, values, reasons, by_tool)


def _key(row: Row) -> tuple[str, str]:
    return str(row["indicator"]), str(row["settings"] or "")


def _rows(answer: Evidence, subject: str, table: str = "rows") -> Iterator[Row]:
    return (row for row in answer.table(table).rows if row.get("subject") == subject)


def _first_subject(evidence: Sequence[Evidence]) -> str:
    for answer in evidence:
        asked = answer.arguments.get("subjects")
        if answer.tool in {"indicators", "exposure", "customer"} and isinstance(asked, list) and asked:
            first = asked[0]
            return str(first.get("id", "")) if isinstance(first, dict) else ""
    return ""
