"""The transfers of accounts within the windows of the subjects who lead to them, in one direction, hubs left shut."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.records import Subjects
from casewright.tools.adjacency import Adjacency, Progress
from casewright.tools.onward import NOWHERE, Bools, Ints, LegsMet, Onward
from casewright.tools.paths import ranges
from casewright.tools.steps import ALWAYS
from casewright.tools.warehouse import Ledger

Floats = NDArray[np.float64]


class Edges(NamedTuple):
    """Transfers between different accounts, each found from an entry of what was asked."""

    entry: Ints  # whose transfer it is, an index into what was asked
    number: Ints  # the subject in whose window it was looked for
    account: Ints  # the far side
    epoch: Ints
    cents: Ints

    def only(self, which: Bools | Ints) -> "Edges":
        """Some of them."""
        return Edges(*(part[which] for part in self))


class Way:
    """One direction: what left accounts, or with BACKWARD what came to them."""

    def __init__(self, onward: Onward, subjects: Subjects, *, backward: bool) -> None:
        since = np.array([-ALWAYS if s.since is None else s.since for s in subjects], np.int64)
        until = np.array([ALWAYS if s.until is None else s.until for s in subjects], np.int64)
        self.onward, self.sign = onward, -1 if backward else 1
        self._first, self._end = (1 - until, 1 - since) if backward else (since, until)

    def bounds(self, number: Ints, account: Ints) -> tuple[Ints, Ints]:
        """The first place and the end of each account's transfers in that subject's window."""
        self.onward.read(account)
        low = self.onward.place(account, self._first[number])
        return low, np.maximum(low, self.onward.place(account, self._end[number]))

    def count(self, number: Ints, account: Ints) -> Ints:
        """How many transfers each account has in that subject's window."""
        low, high = self.bounds(number, account)
        return high - low

    def edges(self, number: Ints, account: Ints, most: int) -> Edges:
        """The transfers of those accounts that have at most MOST; of the others none."""
        low, high = self.bounds(number, account)
        rows, places = ranges(low, np.where(high - low > most, low, high))
        return self._edges(rows, number[rows], places)

    def spread(self, number: Ints, account: Ints, most: int) -> Edges:
        """The transfers of these accounts; of one with more than MOST so many, evenly spread over them in time."""
        low, high = self.bounds(number, account)
        rows, nth = ranges(np.zeros_like(low), np.minimum(high - low, most))
        count = (high - low)[rows]
        return self._edges(rows, number[rows], low[rows] + np.where(count > most, nth * count // most, nth))

    def _edges(self, rows: Ints, number: Ints, places: Ints) -> Edges:
        far = self.onward.far(places)
        found = Edges(rows, number, far, self.onward.epochs(places), self.onward.cents[places])
        return found.only(far != NOWHERE)


class Ways(NamedTuple):
    """Both directions of one ledger, with the subjects' numbers in each."""

    out: Way
    into: Way

    def here(self, accounts: Ints) -> Ints:
        """The numbers that accounts of the incoming side bear on the outgoing one."""
        return _renumbered(self.into.onward, self.out.onward, accounts)

    def there(self, accounts: Ints) -> Ints:
        """The numbers that accounts of the outgoing side bear on the incoming one."""
        return _renumbered(self.out.onward, self.into.onward, accounts)


def _renumbered(one: Onward, other: Onward, accounts: Ints) -> Ints:
    if isinstance(one, Adjacency):
        return accounts
    which, at = np.unique(accounts, return_inverse=True)
    return other.number([one.names[n] for n in which.tolist()])[at]


def onwards(ledger: Ledger, subjects: Subjects, progress: Progress | None = None) -> tuple[Onward, Onward]:
    """Both directions, out and in, for these subjects: mapped whole where they are many, else read as met."""
    if Adjacency.pays(ledger, len(subjects)):
        return Adjacency.open(ledger, progress=progress), Adjacency.open(ledger, backward=True)
    since = min((-ALWAYS if s.since is None else s.since for s in subjects), default=0)
    until = max((ALWAYS if s.until is None else s.until for s in subjects), default=0)
    out, into = (LegsMet(ledger, backward=b, since=since, until=until, valued=False) for b in (False, True))
    return out, into


def ways(onward: tuple[Onward, Onward], subjects: Subjects) -> Ways:
    """The windows of these subjects upon both directions."""
    return Ways(Way(onward[0], subjects, backward=False), Way(onward[1], subjects, backward=True))
