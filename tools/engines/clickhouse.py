"""ClickHouse: a server, or chDB, the same engine inside this process."""

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from urllib.parse import unquote, urlsplit

from casewright.knowledge.errors import DataError, SettingsError
from casewright.tools.engines.tables import columns, nothing_yet
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
_PORTS = {"clickhouse": 8123, "clickhouses": 8443}


class _Client(Protocol):
    """A connection: statements that answer nothing, queries that do, and rows out of a Parquet file."""

    def run(self, statement: str) -> None: ...
    def ask(self, query: str) -> "pa.Table": ...
    def insert(self, name: str, columns: str, rows: Path) -> None: ...
    def close(self) -> None: ...


class ClickHouse:
    """An engine (`remote.Engine`) on one database of a ClickHouse."""

    dialect: Dialect = "clickhouse"

    def __init__(self, url: str, home: Path, *, write: bool = False) -> None:
        """Connect to URL: `clickhouse://USER:PASSWORD@HOST:PORT/DATABASE`, `clickhouses://` with TLS.

        Without one, chDB in the folder HOME. A database that is not there is made where WRITE. Raises SettingsError
        for what cannot be a URL, DataError where nothing answers or there is no database to read.
        """
        if not url:
            self.place, self._database = f"chDB in {home}", "casewright"
            if not home.exists() and not write:
                raise nothing_yet("clickhouse", self.place)
            self._client: _Client = _Embedded(home)
        else:
            self.place, self._database = _parts(url)
            self._client = _Server(url, self.place)
        if write:
            self._client.run(f"create database if not exists `{self._database}`")
        elif not len(self._client.ask(f"select 1 from system.databases where name = '{self._database}'")):
            self._client.close()
            raise nothing_yet("clickhouse", self.place)
        self._client.run(f"use `{self._database}`")
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

        names = _names(pq.read_schema(rows).names)
        into = name if import_id is not None else f"{name}_new"
        made = f"({_columns(name)}) engine = MergeTree order by {_ORDERS.get(name, 'tuple()')}"
        self._client.run(f"create table if not exists `{name}` {made}")
        if import_id is not None:
            if len(self._client.ask(f"select 1 from `{name}` where import_id = {import_id} limit 1")):
                self._client.run(f"delete from `{name}` where import_id = {import_id}")
            self._client.insert(into, names, rows)
            return
        self._client.run(f"create or replace table `{into}` {made}")
        self._client.insert(into, names, rows)
        self._client.run(f"exchange tables `{into}` and `{name}`")
        self._client.run(f"drop table `{into}`")

    def view(self, name: str, query: str) -> None:
        """Let the ledger's table NAME be what a query over tables that are there already finds."""
        self._client.run(f"create or replace view `{name}` as {query}")

    def as_ours(self, words: str, kind: str, *, needed: bool) -> str:
        """An expression over a table that is there already, cast to our type KIND; never null where NEEDED."""
        if scale := re.fullmatch(r"decimal\(\d+,(\d+)\)", kind):  # a double would be cut off, a decimal too
            words = f"round(toDecimal256(toString({words}), 18), {scale[1]})"
        return f"cast({words} as {_type(kind, needed=needed)})"

    def drop(self, name: str) -> None:
        """Drop a table or view of the ledger, if it is there."""
        self._client.run(f"drop table if exists `{name}`")

    def tables(self) -> frozenset[str]:
        """The tables and views of the database."""
        found = self._client.ask(f"select name from system.tables where database = '{self._database}'")
        return frozenset(found["name"].to_pylist())

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def _parts(url: str) -> tuple[str, str]:
    """Where a URL leads, without the password, and its database."""
    parts = urlsplit(url)
    database = parts.path.strip("/")
    expected = "clickhouse://USER:PASSWORD@HOST:PORT/DATABASE"
    if parts.scheme not in ("clickhouse", "clickhouses") or not parts.hostname or not re.fullmatch(r"\w+", database):
        raise SettingsError("engine_url is no address of a ClickHouse", hint=f"expected {expected}, or none for chDB")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise SettingsError(f"engine_url: {error}", hint=f"expected {expected}") from error
    return f"{parts.scheme}://{parts.hostname}:{port}/{database}", database


