"""What the tracer hands to indicators that follow value over hops, as temporary tables that their queries read.

A query names the table with what is asked: `reached_$category$hops` becomes `reached_mixer3`, so that nothing is
computed which no query reads. All hold transfers that moved value alone, each at the second in which it became known,
and value that went on from address to address in that order. See the package's docstring for the columns.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from casewright.tools.adjacency import MANY
from casewright.tools.onward import FOLLOWED, UNKNOWN, Ints, Onward
from casewright.tools.reaches import chains, reached, returns
from casewright.tools.surroundings import Marks, Surroundings, onward_of
from casewright.tools.warehouse import Ledger, literal

FAN_OUT = 1_000  # transfers of an address that are followed
INSIDE = f"{FOLLOWED} and l.kind in ('internal', 'p2p')"  # what moves value between accounts of the house
_NAMES = re.compile(r"\b(?:(reached|sources)_([a-z_]+)|(chains|returns|rings)_)([1-9])\b")
_USD = """case when cents >= 0
    then cast(cast(cents as decimal(22, 2)) * cast('0.01' as decimal(3, 2)) as decimal(18, 2)) end as usd"""
_MORE = {
    "reached": ("moved", "hop"),
    "sources": ("moved", "hop"),
    "chains": ("moved", "hop", "gap", "kept"),
    "returns": ("started",),
    "rings": ("started",),
}
_MAKE = """
create or replace temp table {table} as select account, leg, epoch, {more}, {usd} from (
    select unnest($account::varchar[]) as account, unnest($leg::bigint[]) as leg, unnest($epoch::bigint[]) as epoch,
           {arrays}, unnest($cents::bigint[]) as cents)"""
_SENDERS = f"""
select distinct l.account from legs l join (select hash(unnest($names)) as key) m on l.key = m.key
where l.direction = 'out' and {INSIDE}"""
_ROWS_TOLD = 20


class Table(NamedTuple):
    """A table that a query names."""

    name: str
    kind: str
    category: str
    hops: int


def tables(text: str) -> tuple[Table, ...]:
    """The tables of hops that a query reads, each once."""
    found = (Table(m[0], m[1] or m[3], m[2] or "", int(m[4])) for m in _NAMES.finditer(text))
    return tuple(dict.fromkeys(found))


@contextmanager
def handed_over(ledger: Ledger, text: str, who: str) -> Iterator[str]:
    """Have the tables of hops that TEXT reads there, for the accounts of the query WHO.

    Yields the text that makes the same tables by hand, of long ones the first twenty rows, to stand before a query
    that people may want to run.
    """
    wanted = tables(text)
    try:
        if wanted:
            _Made(ledger, who).all(wanted)
        yield "".join(_by_hand(ledger, table) for table in wanted)
    finally:
        for table in wanted:
            ledger.rows(f"drop table if exists {table.name}")


def _by_hand(ledger: Ledger, table: Table) -> str:
    """The statement that makes a table of hops by hand; where there are many rows, the first of them."""
    kinds = {"account": "varchar", "leg": "bigint", "epoch": "bigint"}
    kinds |= {**dict.fromkeys(_MORE[table.kind], "bigint"), "usd": "decimal(18, 2)"}
    names = ", ".join(kinds)
    rows = ledger.rows(f"select {names} from {table.name} order by {names} limit {_ROWS_TOLD}")
    more = int(ledger.value(f"select count(*) from {table.name}")) - len(rows)
    values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    nothing = f"({', '.join('null' for _ in kinds)})"
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in kinds.items())
    return (
        f"create or replace temp table {table.name} as select {columns} from (values {values or nothing}) v({names})"
        f"{'' if rows else ' where false'};{f' -- and {more:,} more' if more else ''}\n"
    )


class _Made:
    """The tables in the making: what lies around the accounts is read once for all tables of one direction."""

    def __init__(self, ledger: Ledger, who: str) -> None:
        self.ledger = ledger
        rows = ledger.rows(f"select account, until from ({who}) w order by account")
        self.accounts = [row[0] for row in rows]
        self.until = max((row[1] for row in rows), default=0)

    def all(self, wanted: Sequence[Table]) -> None:
        """Make every table."""
        forward: Surroundings | None = None
        for side in (("reached", "returns"), ("sources",)):
            some = [table for table in wanted if table.kind in side]
            if some:
                around = self._around(self.accounts, max(t.hops for t in some), backward="sources" in side)
                forward = forward or (None if around.backward else around)
                for table in some:
                    self._make(table, around.onward, _found(around, table))
        for table in wanted:
            if table.kind == "rings":
                around = self._around(self._inside(), table.hops, INSIDE)
                self._make(table, around.onward, _found(around, table))
            elif table.kind == "chains":
                onward, marks = (forward.onward, forward.marks) if forward else self._ahead()
                starts = onward.number(self.accounts)
                self._make(table, onward, chains(onward, marks, starts, hops=table.hops, fan_out=FAN_OUT)._asdict())

    def _ahead(self) -> tuple[Onward, Marks]:
        onward = onward_of(self.ledger, len(self.accounts), backward=False, until=self.until)
        return onward, Marks(self.ledger, onward)

    def _around(
        self, accounts: Sequence[str], hops: int, what: str = FOLLOWED, *, backward: bool = False
    ) -> Surroundings:
        return Surroundings(
            self.ledger, accounts, backward=backward, hops=hops, fan_out=FAN_OUT, until=self.until, what=what
        )

    def _inside(self) -> list[str]:
        """The accounts that ever sent value to another account of the house; all where they are soon looked up."""
        if len(self.accounts) < MANY:
            return self.accounts
        senders = {row[0] for row in self.ledger.rows(_SENDERS, names=self.accounts)}
        return [account for account in self.accounts if account in senders]

    def _make(self, table: Table, onward: Onward, found: dict[str, Ints]) -> None:
        numbers, at = np.unique(found.pop("account"), return_inverse=True)
        names = np.array([onward.names[n] for n in numbers.tolist()], object)
        place = found.pop("place")
        given: dict[str, Any] = {"account": names[at].tolist() if len(at) else [], "leg": onward.rows[place]}
        given |= {**found, "cents": onward.cents[place] if len(place) else np.full(0, UNKNOWN, np.int64)}
        arrays = ", ".join(f"unnest(${column}::bigint[]) as {column}" for column in _MORE[table.kind])
        statement = _MAKE.format(table=table.name, more=", ".join(_MORE[table.kind]), usd=_USD, arrays=arrays)
        self.ledger.rows(statement, **given)


def _found(around: Surroundings, table: Table) -> dict[str, Ints]:
    """The columns of a table of what is around."""
    if table.kind in ("reached", "sources"):
        return reached(around, table.category, table.hops)._asdict()
    closed = around.marks.closed()
    return returns(around.onward, around.starts, closed, hops=table.hops, fan_out=FAN_OUT)._asdict()
