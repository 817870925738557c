"""Which deposit became which withdrawal: an account's deposits as lots, followed through trades and fees.

Value of one asset cannot be told apart, so that every answer is a convention. There are three: what came in first
leaves first (`fifo`), what came in last leaves first (`lifo`), and everything that is held leaves in proportion
(`pro_rata`). A trade takes lots of the asset given and makes lots of the asset got, which still stand for the deposits
behind them; a lot's place in the line of its asset is when it came into that asset.

Amounts are whole numbers of the asset's smallest unit: nothing is created and nothing is lost.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from casewright.tools.lots import FIRST, OPENING, Line, Lot, Mix, Pool, Way, joined, smallest, split

Method = Literal["fifo", "lifo", "pro_rata"]
METHODS: tuple[Method, ...] = ("fifo", "lifo", "pro_rata")
Kind = Literal["credit", "trade", "debit", "fee"]
# Of events in the same second: what came in can be traded, and what was traded can leave.
_ORDER: tuple[Kind, ...] = ("credit", "trade", "debit", "fee")

_WORK = 4_000_000  # lots times events that an answer may take: some seconds
_LEAST_LOTS = 64


class Event(NamedTuple):
    """A completed movement of the account's own. A trade gives `amount` of `asset` and gets `amount_in`."""

    at: int  # epoch seconds
    kind: Kind
    transfer: str
    asset: str
    amount: int
    asset_in: str = ""
    amount_in: int = 0


@dataclass(slots=True)
class Fate:
    """What became of a deposit, in its own units: `amount` is these and what lots still held have behind them."""

    amount: int
    withdrawn: int = 0
    fees: int = 0
    lost: int = 0  # went into trades that gave nothing for it
    together: int = 0  # is no longer told apart

    @property
    def spent(self) -> int:
        """What is not held any more, or no longer told apart."""
        return self.withdrawn + self.fees + self.lost + self.together


def order(event: Event) -> tuple[int, int, str]:
    """By time; in the same second credits first, then trades, withdrawals and fees, each by the transfer's id."""
    return event.at, _ORDER.index(event.kind), event.transfer


def most_lots(events: int) -> int:
    """How many lots of an asset are told apart in an account of so many events: all of them in all but the largest."""
    return max(_LEAST_LOTS, _WORK // max(events, 1))


class Book:
    """An account's lots under one method, from its first event on."""

    def __init__(self, method: Method, most_lots: int) -> None:
        self.method, self.most_lots = method, most_lots
        self.opening: dict[str, int] = {}  # of each asset: what went without having come in
        self._pools: dict[str, Pool] = {}
        self._fates: list[Fate] = []

    def happen(self, event: Event) -> list[Lot]:
        """Book the next event in order; returns what it took, one lot a source, nothing for a credit.

        What was not there to take has come out of the opening balance.
        """
        if event.kind == "credit":
            self._fates.append(Fate(event.amount))
            source = len(self._fates) - 1 + FIRST
            self._put(event.asset, [Lot(source, event.amount, event.amount)])
            return []
        taken = self._take(event.asset, event.amount)
        if event.kind == "trade":
            self._trade(event, taken)
            return taken
        for lot in taken:
            if lot.source >= FIRST:
                fate = self._fates[lot.source - FIRST]
                if event.kind == "fee":
                    fate.fees += lot.behind
                else:
                    fate.withdrawn += lot.behind
        return taken

    def fate(self, source: int) -> Fate:
        """What has become of a deposit so far."""
        return self._fates[source - FIRST]

    def held(self) -> Iterator[tuple[str, Lot]]:
        """The lots still held, with their assets."""
        for asset, pool in self._pools.items():
            for lot in pool.lots():
                yield asset, lot

    def _pool(self, asset: str) -> Pool:
        pool = self._pools.get(asset)
        if pool is None:
            pool = Mix() if self.method == "pro_rata" else Line(newest_first=self.method == "lifo")
            self._pools[asset] = pool
        return pool

    def _put(self, asset: str, lots: Sequence[Lot]) -> None:
        pool = self._pool(asset)
        pool.put([lot for lot in lots if lot.amount])
        if isinstance(pool, Mix):
            self._no_longer_apart(pool.fewer(self.most_lots))

    def _take(self, asset: str, amount: int) -> list[Lot]:
        taken = self._pool(asset).take(amount)
        lacking = amount - sum([lot.amount for lot in taken])
        if lacking:
            self.opening[asset] = self.opening.get(asset, 0) + lacking
            taken.append(Lot(OPENING, lacking, 0))
        elif self.method == "pro_rata":  # has one lot a source already
            return taken
        by_source: dict[int, Lot] = {}
        for lot in taken:
            held = by_source.get(lot.source)
            by_source[lot.source] = lot if held is None else joined(held, lot)
        return list(by_source.values())

    def _trade(self, event: Event, taken: list[Lot]) -> None:
        """Make the lots got: what was given for nothing is lost, what was got for nothing stands for no deposit."""
        if not taken and event.amount_in:
            self._put(event.asset_in, [Lot(OPENING, event.amount_in, 0)])
            return
        if len(taken) > self.most_lots:
            kept, small = smallest(taken, self.most_lots // 2)
            self._no_longer_apart(small)
            taken = kept
        got = []
        for lot, amount in zip(taken, split(event.amount_in, (lot.amount for lot in taken), event.amount), strict=True):
            if amount:
                trades = lot.way.trades + 1 if lot.way else 1
                got.append(Lot(lot.source, amount, lot.behind, Way(event.asset, trades, lot.way)))
            elif lot.source >= FIRST:
                self.fate(lot.source).lost += lot.behind
        self._put(event.asset_in, got)

    def _no_longer_apart(self, lots: Iterable[Lot]) -> None:
        for lot in lots:
            self.fate(lot.source).together += lot.behind
