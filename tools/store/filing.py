"""What people decide towards a report: the role of each person, when suspicion was formed and why, what was filed.

Each act is kept with its entry in the log and nothing is ever changed: a later act on the same thing counts before the
earlier one, what was withdrawn counts no longer, and all of it stays in the log. The program files nothing; it keeps
that somebody did.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

import sqlalchemy as sa
from pydantic import Field

from casewright.knowledge.case import Role
from casewright.knowledge.clock import local_date
from casewright.knowledge.errors import NotFound, PolicyError, UsageError
from casewright.knowledge.four_eyes import named
from casewright.knowledge.records import Record
from casewright.tools.store import audit
from casewright.tools.store.cases import Store
from casewright.tools.store.standing import standings
from casewright.tools.store.tables import audit as log
from casewright.tools.store.tables import case_subjects, filing_acts
from casewright.tools.store.tables import cases as cases_table

Occasion = Literal["ordinary", "sanctioned", "terrorism financing", "no suspect", "continuing"]


class RoleSet(Record):
    """What a person of the case is in it, as somebody decided, and why."""

    person: str
    role: Role
    reason: str


class Suspicion(Record):
    """On which day suspicion was formed, and why; `noticed` is when something was first seen, where told.

    The days are those of the place of `regime`, the one it was told for (empty: not kept). Where a time was told, the
    moments (epoch seconds) tell the day of any other place. `sign` is what of the case called for `occasion` where
    nobody named one.
    """

    formed: date
    reason: str
    noticed: date | None = None
    occasion: Occasion = "ordinary"
    regime: str = ""
    formed_at: int | None = None
    noticed_at: int | None = None
    named: bool = False  # whether a person named the occasion
    sign: str = ""

    def in_zone(self, zone: str) -> "Suspicion":
        """The same with the days of that zone, as far as moments are known."""
        formed = self.formed if self.formed_at is None else local_date(self.formed_at, zone)
        noticed = self.noticed if self.noticed_at is None else local_date(self.noticed_at, zone)
        noticed = min(noticed, formed) if noticed else None  # of a moment and a bare day, the day counts for both
        return self.model_copy(update={"formed": formed, "noticed": noticed})


class Filed(Record):
    """A report that somebody filed: the local day, the authority's reference, the text as it was filed, where kept.

    `earlier` is one that was filed on these subjects before this case.
    """

    day: date
    reference: str
    regime: str = ""
    text: str = ""
    earlier: bool = False


class ActionTaken(Record):
    """What the house did with the account or the relation, on which local day: a hold, an exit, a police report."""

    day: date
    what: str


class CodesSet(Record):
    """The codes of a regime's form that somebody chose for the report, and why; none of them where none applies."""

    regime: str
    codes: tuple[str, ...]
    reason: str


class Withdrawn(Record):
    """That an act counts no longer, by the number of its entry in the log, and why."""

    seq: int
    reason: str


Content = RoleSet | Suspicion | Filed | ActionTaken | CodesSet | Withdrawn
_ACTS: dict[str, type[Content]] = {
    "role": RoleSet,
    "suspicion": Suspicion,
    "filed": Filed,
    "action": ActionTaken,
    "codes": CodesSet,
    "withdrawal": Withdrawn,
}


class Act(Record):
    """One of them with who did it and when (epoch seconds), and the number of its entry in the log."""

    seq: int
    at: int
    who: str
    case: str
    what: Content


