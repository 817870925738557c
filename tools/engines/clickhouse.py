"""ClickHouse: a server, or chDB, the same engine inside this process."""

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from casewright.knowledge.errors import DataError, SettingsError
from casewright.tools.engines.tables import TABLES
from casewright.tools.engines.translate import Dialect

if TYPE_CHECKING:
    import pyarrow as pa

# What makes it answer as the standard says: no match is null, no rows sum to null, a union keeps each row once.
_SETTINGS = {
    "join_use_nulls": "1",
    "aggregate_functions_null_for_empty": "1",
    "union_default_mode": "'DISTINCT'",
    "cast_keep_nullable": "1",
    "prefer_column_name_to_alias": "1",
    "output_format_arrow_string_as_string": "1",
    "allow_experimental_correlated_subqueries": "1",
    "session_timezone": "'UTC'",
    "group_by_use_nulls": "1",
    "output_format_decimal_trailing_zeros": "1",
    "max_ast_elements": "5000000",
    "max_expanded_ast_elements": "5000000",
}
_TYPES = {
    "varchar": "String",
    "bigint": "Int64",
    "integer": "Int32",
    "ubigint": "UInt64",
    "double": "Float64",
    "date": "Date32",
}
_ORDERS = {"transfers": "(epoch, id)", "legs": "(key, account, epoch)"}
_KEY = "cityHash64(account)"


class _Client(Protocol):
    """A connection: statements that answer nothing, queries that do, and rows out of a Parquet file."""

    def run(self, statement: str) -> None: ...
    def ask(self, query: str) -> "pa.Table": ...
    def insert(self, name: str, columns: str, rows: Path) -> None: ...
    def close(self) -> None: ...


class ClickHouse:
    """An engine (`remote.Engine`) on one database of a ClickHouse."""

    dialect: Dialect = "clickhouse"

    def __init__(self, url: str, home: Path) -> None:
        """Connect to URL: `clickhouse://USER:PASSWORD@HOST:PORT/DATABASE`, or `chdb://FOLDER/DATABASE`.

        Without one, chDB in the folder HOME. Raises SettingsError for what cannot be a URL, DataError where nothing
        answers.
        """
        parts = urlsplit(url or f"chdb://{home}/casewright")
        folder, _, database = parts.path.rpartition("/")
        if parts.scheme not in ("chdb", "clickhouse", "clickhouses") or not re.fullmatch(r"\w+", database):
            raise SettingsError(
                f"engine_url is {url!r}, expected clickhouse://USER:PASSWORD@HOST:PORT/DATABASE or chdb:///FOLDER/NAME"
            )
        shown = f"{parts.hostname}:{parts.port or 8123}" if parts.hostname else folder
        self.place = f"{parts.scheme}://{shown}/{database}"  # never with the password
        self._database = database
        if parts.scheme == "chdb":
            self._client: _Client = _Embedded(Path(parts.netloc + folder))
        else:
            self._client = _Server(url, self.place)
        self._client.run(f"create database if not exists `{database}`")
        self._client.run(f"use `{database}`")
        for name, value in _SETTINGS.items():
            self._client.run(f"set {name} = {value}")

    def ask(self, query: str) -> "pa.Table":
        """The rows of a query."""
        return self._client.ask(query)

    def keep(self, name: str, query: str) -> None:
        """Keep a query's rows as a temporary table."""
        self.forget(name)
        self._client.run(f"create temporary table `{name}` engine = Memory as {query}")

    def hand_over(self, name: str, columns: "pa.Table") -> None:
        """Keep these rows as a temporary table: texts and whole numbers."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.forget(name)
        kinds = {f.name: "String" if pa.types.is_string(f.type) else "Int64" for f in columns.schema}
        defined = ", ".join(f"`{key}` {kind}" for key, kind in kinds.items())
        self._client.run(f"create temporary table `{name}` ({defined}) engine = Memory")
        with TemporaryDirectory() as folder:
            rows = Path(folder) / "given.parquet"
            pq.write_table(columns, rows)
            self._client.insert(name, _names(columns.column_names), rows)

    def forget(self, name: str) -> None:
        """Drop a temporary table."""
        self._client.run(f"drop temporary table if exists `{name}`")

    def replace(self, name: str, rows: Path, import_id: int | None = None) -> None:
        """Let a Parquet file's rows be a table of the ledger, or what one import gave to it."""
        import pyarrow.parquet as pq

        columns = _names(pq.read_schema(rows).names)
        into = name if import_id is not None else f"{name}_new"
        made = f"({_columns(TABLES[name])}) engine = MergeTree order by {_ORDERS.get(name, 'tuple()')}"
        self._client.run(f"create table if not exists `{name}` {made}")
        if import_id is not None:
            self._client.run(f"delete from `{name}` where import_id = {import_id}")
            self._client.insert(into, columns, rows)
            return
        self._client.run(f"create or replace table `{into}` {made}")
        self._client.insert(into, columns, rows)
        self._client.run(f"exchange tables `{into}` and `{name}`")
        self._client.run(f"drop table `{into}`")

    def view(self, name: str, query: str) -> None:
        """Let the ledger's table NAME be what a query over tables that are there already finds."""
        self._client.run(f"create or replace view `{name}` as {query}")

    def tables(self) -> frozenset[str]:
        """The tables and views of the database."""
        found = self._client.ask(f"select name from system.tables where database = '{self._database}'")
        return frozenset(found["name"].to_pylist())

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


