"""Where notes and pinned answers go: into the open case at once, else beside the conversation until it has a case."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from casewright.agent.additions import Added, Addition, add, kept_version
from casewright.agent.memo import page
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.knowledge.errors import DataError
from casewright.tools.store import Store

_ADDITIONS = TypeAdapter(tuple[Addition, ...])


def kept_in_case(
    workspace: Workspace, case: Case, additions: Sequence[Addition], who: str, taken: Collection[str] = ()
) -> tuple[Added, int]:
    """Add to the newest version of the case and keep that as its next; tells what was added and the version.

    TAKEN are ids that mean something in the conversation about the case.
    Raises CasewrightError where the case store cannot be written.
    """
    with Store.open(workspace.cases) as store:
        added = add(kept_version(store, case) or case, additions, taken)
        version = store.save_case(added.case, who)
    page.write(added.case, workspace.out)
    return added, version


def waiting(workspace: Workspace, thread: str) -> tuple[Addition, ...]:
    """What a conversation without a case has noted and pinned so far. Raises DataError for a damaged file."""
    path = _path(workspace, thread)
    if not path.is_file():
        return ()
    try:
        return _ADDITIONS.validate_json(path.read_bytes())
    except ValidationError as error:
        raise DataError("these notes cannot be read", path, hint="move the file away") from error


def wait(workspace: Workspace, thread: str, addition: Addition) -> int:
    """Keep one more beside the conversation; tells how many there are."""
    path = _path(workspace, thread)
    kept = (*waiting(workspace, thread), addition)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    with open(fresh, "wb", opener=private) as file:
        file.write(_ADDITIONS.dump_json(kept))
    os.replace(fresh, path)
    return len(kept)


def done(workspace: Workspace, thread: str) -> None:
    """Forget what was waiting: it stands in a case now."""
    _path(workspace, thread).unlink(missing_ok=True)


def private(path: str, flags: int) -> int:
    """An opener of files that only their owner may read."""
    return os.open(path, flags, 0o600)


def _path(workspace: Workspace, thread: str) -> Path:
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in thread)
    return workspace.machine / "chat" / f"{safe}.json"
