"""How long cases are kept: legal holds, and the deletion after which the log tells who deleted what, when and why.

The log keeps every entry. What was stored with the entries of a case (the case in all versions, what people decided,
what stands beside entries) is deleted as a whole, and a tombstone stands for each entry that no longer has it.
"""

import json
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa
from pydantic import JsonValue

from casewright.knowledge import clock
from casewright.knowledge.errors import NotFound, PolicyError, UsageError
from casewright.knowledge.records import Record, canonical_id
from casewright.tools.store import audit
from casewright.tools.store.cases import Store
from casewright.tools.store.tables import audit as log
from casewright.tools.store.tables import batch_calls, case_subjects, jobs, retention_acts, tombstones
from casewright.tools.store.tables import cases as cases_table
from casewright.tools.store.vouching import VOUCHED

# A case's own. A typology may bear a case's name; its texts and decisions are about no customer, and are kept.
_DELETED = tuple(table for table in VOUCHED if table.info.get("about") != "typology" and table is not tombstones)
_NO_ACTS = ("held", "hold lifted", "asked", "redacted copy made")  # these do not make a case younger


class Hold(Record):
    """A legal hold on a case, or on a subject and so on all its cases: who, when (epoch seconds), why."""

    about: str
    at: int
    who: str
    reason: str


class Kept(Record):
    """A case with its last act and the moment until which it is kept (epoch seconds), and what holds it beyond."""

    case: str
    last: int
    until: int
    holds: tuple[Hold, ...] = ()


class Deleted(Record):
    """What was deleted: how many versions of the case, and of how many entries what was stored with them."""

    case: str
    versions: int
    entries: int
    seq: int


def hold(store: Store, about: str, who: str, reason: str) -> Hold:
    """Hold a case, or all cases on a subject, whatever their age. Raises NotFound, PolicyError where it is held."""
    return _act(store, about, "held", who, reason)


def lift(store: Store, about: str, who: str, reason: str) -> Hold:
    """End a hold. Raises NotFound for what the store does not know, PolicyError where nothing is held."""
    return _act(store, about, "lifted", who, reason)


def holds(store: Store) -> list[Hold]:
    """The holds in force, the first one first."""
    with store.reads() as connection:
        return list(_holds(connection).values())


def kept(store: Store, years: int) -> list[Kept]:
    """All cases, the one first that is kept the shortest: YEARS from the last act on it that the log tells.

    To look at a case, to copy or to hold it is no act on it.
    """
    with store.reads() as connection:
        names = connection.execute(sa.select(cases_table.c.id).distinct()).scalars().all()
        found = [_kept(connection, name, years) for name in names]
    return sorted(found, key=lambda one: (one.until, one.case))


def delete(store: Store, case: str, who: str, reason: str, *, years: int, now: int) -> Deleted:
    """Delete a case and all that is stored of it, but for the log's entries, which tell of the deletion.

    Raises NotFound, UsageError where nobody or no reason is named, PolicyError for a case that is held or not yet old
    enough at NOW (epoch seconds).
    """
    _named(who, reason)
    with store.writes() as connection:
        versions = connection.execute(
            sa.select(sa.func.count()).select_from(cases_table).where(cases_table.c.id == case)
        ).scalar_one()
        if not versions:
            raise NotFound(f"there is no case {case!r}", hint="casewright cases list shows what is here")
        found = _kept(connection, case, years)
        if found.holds:
            first = found.holds[0]
            raise PolicyError(f"{case} is held since {clock.iso(first.at)[:10]} by {first.who}: {first.reason}",
                              hint=f"casewright retention lift {first.about} --reason ...")  # fmt: skip
        if now < found.until:
            day = clock.iso(found.until)[:10]
            raise PolicyError(f"{case} is kept until {day}, {years} years from the last act on it",
                              hint="keep_years in casewright.toml")  # fmt: skip
        entries = _entries_of(connection, case)
        payload: dict[str, JsonValue] = {"reason": reason.strip(), "versions": versions, "keep_years": years}
        gone = [{"entry": entry} for entry in entries]
        seq = audit.append(connection, who.strip(), "case deleted", case, payload, {tombstones: gone})
        _clear_batches(connection, case)
        deleted = sa.select(tombstones.c.entry).where(tombstones.c.audit == seq)
        for table in reversed(_DELETED):  # those that refer to others first
            connection.execute(table.delete().where(table.c.audit.in_(deleted)))
    store.settle()
    return Deleted(case=case, versions=versions, entries=len(entries), seq=seq)


