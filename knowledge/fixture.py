"""A typology's fixture: a made-up account in a few lines, and whether the typology must be found in it.

An expert writes it beside the red flags. Moments are offsets from the fixture's first day, such as `3d9h30m`; parties
are names of any kind. `self` is the account that is asked about.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from casewright.knowledge.records import Record

SELF = "self"

Offset = Annotated[str, StringConstraints(pattern=r"^\d{1,4}[dhm](\d{1,3}[hm](\d{1,4}m)?)?$")]
Party = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*(\{n\})?$", max_length=60)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=140, strip_whitespace=True)]
Money = Annotated[Decimal, Field(gt=0, lt=10**12)]
MoveKind = Literal[
    "transfer", "deposit", "withdrawal", "trade", "internal", "p2p", "fiat_in", "fiat_out", "fee", "reward"
]
MoveStatus = Literal["completed", "cancelled", "reversed", "charged_back", "held", "rejected"]
_SECONDS = {"d": 86400, "h": 3600, "m": 60}


def seconds(offset: str) -> int:
    """The offset in seconds: `3d9h30m` is 293,400."""
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([dhm])", offset))


class _Part(Record):
    model_config = ConfigDict(use_attribute_docstrings=True, populate_by_name=True)


class _Repeated(_Part):
    at: Offset = "0d"
    """When it happens, from the fixture's first midnight: `2d9h` is nine o'clock of the third day."""
    times: int = Field(default=1, ge=1, le=500)
    """How many of them; `{n}` in a party's name counts them from 1, so that each is another party."""
    every: Offset = "1h"
    """The time between two of them."""


class Move(_Repeated):
    """One transfer or trade, or several alike."""

    kind: MoveKind
    """What it is, in the ledger's words."""
    usd: Money | tuple[Money, ...]
    """Its value in USD; of several, their values in turn, from the first again where they are fewer."""
    from_: Party = Field(default=SELF, alias="from")
    """Who sends."""
    to: Party = SELF
    """Who receives."""
    asset: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")] | None = None
    """What is sent, or given in a trade; else SGD of a bank payment, USDT of all others. Prices are made up."""
    asset_in: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")] | None = None
    """Of a trade: what is got."""
    network: Word | None = None
    """tron, ethereum, bitcoin, paynow ..."""
    status: MoveStatus = "completed"
    """What became of it."""
    memo: Words | None = None
    """What the bank delivers with it: the other side's name (`from NAME`, `to NAME`), ` | ` and a reference."""

    @model_validator(mode="after")
    def _can_be_imported(self) -> Self:
        if self.kind == "trade" and self.asset_in is None:
            raise ValueError("a trade needs asset_in, what is got")
        if self.kind not in {"trade", "fee"} and self.from_ == self.to:
            raise ValueError(f"goes from {self.from_} to itself; give `from` or `to`")
        if isinstance(self.usd, tuple) and not 0 < len(self.usd) <= self.times:
            raise ValueError(f"usd has {len(self.usd)} values for {self.times} moves; raise `times`")
        return self


class Login(_Repeated):
    """A log-in, or several alike."""

    who: Party = SELF
    """Whose."""
    device: Word | None = None
    """The device."""
    ip: Word | None = None
    """The address, any name will do."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """The country that the address is in, two letters."""


class Event(_Repeated):
    """Something on record about the account: a recall, a password change, a police request."""

    kind: Word
    """Its kind, in the ledger's words."""
    who: Party = SELF
    """Whose."""


class Bearing(_Part):
    """A label that a party bears from the first day on."""

    who: Party
    """The party."""
    category: Word
    """The label's category."""


class Holding(_Part):
    """A customer's record."""

    name: Words | None = None
    """His name, where payers' names matter."""
    kind: Literal["person", "company"] = "person"
    """Person or company."""
    occupation: Words | None = None
    """As declared."""
    income_usd: Money | None = None
    """Declared for a year."""
    turnover_usd: Money | None = None
    """Expected for a year."""
    age: Annotated[int, Field(ge=18, le=110)] | None = None
    """Years."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "SG"
    """Two letters."""
    tier: Word | None = None
    """The KYC tier."""
    licence: Words | None = None
    """A licence on record."""
    opened: Offset = "400d"
    """How long before the first day the account was opened."""


class Fixture(_Part):
    """A made-up account, and whether the typology must be found in it."""

    name: str = Field(min_length=8, max_length=200)
    """What happens, in words."""
    fits: bool
    """True: the typology must match, and fit best of all but those named in `also`. False: it must not match best."""
    also: tuple[Word, ...] = ()
    """Ids of typologies that may fit it as well or better."""
    customers: Mapping[Word, Holding] = Field(default_factory=lambda: {SELF: Holding()})
    """Who has an account here: `self`, and others by their party's name."""
    moves: tuple[Move, ...] = Field(min_length=1)
    """What moves."""
    logins: tuple[Login, ...] = ()
    """Log-ins."""
    events: tuple[Event, ...] = ()
    """What is on record."""
    labels: tuple[Bearing, ...] = ()
    """Labels of parties."""
