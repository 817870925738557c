"""What a model's tokens cost: a dated table, before it the workspace's own; a model on this machine costs nothing."""

import re
from collections.abc import Mapping
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
    """A table of prices, where they are from and on which day they held."""

    source: str
    as_of: date
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
        names = (choice.name, _DATED.sub("", choice.name))
        own, shipped = self.tables[:-1], self.tables[-1]
        for name in names:
            for table in own:
                if name in table.models:
                    return table.models[name]
        if choice.local:
            return Price(sent=0, received=0)
        known: Mapping[str, Price] = shipped.models if choice.openai else {}  # who serves it elsewhere sets the price
        return next((known[name] for name in names if name in known), None)