def _entries_of(connection: sa.Connection, case: str) -> list[int]:
    """The entries about the case with which something was stored that is still there."""
    about = sa.select(log.c.seq).where(log.c.about == case)
    found: set[int] = set()
    for table in _DELETED:
        found |= set(connection.execute(sa.select(table.c.audit).where(table.c.audit.in_(about))).scalars())
    return sorted(found)


def _clear_batches(connection: sa.Connection, case: str) -> None:
    """Clear why its jobs ended so, what a summary tells of it, and the models' replies of their runs.

    A reply does not tell whose case it is of.
    """
    alerts = sa.select(cases_table.c.alert).where(cases_table.c.id == case, cases_table.c.alert.is_not(None))
    of_case = sa.or_(jobs.c.case_id == case, jobs.c.alert.in_(alerts))
    runs = sa.select(jobs.c.run).where(of_case)
    connection.execute(batch_calls.delete().where(batch_calls.c.run.in_(runs)))
    connection.execute(jobs.update().where(of_case).values(reason="", told="{}"))


def _kept(connection: sa.Connection, case: str, years: int) -> Kept:
    acts = sa.select(sa.func.max(log.c.at)).where(log.c.about == case, log.c.what.not_in(_NO_ACTS))
    last = int(connection.execute(acts).scalar_one())
    named = sa.select(case_subjects.c.subject).where(case_subjects.c.case_id == case).distinct()
    bearers = {case, *connection.execute(named).scalars()}
    held = tuple(one for about, one in _holds(connection).items() if about in bearers)
    return Kept(case=case, last=last, until=_years_later(last, years), holds=held)


def _years_later(at: int, years: int) -> int:
    moment = datetime.fromtimestamp(at, UTC)
    try:
        later = moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        later = moment.replace(year=moment.year + years, month=3, day=1)
    return int(later.timestamp())


def _holds(connection: sa.Connection) -> dict[str, Hold]:
    query = sa.select(retention_acts, log.c.at, log.c.who).join(log, retention_acts.c.audit == log.c.seq)
    found: dict[str, Hold] = {}
    for row in connection.execute(query.order_by(log.c.seq)).mappings():
        if row["act"] == "held":
            reason = json.loads(row["content"])["reason"]
            found[row["about"]] = Hold(about=row["about"], at=row["at"], who=row["who"], reason=reason)
        else:
            found.pop(row["about"], None)
    return found


def _act(store: Store, about: str, act: Literal["held", "lifted"], who: str, reason: str) -> Hold:
    _named(who, reason)
    with store.writes() as connection:
        name = _known(connection, about)
        held = _holds(connection).get(name)
        if (held is None) == (act == "lifted"):
            told = f"{name} is not held" if held is None else f"{name} is held already, by {held.who}: {held.reason}"
            raise PolicyError(told, hint="casewright retention due --all shows what is held")
        row = {"about": name, "act": act, "content": audit.written({"reason": reason.strip()})}
        what = "held" if act == "held" else "hold lifted"
        seq = audit.append(connection, who.strip(), what, name, {}, {retention_acts: [row]})
        at = connection.execute(sa.select(log.c.at).where(log.c.seq == seq)).scalar_one()
    return Hold(about=name, at=at, who=who.strip(), reason=reason.strip())


def _known(connection: sa.Connection, about: str) -> str:
    """The case or the subject as the store writes it."""
    if connection.execute(sa.select(cases_table.c.id).where(cases_table.c.id == about)).first():
        return about
    subject = canonical_id(about)
    if connection.execute(sa.select(case_subjects.c.subject).where(case_subjects.c.subject == subject)).first():
        return subject
    raise NotFound(f"no case and no subject of a case is {about!r}", hint="casewright cases list shows what is here")


def _named(who: str, reason: str) -> None:
    if not who.strip():
        raise UsageError("nobody is named", hint="--as NAME")
    if not reason.strip():
        raise UsageError("this needs a reason", hint='--reason "..."')
