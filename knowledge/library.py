"""The typologies that are known: those shipped, and the site's own, of which one replaces ours of the same id."""

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from casewright.knowledge.errors import CasewrightError, KnowledgeError, NotFound, UsageError, join_errors
from casewright.knowledge.indicator import Indicator
from casewright.knowledge.typology import RedFlag, Typology
from casewright.knowledge.yamlfile import Lines, read_yaml_text, text_of

SHIPPED = Path(__file__).with_name("typologies")


class Filed(NamedTuple):
    """A typology as its file has it, and where each part stands."""

    typology: Typology
    lines: Lines


_Read = dict[str, Filed]


@dataclass(frozen=True)
class Files:
    """The files that were read, ours and the site's own, by id, and what is wrong with those that were left out."""

    shipped: Mapping[str, Filed]
    own: Mapping[str, Filed]
    broken: tuple[CasewrightError, ...] = ()


@dataclass(frozen=True)
class Library:
    """What was read: the typologies by id, where each stands, and what is wrong with the files that were left out.

    Where one is in force and another text of it waits for approval, that one is in `proposals`; `notices` are for
    people: what was edited outside, what a file says that nobody approved.
    """

    typologies: Mapping[str, Typology]
    paths: Mapping[str, Path]
    broken: tuple[CasewrightError, ...] = ()
    proposals: Mapping[str, Typology] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def findable(self) -> dict[str, Typology]:
        """All that search finds: the typologies by id, and the proposals beside them as `ID@proposed`."""
        return {**self.typologies, **{f"{name}@proposed": found for name, found in self.proposals.items()}}

    def typology(self, name: str) -> Typology:
        """The typology of that id. Raises NotFound with the nearest one."""
        if name in self.findable:
            return self.findable[name]
        close = difflib.get_close_matches(name, self.typologies, 1)
        hint = f"did you mean {close[0]!r}?" if close else "casewright typology list"
        raise NotFound(f"there is no typology {name!r}", hint=hint)

    @property
    def approved(self) -> tuple[Typology, ...]:
        """Those that cases are matched with: no drafts, proposals or retired ones."""
        return tuple(typology for typology in self.typologies.values() if typology.status == "approved")

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with any approved typology: what a case was matched with."""
        text = "".join(typology.model_dump_json() for typology in self.approved)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def load(site: Iterable[Path], indicators: Mapping[str, Indicator], shipped: Path = SHIPPED) -> Library:
    """The shipped typologies and those of the SITE's folders; what is broken there is told in `broken` and left out.

    INDICATORS are those that red flags may name. Raises KnowledgeError with everything wrong in the shipped files.
    """
    read = files(site, indicators, shipped)
    return _library({**read.shipped, **read.own}, read.broken)


def files(site: Iterable[Path], indicators: Mapping[str, Indicator], shipped: Path = SHIPPED) -> Files:
    """The same, ours and the site's own apart."""
    found, ours = _walk([shipped], indicators)
    if ours:
        raise join_errors(ours)
    own, broken = _walk(site, indicators, known=found)
    return Files(found, own, tuple(broken))


def parse(text: str, path: Path, indicators: Mapping[str, Indicator]) -> Typology:
    """The typology of a text that is kept elsewhere; PATH is how errors tell it. Raises KnowledgeError."""
    return _sound(*_parsed(text, path), indicators).typology


def wrong_in(
    typology: Typology, lines: Lines, indicators: Mapping[str, Indicator], known: Mapping[str, Typology]
) -> list[CasewrightError]:
    """What its format alone does not show: measures that are not there, references to what is not in KNOWN."""
    return [*_wrong_measures(typology, lines, indicators), *_wrong_references(typology, lines, known, set())]


def meaning(typology: Typology) -> str:
    """A digest of what it says: the same where only status, version number, layout or comments differ."""
    return hashlib.sha256(typology.model_dump_json(exclude={"status", "version"}).encode()).hexdigest()


def typologies(site: Iterable[Path], indicators: Mapping[str, Indicator]) -> Mapping[str, Typology]:
    """The typologies of `load` alone, by id, for whoever has no one to tell of broken files."""
    return load(site, indicators).typologies


def survey(folders: Iterable[Path], indicators: Mapping[str, Indicator], *, alone: bool = False) -> Library:
    """The same of any folders, for a check: nothing is raised, everything wrong in any file is in `broken`.

    ALONE does not ask whether the typologies that a file names are there: it may be the first of several.
    """
    found, broken = _walk(folders, indicators, alone=alone)
    return _library(found, broken)


