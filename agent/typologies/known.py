"""The typologies of a workspace: those in force, with what waits for approval beside them."""

from collections.abc import Iterator
from pathlib import Path

from casewright.agent.settings import Workspace
from casewright.knowledge import library
from casewright.knowledge.in_force import in_force
from casewright.knowledge.library import Library
from casewright.tools.indicators import catalogue
from casewright.tools.store import Store
from casewright.tools.store.typologies import TypologyVersion, versions


def folder_of(workspace: Workspace) -> Path:
    """Where the site's own typologies stand."""
    return workspace.folder / "typologies"


def library_of(workspace: Workspace) -> Library:
    """The library in force: what is shipped, what was approved here; drafts and proposals match no case.

    Files of the site that cannot be used are in `broken`. Raises DataError for a case store that cannot be read.
    """
    files = library.files([folder_of(workspace)], catalogue())
    return in_force(files, kept_in(workspace), catalogue())


def kept_in(workspace: Workspace, typology: str = "") -> list[TypologyVersion]:
    """The versions that the case store keeps, none where there is no store yet."""
    if not Store.exists(workspace.cases):
        return []
    with Store.open(workspace.cases) as store:
        return versions(store, typology)


def remarks(known: Library) -> Iterator[str]:
    """What people should hear of the files: what was left out and why, what is not approved."""
    for error in known.broken:
        for line in str(error).splitlines():
            yield f"left out: {line}"
    yield from known.notices
