"""The typologies that are known: those shipped, and the site's own, of which one replaces ours of the same id."""

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from casewright.knowledge.errors import CasewrightError, KnowledgeError, NotFound, UsageError, join_errors
from casewright.knowledge.indicator import Indicator
from casewright.knowledge.typology import RedFlag, Typology
from casewright.knowledge.yamlfile import Lines, read_yaml_lines

SHIPPED = Path(__file__).with_name("typologies")

_Read = dict[str, tuple[Typology, Lines]]


@dataclass(frozen=True)
class Library:
    """What was read: the typologies by id, where each stands, and what is wrong with the files that were left out."""

    typologies: Mapping[str, Typology]
    paths: Mapping[str, Path]
    broken: tuple[CasewrightError, ...] = ()

    def typology(self, name: str) -> Typology:
        """The typology of that id. Raises NotFound with the nearest one."""
        if name in self.typologies:
            return self.typologies[name]
        close = difflib.get_close_matches(name, self.typologies, 1)
        hint = f"did you mean {close[0]!r}?" if close else "casewright typology list"
        raise NotFound(f"there is no typology {name!r}", hint=hint)

    @property
    def approved(self) -> tuple[Typology, ...]:
        """Those that cases are matched with: no drafts, proposals or retired ones."""
        return tuple(typology for typology in self.typologies.values() if typology.status == "approved")

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with any typology: what a case was matched with."""
        text = "".join(typology.model_dump_json() for typology in self.typologies.values())
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def load(site: Iterable[Path], indicators: Mapping[str, Indicator], shipped: Path = SHIPPED) -> Library:
    """The shipped typologies and those of the SITE's folders; what is broken there is told in `broken` and left out.

    INDICATORS are those that red flags may name. Raises KnowledgeError with everything wrong in the shipped files.
    """
    found, ours = _walk([shipped], indicators)
    if ours:
        raise join_errors(ours)
    own, broken = _walk(site, indicators, known=found)
    return _library(found | own, broken)


def typologies(site: Iterable[Path], indicators: Mapping[str, Indicator]) -> Mapping[str, Typology]:
    """The typologies of `load` alone, by id, for whoever has no one to tell of broken files."""
    return load(site, indicators).typologies


def survey(folders: Iterable[Path], indicators: Mapping[str, Indicator]) -> Library:
    """The same of any folders, for a check: nothing is raised, everything wrong in any file is in `broken`."""
    found, broken = _walk(folders, indicators)
    return _library(found, broken)


def _library(read: _Read, broken: Iterable[CasewrightError]) -> Library:
    ordered = dict(sorted(read.items()))
    typologies = {name: typology for name, (typology, _) in ordered.items()}
    return Library(typologies, {name: lines.path for name, (_, lines) in ordered.items()}, tuple(broken))


def _walk(
    folders: Iterable[Path], indicators: Mapping[str, Indicator], known: Iterable[str] = ()
) -> tuple[_Read, list[CasewrightError]]:
    """What the folders hold and what is wrong in it. A folder that is not there holds nothing."""
    read: _Read = {}
    errors: list[CasewrightError] = []
    for folder in folders:
        for path in sorted(path for path in folder.glob("*") if path.suffix.lower() in {".yaml", ".yml"}):
            try:
                if path.suffix != ".yaml":
                    raise KnowledgeError("is not read: the file's name must end in .yaml", path)
                typology, lines = read_yaml_lines(path, Typology)
                if wrong := list(_wrong_measures(typology, lines, indicators)):
                    raise join_errors(wrong)
                read[typology.id] = typology, lines
            except KnowledgeError as error:
                errors.append(error)
    ids = {*known, *read}
    for name, (typology, lines) in list(read.items()):
        if wrong := list(_wrong_references(typology, lines, ids)):
            errors.append(join_errors(wrong))
            del read[name]
    return read, errors


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


def _wrong_references(typology: Typology, lines: Lines, known: set[str]) -> Iterator[CasewrightError]:
    for nr, other in enumerate(typology.look_alikes):
        if other.typology == typology.id:
            yield lines.error("a typology is no look-alike of itself", "look_alikes", nr, "typology")
        elif other.typology and other.typology not in known:
            close = difflib.get_close_matches(other.typology, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else ""
            yield lines.error(f"there is no typology {other.typology!r}", "look_alikes", nr, "typology", hint=hint)
