"""The formats that can be imported: one file each, found by walking this folder.

A source's file holds `SOURCE`: its name, the kinds of record it yields, whether a file is one of its own (`fits`), and
how the file's columns make our fields (`read`). A new format is a new file here and nothing else.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from casewright.knowledge.errors import DataError, UsageError
from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import KINDS, Kind
from casewright.tools.intake.reading import Reading, Wishes

ANY = "table"  # the format of whatever a person maps


@dataclass(frozen=True)
class Source:
    """A format of files. `read` may take it that `fits` holds, except for what a person maps by hand."""

    name: str
    kinds: tuple[str, ...]
    about: str
    expects: str  # a file of this format, in words: its header; `{required}` stands for the kind's own fields
    fits: Callable[[SourceFile, Kind, Wishes], bool]
    read: Callable[[SourceFile, Kind, Wishes], Reading]


@cache
def sources() -> Mapping[str, Mapping[str, Source]]:
    """Every format by kind of record and name, in alphabetical order."""
    found: list[Source] = []
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            found.append(importlib.import_module(f"{__name__}.{module.name}").SOURCE)
    found.sort(key=lambda source: source.name)
    return {kind: {source.name: source for source in found if kind in source.kinds} for kind in KINDS}


def source_of(kind: Kind, name: str, file: SourceFile, wishes: Wishes) -> Source:
    """The source of that name, or, without one, the only one that the file fits.

    Raises UsageError for an unknown name and DataError for a file of another format, told with what it looks like.
    """
    known = sources()[kind.name]
    if name and name not in known:
        raise UsageError(f"unknown format {name!r} of {kind.name}", hint=_nearest(name, kind.name))
    fitting = [source.name for source in known.values() if source.fits(file, kind, wishes)]
    if name:
        if name not in fitting:
            expected = known[name].expects.replace("{required}", ", ".join(kind.required))
            raise DataError(f"this is not {name}: expected {expected}, found {file.header!r}", file.path,
                            hint=_looks_like(file, kind.name, wishes))  # fmt: skip
        return known[name]
    if len(fitting) > 1 and wishes.map_path is None:  # a table has any columns: another format says more
        fitting = [other for other in fitting if other != ANY]
    elif wishes.map_path is not None:
        fitting = [ANY]
    if len(fitting) != 1:
        told = (
            f"could be {' or '.join(fitting)}" if fitting else f"is of no known format: its header is {file.header!r}"
        )
        hint = "say which with --format" if fitting else f"say --format {ANY} --map MAP.yaml; {_nearest('', kind.name)}"
        raise DataError(f"the file {told}", file.path, hint=hint)
    return known[fitting[0]]


def _nearest(name: str, kind: str) -> str:
    names = list(sources()[kind])
    close = difflib.get_close_matches(name, names, 1)
    told = f"{kind} come as {', '.join(names)}"
    return f"did you mean {close[0]!r}? {told}" if close else told


def _looks_like(file: SourceFile, kind: str, wishes: Wishes) -> str:
    """What to try instead: a format that says more than a table, of this kind first, else the table that fits best."""
    fitting = [
        (source.name == ANY, other != kind, -_known_columns(file, KINDS[other]), other, source.name)
        for other in KINDS
        for source in sources()[other].values()
        if source.fits(file, KINDS[other], wishes)
        and (source.name != ANY or 2 * _known_columns(file, KINDS[other]) >= len(file.columns))
    ]
    if not fitting:
        return ""
    *_, other, name = min(fitting)
    told = f"import {other} PATH --format {name}" if other != kind else f"--format {name}"
    return f"it looks like {name}: try {told}"


def _known_columns(file: SourceFile, kind: Kind) -> int:
    """How many of the file's columns bear names of this kind's fields; an `id` alone may be anything's."""
    names = {name for field in kind.fields for name in (field.name, *field.also)}
    return sum(column.lower() in names for column in file.columns)
