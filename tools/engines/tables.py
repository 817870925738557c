"""The ledger's tables as another engine keeps them, and the embedded ledger's records on their way there."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from casewright.knowledge.errors import DataError
from casewright.tools.engines.translate import ROW
from casewright.tools.warehouse import SCHEMA, Ledger, literal

if TYPE_CHECKING:
    from casewright.tools.engines.remote import Engine

# A leg has a number of its own there, since not every engine numbers rows by itself, and says which import it is of.
TABLES = {**SCHEMA, "legs": f"{SCHEMA['legs']}, {ROW} bigint not null, import_id integer not null"}
_BY_IMPORT = ("transfers", "legs")  # what may be long; the rest is sent whole, since later imports may change it
_WHOLE = ("customers", "labels", "alerts", "outcomes", "logins", "events", "scores", "rejects", "imports", "meta")
_LEGS = """
select l.* exclude (key), {import_id} * 1099511627776 + row_number() over (order by l.rowid) as {row},
    {import_id} as import_id
from legs l semi join (select id, epoch from transfers where import_id = {import_id}) t
    on t.id = l.transfer and t.epoch = l.epoch
"""


def push(ledger: Ledger, engine: "Engine", tell: Callable[[float], None] = lambda share: None) -> dict[str, int]:
    """Send what ENGINE does not have yet of the embedded ledger; answers the rows sent of each table.

    Transfers go import by import, the account of the imports last: a killed push is begun again where it stopped. What
    is a view there stays as it is. Raises DataError where the engine holds another ledger's records.
    """
    there = engine.tables()
    known = {} if "imports" not in there else _imports(engine)
    ours = dict(ledger.rows("select import_id, sha256 || ':' || stored from imports order by import_id"))
    if any(ours.get(number) != digest for number, digest in known.items()):
        raise DataError("this engine holds another ledger's records", engine.place, hint="name another database")
    fresh = [number for number in ours if number not in known]
    sent: dict[str, int] = {}
    steps = [*((name, number) for number in fresh for name in _BY_IMPORT), *((name, None) for name in _WHOLE)]
    with TemporaryDirectory(dir=ledger.path.parent) as folder:
        rows = Path(folder) / "rows.parquet"
        for done, (name, number) in enumerate(steps, 1):
            count = ledger.value(f"copy ({_query(name, number)}) to {literal(str(rows))} (format parquet)")
            if count or number is None:
                engine.replace(name, rows, number)
                sent[name] = sent.get(name, 0) + count
            tell(done / len(steps))
    return sent


def _query(name: str, import_id: int | None) -> str:
    if name == "legs":
        return _LEGS.format(import_id=import_id, row=ROW)
    return f"select * from {name}" if import_id is None else f"select * from {name} where import_id = {import_id}"


def _imports(engine: "Engine") -> dict[int, str]:
    """The imports that the engine has, each with what was read: its file's digest and the rows stored."""
    found = engine.ask("select import_id, sha256, stored from imports")
    return {row["import_id"]: f"{row['sha256']}:{row['stored']}" for row in found.to_pylist()}
