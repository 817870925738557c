"""Reading red flags from evidence that is there: which fired, which stayed silent, which had no measure, and why."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Literal, NamedTuple

from casewright.knowledge.evidence import Evidence, Row
from casewright.knowledge.indicator import Request
from casewright.knowledge.measures import basis_text, limit_text, value_text
from casewright.knowledge.typology import Exposure, Happened, Holder, RedFlag, Typology

Outcome = Literal["fired", "silent", "unmeasured"]
Key = tuple[str, str]  # an indicator and its settings

# The tools that follow value to labels, and how each names its sums. Traces go further, and tell only where they end.
_FOLLOWING = {"exposure": ("exposure_", "_usd"), "trace": ("", "_usd")}


class Peak(NamedTuple):
    """An indicator's highest value in the window, its unit, and the evidence that says so."""

    value: Decimal
    unit: str
    evidence: str


class Sum(NamedTuple):
    """Value that came from or went to parties of a category of labels."""

    usd: Decimal
    side: str
    reach: str
    evidence: str


class Told(NamedTuple):
    """Words or counts by name, and the evidence that says so."""

    by_name: Mapping[str, str]
    evidence: str


@dataclass(frozen=True)
class Known:
    """What the evidence tells of one subject, ready to be read flag by flag; None where it was not asked for."""

    subject: str
    peaks: Mapping[Key, Peak]
    reasons: Mapping[Key, str]  # why an indicator has no value
    sums: Mapping[str, Sequence[Sum]] | None  # by category
    traced: str  # the first evidence of those sums
    labels: Told | None  # category: the label's name and source
    events: Told | None  # kind: how many
    record: Told | None  # field of the customer's record: its value


@dataclass(frozen=True)
class Reading:
    """What the evidence says of a flag: the outcome, the value held against the threshold, and what says so.

    `words` are the value's where a number does not tell it all; `reason` tells why there is no value.
    """

    flag: RedFlag
    outcome: Outcome
    value: Decimal | int | str | None = None
    unit: str = ""
    words: str = ""
    reason: str = ""
    evidence: str = ""

    @property
    def seen(self) -> str:
        """The value in words."""
        return value_text(self.value, self.unit) if isinstance(self.value, Decimal) else self.words

    @property
    def limit(self) -> str:
        """The threshold in words; none where a label is borne or not."""
        return "" if self.outcome == "unmeasured" or self.flag.label else limit_text(self.flag, self.unit)

    @property
    def told(self) -> str:
        """The same in a few words: `6 payers; threshold at least 5 payers, a tuning seed of ours, no regulation`."""
        if not self.limit:
            return self.reason or self.seen
        return f"{self.seen}; threshold {self.limit}, {basis_text(self.flag)}"

    @property
    def threshold(self) -> Decimal | int | None:
        """The number that the value is held against; None where it is none."""
        flag = self.flag
        if flag.exposure:
            return flag.exposure.at_least_usd
        if flag.event:
            return flag.event.at_least
        return flag.at_most if flag.at_least is None else flag.at_least


def requests(typologies: Iterable[Typology]) -> tuple[Request, ...]:
    """The readings of indicators that these typologies' red flags need, each once, in a fixed order."""
    wanted = {flag.key: flag.request for one in typologies for flag in one.red_flags if flag.indicator}
    return tuple(wanted[key] for key in sorted(wanted))


def known(evidence: Sequence[Evidence], subject: str = "") -> Known:
    """What the evidence tells of the SUBJECT, else of the one that it was first asked about."""
    subject = subject or _first_subject(evidence)
    by_tool: dict[str, list[Evidence]] = {}
    for answer in evidence:
        if answer.status != "failed":
            by_tool.setdefault(answer.tool, []).append(answer)
    peaks, reasons = {}, {}
    for answer in by_tool.get("indicators", ()):
        for row in _rows(answer, subject):
            if row.get("reading") == "highest":
                peaks[_key(row)] = Peak(Decimal(str(row["value"])), str(row["unit"]), answer.id)
        for row in _rows(answer, subject, "unmeasured"):
            reasons[_key(row)] = str(row["reason"])
    followed = [answer for tool in _FOLLOWING for answer in by_tool.get(tool, ())]
    return Known(
        subject=subject,
        peaks=peaks,
        reasons=reasons,
        sums=_sums(followed, subject) if followed else None,
        traced=followed[0].id if followed else "",
        labels=_labels(by_tool.get("labels", ()), subject),
        events=_events([answer for answer in by_tool.get("timeline", ()) if answer.status == "found"], subject),
        record=_record([answer for answer in by_tool.get("customer", ()) if answer.status == "found"], subject),
    )


