"""What `verify` needs: the case by id or file, the text to check, and the evidence asked again."""

from pathlib import Path

from pydantic import ValidationError

from casewright.agent.grounding import Moved, parse, replay_moved
from casewright.agent.ledgers import embedded, open_ledger
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case, Section
from casewright.knowledge.errors import DataError, NotFound, UsageError
from casewright.tools.store import Store


def case_of(name: str, workspace: Workspace) -> Case:
    """The case of that id in the case store, or the one in a file. Raises NotFound or DataError."""
    return kept_of(name, workspace)[0]


def kept_of(name: str, workspace: Workspace, version: int | None = None) -> tuple[Case, int | None]:
    """The same, an earlier VERSION where it is told, with its number; a file has none.

    Raises NotFound, DataError, UsageError for the version of a file.
    """
    path = Path(name)
    if path.is_file() or path.suffix == ".json":
        if version is not None:
            raise UsageError(
                f"{name} is a file, which has no versions", hint="name a case's id, or leave --version out"
            )
        return _read(path), None
    if not Store.exists(workspace.cases):
        raise NotFound(f"there is no case {name!r}: the workspace has no case store", workspace.folder,
                       hint="casewright investigate ID, or name a case.json")  # fmt: skip
    with Store.open(workspace.cases, create=False) as store:
        return store.load_case(name, version), version or store.version_of(name)


def _read(path: Path) -> Case:
    text = _text(path, "a case.json")
    try:
        return Case.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"is no case ({place}: {first['msg']})", path, hint="expected the case.json of `investigate`"
        ) from error


def draft_of(case: Case, text: Path | None) -> tuple[Section, ...]:
    """The case's own narrative, or the sections of a text file. Raises NotFound or DataError, also for no sentence."""
    if text is None:
        return case.narrative.sections
    sections = parse(_text(text, "a text such as narrative.md"))
    if not any(section.sentences for section in sections):
        raise DataError("holds no sentence to check", text, hint="expected a text such as narrative.md")
    return sections


def _text(path: Path, expected: str) -> str:
    if not path.is_file():
        raise NotFound(f"there is no such file, expected {expected}", path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"is not UTF-8 at byte {error.start:,}, expected {expected}", path) from error


def moved_in(case: Case, workspace: Workspace) -> tuple[Moved, ...] | None:
    """What the workspace's ledger answers otherwise now; None where it has no ledger."""
    if embedded(workspace) and not workspace.ledger.is_file():
        return None
    with open_ledger(workspace) as ledger:
        return replay_moved(case, ledger)
