"""Following value from account to account, in time: which transfers it can have taken, how far, and why no further.

From a subject every transfer in its window is followed. From an account that was reached, every transfer at or after
its arrival there (equal seconds in any order), the arrival being the earliest that the hops so far allow; so a later
hop that arrives earlier opens what lay before. A transfer's hop is the fewest in which it is reached in time. Backward
is the same with time turned round. Trades and fees are not followed, nor anything that was not completed.

This is an upper bound, not an attribution: all value that passed through an account on the way counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import IntEnum
from typing import cast

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import Subjects
from casewright.tools.labels import Labels, ending, in_words
from casewright.tools.onward import FOLLOWED, NOWHERE, UNKNOWN, Ints, Onward
from casewright.tools.warehouse import Ledger

_SUBJECTS_AT_ONCE = 500  # bounds the memory of a batch
_ALWAYS = 2**62  # the open end of a window
_NEVER = np.iinfo(np.int64).max
ACCOUNT_BITS = 32  # a subject's number and an account in one integer
_ACCOUNT = 2**ACCOUNT_BITS - 1

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Caps:
    """Where a trace gives up, each told when it bites."""

    hops: int = 5
    min_usd: Decimal = Decimal(0)
    fan_out: int = 1_000  # onward transfers of one account; a subject's own largest are followed
    transfers: int = 50_000  # of one subject's whole trace; a hop that would pass it is not taken

    @property
    def least_cents(self) -> int:
        """The least value followed, in cents; with no minimum transfers of unknown value are followed too."""
        return int((self.min_usd * 100).to_integral_value(ROUND_CEILING)) if self.min_usd > 0 else UNKNOWN


class Stop(IntEnum):
    """Why a trace did not go on from an account."""

    WENT_ON = 0
    LABELLED = 1
    NOTHING_ONWARD = 2
    BELOW_MIN_USD = 3
    FAN_OUT = 4
    HOPS = 5
    SIZE = 6


@dataclass(frozen=True)
class Walk:
    """The traces of some subjects; arrays of one group have one entry each for the same thing.

    `number` counts subjects from the first of this walk. A `place` is that of a leg in `onward`.
    """

    subjects: Subjects
    onward: Onward
    labels: Labels  # of the accounts reached
    # the transfers followed, by subject, hop and time
    number: Ints
    hop: Ints
    place: Ints
    # the accounts reached, by subject; not the subjects themselves
    reached_number: Ints
    reached: Ints
    reached_hop: Ints
    reached_at: Ints  # epoch of the earliest arrival (backward: of the latest departure)
    stop: Ints
    left: Ints  # onward transfers in time that were not followed
    # what the caps left out, one entry a subject
    below: Ints  # transfers below min-usd at accounts that were followed
    unfollowed: Ints  # the subject's own transfers beyond its largest
    late: Ints  # accounts that went on, but have earlier onward transfers that the hop limit left out
    halted: Ints  # the hop that the size cap forbade, 0 where it did not


def each_once(subjects: Subjects) -> None:
    """Raise UsageError where a subject stands there with two windows: rows could not tell them apart."""
    seen: set[str] = set()
    for subject in subjects:
        if subject.id in seen:
            raise UsageError(f"{subject.id!r} is asked about twice", hint="ask about each subject once, in one window")
        seen.add(subject.id)


def statement(caps: Caps, *, backward: bool = False) -> str:
    """The trace of the table `asked` as one SQL statement, for people: the same transfers, without the fan-out cap."""
    near, far = ('"to"', '"from"') if backward else ('"from"', '"to"')
    least = f" and l.usd >= {caps.min_usd:f}" if caps.min_usd > 0 else ""
    what = f"l.direction = '{'in' if backward else 'out'}' and {FOLLOWED} and l.counterparty <> l.account{least}"
    leg = f"l.account as {near}, l.counterparty as {far}, l.epoch, l.transfer, l.usd"
    in_time = "l.epoch <= w.epoch and l.epoch >= s.since" if backward else "l.epoch >= w.epoch and l.epoch < s.until"
    return f"""with recursive walk as (
    select s.nr, 1 as hop, {leg}
    from asked s join legs l on l.key = s.key and l.account = s.id and l.epoch >= s.since and l.epoch < s.until
    where {what}
    union
    select w.nr, w.hop + 1, {leg}
    from walk w join asked s on s.nr = w.nr
        join legs l on l.key = hash(w.{far}) and l.account = w.{far} and {in_time}
    where w.hop < {caps.hops} and {what}
        and (w.{far} = s.id or not exists (
            select 1 from labels b where b.id = w.{far} and b.category in {in_words(ending())}))
)
select s.id as subject, min(w.hop) as hop, w."from", w."to", w.epoch, w.transfer, w.usd
from walk w join asked s on s.nr = w.nr
group by w.nr, s.id, w."from", w."to", w.epoch, w.transfer, w.usd
order by w.nr, hop, w.epoch, w.transfer"""


def walks(ledger: Ledger, subjects: Subjects, caps: Caps, *, backward: bool = False) -> Iterator[Walk]:
    """Trace every subject within its own window, some hundreds at a time; legs read once serve all."""
    if not subjects:
        return
    since = min(-_ALWAYS if s.since is None else s.since for s in subjects)
    until = max(_ALWAYS if s.until is None else s.until for s in subjects)
    onward = Onward(ledger, backward=backward, since=since, until=until)
    labels = Labels(ledger)
    ends = _Ends(onward, labels)
    for first in range(0, len(subjects), _SUBJECTS_AT_ONCE):
        some = subjects[first : first + _SUBJECTS_AT_ONCE]
        yield _Steps(some, onward, ends, caps, backward=backward).all(labels)


class _Ends:
    """Which accounts bear a label where a trace ends; each is looked up once."""

    def __init__(self, onward: Onward, labels: Labels) -> None:
        self._onward, self._labels = onward, labels
        self._known = np.empty(0, np.int64)  # UNKNOWN until looked up

    def among(self, accounts: Ints) -> Bools:
        """True for those that end a trace."""
        fresh = np.full(len(self._onward.names) - len(self._known), UNKNOWN, np.int64)
        self._known = np.concatenate([self._known, fresh])
        missing = np.unique(accounts[self._known[accounts] == UNKNOWN])
        names = [self._onward.names[n] for n in missing]
        self._labels.look_up(names)
        self._known[missing] = [bool(self._labels.ending(name)) for name in names]
        return cast(Bools, self._known[accounts] == 1)


# An account known to one subject's trace.
_KNOWN = np.dtype(
    [
        ("key", np.int64),
        ("arrival", np.int64),
        ("hop", np.int64),
        ("stop", np.int64),
        ("left", np.int64),
        ("moved", bool),
    ]
)


class _Steps:
    """One walk in the making: the accounts known so far, and hop by hop those whose arrival has just improved."""

    def __init__(self, subjects: Subjects, onward: Onward, ends: _Ends, caps: Caps, *, backward: bool) -> None:
        self.subjects, self.onward, self.ends, self.caps, self.backward = subjects, onward, ends, caps, backward
        since = np.array([-_ALWAYS if s.since is None else s.since for s in subjects], np.int64)
        until = np.array([_ALWAYS if s.until is None else s.until for s in subjects], np.int64)
        self.closes = -since if backward else until - 1
        starts = onward.number(s.id for s in subjects)
        self.known = np.zeros(len(subjects), _KNOWN)  # sorted by key
        self.known["key"] = (np.arange(len(subjects)) << ACCOUNT_BITS) + starts
        self.known["arrival"] = 1 - until if backward else since
        self.below, self.unfollowed, self.late, self.halted, self.used = np.zeros((5, len(subjects)), np.int64)
        self.moves: list[tuple[Ints, Ints, Ints]] = []

    def all(self, labels: Labels) -> Walk:
        """Take hop after hop until nothing improves or the hop limit is there."""
        keys, before = self.known["key"], np.full(len(self.known), _NEVER, np.int64)
        for hop in range(1, self.caps.hops + 2):
            if not len(keys):
                break
            keys, before = self._hop(hop, keys, before)
        return self._walk(labels)

    def _hop(self, hop: int, keys: Ints, before: Ints) -> tuple[Ints, Ints]:
        """Follow what these accounts open by arriving now instead of BEFORE; the keys that improve by it."""
        number, account = keys >> ACCOUNT_BITS, keys & _ACCOUNT
        at = np.searchsorted(self.known["key"], keys)
        self.onward.read(account)
        low = self.onward.place(account, self.known["arrival"][at])
        high = self.onward.place(account, self.closes[number] + 1)
        until = np.minimum(high, self.onward.place(account, before))
        followable = np.concatenate([[0], np.cumsum(self.onward.cents >= self.caps.least_cents)])
        left, fresh = followable[high] - followable[low], followable[until] - followable[low]
        nothing = np.where(high - low > left, Stop.BELOW_MIN_USD, Stop.NOTHING_ONWARD)
        stop = np.where(left > 0, Stop.WENT_ON, nothing)
        if hop > 1:
            stop[left > self.caps.fan_out] = Stop.FAN_OUT
        else:
            self.unfollowed += np.maximum(left - self.caps.fan_out, 0)
            fresh = np.minimum(fresh, self.caps.fan_out)
        if hop <= self.caps.hops:
            self.below += _sums(number, until - low - (followable[until] - followable[low]), len(self.below))
        self._cap(hop, number, at, stop, fresh)
        goes = (stop == Stop.WENT_ON) & (fresh > 0)
        rows, places = self._legs(hop, low[goes], until[goes])
        improved = self._arrive(hop, number[goes], at[goes], rows, places) if len(rows) else (keys[:0], before[:0])
        at = np.searchsorted(self.known["key"], keys)  # arrivals have moved them
        self.known["stop"][at] = np.where((stop == Stop.WENT_ON) & ~self.known["moved"][at], nothing, stop)
        self.known["left"][at] = np.where(stop == Stop.WENT_ON, 0, left)
        return improved

    def _cap(self, hop: int, number: Ints, at: Ints, stop: Ints, fresh: Ints) -> None:
        """Turn going on into a stop, and its transfers into none, where the hop limit or the size cap is reached."""
        going, moved = stop == Stop.WENT_ON, self.known["moved"][at]
        if hop > self.caps.hops:
            self.late += _sums(number, going & moved & (fresh > 0), len(self.late))
            stop[going & ~moved] = Stop.HOPS
            fresh[:] = 0
            return
        needs = _sums(number, np.where(going, fresh, 0), len(self.used))
        self.halted[(needs > 0) & (self.used + needs > self.caps.transfers)] = hop
        halted = self.halted[number] > 0
        stop[going & halted & ~moved] = Stop.SIZE
        fresh[halted] = 0

    def _legs(self, hop: int, low: Ints, until: Ints) -> tuple[Ints, Ints]:
        """Every followable leg from LOW to UNTIL: which of the two it belongs to, and its place."""
        lengths = until - low
        rows = np.repeat(np.arange(len(low)), lengths)
        places = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + low[rows]
        keep = self.onward.cents[places] >= self.caps.least_cents
        rows, places = rows[keep], places[keep]
        if hop == 1 and np.any(self.unfollowed):
            order = np.lexsort((places, -self.onward.cents[places], rows))
            rank = np.empty(len(rows), np.int64)
            rank[order] = np.arange(len(rows)) - np.searchsorted(rows, rows)  # within each subject, largest first
            rows, places = rows[rank < self.caps.fan_out], places[rank < self.caps.fan_out]
        return rows, places

    def _arrive(self, hop: int, number: Ints, at: Ints, rows: Ints, places: Ints) -> tuple[Ints, Ints]:
        """Note the transfers and their arrivals; the keys whose arrival improved, and what it was before."""
        far = self.onward.far(places)
        away = far != NOWHERE
        rows, places, far = rows[away], places[away], far[away]
        self.known["moved"][at[rows]] = True
        self.moves.append((number[rows], np.full(len(rows), hop, np.int64), places))
        self.used += _sums(number[rows], np.ones(len(rows), np.int64), len(self.used))
        times, keys = self.onward.times[places], (number[rows] << ACCOUNT_BITS) + far
        order = np.lexsort((times, keys))
        keys, first = np.unique(keys[order], return_index=True)
        return self._improve(hop, keys, times[order][first])

    def _improve(self, hop: int, keys: Ints, times: Ints) -> tuple[Ints, Ints]:
        at = np.minimum(np.searchsorted(self.known["key"], keys), len(self.known) - 1)
        known = self.known["key"][at] == keys
        before = np.where(known, self.known["arrival"][at], _NEVER)
        better = times < before
        keys, times, known, before, at = keys[better], times[better], known[better], before[better], at[better]
        self.known["arrival"][at[known]] = times[known]
        ended = self.ends.among(keys & _ACCOUNT)
        new = np.zeros(int((~known).sum()), _KNOWN)
        new["key"], new["arrival"], new["hop"] = keys[~known], times[~known], hop
        new["stop"] = np.where(ended[~known], Stop.LABELLED, Stop.NOTHING_ONWARD)
        self.known = np.concatenate([self.known, new])
        self.known = self.known[np.argsort(self.known["key"], kind="stable")]
        return keys[~ended], before[~ended]

    def _walk(self, labels: Labels) -> Walk:
        none = np.empty(0, np.int64)
        number, hop, place = (np.concatenate(part) for part in zip((none, none, none), *self.moves, strict=True))
        order = np.lexsort((self.onward.rows[place], self.onward.epochs(place), hop, number))
        reached = self.known[self.known["hop"] > 0]
        return Walk(
            subjects=self.subjects,
            onward=self.onward,
            labels=labels,
            number=number[order],
            hop=hop[order],
            place=place[order],
            reached_number=reached["key"] >> ACCOUNT_BITS,
            reached=reached["key"] & _ACCOUNT,
            reached_hop=reached["hop"],
            reached_at=reached["arrival"] * (-1 if self.backward else 1),
            stop=reached["stop"],
            left=reached["left"],
            below=self.below,
            unfollowed=self.unfollowed,
            late=self.late,
            halted=self.halted,
        )


def _sums(number: Ints, values: Ints, length: int) -> Ints:
    """VALUES added up by subject."""
    total = np.zeros(length, np.int64)
    np.add.at(total, number, values.astype(np.int64))
    return total
