"""When a list of labels was made: what the person says, else the date in the file's name."""

import re
from datetime import date

from casewright.knowledge.errors import DataError
from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.reading import Wishes

_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


def date_of_list(file: SourceFile, wishes: Wishes) -> tuple[date | None, tuple[str, ...]]:
    """The date, None where nobody tells one; with it the notes for the person. Raises DataError for no date at all."""
    found = _DATE.search(file.path.name)
    try:
        as_of = wishes.as_of or (date.fromisoformat(found[0]) if found else None)
    except ValueError as error:
        told = f"the date in the file's name cannot be ({found[0] if found else ''})"
        raise DataError(told, file.path, hint="say it with --as-of YYYY-MM-DD") from error
    note = "the list tells no date: its labels count as known from now on; --as-of YYYY-MM-DD says otherwise"
    return as_of, () if as_of else (note,)
