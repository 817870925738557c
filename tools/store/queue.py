"""The queue of a batch: its jobs, who works on which, how each ended, and what each call to a model answered.

A runner claims some cases, renews its claim while it works, and ends them; a claim that was not renewed is anybody's.
So two runners may work on one queue, on one machine or on two, and what a killed one held is done by the next. A job
is ended in the very transaction that keeps its case: no draft is lost, and none is kept twice.
"""

import difflib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

import sqlalchemy as sa
from pydantic import Field, JsonValue

from casewright.knowledge.case import Case
from casewright.knowledge.errors import CasewrightError, NotFound
from casewright.knowledge.records import Record
from casewright.tools.store import audit, reviews
from casewright.tools.store.cases import Store
from casewright.tools.store.standing import Particulars
from casewright.tools.store.tables import batch_calls, jobs, runs

State = Literal["waiting", "running", "drafted", "blocked", "needs a person", "failed"]
STATES: tuple[State, ...] = get_args(State)
ENDED: tuple[State, ...] = STATES[2:]
LEASE = 30  # seconds that a claim holds without being renewed; machines that share a queue must agree on the time
_CHUNK = 500  # a statement takes a bounded number of values


class ClaimLost(CasewrightError):
    """Another runner has taken over what this one had claimed, which was silent for too long."""

    code = "claim_lost"


class Run(Record):
    """One batch: when it was asked for (epoch seconds), by whom, with what, and whether it is running or ended."""

    run: str
    at: int
    who: str
    options: dict[str, JsonValue]
    state: Literal["running", "ended"]


class Job(Record):
    """One alert of a run. `place` is that of its case in the order of work; alerts of one case share it."""

    alert: str
    place: int
    case: str = ""
    state: State = "waiting"
    reason: str = ""
    at: int = 0  # of its last change, epoch seconds
    worker: str = ""
    tokens: int = 0
    usd: float = 0.0
    told: dict[str, JsonValue] = Field(default_factory=dict)  # what a summary tells of its draft


class Answered(NamedTuple):
    """What a call to a model answered, as JSON, and what it took."""

    reply: str
    tokens: int
    usd: float


class Totals(NamedTuple):
    """How many alerts of a run are in each state, how many cases they make, and what the calls to models took."""

    states: Mapping[State, int]
    cases: int
    calls: int
    tokens: int
    usd: float

    @property
    def left(self) -> int:
        """Alerts that have not ended."""
        return self.states["waiting"] + self.states["running"]


def begin(store: Store, run: Run, planned: Sequence[Job]) -> None:
    """Keep a run with all its jobs, those that need no work ended already; the log says who asked for what."""
    with store.writes() as connection:
        connection.execute(
            runs.insert().values(
                run=run.run, at=run.at, who=run.who, options=audit.written(run.options), state=run.state
            )
        )
        rows = [_row(run.run, job) for job in planned]
        for start in range(0, len(rows), _CHUNK):
            connection.execute(jobs.insert(), rows[start : start + _CHUNK])
        named = audit.digest(audit.written([[job.alert, job.case] for job in planned]))
        payload: dict[str, JsonValue] = {"alerts": len(planned), "jobs_sha256": named, "options": run.options}
        audit.append(connection, run.who, "batch begun", run.run, payload)


def end(store: Store, name: str, who: str) -> bool:
    """Mark a run as ended, with its figures in the log, where no alert of it is left; tells whether that is so."""
    with store.writes() as connection:
        done = _totals(connection, name)
        state = connection.execute(sa.select(runs.c.state).where(runs.c.run == name)).scalar_one()
        if done.left or state == "ended":
            return not done.left
        connection.execute(runs.update().where(runs.c.run == name).values(state="ended"))
        payload: dict[str, JsonValue] = {"cases": done.cases, "tokens": done.tokens, "usd": round(done.usd, 6),
                                         **{state: count for state, count in done.states.items() if count}}  # fmt: skip
        audit.append(connection, who, "batch ended", name, payload)
    return True


