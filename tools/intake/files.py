"""Files as they come: what one is, the names of its columns, its fingerprint."""

import codecs
import csv
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from casewright.knowledge.errors import DataError

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
        except (ValueError, RecursionError):  # what is wrong with a row is told with the row
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
