"""One account's attribution by each method: the parts listed, what they add to, where the methods differ."""

import heapq
from array import array
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from itertools import combinations
from typing import NamedTuple

import numpy as np

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Row
from casewright.tools.attribution import Book, Event, Method, most_lots
from casewright.tools.lots import FIRST, OPENING, TOGETHER, Lot, split
from casewright.tools.queries._shape import share_of

PLACES = 18  # of a native amount
_WIDE = Context(prec=60)
_LONGEST_WAY = 6  # assets told one by one


class Move(NamedTuple):
    """An event with what is told of it beside its amount. CENTS are of USD and of the local currency, None: unknown."""

    event: Event
    other: str
    cents: tuple[int | None, ...]
    inside: bool


class Difference(NamedTuple):
    """How much of a withdrawal two methods lead back to different deposits."""

    cents: tuple[int | None, ...]
    share: Decimal
    move: Move
    between: tuple[Method, Method]

    @property
    def rank(self) -> tuple[int, Decimal]:
        """By value in USD, then by share."""
        return self.cents[0] or 0, self.share


class Tally:
    """What the withdrawals of the window add to under one method, by value in USD."""

    def __init__(self) -> None:
        self.by_origin = [0, 0, 0]  # cents: opening balance, deposits not told apart, deposits
        self.sources: set[int] = set()
        self._rested, self._cents = array("q"), array("q")

    def add(self, lots: Sequence[Lot], cents: Sequence[int | None], rested: Iterator[int | None]) -> None:
        for lot, value, seconds in zip(lots, cents, rested, strict=True):
            self.by_origin[min(lot.source, FIRST)] += value or 0
            if lot.source >= FIRST:
                self.sources.add(lot.source)
                if value and seconds is not None:
                    self._rested.append(seconds)
                    self._cents.append(value)

    def median_dwell(self) -> int | None:
        """Half of the value had rested at most so long."""
        if not self._cents:
            return None
        rested, cents = np.array(self._rested), np.array(self._cents, object)
        order = np.argsort(rested, kind="stable")
        upto = np.cumsum(cents[order])  # of Python's integers, which do not overflow
        return int(rested[order][np.searchsorted(2 * upto, upto[-1])])

    def share(self, *origins: int) -> Decimal | None:
        """The share of these origins in all that left and has a known value."""
        return share_of(sum(self.by_origin[origin] for origin in origins), sum(self.by_origin))