def run_of(store: Store, name: str) -> Run:
    """The run of that name. Raises NotFound with the nearest."""
    with store.reads() as connection:
        row = connection.execute(sa.select(runs).where(runs.c.run == name)).mappings().first()
        if row is None:
            known = list(connection.execute(sa.select(runs.c.run).order_by(runs.c.at.desc())).scalars())
            close = difflib.get_close_matches(name, known, 1) or known[:1]
            hint = f"the last one is {close[0]}" if close else "casewright batch begins one"
            raise NotFound(f"there is no batch run {name!r}", hint=hint)
    return Run(**{**row, "options": json.loads(row["options"])})


def runs_of(store: Store) -> list[tuple[Run, Totals]]:
    """All runs, the latest first, each with how far it is."""
    with store.reads() as connection:
        rows = connection.execute(sa.select(runs).order_by(runs.c.at.desc(), runs.c.run)).mappings().all()
        return [
            (Run(**{**row, "options": json.loads(row["options"])}), _totals(connection, row["run"])) for row in rows
        ]


def claim(store: Store, run: str, worker: str, cases: int, lease: int = LEASE) -> list[Job]:
    """Take so many cases that nobody works on, the first in order, with all their alerts; none where there are none."""
    now = int(time.time())
    free = sa.or_(jobs.c.state == "waiting", sa.and_(jobs.c.state == "running", jobs.c.at < now - lease))
    with store.writes() as connection:
        wanted = sa.select(jobs.c.place).distinct().where(jobs.c.run == run, free).order_by(jobs.c.place).limit(cases)
        places = list(connection.execute(wanted).scalars())
        if not places:
            return []
        mine = sa.and_(jobs.c.run == run, jobs.c.place.in_(places), free)
        connection.execute(jobs.update().where(mine).values(state="running", worker=worker, at=now))
        taken = sa.select(jobs).where(jobs.c.run == run, jobs.c.worker == worker, jobs.c.state == "running")
        rows = connection.execute(taken.where(jobs.c.place.in_(places)).order_by(jobs.c.place, jobs.c.alert))
        return [_job(row) for row in rows.mappings()]


def renew(store: Store, run: str, worker: str) -> None:
    """Say that a runner is still at work on what it claimed."""
    mine = sa.and_(jobs.c.run == run, jobs.c.worker == worker, jobs.c.state == "running")
    with store.writes() as connection:
        connection.execute(jobs.update().where(mine).values(at=int(time.time())))


def last_heard(store: Store, run: str, asking: str = "") -> int | None:
    """When a runner of this run was last heard of (epoch seconds); None where none but who is ASKING has a claim."""
    held = sa.and_(jobs.c.run == run, jobs.c.state == "running", jobs.c.worker != asking)
    with store.reads() as connection:
        found = connection.execute(sa.select(sa.func.max(jobs.c.at)).where(held)).scalar()
    return None if found is None else int(found)


def release(store: Store, run: str, worker: str, places: Sequence[int] | None = None) -> None:
    """Give back what a runner has claimed and not ended, all of it or these PLACES."""
    mine = sa.and_(jobs.c.run == run, jobs.c.worker == worker, jobs.c.state == "running")
    if places is not None:
        mine = sa.and_(mine, jobs.c.place.in_(places))
    with store.writes() as connection:
        connection.execute(jobs.update().where(mine).values(state="waiting", worker="", at=int(time.time())))


class End(NamedTuple):
    """How the work on a case ended: in which state and why, what it took, and what a summary tells of its draft."""

    state: State
    reason: str = ""
    tokens: int = 0
    usd: float = 0.0
    told: Mapping[str, JsonValue] = {}


def finish(connection: sa.Connection, run: str, worker: str, place: int, ended: End) -> None:
    """End the alerts of the case at PLACE, in the caller's transaction; what it took stands with the first of them.

    Raises ClaimLost where another runner has taken them, so that nothing of the transaction is kept.
    """
    case = sa.and_(jobs.c.run == run, jobs.c.place == place)
    mine = sa.and_(case, jobs.c.worker == worker, jobs.c.state == "running")
    first = connection.execute(sa.select(sa.func.min(jobs.c.alert)).where(mine)).scalar()
    if first is None:
        raise ClaimLost("another runner has taken this case over", hint="nothing is lost: it is drafted there")
    told = audit.written(dict(ended.told))
    values = {"state": ended.state, "reason": ended.reason, "at": int(time.time()), "told": told}
    connection.execute(jobs.update().where(mine).values(**values))
    used = {"tokens": ended.tokens, "usd": ended.usd}
    connection.execute(jobs.update().where(case, jobs.c.alert == first).values(**used))


