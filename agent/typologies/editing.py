"""Editing a typology's file: the shipped one is copied into the workspace first, and checked after every save."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from casewright.agent.settings import Workspace
from casewright.agent.typologies.decisions import marked
from casewright.agent.typologies.known import folder_of, kept_in, library_of
from casewright.knowledge import library
from casewright.tools.indicators import catalogue


class Edited(NamedTuple):
    """What came of it: the file, whether it says something new, and what is wrong in it."""

    path: Path
    changed: bool
    problems: Sequence[str]


def edit(
    workspace: Workspace, name: str, editor: Callable[[Path], None], again: Callable[[Sequence[str]], bool]
) -> Edited:
    """Let EDITOR change the site's file until it is sound, or AGAIN, told the problems, says no.

    What is in force stays so. A copy that nobody changed is taken away again. Raises NotFound for an unknown id.
    """
    name = name.removesuffix("@proposed")
    path = folder_of(workspace) / f"{name}.yaml"
    copied = ""
    if not path.exists():
        copied = _text_in_force(workspace, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(copied, encoding="utf-8")
    before = path.read_bytes()
    try:
        editor(path)
        while (problems := problems_of(workspace, path)) and again(problems):
            editor(path)
    finally:
        if copied and path.exists() and path.read_text(encoding="utf-8", errors="replace") == copied:
            path.unlink()
    after = path.read_bytes() if path.exists() else before
    changed = after != before
    if changed and not problems:
        _call_a_draft(workspace, name, path)
    return Edited(path, changed, problems)


def problems_of(workspace: Workspace, path: Path) -> list[str]:
    """What is wrong in one file of the site, a line each."""
    read = library.files([folder_of(workspace)], catalogue())
    if not path.exists():
        return [f"{path}: is gone"]
    lines = [line for error in read.broken for line in str(error).splitlines()]
    return [line for line in lines if line.startswith(f"{path}:")]


def _text_in_force(workspace: Workspace, name: str) -> str:
    """The text of what is in force, else of what waits for approval, else of what is shipped."""
    found = library_of(workspace).typology(name)
    kept = kept_in(workspace, name)
    for state in ("in force", "proposed"):
        for version in kept:
            if version.state == state:
                return marked(version.text, version.version, "approved" if state == "in force" else "proposed")
    shipped = library.SHIPPED / f"{found.id}.yaml"
    return shipped.read_text(encoding="utf-8")


def _call_a_draft(workspace: Workspace, name: str, path: Path) -> None:
    """A text that says something else than what is decided is a draft until somebody proposes it."""
    known = library_of(workspace)
    found = known.proposals.get(name) or known.typologies[name]
    if found.status == "proposed" and all(version.state != "proposed" for version in kept_in(workspace, name)):
        path.write_text(marked(path.read_text(encoding="utf-8-sig"), found.version, "draft"), encoding="utf-8")
