"""Typologies as a workbook that people edit: a row a part, comments at the headers, drop-downs for closed words."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from casewright.agent.typologies.sheets import OF, WORDS, Sheet, cell_of, sheets
from casewright.knowledge.errors import DataError
from casewright.knowledge.typology import Typology

_LONGEST = 32_767  # characters a cell may hold, by the format
_SPARE = 500  # rows below the last that still have their drop-downs
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a text that begins so would be run as a formula by some programs
_WIDE = {"text": 28, "lines": 44, "words": 18, "number": 10, "yes or no": 10, "yaml": 44}


def workbook(typologies: Iterable[Typology]) -> bytes:
    """The workbook's bytes. Raises DataError where a text is longer than a cell may be."""
    book, found = Workbook(), list(typologies)
    words = book.worksheets[0]
    words.title, words.sheet_state = WORDS, "hidden"
    for sheet in sheets():
        page = book.create_sheet(sheet.title)
        _head(page, sheet)
        last = 1
        for last, row in enumerate(_rows(sheet, found), 2):
            for place, value in enumerate(row, 1):
                _put(page.cell(last, place), value)
        _drop_downs(page, sheet, words, last + _SPARE)
    book.move_sheet(words, len(book.worksheets) - 1)
    book.active = 0
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(sheet: Sheet, typologies: Iterable[Typology]) -> Iterator[list[Any]]:
    for typology in typologies:
        if sheet.field == "questions":
            for to in ("data", "customer"):
                yield from ([typology.id, to, question] for question in getattr(typology.questions, to))
            continue
        for item in getattr(typology, sheet.field) if sheet.field else (typology,):
            yield [
                typology.id if column.key == OF else cell_of(column.kind, getattr(item, column.key))
                for column in sheet.columns
            ]


def _head(page: Worksheet, sheet: Sheet) -> None:
    for place, column in enumerate(sheet.columns, 1):
        head = page.cell(1, place, column.key)
        head.font = Font(bold=True)
        head.comment = Comment(column.means, "Casewright", width=320, height=120)
        page.column_dimensions[get_column_letter(place)].width = _WIDE[column.kind]
    page.freeze_panes = "B2"


def _put(cell: Cell, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        cell.value = value
        return
    where = f"{cell.parent.title}, row {cell.row}, column {cell.column_letter}"
    if len(value) > _LONGEST:
        raise DataError(f"the text has {len(value):,} characters, a cell holds {_LONGEST:,}", where)
    if ILLEGAL_CHARACTERS_RE.search(value):
        raise DataError("the text has a control character, which a cell cannot hold", where)
    cell.value = value
    cell.data_type = "s"  # whatever it begins with: never a formula
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if value.startswith(_FORMULA):
        cell.quotePrefix = True  # stays a text when somebody edits it


def _drop_downs(page: Worksheet, sheet: Sheet, words: Worksheet, last: int) -> None:
    for place, column in enumerate(sheet.columns, 1):
        if not column.closed:
            continue
        at = words.max_column + 1 if words["A1"].value else 1
        for row, word in enumerate((f"{sheet.title}: {column.key}", *column.closed), 1):
            words.cell(row, at, word)
        letter, own = get_column_letter(at), get_column_letter(place)
        rule = DataValidation("list", f"{WORDS}!${letter}$2:${letter}${len(column.closed) + 1}", allow_blank=True)
        rule.error, rule.errorTitle = "Choose one of the list.", column.key
        page.add_data_validation(rule)
        rule.add(f"{own}2:{own}{last}")
