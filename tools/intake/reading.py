"""What a source says of a file: which rows it has and how their columns make our fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

DAYS_SINCE = "days since "  # and a date: times that count days
Row = tuple[int, tuple[str | None, ...], str | None, str]  # line, cells, what is wrong with it, the row as it stands


@dataclass(frozen=True)
class Wishes:
    """What the person who imports says beside the file."""

    map_path: Path | None = None
    category: str = ""  # of every label in a list without categories
    name: str = ""
    source: str = ""
    as_of: date | None = None  # the date of a list of labels
    start: date | None = None  # the day of step 0 where a file counts steps
    cut_memos: bool = False  # store a memo that is too long cut, instead of rejecting its row


@dataclass(frozen=True)
class Reading:
    """How the rows of one file become records. `fields` are SQL over the file's columns, quoted by name: `"From Bank"`.

    `key` names the ledger's columns that make a row what it is where the source has no ids; all of them unless given.
    `rows` stands for the file's own rows where a source reads them by itself.
    """

    fields: Mapping[str, str]
    columns: tuple[str, ...]  # of the file, as far as anything here asks for them
    rows: Iterable[Row] | None = None
    key: tuple[str, ...] = ()
    time_format: str = ""  # "" ISO 8601, "epoch", "epoch_ms", "days since 2017-01-01", else strptime's
    constant: frozenset[str] = frozenset()  # fields that the person wrote, whose times are ISO
    zone: str = "UTC"  # of times without an offset
    currencies: Mapping[str, str] = field(default_factory=dict)  # US dollars for one unit
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # a field's words in the file -> ours
    skips: tuple[tuple[str, str], ...] = ()  # rows that are no records: condition over the columns, reason
    extras: Mapping[str, str] = field(default_factory=dict)  # kept beside the record while it is imported
    labels: tuple["InlineLabel", ...] = ()
    cut: Mapping[str, int] = field(default_factory=dict)  # fields cut to that many characters
    ignored: tuple[str, ...] = ()  # columns that nothing here asks for
    notes: tuple[str, ...] = ()  # what a person should know

    def time_format_of(self, name: str) -> str:
        """The form of a field's times."""
        return "" if name in self.constant else self.time_format


@dataclass(frozen=True)
class InlineLabel:
    """Names that stand in the rows: the column of who bears it, the extra that names, its category as SQL."""

    bearer: str
    name: str
    category: str
    network: str


@dataclass(frozen=True)
class Raw:
    """Where the rows are read from: a SQL relation, the columns told of a rejected row, and how lines are counted.

    `numbered` relations carry `r_line`, `r_problem` and `r_text`; of others row n stands in line `first_line` + n.
    """

    relation: str
    columns: tuple[str, ...]
    numbered: bool = False
    first_line: int = 1
    delimiter: str = ","
