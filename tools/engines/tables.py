"""The ledger's tables as another engine keeps them, and the embedded ledger's records on their way there."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from casewright.knowledge.errors import DataError
from casewright.tools.engines.translate import ROW
from casewright.tools.warehouse import SCHEMA, Ledger, literal

if TYPE_CHECKING:
    from casewright.tools.engines.remote import Engine

# A leg has a number of its own there, since not every engine numbers rows by itself, and says which import it is of.
TABLES = {**SCHEMA, "legs": f"{SCHEMA['legs']}, {ROW} bigint not null, import_id integer not null"}


class Column(NamedTuple):
    """A column of one of our tables, its type in DuckDB's words, and whether it is never null."""

    name: str
    kind: str
    needed: bool


def columns(table: str) -> list[Column]:
    """The columns of a table, in order."""
    told = (column.split() for column in re.split(r",(?![^(]*\))", TABLES[table]))
    return [Column(name, kind, bool(more)) for name, kind, *more in told]


_BY_IMPORT = ("transfers", "legs")  # what may be long; the rest is sent whole, since later imports may change it
_WHOLE = ("customers", "labels", "alerts", "outcomes", "logins", "events", "scores", "rejects")
_LEGS = """
select l.* exclude (key), {import_id} * 1099511627776 + row_number() over (order by l.rowid) as {row},
    {import_id} as import_id
from legs l semi join (select id, epoch from transfers where import_id = {import_id}) t
    on t.id = l.transfer and t.epoch = l.epoch
"""


def nothing_yet(name: str, place: str) -> DataError:
    """What to say where an engine holds no whole ledger."""
    return DataError("this engine holds no ledger yet", place, hint=f"casewright -e {name} data push")


def push(
    ledger: Ledger,
    engine: "Engine",
    mapped: Mapping[str, str] | None = None,
    mapping: str = "",
    tell: Callable[[float], None] = lambda share: None,
) -> dict[str, int]:
    """Send what ENGINE does not have yet of the embedded ledger; answers the rows sent of each table.

    MAPPED holds the queries of the tables that the engine has already: they become views, and nothing is sent there.
    MAPPING is what the settings say of them. Transfers go import by import, the account of the imports last: a killed
    push is begun again where it stopped. Raises DataError where the engine holds another ledger's records, or tables
    that are none of ours.
    """
    seen = dict(mapped or {})
    there = engine.tables()
    if "meta" not in there and (strange := sorted(there & set(TABLES))):
        raise DataError(f"the table {strange[0]!r} there is not of a ledger of ours", engine.place,
                        hint="name another database")  # fmt: skip
    known = _imports(engine) if "imports" in there else {}
    fresh = dict(ledger.rows("select import_id, kind from imports order by import_id"))
    ours = dict(ledger.rows("select import_id, sha256 || ':' || stored from imports"))
    if any(ours.get(number) != digest for number, digest in known.items()):
        raise DataError("this engine holds another ledger's records", engine.place, hint="name another database")
    if "meta" in there and _mapping(engine) != mapping:  # begin anew: what was sent may be a view now, and vice versa
        for name in sorted(there & set(TABLES) - {"meta"}):
            engine.drop(name)
        there, known = frozenset({"meta"}), {}
    fresh = {number: kind for number, kind in fresh.items() if number not in known}
    sent: dict[str, int] = {}
    with TemporaryDirectory(dir=ledger.path.parent) as folder:
        rows = Path(folder) / "rows.parquet"
        steps = list(_steps(fresh, there, seen, mapping))
        for done, (name, number, query) in enumerate(steps, 1):
            if query is None:
                engine.view(name, seen[name])
            else:
                count = ledger.value(f"copy ({query}) to {literal(str(rows))} (format parquet)")
                engine.replace(name, rows, number)
                sent[name] = sent.get(name, 0) + count
            tell(done / len(steps))
    return {name: sent[name] for name in SCHEMA if sent.get(name)}


def _steps(
    fresh: Mapping[int, str], there: frozenset[str], seen: Mapping[str, str], mapping: str
) -> Iterator[tuple[str, int | None, str | None]]:
    """The tables to send, each with the import that it is of and its query; a view has none."""
    if not fresh and "imports" in there:
        return
    about = {"schema", "currency", "timezone"}
    kept = ", ".join(map(literal, sorted(about)))
    yield "meta", None, f"select * from meta where name in ({kept}) union all select 'mapping', {literal(mapping)}"
    for name in seen:
        yield name, None, None
    with_transfers = [number for number, kind in fresh.items() if kind == "transfers"]
    for name in _BY_IMPORT:
        if name not in seen:
            for number in with_transfers or ([] if name in there else [0]):  # import 0 has no row: an empty table
                yield name, number, _query(name, number)
    touched = {*fresh.values(), "rejects", *(["labels"] if "transfers" in fresh.values() else [])}
    for name in _WHOLE:
        if name not in seen and (name in touched or name not in there):
            yield name, None, f"select * from {name}"
    yield "imports", None, "select * from imports"


def _query(name: str, import_id: int) -> str:
    if name == "legs":
        return _LEGS.format(import_id=import_id, row=ROW)
    return f"select * from {name} where import_id = {import_id}"


def _imports(engine: "Engine") -> dict[int, str]:
    """The imports that the engine has, each with what was read: its file's digest and the rows stored."""
    found = engine.ask("select import_id, sha256, stored from imports")
    return {row["import_id"]: f"{row['sha256']}:{row['stored']}" for row in found.to_pylist()}


def _mapping(engine: "Engine") -> str:
    """What the settings said of tables that are there already, when the ledger was made."""
    found = engine.ask("select value from meta where name = 'mapping'")["value"].to_pylist()
    return str(found[0]) if found else ""
