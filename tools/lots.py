"""Lots of an asset that stand for deposits, and the two ways to hold them: in a line, or mixed.

Amounts are whole numbers of the asset's smallest unit, and parts are cut by cumulative rounding: the first parts of a
whole, added up and rounded down, are what they are, so that parts always add to the whole and each lies within one
smallest unit of its true share. Nothing is created and nothing is lost.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

# The sources that are no deposit of their own; deposits are numbered from 2 on, in the order in which they came in.
OPENING = 0  # what left, or was given in a trade, without having come in
TOGETHER = 1  # deposits whose lots were too many and too small to be told apart
FIRST = 2


class Way(NamedTuple):
    """The assets that a lot has been, the last trade first."""

    asset: str  # what the last trade gave for it
    trades: int
    before: "Way | None" = None

    def assets(self) -> list[str]:
        """The assets given on the way, the deposit's own first."""
        way: Way | None = self
        found = []
        while way is not None:
            found.append(way.asset)
            way = way.before
        return found[::-1]


class Lot(NamedTuple):
    """Some of an asset that stands for some of one deposit."""

    source: int
    amount: int
    behind: int  # how much of the deposit stands behind it, in smallest units of the deposit's asset; else 0
    way: Way | None = None


def split(whole: int, weights: Iterable[int], total: int) -> Iterator[int]:
    """The whole cut in proportion to weights that add to TOTAL: parts that add to the whole."""
    run = before = 0
    for weight in weights:
        run += weight
        upto = run * whole // total if total else 0
        yield upto - before
        before = upto


class Pool(Protocol):
    """The lots of one asset that the account holds."""

    def put(self, lots: Sequence[Lot]) -> None: ...

    def take(self, amount: int) -> list[Lot]:
        """Lots of that amount in all, of less where less is held."""

    def lots(self) -> Iterable[Lot]: ...


class Line:
    """Lots in the order in which they came in: taken from the oldest on, or from the newest."""

    def __init__(self, *, newest_first: bool) -> None:
        self._held: deque[Lot] = deque()
        self._end = -1 if newest_first else 0

    def put(self, lots: Sequence[Lot]) -> None:
        """The lots that one trade makes keep the order in which their deposits were taken."""
        self._held.extend(reversed(lots) if self._end else lots)

    def take(self, amount: int) -> list[Lot]:
        held, end, taken = self._held, self._end, []
        while amount and held:
            lot = held[end]
            if lot.amount <= amount:
                taken.append(held.pop() if end else held.popleft())
                amount -= lot.amount
                continue
            behind = lot.behind * amount // lot.amount
            taken.append(Lot(lot.source, amount, behind, lot.way))
            held[end] = Lot(lot.source, lot.amount - amount, lot.behind - behind, lot.way)
            break
        return taken

    def lots(self) -> Iterable[Lot]:
        return self._held


class Mix:
    """Lots of which each takes its part in whatever leaves; a source has one lot."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[int, int, Way | None]] = {}  # amount, behind, way
        self._total = 0

    def put(self, lots: Sequence[Lot]) -> None:
        for lot in lots:
            self._total += lot.amount
            held = self._held.get(lot.source)
            self._held[lot.source] = lot[1:] if held is None else joined(Lot(lot.source, *held), lot)[1:]

    def take(self, amount: int) -> list[Lot]:
        total, held = self._total, self._held
        if amount >= total:
            taken = list(self.lots())
            self._held, self._total = {}, 0
            return taken
        taken, gone = [], []
        run = before = 0
        for source, (here, behind, way) in held.items():
            run += here
            upto = run * amount // total
            part = upto - before
            if not part:
                continue
            before = upto
            used = part if behind == here else behind * part // here
            taken.append(Lot(source, part, used, way))
            if part == here:
                gone.append(source)
            else:
                held[source] = (here - part, behind - used, way)
        for source in gone:
            del held[source]
        self._total = total - amount
        return taken

    def lots(self) -> Iterable[Lot]:
        return (Lot(source, *lot) for source, lot in self._held.items())

    def fewer(self, most: int) -> list[Lot]:
        """Put the smallest lots together where there are more than MOST; half of those are left. Tells which."""
        if len(self._held) <= most:
            return []
        kept, small = smallest(list(self.lots()), most // 2)
        self._held = {lot.source: lot[1:] for lot in kept}
        return small


def joined(one: Lot, other: Lot) -> Lot:
    """Two lots of one source as one, with the shorter way."""
    shorter = one if (one.way.trades if one.way else 0) <= (other.way.trades if other.way else 0) else other
    return Lot(one.source, one.amount + other.amount, one.behind + other.behind, shorter.way)


def smallest(lots: Sequence[Lot], most: int) -> tuple[list[Lot], list[Lot]]:
    """The lots in their order, the smallest deposits beyond MOST put together as one; and these."""
    deposits = sorted((lot for lot in lots if lot.source >= FIRST), key=lambda lot: (-lot.amount, lot.source))
    small = deposits[most:]
    away = {lot.source for lot in small} | {TOGETHER}
    amount = sum(lot.amount for lot in lots if lot.source in away)
    ways = [lot.way for lot in lots if lot.source in away]
    way = None if None in ways else min((w for w in ways if w), key=lambda w: w.trades, default=None)
    kept = [lot for lot in lots if lot.source not in away]
    return ([*kept, Lot(TOGETHER, amount, 0, way)] if amount else kept), small
