"""Experts' YAML files, read strictly: every mistake at once, each with its file and line.

YAML here is smaller than YAML: `true` and `false` are the only words that are not text, so that `NO` stays a country,
`on` a key and `2025-11-03` a date as it was written. Unknown and duplicate keys, anchors, tags and several documents in
one file are errors. A record that has an `id` bears its file's name.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from casewright.knowledge.errors import CasewrightError, KnowledgeError, join_errors
from casewright.knowledge.records import Record

RecordT = TypeVar("RecordT", bound=Record)
Place = tuple[str | int, ...]

_MAX_BYTES = 1_000_000  # a file of knowledge is read by people; anything longer is something else
_MAX_DEPTH = 20  # libyaml's composer recurses: 50,000 opening brackets would end the process
_LONGEST_TOLD = 100  # characters of a wrong value that an error repeats
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9_]*)?\.[0-9]+([eE][-+]?[0-9]{1,2})?|[-+]?[1-9][0-9]*[eE][-+]?[0-9]{1,2}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_TAG_NAMES = ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
_TAGS = {f"tag:yaml.org,2002:{name}" for name in _TAG_NAMES}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Lines:
    """Where in its file each part of a record stands."""

    path: Path
    by_place: Mapping[Place, int] = field(default_factory=dict)

    def of(self, *place: str | int) -> int:
        """The line of a part such as `("when", "all", 0, "indicator")`, else of the nearest part around it."""
        while place not in self.by_place:
            place = place[:-1]
        return self.by_place[place]

    def error(self, message: str, *place: str | int, hint: str = "") -> KnowledgeError:
        """An error that points at this part of the file."""
        return KnowledgeError(message, self.path, self.of(*place), hint=hint)


def read_yaml(path: Path, model: type[RecordT]) -> RecordT:
    """The record that a file holds. Raises KnowledgeError with all that is wrong in it, a line each."""
    return read_yaml_lines(path, model)[0]


def read_yaml_lines(path: Path, model: type[RecordT]) -> tuple[RecordT, Lines]:
    """The record, and the lines of its parts, for whoever finds a mistake that the format alone does not show."""
    return read_yaml_text(text_of(path), path, model)


def read_yaml_text(text: str, path: Path, model: type[RecordT]) -> tuple[RecordT, Lines]:
    """The same of a text that is kept elsewhere; errors tell it by PATH, whose name its id must be."""
    plain, lines, errors = plain_text(text, path)
    record, wrong = checked(plain, lines, model)
    errors += wrong
    if record is not None and getattr(record, "id", path.stem) != path.stem:
        errors.append(lines.error(f"the id is {record.id!r}, the file's name says {path.stem!r}", "id"))  # type: ignore[attr-defined]
    if errors:
        raise join_errors(sorted(errors, key=lambda error: int(error.where.rpartition(":")[2])))
    assert record is not None
    return record, lines


def checked(plain: Any, lines: Lines, model: type[RecordT]) -> tuple[RecordT | None, list[CasewrightError]]:
    """The record of plain lists, dicts and scalars, else everything that is wrong in them, told by LINES."""
    try:
        # JSON's strict mode takes a list for a tuple and text for a date, but never "5" for a number or 5 for a text.
        return model.model_validate_json(json.dumps(plain), strict=True), []
    except ValidationError as failure:
        return None, [_as_error(dict(error), lines, model) for error in failure.errors(include_url=False)]


def read_yaml_folders(folders: Iterable[Path], model: type[RecordT]) -> dict[str, tuple[RecordT, Lines]]:
    """Every `*.yaml` in these folders by its file's name, in order; one in a later folder replaces its namesake.

    A folder that is not there holds nothing. Raises KnowledgeError with everything wrong in all files.
    """
    found: dict[str, tuple[RecordT, Lines]] = {}
    errors: list[CasewrightError] = []
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            try:
                found[path.stem] = read_yaml_lines(path, model)
            except KnowledgeError as error:
                errors.append(error)
    if errors:
        raise join_errors(errors)
    return dict(sorted(found.items()))


def text_of(path: Path) -> str:
    """The text of a file of knowledge. Raises KnowledgeError where it is too long, no UTF-8 or cannot be read."""
    try:
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise KnowledgeError(f"the file has {size:,} bytes, at most {_MAX_BYTES:,} are read", path, 1)
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise KnowledgeError(f"cannot be read ({error.strerror})", path) from error
    except UnicodeDecodeError as error:
        raise KnowledgeError("is not UTF-8 text", path, raw[: error.start].count(b"\n") + 1) from error


def plain_text(text: str, path: Path) -> tuple[Any, Lines, list[CasewrightError]]:
    """What a text says as lists, dicts and scalars, where each stands, and what is wrong. Raises KnowledgeError."""
    try:
        _refuse_depth(text, path)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise KnowledgeError(f"is not YAML: {error.problem or error.context}", path, line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise KnowledgeError(f"is not YAML: {str(error).splitlines()[0]}", path, 1) from error
    if not isinstance(node, yaml.MappingNode):
        raise KnowledgeError("expected keys with values, `id: ...` first", path, 1)
    lines: dict[Place, int] = {}
    errors: list[CasewrightError] = []
    plain = _plain(node, (), lines, errors, Lines(path, lines), set())
    return plain, Lines(path, lines), errors


def _refuse_depth(text: str, path: Path) -> None:
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise KnowledgeError(f"more than {_MAX_DEPTH} levels within each other", path, event.start_mark.line + 1)


def _plain(node: Any, place: Place, by_place: dict[Place, int], errors: list[CasewrightError], lines: Lines,
           seen: set[int]) -> Any:  # fmt: skip
    """The node as lists, dicts and scalars; where each stands goes into BY_PLACE, what is wrong into ERRORS."""
    by_place.setdefault(place, node.start_mark.line + 1)
    if id(node) in seen:
        errors.append(lines.error("anchors are not read", *place, hint="write the value again"))
        return None
    seen.add(id(node))
    if node.tag not in _TAGS:
        errors.append(lines.error(f"the tag {node.tag!r} is not read", *place, hint="write a plain value"))
        return None
    if isinstance(node, yaml.SequenceNode):
        items = enumerate(node.value)
        return [_plain(item, (*place, nr), by_place, errors, lines, seen) for nr, item in items]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node.value) if not node.style else node.value
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            errors.append(lines.error("a key must be a word", *place))
        elif key.value in found:
            first = by_place[(*place, key.value)]
            message = f"the key {key.value!r} is here twice, first in line {first}"
            errors.append(KnowledgeError(message, lines.path, key.start_mark.line + 1))
        else:
            by_place[(*place, key.value)] = key.start_mark.line + 1
            found[key.value] = _plain(value, (*place, key.value), by_place, errors, lines, seen)
    return found


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _as_error(error: dict[str, Any], lines: Lines, model: type[BaseModel]) -> KnowledgeError:
    """Pydantic's error in words that name the key, what was found and what was expected."""
    place: Place = error["loc"]
    within = [part for nr, part in enumerate(place) if place[: nr + 1] in lines.by_place]
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in within).lstrip(".")
    if error["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(place[-1]), _keys(model), 1)
        return lines.error(f"unknown key {place[-1]!r}", *place, hint=f"did you mean {close[0]!r}?" if close else "")
    if error["type"] == "missing":
        return lines.error(f"the key {place[-1]!r} is missing" + (f" in {name}" if name else ""), *place)
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    found = error.get("input")
    told = f", found {_short(found)}" if isinstance(found, str | int | float | bool | None) else ""
    return lines.error(f"{name} {message}{told}".strip(), *place)


def _short(found: object) -> str:
    told = repr(found)
    return told if len(told) <= _LONGEST_TOLD else f"{told[:_LONGEST_TOLD]} ..."


def _keys(model: type[BaseModel]) -> list[str]:
    """The keys of a model and of the models within it, to find the one that was meant."""
    names: dict[str, None] = {}
    todo: list[Any] = [model]
    seen: set[Any] = set()
    while todo:
        kind = todo.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            for key, info in kind.model_fields.items():
                names[info.alias or key] = None
                todo.append(info.annotation)
        todo += get_args(kind)
    return list(names)
