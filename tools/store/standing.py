"""Where a case stands in review: folded from its versions and from what people did, act by act, subject by subject.

    draft -> escalated -> approved          a report: four eyes
    draft -> closed, or sampled -> closed   no report, closed alone; some are drawn for a second person's check
    escalated -> closing -> closed          no report all the same: four eyes

What waits may be returned, what is decided may be reopened; a version that is saved then makes it a draft again.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeVar, get_args

import sqlalchemy as sa
from pydantic import Field

from casewright.knowledge.case import Versions
from casewright.knowledge.records import Record
from casewright.tools.store.tables import audit as log
from casewright.tools.store.tables import case_subjects, cases, filing_acts, review_acts

Kind = Literal["case", "typology"]
Decision = Literal["report", "no report"]
State = Literal["draft", "reopened", "returned", "escalated", "closing", "sampled", "approved", "closed"]
Does = Literal["assigned", "escalated", "closed", "approved", "returned", "edited", "reopened", "joined", "split"]
# The first of these that any subject is in is the case's.
STATES: tuple[State, ...] = get_args(State)
OPEN = frozenset(STATES) - {"sampled", "approved", "closed"}
WAITING = frozenset({"escalated", "closing", "sampled"})  # for a second person
DECIDES: tuple[Does, ...] = ("escalated", "closed", "approved", "returned", "reopened")
FROM: dict[Does, frozenset[State]] = {
    "escalated": frozenset({"draft", "returned", "reopened", "closing"}),
    "closed": frozenset({"draft", "returned", "reopened", "escalated"}),
    "approved": frozenset({"draft", "escalated", "closing", "sampled"}),
    "returned": frozenset({"draft", "escalated", "closing", "sampled"}),
    "reopened": frozenset({"sampled", "approved", "closed"}),
    "edited": OPEN,
    "split": OPEN,
}
_T = TypeVar("_T")
_CHUNK = 500  # a statement takes a bounded number of values


class Change(Record):
    """One difference between a text before and after a person's hand: what kind, the sentence before, and after."""

    kind: Literal["figure", "wording", "citation", "added", "struck", "moved"]
    section: str
    before: str = ""
    after: str = ""


class Particulars(Record):
    """What an act says beside who, when and on what: always a reason, and what that act needs."""

    reason: str
    login: str = ""  # the user of the machine, where that is another name
    decision: Decision | None = None
    alone: bool = False  # closed without a second person
    sampled: bool = False  # drawn for a second person's check
    share: float | None = None  # of which so many are drawn
    bulk: str = ""  # closed together with others
    to: str = ""  # who it is assigned to; the case that a subject was split off into
    alert: str = ""  # the alert that joined
    arrived: tuple[str, ...] = ()  # what came late
    imports: int = 0  # the newest import of the ledger that was looked at for it
    changes: tuple[Change, ...] = ()
    typology: str = ""  # that the text that was changed fits best
    unmeasured: tuple[str, ...] = ()  # checks that code could not tell when it was approved
    regime: str = ""
    made_with: Versions | None = None  # what the version decided on was made with


class Act(Record):
    """What somebody did in review: the entry in the log, when (epoch seconds), on which version; subject "" is all."""

    seq: int
    at: int
    who: str
    about: str
    version: int
    act: Does
    subject: str
    what: Particulars


class Disposition(Record):
    """Where one subject of a case stands, since which act; `contested` where a closing needs a second person."""

    state: State = "draft"
    decision: Decision | None = None
    by: str = ""
    at: int = 0
    seq: int = 0  # of the act
    version: int = 0
    contested: bool = False


class Maker(NamedTuple):
    """Somebody who made part of what is decided on, and what that was."""

    name: str
    did: str


