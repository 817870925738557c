"""A ledger that another engine holds: the same questions, carried to its dialect, and the same answers."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from casewright.knowledge.errors import DataError
from casewright.tools.engines.tables import nothing_yet
from casewright.tools.engines.translate import Dialect, carry
from casewright.tools.warehouse import SCHEMA_VERSION, Ledger

if TYPE_CHECKING:
    import pyarrow as pa


class Engine(Protocol):
    """What an engine must be able to do. Tables are named as in `SCHEMA`; statements are in its own dialect."""

    dialect: Dialect
    place: str  # where it is, for people

    def ask(self, query: str) -> "pa.Table":
        """The rows of a query."""

    def hand_over(self, name: str, columns: "pa.Table") -> None:
        """Keep these rows as the temporary table NAME, in place of one of that name."""

    def keep(self, name: str, query: str) -> None:
        """Keep a query's rows as the temporary table NAME, in place of one of that name."""

    def forget(self, name: str) -> None:
        """Drop that temporary table, if it is there."""

    def replace(self, name: str, rows: Path, import_id: int | None = None) -> None:
        """Let a Parquet file's rows be the table NAME, or what one import gave to it; others see all of it or nothing.

        The key of a leg is the engine's own to make.
        """

    def view(self, name: str, query: str) -> None:
        """Let the table NAME be what a query over tables that are there already finds."""

    def as_ours(self, words: str, kind: str, *, needed: bool) -> str:
        """An expression over a table that is there already, cast to our type KIND; never null where NEEDED."""

    def drop(self, name: str) -> None:
        """Drop a table or view of the ledger, if it is there."""

    def tables(self) -> frozenset[str]:
        """The ledger's tables and views that it has."""

    def close(self) -> None:
        """Let go of the engine and of everything temporary."""


class EngineLedger(Ledger):
    """A ledger on another engine. It answers as the embedded one does and is never written to by questions."""

    def __init__(self, engine: Engine, home: Path, mapping: str = "") -> None:
        """The ledger that ENGINE holds; what belongs to it on this machine lies in HOME.

        MAPPING is what the settings say of tables that are there already. Raises DataError where there is no whole
        ledger, or one that was made by another mapping.
        """
        self.engine = engine
        self.path = home / "ledger"
        self.near_legs = "legs"
        there = engine.tables()
        if not {"meta", "imports"} <= there:
            raise nothing_yet(engine.dialect, engine.place)
        meta = dict(self.rows("select name, value from meta"))
        if meta.get("schema") != SCHEMA_VERSION:
            raise DataError(f"the ledger has schema {meta.get('schema')}, expected {SCHEMA_VERSION}", engine.place)
        if meta.get("mapping", "") != mapping:
            raise DataError("engine_tables says something else since this ledger was made", engine.place,
                            hint="casewright data push")  # fmt: skip
        self.currency = meta["currency"]
        self.timezone = meta["timezone"]
        self._mapped = bool(mapping)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.engine.close()

    def fingerprint(self) -> str:
        """Twelve hex digits that change with every import, and with the rows of tables that were there already."""
        if not self._mapped:
            return super().fingerprint()
        told = self.rows(
            "select count(*), max(epoch), max(known_epoch), sum(cast(usd as decimal(38, 2))) from transfers"
        )
        return hashlib.md5(f"{super().fingerprint()} {told}".encode()).hexdigest()[:12]

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement with named parameters (`$since`) and fetch everything."""
        table = self.table(query, **parameters)
        return list(zip(*map(_values, table.columns), strict=True)) if table is not None and len(table) else []

    def dicts(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """The same, each row under its column names."""
        table = self.table(query, **parameters)
        names = table.column_names
        return [dict(zip(names, row, strict=True)) for row in zip(*map(_values, table.columns), strict=True)]

    def arrays(self, query: str, **parameters: Any) -> dict[str, Any]:
        """The same, each column as a numpy array under its name."""
        table = self.table(query, **parameters)
        return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}

    def table(self, query: str, **parameters: Any) -> "pa.Table":
        """The same as an Arrow table; None of a statement that makes or drops a table."""
        import pyarrow as pa

        carried = carry(query, self.engine.dialect, parameters)
        if carried.drops:
            return self.engine.forget(carried.drops)
        for name, columns in carried.given.items():
            self.engine.hand_over(name, pa.table({key: _array(values) for key, values in columns.items()}))
        for name, filling in carried.first:
            self.engine.keep(name, filling)
        try:
            if carried.makes:
                return self.engine.keep(carried.makes, carried.query)
            return self.engine.ask(carried.query)
        finally:
            for name in (*carried.given, *(name for name, _ in carried.first)):
                self.engine.forget(name)


def _array(values: Any) -> "pa.Array":
    """An array to hand over; one without values says no type, and texts are what questions name most."""
    import pyarrow as pa

    array = pa.array(values)
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array


def _values(column: "pa.ChunkedArray") -> list[Any]:
    """A column's values as DuckDB gives them: unnamed fields as a tuple."""
    import pyarrow as pa

    values: list[Any] = column.to_pylist()
    if pa.types.is_struct(column.type):
        return [None if value is None else tuple(value.values()) for value in values]
    return values