def _library(read: _Read, broken: Iterable[CasewrightError]) -> Library:
    ordered = dict(sorted(read.items()))
    typologies = {name: typology for name, (typology, _) in ordered.items()}
    return Library(typologies, {name: lines.path for name, (_, lines) in ordered.items()}, tuple(broken))


def _walk(
    folders: Iterable[Path], indicators: Mapping[str, Indicator], known: _Read | None = None, *, alone: bool = False
) -> tuple[_Read, list[CasewrightError]]:
    """What the folders hold and what is wrong in it. A folder that is not there holds nothing."""
    read: _Read = {}
    errors: list[CasewrightError] = []
    left_out: set[str] = set()  # what refers to a file that is wrong is not wrong itself
    for folder in folders:
        for path in _candidates(folder):
            try:
                if path.parent != folder:
                    raise KnowledgeError(f"is not read: it must stand in {folder} itself", path)
                if path.suffix != ".yaml":
                    raise KnowledgeError("is not read: the file's name must end in .yaml", path)
                filed = _sound(*_parsed(text_of(path), path), indicators)
                read[filed.typology.id] = filed
            except KnowledgeError as error:
                errors.append(error)
                left_out.add(path.stem)
    every = {name: filed.typology for name, filed in {**(known or {}), **read}.items()}
    for name, (typology, lines) in list(read.items()):
        if not alone and (wrong := list(_wrong_references(typology, lines, every, left_out))):
            errors.append(join_errors(wrong))
            del read[name]
    return read, errors


def _candidates(folder: Path) -> list[Path]:
    """The files that may be meant: those in folders below too, so that none is passed over in silence."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in {".yaml", ".yml"})
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


@lru_cache(maxsize=1_000)
def _parsed(text: str, path: Path) -> tuple[Typology, Lines]:
    """Reading sixty files takes half a second; a command that asks several questions reads an unchanged one once."""
    return read_yaml_text(text, path, Typology)


def _sound(typology: Typology, lines: Lines, indicators: Mapping[str, Indicator]) -> Filed:
    if wrong := list(_wrong_measures(typology, lines, indicators)):
        raise join_errors(wrong)
    return Filed(typology, lines)


def _wrong_measures(typology: Typology, lines: Lines, indicators: Mapping[str, Indicator]) -> Iterator[CasewrightError]:
    for nr, flag in enumerate(typology.red_flags):
        if flag.indicator and flag.indicator not in indicators:
            close = difflib.get_close_matches(flag.indicator, indicators, 1)
            hint = f"did you mean {close[0]!r}?" if close else "casewright query indicators --help"
            yield lines.error(f"unknown indicator {flag.indicator!r}", "red_flags", nr, "indicator", hint=hint)
        elif flag.indicator:
            yield from _wrong_limits(flag, lines, nr, indicators[flag.indicator])


def _wrong_limits(flag: RedFlag, lines: Lines, nr: int, indicator: Indicator) -> Iterator[CasewrightError]:
    try:
        indicator.bind(flag.parameters)
    except UsageError as error:
        yield lines.error(error.message, "red_flags", nr, "parameters", hint=error.hint)
    for key, limit in (("at_least", flag.at_least), ("at_most", flag.at_most)):
        if limit is not None and (limit < 0 or (indicator.unit == "share" and limit > 1)):
            expected = "0 .. 1, a share" if indicator.unit == "share" else f"0 or more {indicator.unit}"
            yield lines.error(f"{key} is {limit}, expected {expected}", "red_flags", nr, key)


def _wrong_references(
    typology: Typology, lines: Lines, known: Mapping[str, Typology], left_out: set[str]
) -> Iterator[CasewrightError]:
    """References to what is not there, and those that lead back to where they began.

    Look-alikes refer to each other, as they should; only `replaced_by` must come to an end.
    """
    for nr, other in enumerate(typology.look_alikes):
        if other.typology == typology.id:
            yield lines.error("a typology is no look-alike of itself", "look_alikes", nr, "typology")
        elif other.typology and other.typology not in {*known, *left_out}:
            yield _not_there(other.typology, lines, known, "look_alikes", nr, "typology")
    if typology.replaced_by and typology.replaced_by not in {*known, *left_out}:
        yield _not_there(typology.replaced_by, lines, known, "replaced_by")
    way, following = [typology.id], typology.replaced_by
    while following and following in known and following not in way:
        way.append(following)
        following = known[following].replaced_by
    if following == typology.id:
        yield lines.error(f"goes in a circle: {' -> '.join([*way, typology.id])}", "replaced_by")


def _not_there(name: str, lines: Lines, known: Iterable[str], *place: str | int) -> CasewrightError:
    close = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {close[0]!r}?" if close else ""
    return lines.error(f"there is no typology {name!r}", *place, hint=hint)