def _sums(answers: Sequence[Evidence], subject: str) -> dict[str, list[Sum]]:
    sums: dict[str, list[Sum]] = {}
    for answer in answers:
        before, after = _FOLLOWING[answer.tool]
        for fact in answer.facts:
            if fact.about == subject and fact.name.startswith(before) and fact.name.endswith(after):
                category = fact.name[len(before) : -len(after)]
                found = Sum(Decimal(fact.value), fact.side or "any", fact.reach or "any", answer.id)
                sums.setdefault(category, []).append(found)
    return sums


def _labels(answers: Sequence[Evidence], subject: str) -> Told | None:
    rows = [row for answer in answers for row in _rows(answer, subject)]
    borne = {str(row["category"]): f"label {row['label']}, source {row['label_source']}" for row in reversed(rows)}
    return Told(borne, answers[0].id) if answers else None


def _events(answers: Sequence[Evidence], subject: str) -> Told | None:
    kinds = [str(row["kind"]) for answer in answers for row in _rows(answer, subject)]
    return Told({kind: str(kinds.count(kind)) for kind in kinds}, answers[0].id) if answers else None


def _record(answers: Sequence[Evidence], subject: str) -> Told | None:
    if not answers:
        return None
    facts = {fact.name: str(fact.value) for fact in answers[0].facts if fact.about == subject}
    return Told({"licence": "no licence on record", **facts}, answers[0].id)


def read(typology: Typology, of: Known) -> tuple[Reading, ...]:
    """Every red flag of the typology read from what is known, in the file's order."""
    return tuple(_read(flag, of) for flag in typology.red_flags)


def _read(flag: RedFlag, of: Known) -> Reading:
    if flag.indicator:
        return _read_indicator(flag, of)
    if flag.exposure:
        return _read_exposure(flag, flag.exposure, of)
    if flag.label:
        return _read_label(flag, flag.label, of)
    if flag.event:
        return _read_event(flag, flag.event, of)
    if flag.customer:
        return _read_customer(flag, flag.customer, of)
    return _unmeasured(flag, f"not observable here, would need {flag.needs}" if flag.needs else "has no measure")


def _unmeasured(flag: RedFlag, reason: str) -> Reading:
    return Reading(flag, "unmeasured", reason=reason)


def _outcome(fired: bool) -> Outcome:
    return "fired" if fired else "silent"


def _read_indicator(flag: RedFlag, of: Known) -> Reading:
    peak = of.peaks.get(flag.key)
    if peak is None:
        return _unmeasured(flag, of.reasons.get(flag.key, f"{flag.indicator} was not asked for"))
    high = flag.at_least is not None and peak.value >= flag.at_least
    low = flag.at_most is not None and peak.value <= flag.at_most
    return Reading(flag, _outcome(high or low), peak.value, peak.unit, evidence=peak.evidence)


def _read_exposure(flag: RedFlag, wanted: Exposure, of: Known) -> Reading:
    """The largest sum that any answer tells: sides, reaches and tools may hold the same value, and do not add up."""
    if of.sums is None:
        return _unmeasured(flag, "exposure was not asked for, or its answer failed")
    sums = [
        one
        for category in wanted.categories
        for one in of.sums.get(category, ())
        if wanted.side in {"any", one.side} and wanted.reach in {"any", one.reach}
    ]
    most = max(sums, key=lambda one: one.usd, default=Sum(Decimal(0), "", "", of.traced))
    return Reading(flag, _outcome(most.usd >= wanted.at_least_usd), most.usd, "USD", evidence=most.evidence)


def _read_label(flag: RedFlag, category: str, of: Known) -> Reading:
    if of.labels is None:
        return _unmeasured(flag, "the account's own labels were not asked for")
    borne = of.labels.by_name.get(category)
    words = borne or f"no label of {category}"
    return Reading(flag, _outcome(borne is not None), int(borne is not None), "labels", words, "", of.labels.evidence)


def _read_event(flag: RedFlag, wanted: Happened, of: Known) -> Reading:
    if of.events is None:
        return _unmeasured(flag, "nothing is known of what happened around this account")
    counts = {kind: int(of.events.by_name[kind]) for kind in sorted(wanted.kinds) if kind in of.events.by_name}
    number = sum(counts.values())
    words = f"{number} ({', '.join(counts)})" if counts else "none"
    return Reading(flag, _outcome(number >= wanted.at_least), number, "events", words, "", of.events.evidence)


def _read_customer(flag: RedFlag, wanted: Holder, of: Known) -> Reading:
    if of.record is None:
        return _unmeasured(flag, "there is no customer record")
    facts, conditions = of.record.by_name, list(_conditions(wanted))
    if any(name not in facts for name, _ in conditions):
        return _unmeasured(flag, "the customer record does not say")
    words = ", ".join(f"{facts[name]} {_AFTER.get(name, '')}".strip() for name, _ in conditions)
    fired = all(holds(facts[name].lower()) for name, holds in conditions)
    return Reading(flag, _outcome(fired), words, "", words, "", of.record.evidence)


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


def _key(row: Row) -> Key:
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
