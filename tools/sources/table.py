"""table: any CSV, Parquet or JSON lines whose columns bear our names, or whose names a MAP.yaml translates.

Without a map a column is ours if its name is one of the kind's fields, without regard to case. With one, only what the
map names is read. `tools/intake/kinds.py` has the fields of each kind, `tools/intake/mapping.py` the map's format.
"""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

from casewright.knowledge.errors import CasewrightError, DataError, join_errors
from casewright.tools.intake.columns import name
from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import KINDS, LONGEST_TEXT, VALUE, Kind
from casewright.tools.intake.mapping import Mapped, rate_of, read_map
from casewright.tools.intake.reading import Reading, Wishes
from casewright.tools.sources import ANY, Source
from casewright.tools.warehouse import literal


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    if wishes.map_path is not None:
        return True
    found = {*_by_our_names(file, kind), *(["category"] if wishes.category else [])}
    return not _missing(kind, found)


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    if wishes.map_path is None:
        columns, mapped = _by_our_names(file, kind), Mapped()
    else:
        mapped = read_map(wishes.map_path)
        columns = _by_map(file, kind, mapped, wishes.map_path, wishes)
    fields = {field: name(column) for field, column in columns.items()}
    constants = {field: literal(_as_written(value)) for field, value in mapped.constants.items()}
    if kind.name == "labels":
        constants |= _of_the_list(file, wishes, {*fields, *constants})
        if "source" in fields:
            fields["source"] = f"coalesce(nullif(trim({fields['source']}), ''), {literal(file.path.name)})"
    used, cut = set(columns.values()), wishes.cut_memos and "memo" in fields
    return Reading(
        fields=fields | constants,
        columns=tuple(dict.fromkeys(columns.values())),
        time_format=mapped.time_format,
        constant=frozenset(constants),
        zone=mapped.timezone,
        currencies={symbol.upper(): rate_of(rate) or "" for symbol, rate in mapped.currencies.items()},
        values={field: {old: _as_written(new) for old, new in words.items()} for field, words in mapped.values.items()},
        cut={"memo": LONGEST_TEXT} if cut else {},
        notes=(f"memos over {LONGEST_TEXT:,} characters are stored cut",) if cut else (),
        skips=(("r_none", "the line is no JSON object"),) if file.container == "json" else (),
        ignored=tuple(column for column in file.columns if column not in used),
    )


def _of_the_list(file: SourceFile, wishes: Wishes, told: set[str]) -> dict[str, str]:
    """What the person says of every label of a list, where the list does not."""
    said = {
        "category": wishes.category,
        "name": wishes.name,
        "source": wishes.source or file.path.name,
        "known_at": wishes.as_of.isoformat() if wishes.as_of else "",
    }
    return {field: literal(value) for field, value in said.items() if value and field not in told}


def _by_our_names(file: SourceFile, kind: Kind) -> dict[str, str]:
    """Our fields and the file's columns that bear their names. In JSON a key may come late: all are asked for."""
    there = {column.lower(): column for column in reversed(file.columns)}
    found: dict[str, str] = {}
    for field in kind.fields:
        names = (known for known in (field.name, *field.also) if known in there)
        column = next((there[known] for known in names if there[known] not in found.values()), None)
        if column is not None:
            found[field.name] = column
        elif file.container == "json" and not field.required:
            found[field.name] = field.name
    return found


def _missing(kind: Kind, found: Iterable[str]) -> list[str]:
    there = set(found)
    valued = {VALUE} if {"usd", "amount"} & there else set()
    return [name for name in kind.required if name not in there | valued]


def _by_map(file: SourceFile, kind: Kind, mapped: Mapped, path: Path, wishes: Wishes) -> dict[str, str]:
    """Our fields and the file's columns, as the map says. Raises DataError with all that the two do not share."""
    ours = [field.name for field in kind.fields]
    errors: list[CasewrightError] = []
    for part, entries in (("columns", mapped.columns), ("constants", mapped.constants), ("values", mapped.values)):
        for field in entries:
            if field not in ours:
                errors.append(DataError(f"{part}: {kind.name} have no {field!r}", path, hint=_meant(field, ours)))
    for field in set(mapped.columns) & set(mapped.constants):
        errors.append(DataError(f"{field!r} is both a column and a constant", path))
    columns = {field: str(column) for field, column in mapped.columns.items()}
    if file.container != "json":
        for field, column in columns.items():
            if column not in file.columns:
                told = f"columns: {field} is {column!r}, which the file does not have"
                errors.append(DataError(told, path, hint=_meant(column, file.columns)))
    errors += _wrong_words(kind, mapped.values, path)
    said = ["category"] if wishes.category else []
    for field in _missing(kind, {*columns, *mapped.constants, *said}):
        errors.append(DataError(f"nothing is said of {field}", path, hint="name its column, or a constant"))
    if errors:
        raise join_errors(errors)
    return columns


def _wrong_words(kind: Kind, values: Mapping[str, Mapping[str, object]], path: Path) -> list[CasewrightError]:
    errors: list[CasewrightError] = []
    for field in kind.fields:
        for old, new in values.get(field.name, {}).items():
            if field.words and str(new) not in field.words:
                told = f"values: {field.name}: {old} becomes {str(new)!r}, which is unknown"
                errors.append(DataError(told, path, hint=_meant(str(new), field.words)))
    return errors


def _meant(found: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(found.lower(), names, 1) or difflib.get_close_matches(found, names, 1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(names)}"


def _as_written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


SOURCE = Source(
    ANY,
    tuple(KINDS),
    "any CSV, Parquet or JSON lines under our names, or with --map",
    "the columns {required}, or a --map MAP.yaml that names them",
    _fits,
    _read,
)