class Standing(Record):
    """A case in review. `seq` is the newest entry in the log that it rests on."""

    case: str
    version: int
    at: int
    saved_at: int
    by: str
    alert: str
    recommendation: str
    ledger: str  # fingerprint of the data that the text decided on, else the newest, was made from
    seq: int
    dispositions: dict[str, Disposition]
    acts: tuple[Act, ...] = ()
    makers: tuple[Maker, ...] = Field(default=())

    @property
    def state(self) -> State:
        """That of the subject which is farthest from decided."""
        return min((found.state for found in self.dispositions.values()), key=STATES.index, default="draft")

    @property
    def last(self) -> Disposition:
        """The disposition of that subject."""
        return next((d for d in self.dispositions.values() if d.state == self.state), Disposition())

    @property
    def assigned(self) -> str:
        """Whom it was last assigned to."""
        return next((act.what.to for act in reversed(self.acts) if act.act == "assigned"), "")

    def decided_on(self) -> int:
        """The version that the decision is about; 0 while it is open."""
        return 0 if self.state in OPEN else self.last.version


def standings(connection: sa.Connection, names: Sequence[str] | None = None) -> dict[str, Standing]:
    """Where each of these cases stands, or every one; a name that no case bears is left out."""
    if names is None:
        return _standings(connection, None)
    found: dict[str, Standing] = {}
    for start in range(0, len(names), _CHUNK):
        found |= _standings(connection, names[start : start + _CHUNK])
    return found


def following(state: State, act: Does, what: Particulars) -> State:
    """The state after an act; the same where the act does not concern it."""
    if act not in DECIDES or state not in FROM[act]:
        return state
    if act == "closed":
        return "sampled" if what.alone and what.sampled else "closed" if what.alone else "closing"
    if act == "approved":
        reported = state == "escalated" or (state == "draft" and what.decision == "report")
        return "approved" if reported else "closed"
    moved: dict[Does, State] = {"escalated": "escalated", "returned": "returned", "reopened": "reopened"}
    return moved[act]


def _standings(connection: sa.Connection, names: Sequence[str] | None) -> dict[str, Standing]:
    versions = _by_case(_versions(connection, names))
    subjects = _by_case(_subjects(connection, names))
    acts = _by_case((act.about, act) for act in _acts(connection, names))
    told = _by_case(_told(connection, names))
    return {
        case: _standing(case, own, subjects.get(case, []), acts.get(case, []), told.get(case, []))
        for case, own in versions.items()
    }


def _by_case(pairs: Iterable[tuple[str, _T]]) -> dict[str, list[_T]]:
    found: dict[str, list[_T]] = {}
    for case, value in pairs:
        found.setdefault(case, []).append(value)
    return found


def _versions(connection: sa.Connection, names: Sequence[str] | None) -> Iterator[tuple[str, sa.RowMapping]]:
    columns = [column for column in cases.c if column.name not in {"content", "status"}]
    query = sa.select(*columns).order_by(cases.c.id, cases.c.version)
    for row in connection.execute(query if names is None else query.where(cases.c.id.in_(names))).mappings():
        yield row["id"], row


def _subjects(connection: sa.Connection, names: Sequence[str] | None) -> Iterator[tuple[str, str]]:
    one = case_subjects.alias("one")
    last = sa.select(sa.func.max(one.c.version)).where(one.c.case_id == case_subjects.c.case_id).scalar_subquery()
    query = sa.select(case_subjects.c.case_id, case_subjects.c.subject).where(case_subjects.c.version == last)
    query = query if names is None else query.where(case_subjects.c.case_id.in_(names))
    rows = connection.execute(query.order_by(case_subjects.c.case_id, case_subjects.c.nr))
    yield from ((row.case_id, row.subject) for row in rows)


def _acts(connection: sa.Connection, names: Sequence[str] | None) -> Iterator[Act]:
    query = sa.select(review_acts, log.c.seq, log.c.at, log.c.who).join(log, review_acts.c.audit == log.c.seq)
    query = query.where(review_acts.c.kind == "case").order_by(log.c.seq)
    for row in connection.execute(query if names is None else query.where(review_acts.c.about.in_(names))).mappings():
        kept = {name: row[name] for name in ("seq", "at", "who", "about", "version", "act", "subject")}
        yield Act(**kept, what=Particulars.model_validate_json(row["content"]))


