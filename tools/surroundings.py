"""What lies within some hops of accounts: the transfers that value can have taken there, and what labels say of whom.

Measures that may use only what was known at a moment need both with their times: a transfer stands at the second in
which it became known, an address is closed from when a label that ends a trace was known, and risky from when that was.
"""

from collections.abc import Sequence

import numpy as np

from casewright.tools.adjacency import Adjacency
from casewright.tools.labels import ending, risky
from casewright.tools.onward import FAR_TIME, FOLLOWED, KNOWN, NOWHERE, TIME_BITS, Ints, LegsMet, Onward
from casewright.tools.paths import distinct, within
from casewright.tools.warehouse import Ledger

ANY = "any"  # stands for every category that carries risk
FEW = 20  # where they are fewer than one in so many of all, it pays to look where value can have gone at all
_EVER = 2**62
_LABELS = """
select id, category, min(known_epoch) as known from labels where id in (select unnest($ids)) group by id, category"""


def onward_of(ledger: Ledger, accounts: int, *, backward: bool, until: int, what: str = FOLLOWED) -> Onward:
    """What to follow transfers along, each at the second in which it became known: mapped for many ACCOUNTS.

    The mapped arrays are sorted by when transfers happened, and serve only where each was known at once. UNTIL bounds
    what is read, exclusive; WHAT tells in SQL which legs `l` are followed.
    """
    mapped = what == FOLLOWED and Adjacency.pays(ledger, accounts)
    if mapped and not ledger.rows("select 1 from legs where known_epoch > epoch limit 1"):
        return Adjacency.open(ledger, backward=backward)
    return LegsMet(ledger, backward=backward, since=-_EVER, until=until, valued=False, what=what, moment=KNOWN)


class Marks:
    """From which epoch on the labels of each account were known; FAR_TIME for never. Each is looked up once."""

    def __init__(self, ledger: Ledger, onward: Onward) -> None:
        self._ledger, self._onward = ledger, onward
        self._seen = np.empty(0, np.bool_)
        self._known: dict[str, Ints] = {}  # of each category, and of ANY
        self._closed = np.empty(0, np.int64)

    def look_up(self, accounts: Ints) -> None:
        """Have the labels of these accounts here."""
        self._grow()
        fresh = distinct(accounts[~self._seen[accounts]], len(self._seen))
        self._seen[fresh] = True
        if (labelled := self._onward.labelled()) is not None:
            fresh = fresh[fresh < len(labelled)]
            fresh = fresh[labelled[fresh]]
        if not len(fresh):
            return
        numbers = {self._onward.names[n]: n for n in fresh.tolist()}
        for name, category, known in self._ledger.rows(_LABELS, ids=list(numbers)):
            at = numbers[name]
            for place in (category, *([ANY] if category in risky() else [])):
                if place not in self._known:
                    self._known[place] = self._never(len(self._closed))
                self._known[place][at] = min(self._known[place][at], known)
            if category in ending():
                self._closed[at] = min(self._closed[at], known)

    def closed(self) -> Ints:
        """For each account, from when on nothing is followed out of it."""
        self._grow()
        return self._closed

    def known(self, category: str) -> Ints:
        """For each account, from when on it was known to be of that category, or of ANY that carries risk."""
        self._grow()
        return self._known.get(category, self._never(len(self._closed)))

    def _grow(self) -> None:
        more = len(self._onward.names) - len(self._closed)
        if more:
            self._seen = np.concatenate([self._seen, np.zeros(more, np.bool_)])
            self._closed = np.concatenate([self._closed, self._never(more)])
            self._known = {name: np.concatenate([of, self._never(more)]) for name, of in self._known.items()}

    @staticmethod
    def _never(length: int) -> Ints:
        return np.full(length, FAR_TIME, np.int64)