def keep_case(
    store: Store,
    run: str,
    worker: str,
    place: int,
    case: Case,
    who: str,
    ended: End,
    joined: Sequence[Particulars] = (),
) -> None:
    """Keep a case's draft and end its job, with what says which other alerts JOINED it, in one transaction.

    Raises ClaimLost, as `finish` does, and then nothing is kept.
    """
    done = []

    def also(connection: sa.Connection, version: int) -> None:
        finish(connection, run, worker, place, ended)
        for what in joined:
            reviews.keep(connection, "case", case.id, version, "joined", who, what)
        done.append(version)

    store.save_case(case, who, also=also)
    if not done:  # the very same draft is kept already
        end_job(store, run, worker, place, ended)


def end_job(store: Store, run: str, worker: str, place: int, ended: End) -> None:
    """End a job that leaves no draft. Raises ClaimLost."""
    with store.writes() as connection:
        finish(connection, run, worker, place, ended)


def jobs_of(store: Store, run: str) -> Iterator[Job]:
    """The jobs of a run in order, read some at a time."""
    query = sa.select(jobs).where(jobs.c.run == run).order_by(jobs.c.place, jobs.c.alert)
    with store.reads() as connection:
        for row in connection.execute(query).mappings():
            yield _job(row)


def totals(store: Store, run: str) -> Totals:
    """How far a run is."""
    with store.reads() as connection:
        return _totals(connection, run)


def answered(store: Store, run: str, request: str) -> Answered | None:
    """What was answered to a request (the SHA-256 of all that was sent) in this run; None where it was not made."""
    query = sa.select(batch_calls.c.reply, batch_calls.c.tokens, batch_calls.c.usd)
    with store.reads() as connection:
        row = connection.execute(query.where(batch_calls.c.run == run, batch_calls.c.request == request)).first()
    return None if row is None else Answered(row.reply, row.tokens, row.usd)


def keep_answer(store: Store, run: str, request: str, model: str, answer: Answered) -> None:
    """Keep what a call answered, once: it is not paid for again."""
    row = {"run": run, "request": request, "at": int(time.time()), "model": model, **answer._asdict()}
    same = sa.and_(batch_calls.c.run == run, batch_calls.c.request == request)
    with store.writes() as connection:
        if connection.execute(sa.select(batch_calls.c.at).where(same)).first() is None:
            connection.execute(batch_calls.insert().values(**row))


def _totals(connection: sa.Connection, run: str) -> Totals:
    count = sa.func.count()
    by_state = sa.select(jobs.c.state, count).where(jobs.c.run == run).group_by(jobs.c.state)
    states: dict[State, int] = dict.fromkeys(STATES, 0)
    states |= {state: int(found) for state, found in connection.execute(by_state)}
    named = sa.select(sa.func.count(sa.distinct(jobs.c.case_id))).where(jobs.c.run == run)
    used = sa.select(count, sa.func.coalesce(sa.func.sum(batch_calls.c.tokens), 0),
                     sa.func.coalesce(sa.func.sum(batch_calls.c.usd), 0.0)).where(batch_calls.c.run == run)  # fmt: skip
    calls, tokens, usd = connection.execute(used).one()
    return Totals(states, int(connection.execute(named).scalar_one()), int(calls), int(tokens), float(usd))


def _row(run: str, job: Job) -> dict[str, object]:
    told = job.model_dump()
    case = told.pop("case") or None
    return {**told, "run": run, "case_id": case, "at": int(time.time()), "told": audit.written(job.told)}


def _job(row: sa.RowMapping) -> Job:
    told = {name: row[name] for name in Job.model_fields if name not in {"case", "told"}}
    return Job(**told, case=row["case_id"] or "", told=json.loads(row["told"]))
