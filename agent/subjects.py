"""Whom a command asks about: ids on the line, or a file of them, each in its window."""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from casewright.knowledge import clock
from casewright.knowledge.errors import CasewrightError, DataError, UsageError, join_errors
from casewright.knowledge.records import Subject, Subjects, canonical_id

_HEADER = ["id", "since", "until"]
_EPOCH = re.compile(r"-?\d{9,11}")  # seconds of 1973 and later; eight digits are a day, 20251103
_LATEST = 253_402_300_800  # the year 10000


def moment(text: str, zone: str) -> int | None:
    """Epoch seconds of a day or time local to ZONE (or with its own offset), or of epoch seconds; None for no text.

    Raises ValueError with what was expected.
    """
    text = text.strip()
    if not text:
        return None
    try:
        found = int(text) if _EPOCH.fullmatch(text) else clock.epoch(text, zone)
    except (ValueError, OverflowError):
        raise ValueError("expected a day (2025-11-03), a time (2025-11-03T17:12:07) or epoch seconds") from None
    if not 0 <= found < _LATEST:
        raise ValueError("expected a time between 1970 and 9999")
    return found


def chosen(names: Sequence[str], file: Path | None, zone: str, since: str = "", until: str = "") -> Subjects:
    """The subjects of the line and of the file; SINCE and UNTIL (exclusive) are the window of those without their own.

    A subject counts once. Raises UsageError or DataError: for nobody, an empty id, a window that ends before it
    begins, one subject in two windows; of a file, every wrong line is told.
    """
    window = window_of(since, until, zone)
    found = [Subject(id=_id(name), since=window[0], until=window[1]) for name in names]
    if file is not None:
        found += read(file, zone, *window)
    if not found:
        raise UsageError("there is nobody to ask about", hint="give ids, or --subjects FILE with one id a line")
    each: dict[str, Subject] = {}
    for subject in found:
        if each.setdefault(subject.id, subject) != subject:
            raise UsageError(f"{subject.id!r} is there twice, in two windows", hint="ask twice")
    return tuple(each.values())


def as_of(asked: Subjects, at: str, zone: str) -> Subjects:
    """The same subjects, nothing known after the moment AT; all of their windows where no moment is given.

    Raises UsageError for a moment before a window begins.
    """
    try:
        moment_at = moment(at, zone)
    except ValueError as error:
        raise UsageError(f"--at is {at!r}, {error}") from error
    if moment_at is None:
        return asked
    for subject in asked:
        if subject.since is not None and moment_at < subject.since:
            raise UsageError(f"--at is {at!r}, before the window of {subject.id!r} begins")
    until = moment_at + 1
    return tuple(
        subject.model_copy(update={"until": until if subject.until is None else min(until, subject.until)})
        for subject in asked
    )


def read(file: Path, zone: str, since: int | None = None, until: int | None = None) -> list[Subject]:
    """The subjects of a file: one id a line, or CSV with the header `id,since,until`, each with its own window.

    Empty cells mean SINCE and UNTIL. Raises DataError that tells every wrong line.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError("this is no text in UTF-8", file, hint="one id a line, or CSV with id,since,until") from error
    first = next((line for line in lines if line.strip()), "")
    header = [cell.strip().lower() for cell in first.split(",")]
    if header[0] == "id" and header != _HEADER[: len(header)]:
        raise DataError(f"the header is {first.strip()!r}, expected id,since,until", file, lines.index(first) + 1)
    found: list[Subject] = []
    errors: list[CasewrightError] = []
    for number, cells in _cells(lines, as_csv=header[0] == "id"):
        try:
            found.append(_subject(cells, zone, since, until))
        except ValueError as error:
            errors.append(DataError(str(error), file, number))
    if errors:
        raise join_errors(errors)
    if not found:
        raise DataError("there is no id in this file", file, hint="one id a line, or CSV with id,since,until")
    return found


def _cells(lines: list[str], *, as_csv: bool) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, with their numbers, without the header."""
    if not as_csv:
        yield from ((number, [line.strip()]) for number, line in enumerate(lines, 1) if line.strip())
        return
    rows = csv.reader(lines)
    head = True
    for cells in rows:
        if any(cell.strip() for cell in cells):
            if not head:
                yield rows.line_num, [cell.strip() for cell in cells]
            head = False


def _subject(cells: list[str], zone: str, since: int | None, until: int | None) -> Subject:
    if len(cells) > len(_HEADER):
        raise ValueError(f"{len(cells)} cells, expected id,since,until")
    name, *ends = [*cells, "", ""][:3]
    if not name:
        raise ValueError("an id is missing")
    epochs = []
    for word, text, otherwise in zip(_HEADER[1:], ends, (since, until), strict=True):
        try:
            found = moment(text, zone)
        except ValueError as error:
            raise ValueError(f"{word} is {text!r}, {error}") from None
        epochs.append(otherwise if found is None else found)
    start, end = epochs
    if start is not None and end is not None and end <= start:
        raise ValueError(f"the window of {name!r} ends before it begins")
    return Subject(id=name, since=start, until=end)


def window_of(since: str, until: str, zone: str) -> tuple[int | None, int | None]:
    """The ends that --since and --until mean, None where one is not given. Raises UsageError."""
    ends = []
    for option, text in (("--since", since), ("--until", until)):
        try:
            ends.append(moment(text, zone))
        except ValueError as error:
            raise UsageError(f"{option} is {text!r}, {error}") from error
    start, end = ends
    if start is not None and end is not None and end <= start:
        raise UsageError(f"the window ends ({until}) before it begins ({since})", hint="--until is exclusive")
    return start, end


def _id(name: str) -> str:
    found = canonical_id(name)
    if not found:
        raise UsageError("an empty id")
    return found
