"""What a model's tokens cost: a dated table, before it the workspace's own; a model on this machine costs nothing."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from casewright.agent.models.choice import Choice
from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml

FILE = "prices.yaml"
_SHIPPED = Path(__file__).with_name(FILE)
_MILLION = 1_000_000
_DATED = re.compile(r"-20\d\d-\d\d-\d\d$")

Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Price(Record):
    """USD for a million tokens sent, received, and sent but found in the provider's cache."""

    sent: Usd
    received: Usd
    cached: Usd | None = None

    def usd(self, sent: int, received: int, cached: int = 0) -> float:
        """What a call costs; CACHED of the tokens SENT were found in a cache."""
        cached = min(cached, sent)
        rate = self.sent if self.cached is None else self.cached
        return ((sent - cached) * self.sent + cached * rate + received * self.received) / _MILLION


class Table(Record):
    """A table of prices, where they are from and on which day they held; `batch` is the part that a batch costs."""

    source: str
    as_of: date
    batch: Annotated[float, Field(gt=0, le=1)] | None = None
    models: dict[str, Price]


@dataclass(frozen=True)
class Prices:
    """The tables in order of precedence."""

    tables: tuple[Table, ...]

    @classmethod
    def of(cls, folder: Path) -> "Prices":
        """Ours, and before it the workspace's `prices.yaml` where there is one. Raises KnowledgeError."""
        own = folder / FILE
        return cls(tuple(read_yaml(path, Table) for path in (own, _SHIPPED) if path == _SHIPPED or path.is_file()))

    def of_model(self, choice: Choice) -> Price | None:
        """The model's price; None where it is not known. A dated release of a model costs what that model does."""
        if (found := self._found(choice)) is not None:
            return found[0]
        return Price(sent=0, received=0) if choice.local else None

    def batch_part(self, choice: Choice) -> float | None:
        """The part of the model's price that it costs in a batch; None where its table does not say."""
        found = self._found(choice)
        return found[1].batch if found else None

    def _found(self, choice: Choice) -> tuple[Price, Table] | None:
        names = (choice.name, _DATED.sub("", choice.name))
        own, shipped = self.tables[:-1], self.tables[-1]
        # Who serves a model of OpenAI's elsewhere sets the price.
        theirs = (shipped,) if choice.openai and not choice.local else ()
        asked = ((name, table) for tables in (own, theirs) for name in names for table in tables)
        return next(((table.models[name], table) for name, table in asked if name in table.models), None)
