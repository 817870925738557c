"""replay(case) -> what its questions answer again: on the data that it was made from, and on today's.

On the data of then every answer must be the same, else something other than the data changed. What today's data say
otherwise is told beside it, with what the investigation would find today. Nothing is stored, no query text is run.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from casewright.agent.additions import NOTE
from casewright.agent.drafting.model import made_with as made_with_model
from casewright.agent.expertise import TOOL as TYPOLOGY
from casewright.agent.expertise import expertise
from casewright.agent.grounding import Moved, asked_again, moved_in_answer
from casewright.agent.investigate import Target, investigate
from casewright.agent.ledgers import open_ledger
from casewright.agent.models.choice import Choice
from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import library_of
from casewright.agent.verification import kept_of
from casewright.agent.versions import made_with, rules_of
from casewright.knowledge.case import Case, Finding, Versions
from casewright.knowledge.errors import NotFound
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.typology import Typology
from casewright.tools import toolbox
from casewright.tools.arrivals import imports_of, last_import
from casewright.tools.as_of import as_of
from casewright.tools.store import Store, earlier_cases_again
from casewright.tools.warehouse import Ledger


@dataclass(frozen=True)
class Snapshot:
    """The data that a case was made from: its fingerprint and newest import, and whether the ledger still holds it.

    `since` counts the imports that came later; `imports` is 0 where neither the case nor the ledger tells it.
    """

    id: str
    imports: int
    held: bool
    since: int = 0


@dataclass(frozen=True)
class Answer:
    """What one answer of the case tells otherwise: on the data of `then`, `today`; None where it was not asked."""

    evidence: str
    tool: str
    then: tuple[Moved, ...] | None
    today: tuple[Moved, ...] | None
    why: str = ""  # it was not asked

    @property
    def same(self) -> bool:
        """Whether it tells nothing otherwise, as far as it was asked."""
        return not self.then and not self.today


@dataclass(frozen=True)
class Found:
    """What an investigation today would find otherwise; a typology's scores are those of then and today."""

    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]
    typologies: Mapping[str, tuple[float | None, float | None]]
    recommendation: tuple[str, str]

    @property
    def same(self) -> bool:
        """Whether it would find the same."""
        then, today = self.recommendation
        return not (self.gone or self.new or self.typologies) and then == today


@dataclass(frozen=True)
class Replay:
    """A case asked again: its version in the store (None of a file), and all that was looked at."""

    case: Case
    version: int | None
    snapshot: Snapshot
    now: Versions
    answers: tuple[Answer, ...]
    found: Found

    @property
    def same(self) -> bool:
        """Whether every answer and finding is what it was."""
        return all(answer.same for answer in self.answers) and self.found.same


def replay(
    workspace: Workspace, name: str, version: int | None = None, progress: Callable[[float], None] = lambda share: None
) -> Replay:
    """The case of that id, in its newest version unless told, or the one in a file, asked again.

    Raises NotFound where there is no such case, version or ledger, UsageError for the version of a file.
    """
    case, number = kept_of(name, workspace, version)
    typologies = library_of(workspace).typologies
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(workspace.cases)) if Store.exists(workspace.cases) else None
        ledger = stack.enter_context(open_ledger(workspace))
        today = _moved(case, ledger)
        progress(0.3)
        snapshot = _snapshot(case, workspace, ledger)
        then = _then(case, workspace, snapshot, today)
        progress(0.7)
        today |= _moved_elsewhere(case, store, typologies)
        found = _found(case, _investigated(case, ledger, typologies, store))
        now = _now(made_with(ledger, typologies), workspace)
    answers = tuple(
        Answer(one.id, one.tool, then.get(one.id), today.get(one.id), "" if one.id in today else _why_not(one))
        for one in case.evidence
    )
    return Replay(case, number, snapshot, now, answers, found)


def _moved(case: Case, ledger: Ledger) -> dict[str, tuple[Moved, ...]]:
    """What LEDGER answers otherwise, by evidence; what failed when it was asked is not asked again."""
    asked = (one for one in case.evidence if asked_again(one) and one.status != "failed")
    return {one.id: tuple(moved_in_answer(one, partial(toolbox.replay, ledger))) for one in asked}


