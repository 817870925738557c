"""What a trace is asked and what a walk found: its caps, the arrays of a walk, and their reading subject by subject."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np

from casewright.knowledge.records import Subject, Subjects
from casewright.tools.labels import Label, Labels, risk_rank
from casewright.tools.onward import UNKNOWN, Bools, Ints, Onward

ACCOUNT_BITS = 32  # a subject's number and an account in one integer


@dataclass(frozen=True)
class Caps:
    """Where a trace gives up, each told when it bites."""

    hops: int = 5
    min_usd: Decimal = Decimal(0)
    fan_out: int = 1_000  # onward transfers of one account; a subject's own largest are followed

    @property
    def transfers(self) -> int:
        """The most transfers of one subject's whole trace; a hop that would pass it is not taken."""
        return 20 * self.fan_out

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
    passed: Bools  # it arrived where a trace ends, but passed on within its own transaction
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


class Arrivals(NamedTuple):
    """For each account reached of a walk: the transfers that reached it, and their values (UNKNOWN where none is)."""

    transfers: Ints
    cents: Ints
    local_cents: Ints
    hop: Ints  # the fewest
    first: Ints  # epochs
    last: Ints
    row: Ints  # the first in the ledger: no two accounts have the same, so it decides between equals


def arrivals(walk: Walk, which: Bools | None = None) -> Arrivals:
    """What reached each account of the walk, by all transfers or by those that WHICH picks."""
    chosen = np.arange(len(walk.place)) if which is None else np.flatnonzero(which)
    places, count = walk.place[chosen], len(walk.reached)
    keys = (walk.reached_number << ACCOUNT_BITS) + walk.reached
    into = (walk.number[chosen] << ACCOUNT_BITS) + walk.onward.far(places)
    at = np.searchsorted(keys, into)
    there = np.flatnonzero(at < count)
    there = there[keys[at[there]] == into[there]]  # what came back to the subject reached nobody new
    at, places = at[there], places[there]
    transfers, cents, local, known, known_local = np.zeros((5, count), np.int64)
    first, last, hop, row = (np.full(count, start) for start in (2**62, -(2**62), 2**62, 2**62))
    np.add.at(transfers, at, 1)
    for total, seen, values in (
        (cents, known, walk.onward.cents[places]),
        (local, known_local, walk.onward.local_cents[places]),
    ):
        np.add.at(total, at, np.maximum(values, 0))
        np.add.at(seen, at, values != UNKNOWN)
    epochs = walk.onward.epochs(places)
    np.minimum.at(first, at, epochs)
    np.maximum.at(last, at, epochs)
    np.minimum.at(hop, at, walk.hop[chosen][there])
    np.minimum.at(row, at, walk.onward.rows[places])
    cents[known == 0] = UNKNOWN
    local[known_local == 0] = UNKNOWN
    return Arrivals(transfers, cents, local, hop, first, last, row)


@dataclass(frozen=True)
class Part:
    """One subject's part of a walk: where it stands in the walk's arrays."""

    walk: Walk
    subject: Subject
    nr: int
    moves: slice
    reached: slice

    @property
    def transfers(self) -> int:
        """How many transfers were followed."""
        return int(self.moves.stop - self.moves.start)

    @cached_property
    def places(self) -> Ints:
        """The places of the transfers followed, by hop and time."""
        places: Ints = self.walk.place[self.moves]
        return places

    @cached_property
    def hops(self) -> Ints:
        """Their hops."""
        return self.walk.hop[self.moves]

    @cached_property
    def epochs(self) -> Ints:
        """When they happened."""
        return self.walk.onward.epochs(self.places)


def parts(walk: Walk) -> Iterator[Part]:
    """The walk, subject by subject in order."""
    numbers = np.arange(len(walk.subjects) + 1)
    moves = np.searchsorted(walk.number, numbers).tolist()
    reached = np.searchsorted(walk.reached_number, numbers).tolist()
    for nr, subject in enumerate(walk.subjects):
        yield Part(walk, subject, nr, slice(moves[nr], moves[nr + 1]), slice(reached[nr], reached[nr + 1]))


def labelled(walk: Walk, at: Ints) -> tuple[dict[int, list[Label]], Ints]:
    """The labels of the accounts at these positions of the walk, by account, and each position's rank of risk.

    An account's labels are its best, then the best of each further category that carries risk or ends a trace.
    """
    accounts, which = np.unique(walk.reached[at], return_inverse=True)
    labels = [walk.labels.by_category(walk.onward.names[n]) for n in accounts]
    ranks = np.array([risk_rank(some[0].category if some else None) for some in labels], np.int64)
    return {n: some for n, some in zip(accounts.tolist(), labels, strict=True) if some}, ranks[which]


def total(cents: Ints) -> int:
    """The sum of the known amounts, UNKNOWN where none is known."""
    known = cents[cents != UNKNOWN]
    return int(known.sum()) if len(known) else UNKNOWN


def amount(cents: int) -> Decimal | None:
    """Cents as money, None for an unknown amount."""
    return None if cents == UNKNOWN else Decimal(cents).scaleb(-2)
