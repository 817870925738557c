"""A person's text in place of the draft's: checked against the evidence first, kept with what was changed and why."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from casewright.agent.grounding import Unsupported, check
from casewright.agent.memo import page
from casewright.agent.review.changes import changes
from casewright.agent.review.people import login_of
from casewright.agent.settings import Workspace
from casewright.agent.verification import draft_of
from casewright.knowledge.case import Case
from casewright.knowledge.errors import UsageError
from casewright.knowledge.four_eyes import reasoned, refuse_unread
from casewright.tools.store import Store, reviews
from casewright.tools.store.standing import Change, Particulars


@dataclass(frozen=True)
class Edited:
    """What was changed, the version that it is, and what of it the evidence does not hold: then nothing is kept."""

    version: int
    changes: tuple[Change, ...]
    unsupported: tuple[Unsupported, ...] = ()
    folder: Path | None = None


def edit(
    workspace: Workspace, store: Store, name: str, text: Path, who: str, reason: str, version: int | None = None
) -> Edited:
    """Put the text of a file in place of the newest version's.

    Raises UsageError where nothing is changed or no reason is given, PolicyError for a case that is decided or that
    another person changed meanwhile, DataError and NotFound for the file.
    """
    reasoned(reason)
    before = reviews.standing(store, name)
    refuse_unread(version, before.version, name)
    case = store.load_case(name, before.version)
    sections = draft_of(case, text)
    found = changes(case.narrative.sections, sections)
    if not found:
        raise UsageError(f"nothing is changed: this is the text of version {before.version} of {name}")
    sentences = [sentence for section in sections for sentence in section.sentences]
    unsupported = check(sentences, case, [section.title for section in sections]).unsupported
    if unsupported:
        return Edited(before.version, found, unsupported)
    edited = case.model_copy(update={"narrative": case.narrative.model_copy(update={"sections": sections})})
    what = Particulars(reason=reason, login=login_of(who), changes=found, made_with=case.versions, typology=_best(case))
    kept = reviews.save_edited(store, edited, before.version, "edited", who, what)
    return Edited(kept.version, found, folder=page.write(store.load_case(name), workspace.out))


def in_editor(case: Case, place: Path, editor: Callable[[Path], None]) -> Path:
    """The case's memo in a file of the folder PLACE, as EDITOR left it."""
    path = place / f"{case.id}.md"
    path.write_text(page.markdown(case), encoding="utf-8")
    editor(path)
    return path


def _best(case: Case) -> str:
    return case.typologies[0].id if case.typologies else ""


@dataclass(frozen=True)
class Compared:
    """Two versions of a case's text and what differs."""

    first: int
    last: int
    changes: tuple[Change, ...]


def compared(store: Store, name: str, first: int | None = None, last: int | None = None) -> Compared:
    """What people changed: from the last version that was drafted to the newest, or between two versions."""
    found = reviews.standing(store, name)
    last = last or found.version
    if first is None:
        edited = {act.version for act in found.acts if act.act in ("edited", "split")}
        first = next(version for version in range(last, 0, -1) if version not in edited)
    texts = [store.load_case(name, version).narrative.sections for version in (first, last)]
    return Compared(first, last, changes(*texts))
