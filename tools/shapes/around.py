"""What is known around each subject before shapes are weighed: its own transfers, its degrees, those of its window."""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.records import Subjects
from casewright.tools.onward import FOLLOWED, Ints
from casewright.tools.shapes.chance import STEPS, Amounts, ordinary
from casewright.tools.shapes.window import Edges, Floats, Ways
from casewright.tools.steps import ALWAYS
from casewright.tools.warehouse import Ledger

MOST = 1_000  # transfers of one account and direction that are looked at
_DAY = 86_400
_ALL = f"""
select l.epoch // {_DAY} as day, count(*) as n,
    coalesce(cast(floor(ln(cast(l.usd as double) * 100) * {STEPS}) as bigint), 0) as bucket
from transfers l where {FOLLOWED} and l.epoch >= $since and l.epoch < $until and (l.usd is null or l.usd > 0)
group by 1, 3 order by 1, 3"""


class Shape(NamedTuple):
    """One shape of one subject; members are account numbers of the outgoing side, in the order of the shape."""

    number: int
    name: str
    weight: float
    members: list[int]


@dataclass(frozen=True)
class Around:
    """The subjects' surroundings. Accounts bear the numbers of the outgoing side throughout."""

    ways: Ways
    starts: Ints
    out: Edges  # of the subjects
    into: Edges
    payees: Floats  # different ones, for each subject
    payers: Floats
    seen_out: Ints  # transfers in the window, those beyond MOST and those to oneself counted
    seen_in: Ints
    amounts: Amounts  # of all transfers in the windows
    usual: Floats  # transfers each way of the counterparties in the window, the median
    busy: Ints  # counterparties with more than MOST transfers in one direction
    everywhere: Floats  # transfers of the whole ledger in each subject's window

    def names(self, accounts: Ints) -> NDArray[np.str_]:
        """What the accounts are called: the order of their names settles what else is equal."""
        return np.array([self.ways.out.onward.names[n] for n in accounts.tolist()], np.str_)

    def fewer(self, number: Ints, payers: Floats | int, payees: Floats | int) -> Floats:
        """How much likelier the rest is ordinary than the whole, where so many payers and payees are a shape's own."""
        came, went = self.payers[number], self.payees[number]
        weight: Floats = ordinary(
            np.maximum(came - payers, 0), np.maximum(went - payees, 0), self.usual[number]
        ) - ordinary(came, went, self.usual[number])
        return weight


def around(ledger: Ledger, subjects: Subjects, ways: Ways) -> Around:
    """Look at the subjects' own transfers."""
    numbers = np.arange(len(subjects))
    starts = ways.out.onward.number(s.id for s in subjects)
    theirs = ways.into.onward.number(s.id for s in subjects)
    out, into = ways.out.spread(numbers, starts, MOST), ways.into.spread(numbers, theirs, MOST)
    into = into._replace(account=ways.here(into.account))
    amounts, everywhere = _everything(ledger, subjects)
    return Around(
        ways, starts, out, into,
        different(out, len(subjects)), different(into, len(subjects)),
        ways.out.count(numbers, starts), ways.into.count(numbers, theirs),
        amounts, *_usual(ways, out, into, len(subjects)), everywhere,
    )  # fmt: skip


def different(edges: Edges, count: int) -> Floats:
    """How many different accounts stand on the far side for each subject."""
    pairs = np.unique(np.stack([edges.number, edges.account]), axis=1)
    return np.bincount(pairs[0], minlength=count).astype(np.float64)


def _usual(ways: Ways, out: Edges, into: Edges, count: int) -> tuple[Floats, Ints]:
    """The median of how many transfers each way a subject's counterparties have, one at least; how many are hubs."""
    number, account = np.concatenate([out.number, into.number]), np.concatenate([out.account, into.account])
    pairs = np.unique(np.stack([number, account]), axis=1)
    went, came = ways.out.count(pairs[0], pairs[1]), ways.into.count(pairs[0], ways.there(pairs[1]))
    busy = np.bincount(pairs[0], np.maximum(went, came) > MOST, minlength=count).astype(np.int64)
    both = went + came
    bounds = np.searchsorted(pairs[0], np.arange(count + 1))
    found = [np.median(both[low:high]) / 2 if high > low else 1 for low, high in itertools.pairwise(bounds.tolist())]
    return np.maximum(np.array(found, np.float64), 1), busy


def _everything(ledger: Ledger, subjects: Subjects) -> tuple[Amounts, Floats]:
    """How common amounts are, and how many transfers the whole ledger has in each window, to the day: one at least."""
    since = np.array([-ALWAYS if s.since is None else s.since // _DAY * _DAY for s in subjects], np.int64)
    until = np.array([ALWAYS if s.until is None else -(-s.until // _DAY) * _DAY for s in subjects], np.int64)
    found = ledger.arrays(_ALL, since=min(since.tolist(), default=0), until=max(until.tolist(), default=0))
    days, bucket, count = (found[name].astype(np.int64) for name in ("day", "bucket", "n"))
    upto = np.concatenate([[0], np.cumsum(count)])
    within = upto[np.searchsorted(days, until // _DAY)] - upto[np.searchsorted(days, since // _DAY)]
    known = bucket > 0
    return Amounts(bucket[known], count[known]), np.maximum(within, 1).astype(np.float64)
