"""Two texts of a typology, compared field by field, in words."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel

from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import kept_in, library_of
from casewright.knowledge import library
from casewright.knowledge.errors import NotFound, UsageError
from casewright.knowledge.in_force import read_kept
from casewright.knowledge.records import Record
from casewright.knowledge.typology import Typology
from casewright.tools.indicators import catalogue

_CALLED = {"said": "how people put it", "write": "what to write", "amltrix": "AMLTRIX"}
_KEYS = {"red_flags": "see", "look_alikes": "name", "sources": "id", "fixtures": "name"}
_LEFT_OUT = {"id", "status", "version"}
_ALIKE = 0.6  # from here on a reworded part is told as changed, not as gone and added


class Change(Record):
    """A part that was added, is gone, or reads otherwise; `part` is which one of several."""

    field: str
    what: Literal["added", "gone", "changed"]
    part: str = ""
    before: str = ""
    after: str = ""


class Differences(Record):
    """What differs, and which two texts were compared."""

    typology: str
    of: str
    against: str
    changes: tuple[Change, ...]

    def text(self) -> str:
        """For people: a heading a field, what was and what is."""
        lines = [f"{self.typology}: {self.of}, against {self.against}"]
        field = ""
        for change in self.changes:
            if change.field != field:
                field = change.field
                lines += ["", _CALLED.get(field, field.replace("_", " "))]
            lines += list(_told(change))
        return "\n".join(lines if self.changes else [*lines, "nothing differs"])


def differences(workspace: Workspace, name: str, against: str = "approved") -> Differences:
    """What the proposal (the site's file, else what waits in the store, else what is in force) says otherwise.

    AGAINST is `approved`, `shipped` or a version's number. Raises NotFound where there is no such text.
    """
    known = library_of(workspace)
    name = name.removesuffix("@proposed")
    new = known.proposals.get(name) or known.typology(name)
    old, told = _old(workspace, name, against)
    what = "the text in force" if new.status == "approved" else f"the {new.status} text"
    return Differences(typology=name, of=what, against=told, changes=tuple(compare(old, new)))


def compare(old: Typology, new: Typology) -> Iterator[Change]:
    """Every difference in meaning, in the order of the format's fields."""
    for field in Typology.model_fields:
        before, after = getattr(old, field), getattr(new, field)
        if field in _LEFT_OUT or before == after:
            continue
        if isinstance(before, tuple):
            yield from _several(field, before, after)
        elif isinstance(before, BaseModel) and isinstance(after, BaseModel):
            for part in type(before).model_fields:
                yield from _several(f"{field}: {part}", getattr(before, part), getattr(after, part))
        else:
            yield Change(field=field, what="changed", before=_words(before), after=_words(after))


def _old(workspace: Workspace, name: str, against: str) -> tuple[Typology, str]:
    files = library.files([], catalogue())
    if against == "shipped":
        if name not in files.shipped:
            raise NotFound(f"no typology {name!r} is shipped", hint="--against approved")
        return files.shipped[name].typology, "what is shipped"
    if against == "approved":
        found = library_of(workspace).typologies.get(name)
        if found is None or found.status not in {"approved", "retired"}:
            raise NotFound(f"no version of {name} was approved yet", hint=f"casewright typology show {name}")
        return found, f"version {found.version}, {'in force' if found.status == 'approved' else 'retired'}"
    if not (against.isascii() and against.isdigit()):
        raise UsageError(f"{against!r} is nothing to compare with", hint="approved, shipped or a version's number")
    kept = {version.version: version for version in kept_in(workspace, name)}
    if int(against) in kept:
        version = kept[int(against)]
        return read_kept(version, catalogue()), f"version {against}, {version.state}"
    if name in files.shipped and files.shipped[name].typology.version == int(against):
        return files.shipped[name].typology, f"version {against}, shipped"
    raise NotFound(f"{name} has no version {against}", hint=f"casewright typology history {name}")


def _several(field: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    key = _KEYS.get(field, "")
    old = {_name(item, key): item for item in before}
    new = {_name(item, key): item for item in after}
    gone, added = [name for name in old if name not in new], [name for name in new if name not in old]
    pairs = {name: name for name in old if name in new}
    for name in list(gone):
        if close := difflib.get_close_matches(name, added, 1, _ALIKE):
            pairs[name] = close[0]
            gone.remove(name)
            added.remove(close[0])
    for was, now in pairs.items():
        if old[was] != new[now]:
            yield from _item(field, was, old[was], new[now])
    yield from (Change(field=field, what="gone", part=name, before=_words(old[name])) for name in gone)
    yield from (Change(field=field, what="added", part=name, after=_words(new[name])) for name in added)
    if [pairs.get(name) for name in old] == list(new) and list(before) != list(after):
        return
    if set(old) == set(new) and list(old) != list(new):
        yield Change(field=field, what="changed", part="the order", before="", after="")


def _item(field: str, name: str, old: Any, new: Any) -> Iterator[Change]:
    if not isinstance(old, BaseModel):
        yield Change(field=field, what="changed", before=_words(old), after=_words(new))
        return
    for part in type(old).model_fields:
        before, after = getattr(old, part), getattr(new, part)
        if before != after:
            yield Change(
                field=field, what="changed", part=f"{name}: {part}", before=_words(before), after=_words(after)
            )


def _name(item: Any, key: str) -> str:
    if not isinstance(item, BaseModel):
        return str(item)
    return str(getattr(item, key)) if key else " ".join(str(v) for v in item.model_dump().values() if v)[:80]


def _words(value: Any) -> str:
    """A value as a person would write it: `indicator credits_count, at least 5`."""
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_defaults=True, mode="json")
    if isinstance(value, Mapping):
        return ", ".join(f"{str(key).replace('_', ' ')} {_words(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(_words, value))
    return "nothing" if value in (None, "") else str(value)


def _told(change: Change) -> Iterator[str]:
    if change.what == "changed":
        yield f"  {change.part or 'changed'}"
        if change.before or change.after:
            yield f"    was: {change.before}"
            yield f"    is:  {change.after}"
    else:
        yield f"  {change.what}: {change.before or change.after}"