def _told(connection: sa.Connection, names: Sequence[str] | None) -> Iterator[tuple[str, tuple[int, Maker]]]:
    """What people told towards the report, which stands in it."""
    query = sa.select(filing_acts.c.case_id, filing_acts.c.act, log.c.seq, log.c.who)
    query = query.join(log, filing_acts.c.audit == log.c.seq).order_by(log.c.seq)
    for row in connection.execute(query if names is None else query.where(filing_acts.c.case_id.in_(names))):
        if row.act in _TOLD:
            yield row.case_id, (row.seq, Maker(row.who, _TOLD[row.act]))


_TOLD = {
    "role": "told a role in",
    "suspicion": "formed the suspicion in",
    "action": "told what was done in",
    "codes": "chose the codes of",
    "withdrawal": "withdrew what was told of",
}
_MADE: dict[Does, str] = {"escalated": "escalated", "closed": "closed", "edited": "edited", "split": "split"}


def _standing(
    case: str,
    versions: list[sa.RowMapping],
    subjects: list[str],
    acts: list[Act],
    told: list[tuple[int, Maker]],
) -> Standing:
    steps: list[tuple[int, Act | None]] = [(int(row["audit"]), None) for row in versions]
    steps = sorted([*steps, *((act.seq, act) for act in acts)], key=lambda step: step[0])
    newest = versions[-1]
    changed = {act.version for act in acts if act.act in ("edited", "split")}
    drafts = [row for row in versions if row["version"] not in changed]
    makers = [Maker(row["saved_by"], f"drafted version {row['version']} of") for row in drafts]
    makers += [Maker(act.who, _MADE[act.act]) for act in acts if act.act in _MADE]
    makers += [maker for _, maker in told]
    dispositions = {subject: _folded(subject, [act for _, act in steps]) for subject in subjects}
    decided = {one.version for one in dispositions.values() if one.state not in OPEN}
    stands = next((row for row in versions if row["version"] in decided), newest)
    return Standing(
        case=case,
        version=newest["version"],
        at=newest["at"],
        saved_at=newest["saved_at"],
        by=newest["saved_by"],
        alert=newest["alert"] or "",
        recommendation=newest["recommendation"],
        ledger=json.loads(stands["versions"]).get("ledger", ""),
        seq=max([*(seq for seq, _ in steps), *(seq for seq, _ in told)]),
        dispositions=dispositions,
        acts=tuple(acts),
        makers=tuple(dict.fromkeys(makers)),
    )


def _folded(subject: str, steps: list[Act | None]) -> Disposition:
    """Where a subject stands after these steps; None is a version that was saved."""
    found = Disposition()
    for act in steps:
        if act is None:
            again = found.state in ("returned", "reopened")
            found = found.model_copy(update={"state": "draft", "decision": None}) if again else found
        elif act.subject in ("", subject) and act.act in DECIDES and found.state in FROM[act.act]:
            state = following(found.state, act.act, act.what)
            found = Disposition(
                state=state,
                decision=decision_in(state),
                by=act.who,
                at=act.at,
                seq=act.seq,
                version=act.version,
                contested=found.contested or act.act in ("escalated", "returned", "reopened"),
            )
    return found


def approved_in(found: Standing, version: int) -> bool:
    """Whether that version is what the decision in force is about, and a second person agreed to it."""
    last = found.last
    alone = any(act.what.alone for act in found.acts if (act.seq, act.act) == (last.seq, "closed"))
    return found.decided_on() == version and found.state != "sampled" and not alone


def decision_in(state: State) -> Decision | None:
    """What is proposed or decided in a state."""
    if state in ("escalated", "approved"):
        return "report"
    return "no report" if state in ("closing", "sampled", "closed") else None
