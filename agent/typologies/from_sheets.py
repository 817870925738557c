"""Typologies out of a workbook: every problem at once, each with its sheet, row and column."""

import difflib
import textwrap
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from casewright.agent.typologies.sheets import OF, WORDS, Column, Sheet, sheets, value_of
from casewright.knowledge.errors import CasewrightError, DataError, KnowledgeError, join_errors
from casewright.knowledge.library import wrong_in
from casewright.knowledge.typology import Typology
from casewright.knowledge.yamlfile import Lines, Place, checked, plain_text
from casewright.tools.indicators import catalogue

_MAX_BYTES = 20_000_000
_MAX_ROWS = 50_000  # in a sheet
_MAX_UNPACKED = 200_000_000  # bytes; a workbook is a zip file, and may claim to be small


@dataclass(frozen=True)
class Cells(Lines):
    """Where each part of a typology stands in the workbook."""

    names: Mapping[Place, str] = field(default_factory=dict)

    def error(self, message: str, *place: str | int, hint: str = "") -> KnowledgeError:
        """An error that points at the sheet, row and column of this part."""
        while place not in self.names:
            place = place[:-1]
        return KnowledgeError(message, f"{self.path}: {self.names[place]}", hint=hint)


@dataclass
class _Read:
    """A typology while its rows are read."""

    plain: dict[str, Any]
    rows: dict[Place, int]
    names: dict[Place, str]
    cells: Cells

    def put(self, place: Place, value: Any, row: int, name: str) -> None:
        part: Any = self.plain
        for key in place[:-1]:
            part = part[key]
        if isinstance(part, list):
            part.append(value)
        else:
            part[place[-1]] = value
        self.rows[place], self.names[place] = row, name


def read(path: Path, known: Mapping[str, Typology]) -> dict[str, Typology]:
    """The typologies of a workbook by id. Raises DataError for what is no workbook, KnowledgeError with all problems.

    KNOWN are those that a row may refer to beside the workbook's own.
    """
    found: dict[str, _Read] = {}
    errors: list[CasewrightError] = []
    for sheet, rows in _pages(path, errors):
        errors += _rows(path, sheet, rows, found)
    records: dict[str, Typology] = {}
    for name, part in found.items():
        record, wrong = checked(part.plain, part.cells, Typology)
        errors += wrong
        if record is not None:
            records[name] = record
    for name, record in records.items():
        others = {**known, **records, **dict.fromkeys(found.keys() - records.keys(), record)}
        errors += wrong_in(record, found[name].cells, catalogue(), others)
    if errors:
        raise join_errors([KnowledgeError(error.message, error.where, hint=error.hint) for error in errors])
    return records


