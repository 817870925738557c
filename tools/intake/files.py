"""Files as they come: what one is, its header, its fingerprint, and its rows as a relation for DuckDB.

DuckDB reads plain files by itself, on all cores. A file in which a row is not a line (a quoted line break, an empty
line) or a row has too many or too few cells is read again with care (`by_hand`), so that every row keeps its true line
and every bad one its reason.
"""

import codecs
import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from casewright.knowledge.errors import DataError
from casewright.tools.intake.columns import literal, name
from casewright.tools.intake.reading import Raw, Row

if TYPE_CHECKING:
    import duckdb

Container = Literal["csv", "json", "parquet"]

_CHUNK = 1 << 22
_HEAD = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_FOREIGN = {
    b"\x1f\x8b": "gzip-compressed",
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\x28\xb5\x2f\xfd": "zstd-compressed",
    b"BZh": "bzip2-compressed",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
_LINES_OF_JSON = 200  # looked at for the names of columns


@dataclass(frozen=True)
class SourceFile:
    """A file to import: how it holds its rows, the names of its columns (each once), its first line."""

    path: Path
    container: Container
    columns: tuple[str, ...]
    delimiter: str = ","
    first: str = ""

    @property
    def header(self) -> str:
        """The header as a person knows it, cut where it is long."""
        text = self.delimiter.join(self.columns)
        return text if len(text) <= 200 else text[:200] + "..."


@dataclass(frozen=True)
class Scan:
    """A file read once from end to end."""

    sha256: str
    lines: int
    odd_ends: bool = False  # lines that end otherwise than with \n or \r\n


def open_file(path: Path) -> SourceFile:
    """Look at a file's first bytes. Raises DataError for whatever is no CSV, Parquet or JSON lines."""
    if path.is_dir():
        raise DataError("this is a folder, expected a file", path)
    if not path.exists():
        raise DataError("there is no such file", path)
    if not path.is_file():
        raise DataError("this is no regular file", path, hint="save it to a file first: it is read twice")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf\r\n\t "):
        raise DataError("the file is empty", path)
    if head.startswith(b"PAR1"):
        return SourceFile(path, "parquet", _parquet_columns(path))
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise DataError(f"the file is {what}, expected CSV, Parquet or JSON lines", path)
    if b"\0" in head:
        raise DataError("the file is binary, expected CSV, Parquet or JSON lines", path)
    return _text_file(path, head)


def _text_file(path: Path, head: bytes) -> SourceFile:
    text = head.decode("utf-8-sig", "replace")
    first = next(line for line in text.splitlines() if line.strip())
    if first.lstrip().startswith("{"):
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return SourceFile(path, "json", _json_columns(file), first=first)
    if first.lstrip().startswith("["):
        raise DataError("the file holds a JSON array", path, hint="write one object a line")
    if len(first) == len(text) and path.stat().st_size > len(head):
        raise DataError(f"the first line is longer than {_HEAD:,} bytes, expected a header", path)
    csv.field_size_limit(1 << 30)
    found = {delimiter: next(csv.reader([first], delimiter=delimiter)) for delimiter in _DELIMITERS}
    delimiter = max(found, key=lambda d: len(found[d]))
    return SourceFile(path, "csv", _each_once(found[delimiter]), delimiter, first)


def _each_once(names: list[str]) -> tuple[str, ...]:
    """The names, a repeated one as `Account.1`, so that each can be asked for."""
    unique: dict[str, str] = {}  # without regard to case, as SQL compares them
    for nr, found in enumerate(names):
        column = plain = found.strip() or f"column {nr + 1}"
        count = 0
        while column.lower() in unique:
            count += 1
            column = f"{plain}.{count}"
        unique[column.lower()] = column
    return tuple(unique.values())


def _json_columns(file: Iterable[str]) -> tuple[str, ...]:
    import json

    columns: dict[str, None] = {}
    for _, line in zip(range(_LINES_OF_JSON), file, strict=False):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            columns.update(dict.fromkeys(found))
    return tuple(columns)


def _parquet_columns(path: Path) -> tuple[str, ...]:
    import pyarrow
    from pyarrow import parquet

    try:
        return tuple(parquet.read_schema(path).names)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(
            f"the file begins as Parquet but cannot be read ({str(error).splitlines()[0]})", path
        ) from error


def scan(file: SourceFile, tell: Callable[[float], None]) -> Scan:
    """Read the file from end to end for its fingerprint; text must be UTF-8 without zero bytes. Raises DataError."""
    digest, lines, returns, done, last = hashlib.sha256(), 0, 0, 0, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = file.path.stat().st_size or 1
    with file.path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            if file.container != "parquet":
                _check_text(file.path, decoder, chunk, lines)
                lines += chunk.count(b"\n")
                returns += chunk.count(b"\r")
                last = chunk
            done += len(chunk)
            tell(done / size)
    if file.container != "parquet":
        _check_text(file.path, decoder, b"", lines)
    unended = bool(last) and not last.endswith(b"\n")
    return Scan(digest.hexdigest(), lines + unended, returns not in (0, lines))


def _check_text(path: Path, decoder: codecs.IncrementalDecoder, chunk: bytes, lines: int) -> None:
    try:
        decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        line = lines + chunk[: max(0, error.start)].count(b"\n") + 1
        found = f"0x{error.object[error.start]:02x}"
        raise DataError(f"the file is not UTF-8 text (byte {found})", path, line, hint="save it as UTF-8") from error
    at = chunk.find(b"\0")
    if at >= 0:
        raise DataError("a zero byte in what should be text", path, lines + chunk[:at].count(b"\n") + 1)


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
    import itertools

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
