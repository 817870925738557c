"""Figures: the numbers, amounts, dates, times, ids and names of a sentence, put together from its tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from casewright.agent.grounding.lexicon import Noun
from casewright.agent.grounding.tokens import Token


@dataclass(slots=True)
class Moment:
    """A date and a time as written: each may be missing; the bracket is the UTC form behind the local one."""

    day: str = ""
    time: str = ""
    zone: str = ""
    bracket_day: str = ""
    bracket_time: str = ""
    bracket_zone: str = ""


@dataclass(slots=True, eq=False)
class Figure:
    """One figure. `first` and `last` are its tokens (last exclusive); `step` is the size of the last digit shown.

    Kinds: amount (unit: currency or asset), count (noun), number (no unit beside it), percent, times, rate, duration,
    moment (day and or time), month, id, short, name, quote, asset.
    """

    kind: str
    text: str
    first: int
    last: int
    value: Decimal = Decimal(0)
    step: Decimal = Decimal(1)
    unit: str = ""
    noun: Noun | None = None
    noun_text: str = ""
    adjectives: tuple[str, ...] = ()
    moment: Moment | None = None
    part: bool = False  # "29 of the 31 credits": the 29
    spelled: bool = False
    bare: bool = False  # a number without a noun of its own
    ids: frozenset[str] = field(default_factory=frozenset)

    @property
    def whole(self) -> bool:
        """Whether the number is written without decimals."""
        return self.step == self.step.to_integral_value() and self.value == self.value.to_integral_value()


@dataclass(frozen=True)
class Vocabulary:
    """What a case's evidence calls things: assets and units beyond the lexicon's."""

    assets: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()  # accounts and addresses, of which some hold no digit
    units: frozenset[str] = frozenset()


def number_of(text: str) -> tuple[Decimal, Decimal]:
    """A number as (value, step): `86,450.00` is (86450.00, 0.01)."""
    digits = text.replace(",", "")
    places = len(digits.partition(".")[2])
    return Decimal(digits), Decimal(1).scaleb(-places)


class Cursor:
    """The tokens of a sentence with their words, asked by place; beyond the ends there is nothing."""

    def __init__(self, found: Sequence[Token]) -> None:
        self.tokens = found
        self.words = [token.lower if token.kind == "word" else token.text for token in found]

    def kind(self, place: int) -> str:
        """The kind of a token, empty beyond the ends."""
        return self.tokens[place].kind if 0 <= place < len(self.tokens) else ""

    def word(self, place: int) -> str:
        """The word at a place, in lower case, empty beyond the ends."""
        return self.words[place] if 0 <= place < len(self.words) else ""