def _pages(path: Path, errors: list[CasewrightError]) -> list[tuple[Sheet, list[Any]]]:
    """The rows of each sheet that we know, as cells."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"the file has {path.stat().st_size:,} bytes, at most {_MAX_BYTES:,} are read", path)
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MAX_UNPACKED:
                raise DataError(f"unpacks to more than {_MAX_UNPACKED:,} bytes, which is no workbook of ours", path)
        book = openpyxl.load_workbook(path, read_only=True)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", path) from error
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        raise DataError("is not a workbook of the kind .xlsx", path, hint="save it as .xlsx") from error
    expected = sheets()
    titles = [sheet.title for sheet in expected]
    found = []
    try:
        for title in book.sheetnames:
            if title not in (*titles, WORDS):
                close = difflib.get_close_matches(title, titles, 1)
                hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(titles)}"
                errors.append(KnowledgeError(f"unknown sheet {title!r}", path, hint=hint))
        for sheet in expected:
            if sheet.title not in book.sheetnames:
                errors.append(KnowledgeError(f"the sheet {sheet.title!r} is missing", path, hint="leave it empty"))
                continue
            page = book[sheet.title]
            page.reset_dimensions()
            rows = list(page.iter_rows(max_row=_MAX_ROWS + 1))
            if len(rows) > _MAX_ROWS:
                errors.append(KnowledgeError(f"{sheet.title}: more than {_MAX_ROWS:,} rows", path))
            found.append((sheet, rows))
    finally:
        book.close()
    return found


def _rows(path: Path, sheet: Sheet, rows: list[Any], found: dict[str, _Read]) -> Iterator[CasewrightError]:
    """Put the rows of a sheet into the typologies that they belong to; what is wrong comes out."""
    columns, wrong = _columns(path, sheet, rows[0] if rows else ())
    yield from wrong
    own = OF if sheet.field else "id"
    for nr, row in enumerate(rows[1:], 2):
        values = {}
        for at, column in columns.items():
            cell = row[at] if at < len(row) else None
            if cell is not None and cell.data_type in "fe":
                what = "a formula" if cell.data_type == "f" else f"the error {cell.value}"
                yield KnowledgeError(f"is {what}, expected a plain value", f"{path}: {_name(sheet, nr, at, column)}")
            elif cell is not None and (value := value_of(column.kind, cell.value)) is not None:
                values[column.key] = at, column, value
        if not values:
            continue
        where = f"{path}: {sheet.title}, row {nr}"
        if own not in values:
            yield KnowledgeError(f"the row has no {own!r}", where, hint="the id of a typology of the first sheet")
            continue
        name = str(values[own][2])
        if not sheet.field and name in found:
            yield KnowledgeError(f"the typology {name!r} is here twice", where)
        elif not sheet.field:
            found[name] = _begun(path, sheet, nr)
            yield from _fill(found[name], (), path, sheet, nr, values)
        elif name not in found:
            close = difflib.get_close_matches(name, found, 1)
            hint = f"did you mean {close[0]!r}?" if close else "give it a row in the sheet 'typologies'"
            yield KnowledgeError(f"the sheet 'typologies' has no {name!r}", f"{where}, column A ({OF})", hint=hint)
        else:
            yield from _place(found[name], path, sheet, nr, values)


def _begun(path: Path, sheet: Sheet, nr: int) -> _Read:
    rows: dict[Place, int] = {(): nr}
    names: dict[Place, str] = {(): f"{sheet.title}, row {nr}"}
    return _Read({}, rows, names, Cells(path, rows, names))


def _place(read: _Read, path: Path, sheet: Sheet, nr: int, values: dict[str, Any]) -> Iterator[CasewrightError]:
    """Put a row of a sheet of parts at the end of its list."""
    if sheet.field == "questions":
        to = str(values["to"][2]) if "to" in values else ""
        if to not in {"data", "customer"} or "question" not in values:
            where = f"{path}: {sheet.title}, row {nr}"
            yield KnowledgeError(f"is a question to {to!r}, expected data or customer, and its words", where)
            return
        at, column, question = values["question"]
        questions = read.plain.setdefault("questions", {})
        read.rows.setdefault(("questions",), nr)
        read.names.setdefault(("questions",), f"{sheet.title}, row {nr}")
        place: Place = ("questions", to, len(questions.setdefault(to, [])))
        read.put(place, question, nr, _name(sheet, nr, at, column))
        return
    place = (sheet.field, len(read.plain.setdefault(sheet.field, [])))
    read.put(place, {}, nr, f"{sheet.title}, row {nr}")
    yield from _fill(read, place, path, sheet, nr, values)


def _fill(
    read: _Read, place: Place, path: Path, sheet: Sheet, nr: int, values: dict[str, Any]
) -> Iterator[CasewrightError]:
    for key, (at, column, value) in values.items():
        if key == OF:
            continue
        name = _name(sheet, nr, at, column)
        if column.kind != "yaml":
            read.put((*place, key), value, nr, name)
            continue
        try:
            plain, lines, wrong = plain_text(f"cell:\n{textwrap.indent(value, '  ')}", path)
        except KnowledgeError as error:
            yield KnowledgeError(error.message, f"{path}: {name}")
            continue
        yield from (KnowledgeError(error.message, f"{path}: {name}", hint=error.hint) for error in wrong)
        read.put((*place, key), plain["cell"], nr, name)
        for inner in lines.by_place:
            read.rows[*place, key, *inner[1:]] = nr
            read.names[*place, key, *inner[1:]] = name


def _columns(path: Path, sheet: Sheet, head: Iterable[Any]) -> tuple[dict[int, Column], list[CasewrightError]]:
    known = {column.key: column for column in sheet.columns}
    found: dict[int, Column] = {}
    wrong: list[CasewrightError] = []
    for at, cell in enumerate(head):
        key = str(cell.value).strip() if cell.value is not None else ""
        where = f"{path}: {sheet.title}, row 1, column {get_column_letter(at + 1)}"
        if key in known and known[key] not in found.values():
            found[at] = known[key]
        elif key in known:
            wrong.append(KnowledgeError(f"the column {key!r} is here twice", where))
        elif key:
            close = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
            wrong.append(KnowledgeError(f"unknown column {key!r}", where, hint=hint))
    gone = [key for key in known if known[key] not in found.values()]
    if gone:
        where = f"{path}: {sheet.title}, row 1"
        wrong.append(KnowledgeError(f"columns are missing: {', '.join(gone)}", where, hint="leave them empty"))
    return found, wrong


def _name(sheet: Sheet, row: int, at: int, column: Column) -> str:
    return f"{sheet.title}, row {row}, column {get_column_letter(at + 1)} ({column.key})"