class _Embedded:
    """chDB. A process can have one folder open, so the session stays open until the process ends."""

    _open: "dict[Path, object]" = {}  # noqa: RUF012  the engine's own limit: one a process

    def __init__(self, folder: Path) -> None:
        try:
            from chdb import session
        except ImportError as error:
            raise SettingsError(
                "the engine clickhouse is not installed", hint="pip install 'casewright[clickhouse]'"
            ) from error
        at = folder.absolute()
        if self._open and at not in self._open:
            raise DataError("this process has another chDB folder open", folder, hint="one workspace at a time")
        if at not in self._open:
            at.mkdir(parents=True, exist_ok=True)
            make: Callable[[str], object] = session.Session
            self._open[at] = make(str(at))
        self._session = self._open[at]

    def run(self, statement: str) -> None:
        self._query(statement, "CSV")

    def ask(self, query: str) -> "pa.Table":
        return self._query(query, "ArrowTable")

    def insert(self, name: str, columns: str, rows: Path) -> None:
        self.run(f"insert into `{name}` ({columns}) select {columns} from file('{rows}', Parquet)")

    def close(self) -> None:
        """Nothing: the next question of this process asks the same session."""

    def _query(self, text: str, form: str) -> "pa.Table":
        try:
            return self._session.query(text, form)  # type: ignore[attr-defined]
        except RuntimeError as error:
            raise DataError(f"ClickHouse refuses ({_first_line(error)})") from error


class _Server:
    """A ClickHouse server over HTTP, in one session."""

    def __init__(self, url: str, place: str) -> None:
        try:
            import clickhouse_connect
        except ImportError as error:
            raise SettingsError(
                "the engine clickhouse is not installed", hint="pip install 'casewright[clickhouse]'"
            ) from error
        parts = urlsplit(url)
        self._place = place
        try:
            self._client = clickhouse_connect.get_client(
                host=parts.hostname or "localhost",
                port=parts.port or 8123,
                username=parts.username or "default",
                password=parts.password or "",
                secure=parts.scheme == "clickhouses",
            )
        except Exception as error:  # whatever the driver raises, a person reads one line
            raise DataError(f"no ClickHouse answers ({_first_line(error)})", place, hint="see engine_url") from error

    def run(self, statement: str) -> None:
        self._client.command(statement)

    def ask(self, query: str) -> "pa.Table":
        return self._client.query_arrow(query)

    def insert(self, name: str, columns: str, rows: Path) -> None:
        with rows.open("rb") as stream:
            self._client.raw_insert(
                f"`{name}`", columns.replace("`", "").split(", "), insert_block=stream, fmt="Parquet"
            )

    def close(self) -> None:
        self._client.close()


def _names(columns: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__


def _columns(columns: str) -> str:
    """Column definitions in ClickHouse's types, from ours: what may be null says so."""
    told = []
    for column in re.split(r",(?![^(]*\))", columns):
        name, kind, *rest = column.split()
        kind = _TYPES.get(kind, kind.replace("decimal", "Decimal"))
        told.append(f"`{name}` {kind if rest else f'Nullable({kind})'}{f' default {_KEY}' if name == 'key' else ''}")
    return ", ".join(told)