class Attributed:
    """The answer about one account: its moves booked under each method."""

    def __init__(self, moves: Sequence[Move], methods: Sequence[Method], limit: int, parts: int, money: Sequence[str]):
        self.methods, self.parts, self.money = methods, parts, money
        self.books = {method: Book(method, most_lots(len(moves))) for method in methods}
        self.tallies = {method: Tally() for method in methods}
        self.deposits = [move for move in moves if move.event.kind == "credit"]
        inside = [move for move in moves if move.inside]
        self.withdrawals = [move for move in inside if move.event.kind == "debit"]
        self.trades = [move for move in inside if move.event.kind == "trade"]
        self.credits = [move for move in inside if move.event.kind == "credit"]
        self.rows: list[Row] = []
        self.trade_rows: list[Row] = []
        self.difference: Difference | None = None
        kept = _largest(self.withdrawals, limit) | _largest(self.trades, limit)
        for move in moves:
            taken = {method: book.happen(move.event) for method, book in self.books.items()}
            if move.inside and move.event.kind == "debit":
                self._withdrawn(move, taken, listed=move.event.transfer in kept)
            elif move.event.kind == "trade" and move.event.transfer in kept:
                self.trade_rows += [row for method, lots in taken.items() for row in self._parts(move, method, lots)]
        self.deposit_rows = list(self._fates(_largest(self.credits, limit)))

    def _withdrawn(self, move: Move, taken: dict[Method, list[Lot]], *, listed: bool) -> None:
        for method, lots in taken.items():
            rested = (self._rested(move, lot.source) for lot in lots)
            self.tallies[method].add(lots, _cents(move.cents[0], move.event.amount, lots), rested)
            if listed:
                self.rows += self._parts(move, method, lots)
        for one, other in combinations(self.methods, 2):
            apart = _apart(taken[one], taken[other])
            if apart:
                whole, share = move.event.amount, share_of(apart, move.event.amount) or Decimal(0)
                cents = tuple(None if c is None else c * apart // whole for c in move.cents)
                found = Difference(cents, share, move, (one, other))
                if self.difference is None or found.rank > self.difference.rank:
                    self.difference = found

    def _rested(self, move: Move, source: int) -> int | None:
        return None if source < FIRST else move.event.at - self.deposits[source - FIRST].event.at

    def _parts(self, move: Move, method: Method, lots: list[Lot]) -> Iterator[Row]:
        """A row for each of the largest parts, the opening balance and all others: they add to the whole."""
        event = move.event
        values = [_cents(whole, event.amount, lots) for whole in move.cents]
        amounts_in = list(split(event.amount_in, (lot.amount for lot in lots), event.amount))
        order = sorted(range(len(lots)), key=lambda nr: (-lots[nr].amount, lots[nr].source))
        single = [nr for nr in order if lots[nr].source >= FIRST]
        apart = [nr for nr in order if lots[nr].source == OPENING]
        rest = [*single[self.parts :], *(nr for nr in order if lots[nr].source == TOGETHER)]
        for numbers in (*([nr] for nr in single[: self.parts]), apart, rest):
            if not numbers:
                continue
            row = self._head(move, method)
            amount = sum(lots[nr].amount for nr in numbers)
            row["amount"], row["share"] = native(amount), share_of(amount, event.amount)
            if event.kind == "trade":
                row["amount_in"] = native(sum(amounts_in[nr] for nr in numbers))
            for word, cents in zip(self.money, values, strict=True):
                row[word] = _money(cents, numbers)
            yield row | self._origin(move, method, [lots[nr] for nr in numbers])

    def _head(self, move: Move, method: Method) -> Row:
        event = move.event
        row: Row = {"at": iso(event.at), "transfer": event.transfer, "method": method, "asset": event.asset}
        return row | ({"asset_in": event.asset_in} if event.kind == "trade" else {"counterparty": move.other})

    def _origin(self, move: Move, method: Method, lots: list[Lot]) -> Row:
        """Where the part came from; what is told of a deposit is left empty of the opening balance and of several."""
        row: Row = {"origin": "deposit", "deposits": len(lots), "dwell": None, "conversions": None, "via": None}
        row |= dict.fromkeys(("deposit", "deposit_at", "deposit_from", "deposit_asset", "deposit_amount"))
        row |= {f"deposit_{word}": None for word in self.money}
        lot = lots[0]
        if lot.source == OPENING:
            return row | {"origin": "opening balance", "deposits": None}
        if len(lots) > 1 or lot.source == TOGETHER:
            unknown = any(lot.source == TOGETHER for lot in lots)
            return row | {"origin": "other deposits", "deposits": None if unknown else len(lots)}
        came, fate = self.deposits[lot.source - FIRST], self.books[method].fate(lot.source)
        row |= {"deposit": came.event.transfer, "deposit_at": iso(came.event.at), "deposit_from": came.other}
        row |= {"deposit_asset": came.event.asset, "deposit_amount": native(lot.behind)}
        # In a withdrawal the part is spent: cut where the parts before it ended, so that all parts add to the deposit.
        before = fate.spent - lot.behind if move.event.kind == "debit" else 0
        for word, whole in zip(self.money, came.cents, strict=True):
            if whole is not None:
                cents = whole * (before + lot.behind) // fate.amount - whole * before // fate.amount
                row[f"deposit_{word}"] = money_of(cents)
        row |= {"dwell": self._rested(move, lot.source), "conversions": lot.way.trades if lot.way else 0}
        return row | {"via": _way(lot, move.event.asset)}

    def _fates(self, kept: set[str]) -> Iterator[Row]:
        """What became of each of the largest deposits of the window, by each method."""
        for source, move in enumerate(self.deposits, FIRST):
            if move.event.transfer not in kept or not move.inside:
                continue
            for method, book in self.books.items():
                fate, row = book.fate(source), self._head(move, method)
                row |= {"amount": native(fate.amount), "share": share_of(fate.withdrawn, fate.amount)}
                row |= {
                    word: None if c is None else money_of(c) for word, c in zip(self.money, move.cents, strict=True)
                }
                told = {"withdrawn": fate.withdrawn, "fees": fate.fees, "lost": fate.lost, "together": fate.together}
                row |= {name: native(whole) for name, whole in told.items()}
                yield row | {"held": native(fate.amount - fate.spent)}


def units(amount: Decimal | None) -> int | None:
    """A native amount in smallest units."""
    return None if amount is None else int(amount.scaleb(PLACES, _WIDE))


def native(whole: int) -> Decimal:
    """Smallest units as a native amount."""
    return Decimal(whole).scaleb(-PLACES, _WIDE)


def money_of(cents: int) -> Decimal:
    """Cents as an amount of money."""
    return Decimal(cents).scaleb(-2, _WIDE)


def _largest(moves: Sequence[Move], limit: int) -> set[str]:
    """The transfers of the largest moves by value, the earlier of equal ones."""
    largest = heapq.nlargest(limit, moves, key=lambda move: -1 if move.cents[0] is None else move.cents[0])
    return {move.event.transfer for move in largest}


def _cents(whole: int | None, amount: int, lots: Sequence[Lot]) -> list[int | None]:
    """Each lot's share of the value of what was taken."""
    return [None] * len(lots) if whole is None else list(split(whole, (lot.amount for lot in lots), amount))


def _money(cents: Sequence[int | None], numbers: Sequence[int]) -> Decimal | None:
    known = [value for nr in numbers if (value := cents[nr]) is not None]
    return money_of(sum(known)) if known else None


def _apart(some: Sequence[Lot], others: Sequence[Lot]) -> int:
    """How much of the same amount two methods take from different sources."""
    amounts = {lot.source: lot.amount for lot in some}
    for lot in others:
        amounts[lot.source] = amounts.get(lot.source, 0) - lot.amount
    return sum(abs(amount) for amount in amounts.values()) // 2


def _way(lot: Lot, asset: str) -> str | None:
    """`SGD > USDT > BTC`, a long one with its middle left out."""
    if lot.way is None:
        return None
    assets = [*lot.way.assets(), asset]
    if len(assets) > _LONGEST_WAY:
        assets = [*assets[:3], "...", *assets[-2:]]
    return " > ".join(assets)