def _moved_elsewhere(
    case: Case, store: Store | None, typologies: Mapping[str, Typology]
) -> dict[str, tuple[Moved, ...]]:
    """What the case store and the experts' files tell otherwise today, by evidence."""
    asked: dict[str, Callable[[Evidence], Evidence]] = {TYPOLOGY: partial(_expertise, typologies)}
    if store is not None:
        asked["earlier_cases"] = partial(earlier_cases_again, store)
    return {one.id: tuple(moved_in_answer(one, asked[one.tool])) for one in case.evidence if one.tool in asked}


def _expertise(typologies: Mapping[str, Typology], evidence: Evidence) -> Evidence:
    name = str(evidence.arguments.get("id"))
    if name not in typologies:
        raise NotFound(f"there is no typology {name} any more")
    return expertise(typologies[name])


def _why_not(evidence: Evidence) -> str:
    if evidence.status == "failed":
        return "failed when it was asked"
    return "a person's note" if evidence.tool == NOTE else "no question to the ledger"


def _snapshot(case: Case, workspace: Workspace, ledger: Ledger) -> Snapshot:
    """Where the data of the case are: in what is asked today, in the embedded ledger's earlier imports, or gone."""
    made, newest = case.versions, last_import(ledger)
    if made.ledger == ledger.fingerprint():
        return Snapshot(made.ledger, newest, held=True)
    known = {}
    if workspace.ledger.is_file():
        with Ledger.open(workspace.ledger) as own:
            known, newest = imports_of(own), last_import(own)
    last = known.get(made.ledger)
    if last is None:
        return Snapshot(made.ledger, made.imports, held=False)
    return Snapshot(made.ledger, last, held=True, since=newest - last)


def _then(
    case: Case, workspace: Workspace, snapshot: Snapshot, today: Mapping[str, tuple[Moved, ...]]
) -> Mapping[str, tuple[Moved, ...]]:
    """What the data of then answer otherwise; where nothing came since, that is what today's do."""
    if not snapshot.held:
        return {}
    if not snapshot.since:
        return dict(today)
    with as_of(workspace.ledger, snapshot.imports) as ledger:
        return _moved(case, ledger)


def _investigated(
    case: Case, ledger: Ledger, typologies: Mapping[str, Typology], store: Store | None
) -> Sequence[Case]:
    """What an investigation of its subjects finds today; the alert belongs to the one that it is on.

    Each goes by the case's own name, so that it is no earlier case of itself.
    """
    on = case.alert.subject if case.alert else ""
    targets = [Target(one, case.alert if one.id == on else None, named=case.id) for one in case.subjects]
    return investigate(ledger, targets, typologies, store)


def _found(case: Case, today: Sequence[Case]) -> Found:
    was = {_told(finding): finding for finding in case.findings}
    now = {_told(finding): finding for one in today for finding in one.findings}
    before = {match.id: match.score for match in case.typologies}
    after: dict[str, float] = {}
    for match in (match for one in today for match in one.typologies):
        after[match.id] = max(match.score, after.get(match.id, 0.0))
    scores = {name: (before.get(name), after.get(name)) for name in dict.fromkeys([*before, *after])}
    return Found(
        gone=tuple(finding for told, finding in was.items() if told not in now),
        new=tuple(finding for told, finding in now.items() if told not in was),
        typologies={name: pair for name, pair in scores.items() if pair[0] != pair[1]},
        recommendation=(case.recommendation, today[0].recommendation if today else case.recommendation),
    )


def _told(finding: Finding) -> Finding:
    """The finding without the ids of its evidence, which count on when more is asked."""
    return finding.model_copy(update={"evidence": ()})


def _now(made: Versions, workspace: Workspace) -> Versions:
    """What a case would be made with today, by the model that the settings name."""
    settings = workspace.settings
    choice = Choice.of(settings.models.get("draft", settings.model), settings.model_url)
    by = {} if choice.offline else dict(made_with_model(choice.label))
    return made.model_copy(update={"rules": rules_of(workspace), **by})
