"""The peaks of the indicators: how far each measure went in the window, and when."""

from dataclasses import dataclass
from decimal import Decimal

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Column, Evidence, Fact, Kind, Row, Share, Table, Value
from casewright.knowledge.indicator import Indicator
from casewright.knowledge.records import Subjects
from casewright.tools.indicators import Peak, Request, catalogue, indicator, peaks
from casewright.tools.warehouse import Ledger

COLUMNS = (
    Column(name="subject", kind="id"),
    Column(name="indicator", kind="word", unit="indicator"),
    Column(name="settings", kind="word", unit="settings", means="parameters that differ from the indicator's own"),
    Column(name="reading", kind="word", unit="reading", means="highest or lowest value in the window"),
    Column(name="value", kind="ratio", means="the value, in the unit beside it"),
    Column(name="unit", kind="word", unit="unit"),
    Column(name="at", kind="time", means="when the value was first reached"),
    Column(name="means", kind="word", unit="meaning"),
)
_CENTS, _FINE = Decimal("0.01"), Decimal("0.0001")
UNMEASURED = (*COLUMNS[:4], Column(name="reason", kind="word", unit="reason", means="why there is no value"))


def indicators(
    ledger: Ledger, subjects: Subjects, *, names: tuple[str, ...] = (), requests: tuple[Request, ...] = ()
) -> Evidence:
    """Measure each subject by the indicators: the peak in its window and when it was reached.

    An indicator is a trailing measure (new payers within 30 days ...) taken at every event of the account from what was
    known at that moment. Without NAMES and REQUESTS all are read. What cannot be measured is told with its reason.

    names: indicators to read with their default parameters
    requests: readings with other parameters, such as `new_payers(seconds=604800)`
    """
    wanted = [Request(indicator=name) for name in names] + list(requests)
    wanted = wanted or [Request(indicator=name) for name in catalogue()]
    wanted = list({request.model_dump_json(): request for request in wanted}.values())
    read = peaks(ledger, wanted, subjects)
    words = [_words(request, ledger.currency) for request in wanted]
    rows = [_row(peak, words[peak.request]) for peak in read.found]
    silent = [{"subject": u.subject, **words[u.request].named, "reason": u.reason} for u in read.unmeasured]
    answer = Evidence(
        tool="indicators",
        query=read.query,
        tables=(
            Table.model_construct(name="rows", columns=COLUMNS, rows=tuple(rows)),
            Table.model_construct(name="unmeasured", columns=UNMEASURED, rows=tuple(silent)),
        ),
        facts=tuple(_fact(peak, words[peak.request]) for peak in read.found),
        status="found" if rows else "empty",
        searched=_searched(len(wanted), sum(read.events.values()), len(subjects)),
    )
    answered = {row["subject"] for row in rows}
    return answer.with_shares(
        {
            subject.id: Share(
                "found" if subject.id in answered else "empty", _searched(len(wanted), read.events.get(nr, 0), 1)
            )
            for nr, subject in enumerate(subjects)
        }
    )


@dataclass(frozen=True)
class _Words:
    """What is the same in every row of one request."""

    measure: Indicator
    named: Row
    means: str
    peak: str


def _words(request: Request, currency: str) -> _Words:
    measure = indicator(request.indicator)
    named: Row = {"indicator": measure.name, "settings": request.settings, "reading": request.reading}
    means = measure.in_full(request.parameters, currency)
    return _Words(measure, named, means, f"{means} ({request.reading} in the period)")


def _row(peak: Peak, words: _Words) -> Row:
    value = peak.value.normalize() + 0
    return {"subject": peak.subject, **words.named, "value": value, "unit": words.measure.unit, "at": iso(peak.at),
            "means": words.means}  # fmt: skip


def _fact(peak: Peak, words: _Words) -> Fact:
    return fact_of(words.measure, peak.value, name=words.measure.name, means=words.peak, about=peak.subject)


def fact_of(measure: Indicator, value: Decimal, *, name: str, means: str, about: str) -> Fact:
    """A value in the indicator's unit as a fact about a subject."""
    return Fact.model_construct(
        name=name,
        value=_value(measure.kind, value),
        kind=measure.kind,
        unit="" if measure.kind == "share" else measure.unit,
        means=means,
        about=about,
        side=measure.side,
        status=measure.status,
    )


def _value(kind: Kind, value: Decimal) -> Value:
    if kind in ("count", "duration"):
        return int(value)
    return value.quantize(_CENTS if kind == "money" else _FINE)


def _searched(number: int, events: int, accounts: int) -> str:
    counted = f"{number:,} indicator{'s' if number != 1 else ''} at {events:,} event{'s' if events != 1 else ''}"
    return f"{counted} of {accounts:,} account{'s' if accounts != 1 else ''}, with all their history before"
