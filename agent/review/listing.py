"""What is in review: cases and typologies in one list, what waits first, each with its clock and its checks."""

from collections.abc import Collection
from datetime import date

from casewright.agent.filing.complete import against, score
from casewright.agent.filing.ready import under
from casewright.agent.grounding import check
from casewright.agent.review.clocks import Clock, Clocks
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.knowledge.errors import KnowledgeError
from casewright.knowledge.four_eyes import same_person
from casewright.knowledge.in_force import read_kept
from casewright.knowledge.records import Record
from casewright.tools.indicators import catalogue
from casewright.tools.store import Store, reviews
from casewright.tools.store import typologies as kept_typologies
from casewright.tools.store.standing import OPEN, STATES, WAITING, Decision, Kind, Standing
from casewright.tools.store.typologies import TypologyVersion


class Failing(Record):
    """A check that stops an approval, and what is missing."""

    id: str
    missing: str


class Item(Record):
    """One thing in review. `checks` are those that stop an approval; None where they were not looked at."""

    id: str
    kind: Kind
    subject: str
    subjects: tuple[str, ...]
    by: str
    state: str
    checks: tuple[Failing, ...] | None = None
    decision: Decision | None = None
    version: int
    assigned: str = ""
    recommendation: str = ""
    triggered: date | None = None
    formed: date | None = None
    decided: date | None = None
    filed: date | None = None
    due: date | None = None
    days_left: int | None = None


class Listed(Record):
    """What was asked for, and how many there are beyond those shown."""

    items: tuple[Item, ...]
    more: int


def listed(
    workspace: Workspace,
    store: Store,
    *,
    states: Collection[str] = (),
    kind: str = "",
    assigned: str = "",
    limit: int | None = None,
    checked: bool = False,
) -> Listed:
    """Everything in review in the order in which to take it: what waits for a second person, by due day, then the rest.

    CHECKED looks at the checks of every item that is shown and open, else of those that wait (some 0.3 s each).
    """
    clocks = Clocks(workspace, store)
    whose = reviews.assigned(store, "typology")
    found = [_case(one, clocks.of(one)) for one in reviews.all_standings(store)]
    proposed = (version for version in kept_typologies.versions(store) if version.state == "proposed")
    found += [_typology(version, whose.get(version.typology, "")) for version in proposed]
    found = [
        one
        for one in found
        if (not states or one.state in states)
        and kind in ("", one.kind)
        and (not assigned or (one.assigned and same_person(one.assigned, assigned)))
    ]
    found.sort(key=_order)
    shown = found if limit is None else found[:limit]
    looked = [
        one.model_copy(update={"checks": _checks(workspace, store, one)})
        if one.state in WAITING or (checked and one.state in OPEN) or one.kind == "typology"
        else one
        for one in shown
    ]
    return Listed(items=tuple(looked), more=len(found) - len(shown))


def _case(found: Standing, clock: Clock) -> Item:
    subjects = tuple(found.dispositions)
    return Item(
        id=found.case,
        kind="case",
        subject=subjects[0] if subjects else "",
        subjects=subjects,
        by=found.by if found.state == "draft" else found.last.by,
        state=found.state,
        decision=found.last.decision,
        version=found.version,
        assigned=found.assigned,
        recommendation=found.recommendation,
        **clock._asdict(),
    )


def _typology(version: TypologyVersion, assigned: str) -> Item:
    name = version.typology
    return Item(
        id=name, kind="typology", subject=name, subjects=(name,), by=version.who, state=version.state,
        version=version.version, assigned=assigned,
    )  # fmt: skip


def _order(one: Item) -> tuple[int, date, int, str]:
    rank = 0 if one.state in WAITING or one.kind == "typology" else 1 if one.state in OPEN else 2
    place = STATES.index(one.state) if one.state in STATES else 0
    return rank, one.due if one.due and one.filed is None else date.max, place, one.id


def _checks(workspace: Workspace, store: Store, one: Item) -> tuple[Failing, ...]:
    if one.kind == "typology":
        version = next(v for v in kept_typologies.versions(store, one.id) if v.version == one.version)
        try:
            read_kept(version, catalogue())
        except KnowledgeError as error:
            return (Failing(id="readable", missing=error.message),)
        return ()
    reported = one.decision == "report" or (one.state == "draft" and one.recommendation == "escalate")
    return checks_of(workspace, store, store.load_case(one.id), reported=reported)


def checks_of(workspace: Workspace, store: Store, case: Case, *, reported: bool) -> tuple[Failing, ...]:
    """The checks that stop an approval of a case: claims that its evidence does not hold, and those on a report."""
    unsupported = check(case.narrative.sentences, case).unsupported
    found = [Failing(id="grounding", missing=f"{bad.figure} {bad.why}: {bad.sentence}") for bad in unsupported]
    if reported:
        reasons = against(score(under(workspace, store, case)))
        found += [Failing(id=name, missing=missing) for name, missing in reasons]
    return tuple(found)
