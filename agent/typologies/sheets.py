"""The workbook of typologies: which sheets and columns it has, and how a cell of each column is written and read.

Sheets and columns are the format's own parts and fields; their descriptions become the comments of the headers.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, get_args

from casewright.knowledge.categories import categories
from casewright.knowledge.fixture import Fixture
from casewright.knowledge.records import Record
from casewright.knowledge.typology import (
    Domain,
    Lawful,
    LookAlike,
    Questions,
    RedFlag,
    Source,
    Status,
    Typology,
    Writing,
)
from casewright.knowledge.typology_text import in_one_line, plain
from casewright.tools.indicators import catalogue

Kind = Literal["text", "lines", "words", "number", "yes or no", "yaml"]
OF = "of typology"  # the first column of every sheet but the first
WORDS = "words"  # a hidden sheet with the closed words of the drop-downs

_KINDS: Mapping[Kind, set[str]] = {
    "lines": {"aliases", "said", "rules_out", "key_terms", "codes"},
    "words": {"stage", "predicate", "amltrix", "also"},
    "number": {"at_least", "at_most", "weight", "version", "year"},
    "yes or no": {"defining", "fits"},
    "yaml": {"parameters", "exposure", "event", "customer", "customers", "moves", "logins", "events", "labels"},
}
_HOW: Mapping[Kind, str] = {
    "lines": "One a line within the cell.",
    "words": "Several with a comma between them.",
    "yes or no": "TRUE or FALSE.",
    "yaml": "As in the file, such as {category: mixer, side: in}.",
}


class Column(NamedTuple):
    """A column: its header, how its cells are written, the closed words, if any, and what it means."""

    key: str
    kind: Kind
    closed: Sequence[str]
    means: str


class Sheet(NamedTuple):
    """A sheet: its title, the field of a typology whose items are its rows (empty: the typology), its columns."""

    title: str
    field: str
    columns: tuple[Column, ...]


def sheets() -> tuple[Sheet, ...]:
    """All sheets, in order."""
    parts = {"red_flags", "look_alikes", "questions", "sources", "write", "fixtures"}
    own = [key for key in Typology.model_fields if key not in parts]
    return (
        Sheet("typologies", "", tuple(_column(Typology, key) for key in own)),
        _part("red flags", "red_flags", RedFlag),
        _part("look-alikes", "look_alikes", LookAlike),
        Sheet(
            "questions",
            "questions",
            (_OWNER, Column("to", "text", tuple(Questions.model_fields), _TO), Column("question", "text", (), "Ask.")),
        ),
        _part("sources", "sources", Source),
        _part("writing", "write", Writing),
        _part("fixtures", "fixtures", Fixture),
    )


_OWNER = Column(OF, "text", (), "The id of the typology that this row belongs to, as in the first sheet.")
_TO = "data: to the ledger and to colleagues; customer: to the customer, without tipping off."


def _part(title: str, field: str, model: type[Record]) -> Sheet:
    return Sheet(title, field, (_OWNER, *(_column(model, key) for key in model.model_fields)))


def _column(model: type[Record], key: str) -> Column:
    kind: Kind = next((kind for kind, keys in _KINDS.items() if key in keys), "text")
    means = " ".join(part for part in (model.model_fields[key].description, _HOW.get(kind)) if part)
    return Column(key, kind, _closed(model, key), means)


def _closed(model: type[Record], key: str) -> Sequence[str]:
    if (model, key) == (RedFlag, "indicator"):
        return sorted(catalogue())
    words = {
        (RedFlag, "on"): get_args(Domain),
        (RedFlag, "label"): tuple(sorted(categories())),
        (RedFlag, "weight"): ("1", "2", "3"),
        (RedFlag, "defining"): ("TRUE", "FALSE"),
        (Fixture, "fits"): ("TRUE", "FALSE"),
        (LookAlike, "lawful"): get_args(Lawful),
        (Typology, "status"): get_args(Status),
    }
    return words.get((model, key), ())


def cell_of(kind: Kind, value: Any) -> str | int | float | bool | None:
    """The value of a field as its cell holds it; None for an empty cell."""
    if value is None or value in ("", ()):
        return None
    if kind == "lines":
        return "\n".join(value)
    if kind == "words":
        return ", ".join(value)
    found = plain(value)
    if kind != "yaml":
        return found.isoformat() if isinstance(found, date) else found
    if isinstance(found, list):
        return "\n".join(f"- {in_one_line(item)}" for item in found) or None
    return in_one_line(found) if found else None


def value_of(kind: Kind, cell: Any) -> Any:
    """What a cell says as a plain value; of the kind `yaml` it stays the text. None for an empty cell."""
    if isinstance(cell, str):
        cell = cell.strip() or None
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():  # spreadsheets know one kind of number
        cell = int(cell)
    if kind == "number":
        return int(cell) if isinstance(cell, str) and re.fullmatch("[0-9]{1,15}", cell) else cell
    if kind == "yes or no":
        return {"true": True, "yes": True, "false": False, "no": False}.get(str(cell).lower(), cell)
    if isinstance(cell, datetime | date):
        cell = cell.isoformat()[:10]
    text = str(cell).lower() if isinstance(cell, bool) else str(cell)
    if kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return [word.strip() for word in text.split(",") if word.strip()] if kind == "words" else text
