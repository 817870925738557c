"""A file's rows as a relation for DuckDB, which reads plain files by itself, on all cores.

A file in which a row is not a line (a quoted line break, an empty line) or a row has too many or too few cells is read
again by hand, so that every row keeps its true line and every bad one its reason.
"""

import csv
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from casewright.knowledge.errors import DataError
from casewright.tools.intake.columns import name
from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.reading import Raw, Row
from casewright.tools.warehouse import literal

if TYPE_CHECKING:
    import duckdb


def by_machine(file: SourceFile, columns: tuple[str, ...], at: Path) -> Raw:
    """The rows as DuckDB reads them, in the file's order, every cell as text; AT is a path without wildcards."""
    if file.container == "parquet":
        told = ", ".join(f"{name(column)}::varchar as {name(column)}" for column in columns)
        return Raw(f"(select {told} from read_parquet({literal(str(at))}, hive_partitioning=false))", columns)
    if file.container == "json":
        lines = _csv_relation(at, ("r_text",), "\x1f", header=False, quote="")
        return Raw(_json_relation(f"(select r_text from {lines} where r_text is not null)", columns), ("r_text",))
    relation = _csv_relation(at, file.columns, file.delimiter, header=True, quote='"')
    return Raw(relation, file.columns, first_line=2, delimiter=file.delimiter)


def _csv_relation(at: Path, columns: tuple[str, ...], delimiter: str, *, header: bool, quote: str) -> str:
    types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    return (
        f"read_csv({literal(str(at))}, auto_detect=false, header={header}, delim={literal(delimiter)},"
        f" quote={literal(quote)}, escape={literal(quote)}, columns={{{types}}}, nullstr='', compression='none',"
        f" hive_partitioning=false)"
    )


def _json_relation(lines: str, columns: tuple[str, ...]) -> str:
    """The lines with a column for each key asked for; `r_none` is true where a line is no JSON object."""
    paths = ", ".join(literal('$."' + column.replace('"', '\\"') + '"') for column in columns)
    cells = "".join(f", r_cells[{nr + 1}] as {name(column)}" for nr, column in enumerate(columns))
    is_object = "json_valid(r_text) and json_type(r_text) = 'OBJECT'"
    taken = f"case when {is_object} then json_extract_string(r_text, [{paths}]) end as r_cells"
    return f"(select *, r_cells is null as r_none{cells} from (select *, {taken} from {lines}))"


def rows_by_hand(
    file: SourceFile, wanted: Callable[[str], bool] | None = None, *, header: bool = True
) -> Iterator[Row]:
    """The rows of a CSV file one by one: true line numbers, a reason for a row with too few or too many cells.

    WANTED keeps to lines that are rows, where a file has others between them. Raises DataError for a quote that is
    opened and never closed.
    """
    csv.field_size_limit(1 << 30)
    with file.path.open(encoding="utf-8-sig", newline="") as text:
        lines = _Lines(text, wanted)
        rows = csv.reader(lines, delimiter=file.delimiter)
        width = len(file.columns)
        while (cells := next(rows, None)) is not None:
            line, told = lines.take()
            if lines.ended and told.count('"') % 2:
                raise DataError("a quote is opened here and never closed", file.path, line)
            if not cells or (header and line == lines.first):
                continue
            wrong = None if len(cells) == width else f"the row has {len(cells)} cells, the header {width}"
            yield line, (*cells[:width], *[None] * (width - len(cells))), wrong, told.rstrip("\r\n")


class _Lines:
    """Lines of a text, remembering those that the row in hand is made of."""

    def __init__(self, text: Iterable[str], wanted: Callable[[str], bool] | None) -> None:
        self.text, self.wanted = iter(enumerate(text, 1)), wanted
        self.taken: list[str] = []
        self.line = self.first = 0
        self.ended = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        for line, text in self.text:
            if self.taken or (text.strip() and (self.wanted is None or self.wanted(text))):
                self.line = self.line if self.taken else line
                self.first = self.first or line
                self.taken.append(text)
                return text
        self.ended = True
        raise StopIteration

    def take(self) -> tuple[int, str]:
        """The line where the row in hand begins, and its text."""
        told, self.taken = "".join(self.taken), []
        return self.line, told


def texts_by_hand(file: SourceFile) -> Iterator[Row]:
    """The lines of a text that are not blank, each a row without cells."""
    with file.path.open(encoding="utf-8-sig", newline="") as text:
        for line, told in enumerate(text, 1):
            if told.strip():
                yield line, (), None, told.rstrip("\r\n")


def by_hand(connection: "duckdb.DuckDBPyConnection", rows: Iterable[Row], columns: tuple[str, ...]) -> None:
    """Write rows made in Python into a temporary table `raw_rows`."""
    import pyarrow as pa

    told = ", ".join(f"{name(column)} varchar" for column in columns)
    connection.execute(
        f"create or replace temp table raw_rows (r_line bigint, r_problem varchar, r_text varchar, {told})"
    )
    names = [f"c{nr}" for nr in range(3 + len(columns))]
    types = [pa.int64(), *[pa.string()] * (2 + len(columns))]
    rest = iter(rows)
    while batch := [(line, wrong, text, *cells) for line, cells, wrong, text in itertools.islice(rest, 20_000)]:
        arrays = [pa.array(column, kind) for column, kind in zip(zip(*batch, strict=True), types, strict=True)]
        connection.register("raw_batch", pa.table(dict(zip(names, arrays, strict=True))))
        connection.execute("insert into raw_rows select * from raw_batch")
        connection.unregister("raw_batch")


def raw_rows(file: SourceFile, asked: tuple[str, ...], made: tuple[str, ...]) -> Raw:
    """What `by_hand` made of the columns MADE, as the relation that `by_machine` would give, with the rows' lines."""
    relation = "raw_rows" if made else _json_relation("raw_rows", asked)
    return Raw(relation, made, numbered=True)
