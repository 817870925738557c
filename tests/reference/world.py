"""A small ledger as lists, as it was known at a moment: what plain readings of indicators are taken from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

HOUR, DAY = 3600, 86_400
CUSTOMERS, OUTSIDE = ("C-1", "C-2", "C-3"), ("0xaa", "0xbb", "0xcc", "BANK-1")
EVERYBODY = CUSTOMERS + OUTSIDE
LABELS = (("0xcc", "exchange", 6 * DAY),)  # of every world: who is what kind of service, and since when that is known


@dataclass(frozen=True)
class Move:
    """One transfer; of a trade, `asset` is given and `asset_in` got."""

    happened: int
    known: int
    src: str
    dst: str
    kind: str
    status: str
    usd: Decimal | None
    network: str = "n"
    asset: str = "USDT"
    asset_in: str = "BTC"
    memo: str | None = None
    id: str = ""

    @property
    def at(self) -> int:
        return max(self.happened, self.known)


@dataclass(frozen=True)
class Papers:
    """One version of what is known of a customer."""

    id: str
    known: int
    opened: int | None = None
    income: Decimal | None = None
    turnover: Decimal | None = None
    country: str | None = None
    tier: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Login:
    """One log-in."""

    subject: str
    at: int
    device: str | None = None
    ip: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Happening:
    """One record about an account."""

    subject: str
    happened: int
    known: int
    kind: str

    @property
    def at(self) -> int:
        return max(self.happened, self.known)


@dataclass(frozen=True)
class Leg:
    """A transfer seen from one of its sides."""

    at: int
    side: str
    other: str
    account: str
    move: Move
    id: str

    @property
    def moved(self) -> bool:
        return self.status == "completed" and self.kind not in ("trade", "fee") and self.other != self.account

    @property
    def kind(self) -> str:
        return self.move.kind

    @property
    def status(self) -> str:
        return self.move.status

    @property
    def usd(self) -> Decimal | None:
        return self.move.usd

    @property
    def value(self) -> Decimal:
        return self.move.usd or Decimal(0)


@dataclass
class World:
    """A small ledger."""

    moves: list[Move]
    papers: list[Papers] = field(default_factory=list)
    logins: list[Login] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)

    def until(self, moment: int) -> "World":
        """The world as it was known at MOMENT."""
        return World(
            [m for m in self.moves if m.at <= moment],
            [p for p in self.papers if p.known <= moment],
            [login for login in self.logins if login.at <= moment],
            [h for h in self.happenings if h.at <= moment],
        )

    def legs(self, account: str) -> list[Leg]:
        """The account's legs in order of when they became known."""
        found = []
        for move in self.moves:
            name = move.id
            found += [Leg(move.at, "out", move.dst, account, move, name)] if move.src == account else []
            found += [Leg(move.at, "in", move.src, account, move, name)] if move.dst == account else []
        return sorted(found, key=lambda leg: leg.at)

    def declared(self, account: str, what: str, moment: int) -> Any:
        """What the newest papers known at MOMENT say; of several of one second the greatest."""
        versions = [p for p in self.papers if p.id == account and p.known <= moment]
        newest = [getattr(p, what) for p in versions if p.known == max(v.known for v in versions)]
        return max((told for told in newest if told is not None), default=None)


@dataclass(frozen=True)
class View:
    """What a reading sees: the world as known at NOW, the account's legs, those in the window, the settings."""

    world: World
    account: str
    now: int
    asked: dict[str, Any]

    @property
    def since(self) -> int:
        """The first second of the trailing window."""
        return self.now - self.asked["seconds"] + 1

    @property
    def legs(self) -> list[Leg]:
        return self.world.legs(self.account)

    @property
    def window(self) -> list[Leg]:
        return [leg for leg in self.legs if leg.at >= self.since]

    def moved(self, side: str = "", legs: Iterable[Leg] | None = None) -> list[Leg]:
        """Legs of the window, or of LEGS, that moved value, of the kind that was asked for."""
        chosen = self.asked.get("kind", "any")
        among = self.window if legs is None else legs
        return [x for x in among if x.moved and side in ("", x.side) and chosen in ("any", x.kind)]

    @property
    def credits(self) -> list[Leg]:
        return self.moved("in")

    @property
    def debits(self) -> list[Leg]:
        return self.moved("out")


def total(legs: Iterable[Leg]) -> Decimal:
    """The sum of their values, the unknown as nothing."""
    return sum((leg.value for leg in legs), Decimal(0))


def share(part: Any, whole: Any, least: Any = 0) -> Any:
    """PART of WHOLE, no value where WHOLE is nothing or below LEAST."""
    return Decimal(part) / Decimal(whole) if whole and whole >= least else None
