"""Typologies on their way in and out of a workspace: which are meant, and files that are not written over by chance."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from casewright.agent.settings import Workspace
from casewright.agent.typologies import amltrix, from_sheets
from casewright.agent.typologies.known import folder_of, library_of
from casewright.agent.typologies.markdown import pages
from casewright.agent.typologies.stix import bundle
from casewright.agent.typologies.to_sheets import workbook
from casewright.knowledge import library
from casewright.knowledge.errors import DataError, UsageError
from casewright.knowledge.records import Record
from casewright.knowledge.typology import Typology
from casewright.knowledge.typology_text import text_of
from casewright.tools.indicators import catalogue


class Imported(Record):
    """What an import did: drafts that are new, drafts written over a file of the site, and what said nothing new."""

    written: tuple[Path, ...] = ()
    replaced: tuple[Path, ...] = ()
    unchanged: tuple[str, ...] = ()

    def text(self) -> str:
        """For people: a line a file."""
        lines = [f"draft: {path}" for path in self.written]
        lines += [f"draft, written over: {path}" for path in self.replaced]
        return "\n".join([*lines, f"{len(self.unchanged)} say nothing new"])


class ImportedPack(Record):
    """What the import of a pack did; `unknown` are ids that typologies name and the pack does not have."""

    folder: Path
    source: str
    techniques: int
    replaced: tuple[Path, ...] = ()
    unknown: tuple[str, ...] = ()

    def text(self) -> str:
        """For people: how many, where, whose they are."""
        lines = [f"{self.techniques} techniques: {self.folder}", f"source: {self.source}; its licence is there"]
        lines += [f"written over: {path}" for path in self.replaced]
        lines += [f"named by typologies and not in the pack: {', '.join(self.unknown)}"] if self.unknown else []
        return "\n".join(lines)


def chosen(workspace: Workspace, names: Sequence[str]) -> list[Typology]:
    """The typologies of these ids, all that are known without any. Raises NotFound for an unknown one."""
    known = library_of(workspace)
    found = [known.typology(name) for name in names] if names else list(known.typologies.values())
    once = {typology.id: typology for typology in found}
    if len(once) < len(found):
        raise UsageError("a typology is asked for twice", hint="name each once, either it or its @proposed text")
    return found


def exported(
    workspace: Workspace,
    typologies: Sequence[Typology],
    *,
    xlsx: Path | None = None,
    markdown: Path | None = None,
    stix: Path | None = None,
) -> dict[Path, bytes]:
    """The files of an export, in each of the forms that has a place to go to. Raises UsageError where none has."""
    files: dict[Path, bytes] = {}
    if xlsx:
        files[xlsx] = workbook(typologies)
    if markdown:
        names = {name for typology in typologies for name in typology.amltrix}
        techniques = amltrix.told(amltrix.techniques_of(workspace), names)
        files |= pages(markdown, typologies, catalogue(), techniques)
    if stix:
        files[stix] = bundle(typologies)
    if not files:
        raise UsageError("nothing says where to", hint="--xlsx FILE, --markdown FOLDER or --stix FILE")
    return files


def keep(files: Mapping[Path, bytes], *, replace: bool = False) -> list[Path]:
    """Write files and tell which were written over. Raises UsageError where one is there and REPLACE is not said."""
    there = [path for path in files if path.exists()]
    if there and not replace:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(f"the file is there already{more}; nothing was written", there[0], hint="--replace")
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise DataError(f"cannot be written ({error.strerror})", path) from error
    return there


def import_workbook(workspace: Workspace, path: Path, *, replace: bool = False) -> Imported:
    """Write what a workbook says otherwise than what is known as drafts of the site; nothing where one is wrong.

    Raises KnowledgeError with every problem, UsageError where a file of the site says something else.
    """
    known = library_of(workspace)
    return drafts(workspace, from_sheets.read(path, known.typologies).values(), replace=replace)


def import_amltrix(workspace: Workspace, folder: Path, *, replace: bool = False) -> ImportedPack:
    """Put AMLTRIX's techniques into the workspace as a pack, with their licence; no typology is changed.

    Raises DataError with every line that is wrong, UsageError where a pack is there that says something else.
    """
    into = amltrix.folder_of(workspace)
    techniques, files = amltrix.packed(folder, into)
    changed = {path: content for path, content in files.items() if not path.exists() or path.read_bytes() != content}
    replaced = keep(changed, replace=replace)
    names = {name for typology in library_of(workspace).typologies.values() for name in typology.amltrix}
    return ImportedPack(
        folder=into,
        source=amltrix.FROM,
        techniques=len(techniques),
        replaced=tuple(replaced),
        unknown=tuple(sorted(names - {technique.id for technique in techniques})),
    )


def drafts(workspace: Workspace, typologies: Iterable[Typology], *, replace: bool = False) -> Imported:
    """Write those whose meaning differs from the site's file, else from what is in force, as drafts."""
    in_force, own = library_of(workspace).typologies, library.files([folder_of(workspace)], catalogue()).own
    files: dict[Path, bytes] = {}
    unchanged = []
    for new in typologies:
        old = own[new.id].typology if new.id in own else in_force.get(new.id)
        if old and old == new.model_copy(update={"status": old.status, "version": old.version}):
            unchanged.append(new.id)
            continue
        path = folder_of(workspace) / f"{new.id}.yaml"
        text = text_of(new.model_copy(update={"status": "draft"}))
        library.parse(text, path, catalogue())
        files[path] = text.encode()
    replaced = keep(files, replace=replace)
    return Imported(
        written=tuple(path for path in files if path not in replaced),
        replaced=tuple(replaced),
        unchanged=tuple(unchanged),
    )