class Decided(Record):
    """All that people decided about a case and did not withdraw, in order."""

    case: str
    acts: tuple[Act, ...] = Field(default=())

    def roles(self) -> dict[str, Act]:
        """The last act on each person's role, by person."""
        return {act.what.person: act for act in self.acts if isinstance(act.what, RoleSet)}

    def role(self, person: str) -> Role:
        """That person's role; unknown where nobody set one."""
        act = self.roles().get(person)
        return act.what.role if act and isinstance(act.what, RoleSet) else "unknown"

    def of_role(self, *roles: Role) -> tuple[str, ...]:
        """The persons in one of these roles."""
        return tuple(person for person in self.roles() if self.role(person) in roles)

    def suspicion(self) -> tuple[Suspicion, Act] | None:
        """The suspicion as it was last told, with its act."""
        found = [(act.what, act) for act in self.acts if isinstance(act.what, Suspicion)]
        return found[-1] if found else None

    def in_zone(self, zone: str) -> "Decided":
        """The same with the days of every suspicion in that zone, as far as moments are known."""
        acts = (
            act.model_copy(update={"what": act.what.in_zone(zone)}) if isinstance(act.what, Suspicion) else act
            for act in self.acts
        )
        return self.model_copy(update={"acts": tuple(acts)})

    def codes(self, regime: str) -> tuple[str, ...] | None:
        """The codes of that regime's form as they were last told; None where nobody told any, or that none applies."""
        found = [act.what.codes for act in self.acts if isinstance(act.what, CodesSet) and act.what.regime == regime]
        return found[-1] if found else None

    def filed(self) -> Filed | None:
        """The report of this case, as it was last told."""
        found = [act.what for act in self.acts if isinstance(act.what, Filed) and not act.what.earlier]
        return found[-1] if found else None

    def earlier(self) -> tuple[Filed, ...]:
        """Reports that were filed before this case, in order of their days."""
        found = [act.what for act in self.acts if isinstance(act.what, Filed) and act.what.earlier]
        return tuple(sorted(found, key=lambda filed: filed.day))


def decide(store: Store, case: str, who: str, what: Content) -> Act:
    """Keep what WHO decided about a case, with an entry in the log that vouches for it.

    Raises NotFound for a case that is not here, UsageError where nobody or no reason is named and for a report that is
    on record already, PolicyError for a report of this case before any suspicion was told, and for what would change a
    case that is decided or cannot be withdrawn.
    """
    who = named(who)
    word = "reference" if isinstance(what, Filed) else "what" if isinstance(what, ActionTaken) else "reason"
    if not str(getattr(what, word)).strip():
        raise UsageError(f"a decision needs a {word}", hint=f'--{word} "..."')
    with store.writes() as connection:
        if connection.execute(sa.select(cases_table.c.id).where(cases_table.c.id == case).limit(1)).first() is None:
            raise NotFound(f"there is no case {case!r}", hint="casewright cases list shows what is here")
        before = _decided(connection, case)
        _refuse_out_of_order(before, what)
        _refuse_told_before(connection, before, what)
        _refuse_to_withdraw(before, what)
        _refuse_decided(connection, before, what)
        act = next(name for name, kind in _ACTS.items() if isinstance(what, kind))
        row = {"case_id": case, "act": act, "content": what.model_dump_json()}
        audit.append(connection, who, f"{act} told", case, {}, {filing_acts: [row]})
        return _all(connection, case)[-1]


def _refuse_out_of_order(before: Decided, what: Content) -> None:
    if not isinstance(what, Filed):
        return
    suspicion = before.suspicion()
    if what.earlier:
        if suspicion and what.day > suspicion[0].formed:
            raise UsageError(
                f"it was filed on {what.day}, after suspicion was formed on {suspicion[0].formed}: no earlier report",
                hint="the report of this case is told without --earlier",
            )
        return
    if suspicion is None:
        raise PolicyError(
            f"no suspicion is told for {before.case}, so no report of it can have been filed",
            hint=f'casewright suspicion {before.case} --formed DATE --reason "..."',
        )
    if what.day < suspicion[0].formed:
        raise UsageError(f"it was filed on {what.day}, before suspicion was formed on {suspicion[0].formed}")


def _refuse_told_before(connection: sa.Connection, before: Decided, what: Content) -> None:
    """A report is told once: neither this case nor another on its subjects has an earlier one of that reference.

    Another authority may have given the same reference.
    """
    if not isinstance(what, Filed):
        return
    own = before.filed()
    if not what.earlier and own == what:
        raise UsageError(f"that {before.case} was filed as {what.reference} is on record already")
    known = [(filed, before.case) for filed in before.earlier()]
    if what.earlier:  # the report of this case may be that of another case too: one report on both
        subjects = sa.select(case_subjects.c.subject).where(case_subjects.c.case_id == before.case)
        others = _filed_on(connection, list(connection.execute(subjects).scalars()), before.case)
        known += [(own, before.case)] if own else []
        known += [(act.what, act.case) for act in others if isinstance(act.what, Filed)]
    for filed, case in known:
        one_authority = "" in (filed.regime, what.regime) or filed.regime == what.regime
        if one_authority and _same(filed.reference, what.reference):
            raise UsageError(
                f"the report {filed.reference} of {filed.day} is on record already, told of {case}",
                hint="what was told by mistake is withdrawn first: casewright withdraw --help",
            )


