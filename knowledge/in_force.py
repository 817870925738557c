"""The typologies in force: what the release ships and what people approved, whatever the site's files say meanwhile.

A file is a text anybody can edit; what matches cases is a text that two people agreed upon. So a site's file counts
where its meaning is that of the approved version, and is a draft or a proposal where it is not; the approved version
stays in force beside it. A text that is kept and can no longer be read falls back to what is shipped, and is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from casewright.knowledge.errors import CasewrightError, KnowledgeError
from casewright.knowledge.indicator import Indicator
from casewright.knowledge.library import Filed, Files, Library, meaning, parse
from casewright.knowledge.records import Record
from casewright.knowledge.typology import Status, Typology


class Kept(Record):
    """A version of a typology that is kept: its text, and what has become of it."""

    typology: str
    version: int
    text: str
    state: str  # proposed, superseded, in force, replaced, returned, retired


def in_force(files: Files, kept: Iterable[Kept], indicators: Mapping[str, Indicator]) -> Library:
    """The library that cases are matched with, the proposals beside it, and what is to be told about the files."""
    by_name: dict[str, list[Kept]] = {}
    for version in kept:
        by_name.setdefault(version.typology, []).append(version)
    found = _Found(files, indicators)
    for name in sorted({*files.shipped, *files.own, *by_name}):
        found.add(name, by_name.get(name, []))
    broken = (*files.broken, *found.broken)
    return Library(found.typologies, found.paths, broken, found.proposals, tuple(found.notices))


def read_kept(version: Kept, indicators: Mapping[str, Indicator]) -> Typology:
    """The typology that a kept version holds, with its number. Raises KnowledgeError where it no longer can be read."""
    path = Path(f"version {version.version} in the case store") / f"{version.typology}.yaml"
    return parse(version.text, path, indicators).model_copy(update={"version": version.version})


class _Found:
    """The library while it is put together, one typology after another."""

    def __init__(self, files: Files, indicators: Mapping[str, Indicator]) -> None:
        self.files, self.indicators = files, indicators
        self.typologies: dict[str, Typology] = {}
        self.proposals: dict[str, Typology] = {}
        self.paths: dict[str, Path] = {}
        self.broken: list[CasewrightError] = []
        self.notices: list[str] = []

    def add(self, name: str, kept: Sequence[Kept]) -> None:
        """Put one typology in its place."""
        base, file = self._base(name, kept), self.files.own.get(name)
        proposal = self._of_file(file, base, kept) if file else self._waiting(kept)
        if base is not None:
            self.typologies[name] = base
            if proposal is not None:
                self.proposals[name] = proposal
        elif proposal is not None:
            self.typologies[name] = proposal
        if name in self.typologies:
            stands = file or self.files.shipped.get(name)
            self.paths[name] = stands.lines.path if stands else Path(f"{name}.yaml")
        self._tell_missing(name, base, file, kept)

    def _base(self, name: str, kept: Sequence[Kept]) -> Typology | None:
        """What is decided: the approved version, the retired one, else what is shipped."""
        shipped = self.files.shipped.get(name)
        force = next((version for version in kept if version.state == "in force"), None)
        gone = next((version for version in reversed(kept) if version.state == "retired"), None)
        if force and (found := self._read(force)):
            return _as(found, "approved")
        if gone and not force and (found := self._read(gone)):
            return _as(found, "retired")
        return shipped.typology if shipped else None

    def _of_file(self, file: Filed, base: Typology | None, kept: Sequence[Kept]) -> Typology | None:
        """The site's file where it is another text than what is decided, with the status that it has in truth."""
        typology, path = file
        if base is not None and meaning(typology) == meaning(base):
            if typology.status != base.status and "retired" in (typology.status, base.status):
                self._tell(path.path, f"says {typology.status}, it is {base.status}")
            return None
        for version in reversed(kept):
            read = self._read(version, tell=False)
            if read is not None and meaning(read) == meaning(typology) and version.state in {"proposed", "returned"}:
                status: Status = "proposed" if version.state == "proposed" else "draft"
                return _as(typology, status).model_copy(update={"version": version.version})
        if typology.status == "draft":
            return typology
        stays = f"version {base.version} stays {_said(base.status)}" if base else "it matches no case"
        self._tell(path.path, f"is not what was approved, so it is a proposal; {stays}", f"propose {typology.id}")
        return _as(typology, "proposed")

    def _waiting(self, kept: Sequence[Kept]) -> Typology | None:
        """The open proposal of which there is no file here."""
        waiting = next((version for version in kept if version.state == "proposed"), None)
        read = self._read(waiting) if waiting else None
        return _as(read, "proposed") if read else None

    def _tell_missing(self, name: str, base: Typology | None, file: Filed | None, kept: Sequence[Kept]) -> None:
        """Tell of an approved version whose file is gone; one that is there and wrong is told already."""
        shipped = self.files.shipped.get(name)
        if file is not None or base is None or base.status != "approved" or not kept:
            return
        there = any(Path(error.where.rpartition(":")[0]).stem == name for error in self.files.broken)
        if not there and not (shipped and meaning(shipped.typology) == meaning(base)):
            self._tell(Path(f"{name}.yaml"), f"is not here; version {base.version} stays in force", f"edit {name}")

    def _tell(self, path: Path, what: str, command: str = "") -> None:
        self.notices.append(f"{path} {what}" + (f": casewright typology {command}" if command else ""))

    def _read(self, version: Kept, *, tell: bool = True) -> Typology | None:
        try:
            return read_kept(version, self.indicators)
        except KnowledgeError as error:
            if tell:
                self.broken.append(error)
            return None


def _as(typology: Typology, status: Status) -> Typology:
    return typology.model_copy(update={"status": status})


def _said(status: str) -> str:
    return "in force" if status == "approved" else status
