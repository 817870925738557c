"""One indicator of some subjects, whole: its value at a moment, its peak, what made that, peers and own past."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from casewright.knowledge.indicator import Request
from casewright.knowledge.records import Subject, Subjects
from casewright.tools.comparison import Comparison, compared
from casewright.tools.indicators import Made, Peak, peaks, rows_of, values
from casewright.tools.series import Series
from casewright.tools.warehouse import Ledger


@dataclass(frozen=True)
class Computed:
    """What one indicator says of a subject. `value` stands since the event at `at`, the last one of the window.

    `empty`: nothing is known of the subject in the window. `unmeasured`: there are events, but no value, for `reason`.
    """

    subject: Subject
    status: Literal["found", "empty", "unmeasured"]
    reason: str = ""
    value: Decimal | None = None
    at: int | None = None
    peak: Peak | None = None
    made: Made | None = None
    comparison: Comparison | None = None


def computed(
    ledger: Ledger, name: str, subjects: Subjects, settings: Mapping[str, Any], *, lowest: bool = False
) -> tuple[Computed, ...]:
    """The indicator NAME with these settings for each subject in its window; its peak is the highest value, or LOWEST.

    Raises UsageError for an unknown indicator or parameter, or a value out of its range.
    """
    request = Request(indicator=name, parameters=settings, reading="lowest" if lowest else "highest")
    read = peaks(ledger, (request,), subjects)
    reasons = {silent.place: silent.reason for silent in read.unmeasured}
    found = {peak.place: peak for peak in read.found}
    made = dict(zip(found, rows_of(ledger, (request,), read.found), strict=True))
    asked = [[request] if place in found else [] for place in range(len(subjects))]
    beside = {one.place: one for one in compared(ledger, subjects, asked)}
    last = _last(ledger, request, tuple(subjects[place] for place in found))
    answers = []
    for place, subject in enumerate(subjects):
        if place in found:
            value, at = last[subject]
            answers.append(Computed(subject, "found", "", value, at, found[place], made[place], beside.get(place)))
        else:
            answers.append(Computed(subject, "unmeasured" if place in reasons else "empty", reasons.get(place, "")))
    return tuple(answers)


def _last(ledger: Ledger, request: Request, subjects: Subjects) -> dict[Subject, tuple[Decimal | None, int]]:
    """The value at the last event of each subject's window, and when that was."""
    number = {name: place for place, name in enumerate(sorted({subject.id for subject in subjects}))}
    if not number:
        return {}
    series = Series(list(number), values(ledger, request.indicator, subjects, **request.parameters))
    return {subject: series.last(number[subject.id], subject.until) for subject in subjects}
