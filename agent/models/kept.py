"""What a workspace keeps of its models: what each call used, and what each model was found able to do. No contents."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from casewright.knowledge.errors import DataError

_WAIT_SECONDS = 10
_TABLES = """
create table if not exists calls (
    id integer primary key, at real not null, day text not null, run text not null, task text not null,
    model text not null, url text not null, tokens_in integer not null, tokens_out integer not null,
    cached integer not null default 0, usd real, state text not null
);
create index if not exists calls_by_day on calls (day);
create index if not exists calls_by_time on calls (at);
create table if not exists abilities (
    model text not null, url text not null, tools integer not null, json_schema integer not null, at real not null,
    primary key (model, url)
);
"""


@dataclass(frozen=True)
class Spent:
    """Tokens and USD of some calls; calls whose price is not known are counted in `unpriced`."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    unpriced: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(*(mine - theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Day:
    """What one model was asked in one task on one day."""

    day: str
    model: str
    url: str
    task: str
    spent: Spent
    failed: int


@dataclass(frozen=True)
class Ability:
    """What a model was found able to do, and when (epoch seconds)."""

    tools: bool
    json_schema: bool
    at: float


class Kept:
    """The file; safe between threads and processes, as every use is one short transaction of its own."""

    def __init__(self, path: Path, timezone: str = "UTC") -> None:
        self._path = path
        self._zone = ZoneInfo(timezone)

    def today(self) -> str:
        """The day in the workspace's zone."""
        return datetime.now(self._zone).date().isoformat()

    def reserve(
        self,
        run: str,
        task: str,
        model: str,
        url: str,
        tokens: tuple[int, int],
        usd: float | None,
        allow: Callable[[Spent], None],
    ) -> int:
        """Keep a call that is about to be made, with the most it may use. ALLOW sees the day so far, and may raise.

        Both happen as one step: two processes cannot pass the same limit at once.
        """
        day = self.today()
        with self._open(write=True) as db:
            allow(_sum(db, "day = ?", (day,)))
            made = db.execute(
                "insert into calls (at, day, run, task, model, url, tokens_in, tokens_out, usd, state)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')",
                (time.time(), day, run, task, model, url, *tokens, usd),
            )
            return int(made.lastrowid or 0)

    def settle(self, call: int, tokens: tuple[int, int, int], usd: float | None, state: str) -> None:
        """Keep what a call has really used: tokens sent, received, and of those sent the cached ones."""
        with self._open(write=True) as db:
            db.execute(
                "update calls set tokens_in = ?, tokens_out = ?, cached = ?, usd = ?, state = ? where id = ?",
                (*tokens, usd, state, call),
            )

    def day(self) -> Spent:
        """What this day has used so far, calls that are still open at the most that they may use."""
        with self._open() as db:
            return _sum(db, "day = ?", (self.today(),))

    def by_day(self, days: int) -> list[Day]:
        """The last DAYS days with any call, by model and task, the latest first."""
        with self._open() as db:
            rows = db.execute(
                "select day, model, url, task, count(*), sum(tokens_in), sum(tokens_out), total(usd),"
                " sum(usd is null), sum(state = 'failed') from calls"
                " where day in (select distinct day from calls order by day desc limit ?)"
                " group by day, model, url, task order by day desc, model, url, task",
                (days,),
            ).fetchall()
        return [Day(day, model, url, task, Spent(*used), failed) for day, model, url, task, *used, failed in rows]

    def earliest_of_last(self, url: str, count: int) -> float:
        """When the COUNT-th last call to URL began, in epoch seconds; 0 where there were fewer."""
        with self._open() as db:
            query = "select at from calls where url = ? order by at desc limit 1 offset ?"
            row = db.execute(query, (url, count - 1)).fetchone()
        return float(row[0]) if row else 0.0

    def ability(self, model: str, url: str) -> Ability | None:
        """What the model was found able to do; None where nobody has looked."""
        with self._open() as db:
            query = "select tools, json_schema, at from abilities where model = ? and url = ?"
            row = db.execute(query, (model, url)).fetchone()
        return Ability(bool(row[0]), bool(row[1]), row[2]) if row else None

    def keep_ability(self, model: str, url: str, *, tools: bool, json_schema: bool) -> Ability:
        """Remember what the model was found able to do."""
        found = Ability(tools, json_schema, time.time())
        with self._open(write=True) as db:
            row = (model, url, tools, json_schema, found.at)
            db.execute("insert or replace into abilities values (?, ?, ?, ?, ?)", row)
        return found

    @contextmanager
    def _open(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)) as db:
                if not db.execute("select 1 from sqlite_master where name = 'abilities'").fetchone():
                    db.executescript(_TABLES)
                db.execute("begin immediate" if write else "begin")
                try:
                    yield db
                except BaseException:
                    db.execute("rollback")
                    raise
                db.execute("commit")
        except sqlite3.Error as error:
            hint = "restore it, or move it away: it holds usage only"
            raise DataError(f"what models have used cannot be kept ({error})", self._path, hint=hint) from error


def _sum(db: sqlite3.Connection, where: str, values: tuple[object, ...]) -> Spent:
    columns = "count(*), total(tokens_in), total(tokens_out), total(usd), total(usd is null)"
    calls, sent, received, usd, unpriced = db.execute(f"select {columns} from calls where {where}", values).fetchone()
    return Spent(calls, int(sent), int(received), usd, int(unpriced))