def _same(one: str, other: str) -> bool:
    """Whether two references are one: capitals and blanks make no second one."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _refuse_to_withdraw(before: Decided, what: Content) -> None:
    """Actions, codes and earlier reports may be withdrawn; a role or a suspicion is told anew, what was filed stays."""
    if not isinstance(what, Withdrawn):
        return
    act = next((act for act in before.acts if act.seq == what.seq), None)
    if act is None:
        raise NotFound(
            f"nothing told of {before.case} stands with the number {what.seq}",
            hint=f"casewright audit show {before.case} shows the numbers",
        )
    if not (isinstance(act.what, ActionTaken | CodesSet) or (isinstance(act.what, Filed) and act.what.earlier)):
        raise PolicyError(
            f"number {what.seq} of {before.case} cannot be withdrawn: only actions, codes and earlier reports can",
            hint="a role or a suspicion is told anew, and the later one counts",
        )


def _refuse_decided(connection: sa.Connection, before: Decided, what: Content) -> None:
    """Between its approval and its filing a report stays as it was approved; a closed case gathers no suspicion."""
    found = standings(connection, [before.case])[before.case]
    settled = found.state == "approved" and before.filed() is None
    own = isinstance(what, Filed) and not what.earlier
    if not own and (settled or found.state in ("closed", "sampled")):
        raise PolicyError(
            f"{before.case} was {found.state} by {found.last.by}; what it rests on stays as it is",
            hint=f'casewright review reopen {before.case} --reason "..."',
        )


def decided(store: Store, case: str) -> Decided:
    """What people decided about a case, in order."""
    with store.reads() as connection:
        return _decided(connection, case)


def all_decided(store: Store) -> dict[str, Decided]:
    """What people decided about every case on which they did."""
    found: dict[str, list[Act]] = {}
    with store.reads() as connection:
        for row in connection.execute(_acts()).mappings():
            found.setdefault(row["case_id"], []).append(_act(row))
    return {case: Decided(case=case, acts=_standing(acts)) for case, acts in found.items()}


def filed_on(store: Store, subjects: Sequence[str], leave_out: str = "") -> list[Act]:
    """The reports told of other cases on any of these subjects, in order of their days."""
    with store.reads() as connection:
        return _filed_on(connection, subjects, leave_out)


def _filed_on(connection: sa.Connection, subjects: Sequence[str], leave_out: str) -> list[Act]:
    about = sa.select(case_subjects.c.case_id).where(case_subjects.c.subject.in_(list(subjects)))
    query = _acts().where(filing_acts.c.case_id != leave_out, filing_acts.c.case_id.in_(about))
    standing = _standing([_act(row) for row in connection.execute(query).mappings()])
    found = [act for act in standing if isinstance(act.what, Filed)]
    return sorted(found, key=lambda act: act.what.day if isinstance(act.what, Filed) else date.min)


def _acts() -> sa.Select[tuple[object, ...]]:
    columns = (filing_acts.c.case_id, filing_acts.c.act, filing_acts.c.content, log.c.seq, log.c.at, log.c.who)
    return sa.select(*columns).join(log, filing_acts.c.audit == log.c.seq).order_by(log.c.seq)


def _act(row: sa.RowMapping) -> Act:
    what = _ACTS[row["act"]].model_validate_json(row["content"])
    return Act(seq=row["seq"], at=row["at"], who=row["who"], case=row["case_id"], what=what)


def _all(connection: sa.Connection, case: str) -> list[Act]:
    """Every act on a case, those that were withdrawn too."""
    rows: Iterable[sa.RowMapping] = connection.execute(_acts().where(filing_acts.c.case_id == case)).mappings()
    return [_act(row) for row in rows]


def _decided(connection: sa.Connection, case: str) -> Decided:
    return Decided(case=case, acts=_standing(_all(connection, case)))


def _standing(acts: Sequence[Act]) -> tuple[Act, ...]:
    """The acts that still count: neither withdrawn nor a withdrawal."""
    gone = {act.what.seq for act in acts if isinstance(act.what, Withdrawn)}
    return tuple(act for act in acts if act.seq not in gone and not isinstance(act.what, Withdrawn))
