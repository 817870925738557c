"""How a typology fits a subject, sign by sign, for people and machines: what the score is made of, and what else."""

from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer

from casewright.knowledge.records import Record
from casewright.knowledge.typology import Lawful


def _plain(value: object) -> object:
    """A decimal as a JSON number."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


Measured = Annotated[Decimal | int | str, PlainSerializer(_plain, when_used="json")]


class Beside(Record):
    """Where the subject stands among its peers: the share with a lower peak, how many and who they are."""

    higher_than: float
    peers: int
    group: str
    median: Measured


class Sign(Record):
    """A red flag that was measured: what is seen, by what, the value, and the threshold with its basis.

    `measure` is the indicator's name, or exposure, label, event or customer. `value` and `threshold` are numbers where
    there are any; `said` and `limit` tell both in words. `seed` marks a threshold that is a starting point of ours for
    tuning, no regulation.
    """

    see: str
    measure: str
    settings: str = ""
    value: Measured | None
    unit: str = ""
    said: str
    threshold: Measured | None
    limit: str
    basis: str
    seed: bool
    weight: int
    defining: bool
    evidence: str
    peers: Beside | None = None


class Gap(Record):
    """A red flag without a measure, and why."""

    see: str
    measure: str
    settings: str = ""
    why: str


class Alternative(Record):
    """What else it could be, and what tells the two apart.

    Where it is a typology itself, `score` is that one's on the same subject (0 without a match), and `as_well` tells
    whether it fits as well or better.
    """

    name: str
    tells_apart: str
    lawful: Lawful
    typology: str = ""
    score: float | None = None
    as_well: bool | None = None


class Fit(Record):
    """A typology that matches a subject. `made_of` tells the score in words."""

    id: str
    name: str
    score: float
    fits: bool
    made_of: str
    fired: tuple[Sign, ...]
    silent: tuple[Sign, ...]
    unmeasured: tuple[Gap, ...]
    look_alikes: tuple[Alternative, ...]


class Fitted(Record):
    """The typologies that match one subject in its window, best first; `reason` tells why there is none."""

    subject: str
    case: str = ""
    since: int | None = None
    until: int | None = None
    matches: tuple[Fit, ...] = ()
    reason: str = ""