class _Embedded:
    """chDB. A process can have one folder open at a time: those who ask the same folder share its session."""

    _open: "ClassVar[tuple[Path, Any] | None]" = None
    _users = 0

    def __init__(self, folder: Path) -> None:
        from chdb import session

        at = folder.absolute()
        if _Embedded._open and _Embedded._open[0] != at:
            raise DataError("this process has another chDB folder open", folder, hint="one workspace at a time")
        if not _Embedded._open:
            at.mkdir(parents=True, exist_ok=True)
            try:
                make: Callable[[str], Any] = session.Session
                _Embedded._open = at, make(str(at))
            except RuntimeError as error:
                raise DataError(f"chDB cannot open its folder ({_first_line(error)})", folder,
                                hint="one process at a time; wait until the other is done") from error  # fmt: skip
        self._session = _Embedded._open[1]
        _Embedded._users += 1

    def run(self, statement: str) -> None:
        self._query(statement, "CSV")

    def ask(self, query: str) -> "pa.Table":
        return self._query(query, "ArrowTable")

    def insert(self, name: str, columns: str, rows: Path) -> None:
        self.run(f"insert into `{name}` ({columns}) select {columns} from file('{rows}', Parquet)")

    def close(self) -> None:
        _Embedded._users -= 1
        if not _Embedded._users:
            self._session.close()
            _Embedded._open = None

    def _query(self, text: str, form: str) -> "pa.Table":
        try:
            return self._session.query(text, form)
        except RuntimeError as error:
            raise DataError(f"ClickHouse refuses ({_first_line(error)})") from error


class _Server:
    """A ClickHouse server over HTTP, in one session."""

    def __init__(self, url: str, place: str) -> None:
        import clickhouse_connect

        parts = urlsplit(url)
        self._place = place
        try:
            self._client = clickhouse_connect.get_client(
                host=parts.hostname or "localhost",
                port=parts.port or _PORTS[parts.scheme],
                username=unquote(parts.username or "default"),
                password=unquote(parts.password or ""),
                secure=parts.scheme == "clickhouses",
            )
        except Exception as error:  # whatever the driver raises, a person reads one line
            raise DataError(f"no ClickHouse answers ({_first_line(error)})", place, hint="see engine_url") from error

    def run(self, statement: str) -> None:
        self._told(self._client.command, statement)

    def ask(self, query: str) -> "pa.Table":
        return self._told(self._client.query_arrow, query)

    def insert(self, name: str, columns: str, rows: Path) -> None:
        with rows.open("rb") as stream:
            names = columns.replace("`", "").split(", ")
            self._told(self._client.raw_insert, f"`{name}`", names, insert_block=stream, fmt="Parquet")

    def _told(self, ask: Callable[..., Any], *words: Any, **more: Any) -> Any:
        from clickhouse_connect.driver.exceptions import ClickHouseError

        try:
            return ask(*words, **more)
        except ClickHouseError as error:
            raise DataError(f"ClickHouse refuses ({_first_line(error)})", self._place) from error

    def close(self) -> None:
        self._client.close()


def _names(columns: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__


def _type(kind: str, *, needed: bool) -> str:
    """Our type in ClickHouse's words: what may be null says so."""
    told = _TYPES.get(kind, kind.replace("decimal", "Decimal"))
    return told if needed else f"Nullable({told})"


def _columns(table: str) -> str:
    """Column definitions of one of our tables."""
    key = {"key": f" default {_KEY}"}
    told = (f"`{c.name}` {_type(c.kind, needed=c.needed)}{key.get(c.name, '')}" for c in columns(table))
    return ", ".join(told)