class Surroundings:
    """The transfers within HOPS of the accounts, sorted by the nearer side and time, and how value goes on from each.

    From an address that was reached, its transfers at or after the arrival are taken (equal seconds in any order):
    forward only its first FAN_OUT and none once it is closed; backward none where more than FAN_OUT had come in by
    then, or where it was closed already. The accounts' own transfers are all taken, those to themselves excepted.
    """

    def __init__(
        self, ledger: Ledger, accounts: Sequence[str], *, backward: bool, hops: int, fan_out: int, until: int,
        what: str = FOLLOWED,
    ) -> None:  # fmt: skip
        self.onward = onward_of(ledger, len(accounts), backward=backward, until=until, what=what)
        self.marks = Marks(ledger, self.onward)
        self.backward, self._fan_out = backward, fan_out
        self.starts = self.onward.number(accounts)
        if isinstance(self.onward, Adjacency) and len(accounts) * FEW >= self.onward.names.known:
            self._read = np.ones(len(self.onward.names), np.bool_)
            self.marks.look_up(np.arange(self.onward.names.known))
            self.places = np.arange(len(self.onward.rows))
        else:
            self.places = self._spread(hops)
        self.far = self.onward.far(self.places)
        self.places, self.far = self.places[self.far != NOWHERE], self.far[self.far != NOWHERE]
        self.moment = self.onward.epochs(self.places)
        self._link()

    def own(self) -> Ints:
        """Which of `places` are transfers of the accounts themselves: indexes."""
        mine = np.zeros(len(self.onward.names), np.bool_)
        mine[self.starts] = True
        return np.flatnonzero(mine[self.onward.near(self.places)])

    def least_from(self, values: Ints) -> Ints:
        """For each transfer, the least of VALUES among those that its value can go on with; FAR_TIME for none."""
        lift = self._segment << TIME_BITS
        held = np.where(self._passes, values, FAR_TIME) + lift
        least = np.minimum.accumulate(held[::-1])[::-1] - lift
        found: Ints = np.append(least, FAR_TIME)[self._on]
        return found

    def _spread(self, hops: int) -> Ints:
        """Every place that a path of so many hops can take, by the earliest arrivals."""
        onward, marks = self.onward, self.marks
        accounts = np.unique(self.starts)
        marks.look_up(accounts)
        times = np.full(len(accounts), -FAR_TIME, np.int64)
        best, first = np.empty(0, np.int64), np.empty(0, np.int64)  # of each account: arrival, first place taken
        read, found = [accounts], [np.empty(0, np.int64)]
        for hop in range(1, hops + 1):
            onward.read(accounts)
            best, first = (_longer(known, len(onward.names)) for known in (best, first))
            low, (begin, end) = onward.place(accounts, times), onward.window(accounts)
            if hop > 1 and self.backward:
                low = np.maximum(low, end - self._fan_out)
            elif hop > 1:
                end = np.minimum(end, begin + self._fan_out)
                end = np.minimum(end, np.maximum(onward.place(accounts, marks.closed()[accounts]), begin))
            end = np.minimum(end, first[accounts])  # what a later arrival took is taken
            first[accounts] = np.minimum(low, first[accounts])
            places = within(low, np.maximum(low, end))
            far = onward.far(places)
            places, far = places[far != NOWHERE], far[far != NOWHERE]
            found.append(places)
            marks.look_up(far)
            if self.backward:
                open_then = onward.epochs(places) < marks.closed()[far]
                places, far = places[open_then], far[open_then]
            best = _longer(best, len(onward.names))
            before = best.copy()
            np.minimum.at(best, far, onward.time(places))
            accounts = np.flatnonzero(best < before)
            times = best[accounts]
            if hop < hops:
                read.append(accounts)
        self._read = np.zeros(len(onward.names), np.bool_)
        self._read[np.concatenate(read)] = True
        places = np.concatenate(found)
        return distinct(places, int(places.max(initial=-1)) + 1)

    def _link(self) -> None:
        """Where the value of each transfer goes on from, and which transfers it may go on with."""
        onward, closed, far = self.onward, self.marks.closed(), self.far
        times, near = onward.time(self.places), onward.near(self.places)
        self._segment = np.cumsum(np.diff(near, prepend=near[:1]) != 0)
        self._passes = np.ones(len(far), np.bool_)
        goes = self._read[far]
        low, end = np.zeros((2, len(far)), np.int64)
        low[goes] = onward.place(far[goes], times[goes])
        end[goes] = onward.window(far[goes])[1]
        if self.backward:
            goes &= (end - low <= self._fan_out) & (self.moment < closed[far])
        else:
            rank = self.places - onward.window(near)[0]
            self._passes = (rank < self._fan_out) & (times < closed[near])
        low, end = np.searchsorted(self.places, low), np.searchsorted(self.places, end)
        self._on = np.where(goes & (low < end), low, len(far))  # indexes of `places`


def _longer(values: Ints, length: int) -> Ints:
    """The values with one for each account, FAR_TIME for those that are new."""
    return np.concatenate([values, np.full(length - len(values), FAR_TIME, np.int64)])
