"""Peaks beside those of peers and of the account's own past: what is high for whom.

A peer comparison is the same reading over the same window, the group as of its end (`peer_groups`). It tells the share
of peers with a lower peak, rounded down, and the quartiles; a peer without a value is not counted. The own past is the
same reading over the periods of the same length right before the window, at most twelve, as many as lie whole after the
account's first event; an open window has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from casewright.knowledge.indicator import Request
from casewright.knowledge.records import Subject, Subjects
from casewright.tools.indicators import indicator, values
from casewright.tools.indicators.relations import missing
from casewright.tools.peer_groups import OPEN, SAMPLE, SMALL, Crowd, Segment, Window
from casewright.tools.series import Floats, Numbers, Series, exact
from casewright.tools.warehouse import Ledger

PERIODS = 12  # of the past, at most (ours)
NO_CUSTOMER = "it was no customer by the end of the window, so no peers are known"
NO_PEERS = "no peer has a value"


@dataclass(frozen=True)
class Peers:
    """The peers' peaks: how many stay below the subject's, and what is usual.

    `size` peers have a value, of the `members` of the group, of whom at most 1,000 are measured; `narrowest` is the
    group that was too small where a wider one was taken, with its size.
    """

    group: str
    size: int
    members: int
    lower: int
    quartiles: tuple[Decimal, Decimal, Decimal]
    narrowest: str = ""
    narrowest_size: int = 0

    @property
    def drawn_from(self) -> int | None:
        """How many the group holds where not all were measured."""
        return self.members if self.members > SAMPLE else None

    @property
    def percentile(self) -> int:
        """The percentage of these peers whose peak is lower, rounded down."""
        return 100 * self.lower // self.size


@dataclass(frozen=True)
class Past:
    """The peaks of the earlier periods: how many periods there are, in how many there was a value, what was usual."""

    periods: int
    valued: int
    median: Decimal | None = None
    highest: Decimal | None = None


@dataclass(frozen=True)
class Comparison:
    """A subject's peak with what it compares to. `place` is the subject's among those asked about."""

    place: int
    request: Request
    value: Decimal
    at: int
    peers: Peers | None
    past: Past | None
    reason: str = ""  # why there are no peers


@dataclass
class _Asked:
    """One reading of one subject, and the group that is tried."""

    place: int
    subject: Subject
    window: Window
    segment: Segment | None
    wide: int = 0
    peers: Peers | None = field(default=None)


def compared(ledger: Ledger, subjects: Subjects, requests: Sequence[Sequence[Request]]) -> tuple[Comparison, ...]:
    """The readings of each subject (as many lists of requests as subjects) beside its peers and its own past.

    One pass an indicator over all accounts that it takes. What has no value in the window is left out:
    `indicators.peaks` tells why. Raises UsageError for an unknown indicator or parameter.
    """
    wanted: dict[str, tuple[Request, list[int]]] = {}
    for place, own in enumerate(requests):
        for request in own:
            wanted.setdefault(request.model_dump_json(), (request, []))[1].append(place)
    if not wanted:
        return ()
    crowd = Crowd(ledger, subjects)
    windows = [crowd.window(subject) for subject in subjects]
    segments: dict[int, Segment | None] = {}
    for place in sorted({p for _, places in wanted.values() for p in places}, key=lambda p: windows[p]):
        segments[place] = crowd.segment(subjects[place].id, windows[place])
    found = []
    for request, places in wanted.values():
        if not missing(ledger, tuple(indicator(request.indicator).needs.items())):
            asked = [_Asked(place, subjects[place], windows[place], segments[place]) for place in places]
            found += _Reading(ledger, crowd, request).compared(asked)
    return tuple(sorted(found, key=lambda one: (one.place, list(requests[one.place]).index(one.request))))


class _Reading:
    """One request, read of everybody whom it takes."""

    def __init__(self, ledger: Ledger, crowd: Crowd, request: Request) -> None:
        self._ledger = ledger
        self._crowd = crowd
        self._request = request
        self._highest = request.reading == "highest"
        measure = indicator(request.indicator)
        self._priced = [column for column in ("usd", "local") if f"legs.{column}" in measure.needs]

    def compared(self, asked: Sequence[_Asked]) -> list[Comparison]:
        """Each subject's comparison, where it has a value."""
        own = sorted({one.subject.id for one in asked})
        number = {name: at for at, name in enumerate(own)}
        series = self._series(own, [(number[a.subject.id], Window(OPEN, a.window.until)) for a in asked])
        accounts = np.array([number[a.subject.id] for a in asked])
        peaks = series.peaks(
            accounts,
            np.array([a.window.since for a in asked]),
            np.array([a.window.until for a in asked]),
            highest=self._highest,
        )
        valued = [(a, n, float(p)) for a, n, p in zip(asked, accounts, peaks, strict=True) if self._measured(a, p)]
        self._find_peers([(a, peak) for a, _, peak in valued])
        return [
            Comparison(
                place=one.place,
                request=self._request,
                value=exact(peak),
                at=series.reached(int(account), one.window.since, one.window.until, peak),
                peers=one.peers,
                past=self._past(series, int(account), one.window),
                reason="" if one.peers else NO_PEERS if one.segment else NO_CUSTOMER,
            )
            for one, account, peak in valued
        ]

    def _measured(self, one: _Asked, peak: float) -> bool:
        number = self._crowd.number.get(one.subject.id)
        return not np.isnan(peak) and (number is None or bool(self._of(np.array([number]), one.window)[0]))

    def _of(self, numbers: Numbers, window: Window) -> "np.typing.NDArray[np.bool_]":
        """Which of these customers can be measured: some transfer of theirs has a known value, or they had none."""
        able = np.ones(len(numbers), bool)
        for column in self._priced:
            able &= ~self._crowd.unpriced(numbers, column, window.until)
        return able

    def _find_peers(self, asked: Sequence[tuple[_Asked, float]]) -> None:
        """Give each its peers; a group in which too few have a value gives way to the next wider one."""
        left = [(one, peak) for one, peak in asked if one.segment is not None]
        for one, _ in left:
            assert one.segment is not None
            one.wide = one.segment.narrowest()
        while left:
            members = [one.segment.members(one.wide) if one.segment else np.array([], int) for one, _ in left]
            everybody = np.unique(np.concatenate(members))
            series = self._series(
                [self._crowd.ids[n] for n in everybody],
                [(int(n), one.window) for (one, _), some in zip(left, members, strict=True)
                 for n in np.searchsorted(everybody, some)],
            )  # fmt: skip
            again = []
            for (one, peak), some in zip(left, members, strict=True):
                assert one.segment is not None
                able = some[self._of(some, one.window)]
                peaks = series.peaks(np.searchsorted(everybody, able), *one.window, highest=self._highest)
                peaks = np.sort(peaks[~np.isnan(peaks)])
                wider = one.segment.wider(one.wide)
                if len(peaks):
                    one.peers = _peers(one.segment, one.wide, peak, peaks)
                if len(peaks) < SMALL and wider is not None:
                    one.wide = wider
                    again.append((one, peak))
            left = again

    def _series(self, names: list[str], windows: Sequence[tuple[int, Window]]) -> Series:
        """The values of these accounts, each within all windows (its place among NAMES, the window) that ask for it."""
        since, until = np.full(len(names), -OPEN), np.full(len(names), OPEN)
        places = np.array([place for place, _ in windows], np.int64)
        np.minimum.at(since, places, [window.since for _, window in windows])
        np.maximum.at(until, places, [window.until for _, window in windows])
        subjects = tuple(
            Subject(id=name, since=None if low <= OPEN else int(low), until=int(high))
            for name, low, high in zip(names, since.tolist(), until.tolist(), strict=True)
        )
        with self._ledger.narrowed(subjects):
            return Series(names, values(self._ledger, self._request.indicator, subjects, **self._request.parameters))

    def _past(self, series: Series, account: int, window: Window) -> Past | None:
        if window.since == OPEN:
            return None
        length = window.until - window.since
        first = int(series.events.epochs(np.array([account]))[0])
        number = min(PERIODS, max(0, (window.since - first) // length))
        since = window.since - length * np.arange(1, number + 1)
        peaks = series.peaks(np.full(number, account), since, since + length, highest=self._highest)
        peaks = np.sort(peaks[~np.isnan(peaks)])
        if not len(peaks):
            return Past(number, 0)
        return Past(number, len(peaks), _quantile(peaks, 1, 2), exact(peaks[-1]))


def _peers(segment: Segment, wide: int, peak: float, peaks: Floats) -> Peers:
    narrowest = segment.words(0) if wide else ""
    return Peers(
        group=segment.words(wide),
        size=len(peaks),
        members=segment.sizes[wide],
        lower=int(np.searchsorted(peaks, peak)),
        quartiles=(_quantile(peaks, 1, 4), _quantile(peaks, 1, 2), _quantile(peaks, 3, 4)),
        narrowest=narrowest,
        narrowest_size=segment.sizes[0],
    )


def _quantile(ordered: Floats, part: int, whole: int) -> Decimal:
    """The lowest of the values at or below which that part lies: one that occurs, none in between."""
    return exact(ordered[max(0, -(-part * len(ordered) // whole) - 1)])
