"""The ledger: the only file that opens it. Two layouts of the same transfers, and what is known about their parties.

`transfers` is ordered by time (filters, sweeps); `legs` holds two rows a transfer, one from each side, ordered by
(key, epoch), for everything about an account. `key` is `hash(account)`: DuckDB's block statistics keep eight bytes of
a text, so that `ACCOUNT-0001` and its neighbours look alike to them, and a lookup by text alone reads 7 times more.
Ask for both: `l.key = s.key and l.account = s.account`. A trade is one transfer and two legs of one account.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb

from casewright.knowledge.errors import DataError, NotFound
from casewright.knowledge.records import Subjects

if TYPE_CHECKING:
    import pyarrow as pa

# One place for the physical schema. `import_id` and `line` lead every row back to its source.
_ORIGIN = "import_id integer not null, line bigint not null"
_MONEY = "usd decimal(18,2), local decimal(18,2)"
SCHEMA = {
    "transfers": f"""
        id varchar not null, epoch bigint not null, known_epoch bigint not null,
        src varchar not null, dst varchar not null, kind varchar not null, status varchar not null,
        network varchar not null, asset varchar not null, amount decimal(38,18), {_MONEY},
        asset_in varchar, amount_in decimal(38,18), hash varchar, memo varchar, {_ORIGIN}""",
    "legs": f"""
        key ubigint not null, account varchar not null, epoch bigint not null, known_epoch bigint not null,
        direction varchar not null, counterparty varchar not null, transfer varchar not null,
        kind varchar not null, status varchar not null, network varchar not null, asset varchar not null,
        amount decimal(38,18), {_MONEY}""",
    "customers": f"""
        id varchar not null, known_epoch bigint not null, opened_epoch bigint, name varchar, kind varchar,
        born date, country varchar, occupation varchar, income_usd decimal(18,2), turnover_usd decimal(18,2),
        tier varchar, risk varchar, purpose varchar, licence varchar, {_ORIGIN}""",
    "labels": f"""
        id varchar not null, name varchar not null, category varchar not null, source varchar not null,
        confidence varchar not null, network varchar not null, known_epoch bigint not null, {_ORIGIN}""",
    "alerts": f"""
        id varchar not null, subject varchar not null, epoch bigint not null, known_epoch bigint not null,
        since_epoch bigint, rule varchar, title varchar, reason varchar, source varchar,
        severity varchar, score double, {_ORIGIN}""",
    "outcomes": f"id varchar not null, outcome varchar not null, epoch bigint, {_ORIGIN}",
    "logins": f"""
        subject varchar not null, epoch bigint not null, known_epoch bigint not null, device varchar, ip varchar,
        country varchar, user_agent varchar, {_ORIGIN}""",
    "events": f"""
        id varchar not null, subject varchar not null, kind varchar not null, epoch bigint not null,
        known_epoch bigint not null, text varchar, source varchar, {_ORIGIN}""",
    "scores": f"""
        id varchar not null, score double not null, model varchar not null, epoch bigint not null,
        reasons varchar, {_ORIGIN}""",
    "imports": """
        import_id integer primary key, kind varchar not null, format varchar not null, file varchar not null,
        sha256 varchar not null, at_epoch bigint not null, read bigint not null, stored bigint not null,
        duplicates bigint not null, rejected bigint not null""",
    "rejects": "import_id integer not null, line bigint not null, reason varchar not null, text varchar not null",
    "meta": "name varchar primary key, value varchar not null",
}
SCHEMA_VERSION = "1"

# Nothing but the ledger file is reached: no extension is fetched, no Python variable is read as a table.
_GUARDS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
# The way texts are packed from 1.3 on unpacks a whole block to read one of them: looking up an account's legs takes
# two to four times longer than with the older packing (5M transfers), and the file is 5% larger.
_PACKING = {"storage_compatibility_version": "v1.2.0"}


class Ledger:
    """An open ledger. `currency` and `timezone` are those of the workspace, fixed when the ledger was made.

    Use it as a context manager. Many may read at once, one writes; a second writer gets a DataError.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.connection = connection
        self.path = path
        try:
            meta = dict(self.rows("select name, value from meta"))
        except duckdb.CatalogException as error:
            raise DataError("this DuckDB file is no ledger of ours", path, hint="move it away") from error
        if meta.get("schema") != SCHEMA_VERSION:
            raise DataError(f"the ledger has schema {meta.get('schema')}, expected {SCHEMA_VERSION}", path)
        if meta["hash_probe"] != self.value("select hash('casewright')::varchar"):
            raise DataError(
                "this DuckDB hashes account names otherwise than the one that made the ledger",
                path,
                hint="install the pinned version, or import again into a new workspace",
            )
        self.currency = meta["currency"]
        self.timezone = meta["timezone"]
        self.near_legs = "legs"  # where the legs of the subjects asked about are: see `narrowed`

    @classmethod
    def create(cls, path: Path, *, currency: str = "USD", timezone: str = "UTC") -> Self:
        """Make an empty ledger and open it for writing. Raises DataError where there is one already."""
        if path.exists():
            raise DataError("there is a ledger here already", path)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.unfinished")  # a killed process leaves no half ledger behind
        unfinished.unlink(missing_ok=True)
        connection = _connect(unfinished, read_only=False)
        with contextlib.closing(connection), _transaction(connection):
            for name, columns in SCHEMA.items():
                connection.execute(f"create table {name} ({columns})")
            probe = connection.execute("select hash('casewright')::varchar").fetchall()[0][0]
            meta = {"schema": SCHEMA_VERSION, "hash_probe": probe, "currency": currency, "timezone": timezone}
            connection.executemany("insert into meta values (?, ?)", [list(pair) for pair in meta.items()])
        unfinished.replace(path)
        return cls(_connect(path, read_only=False), path)

    @classmethod
    def open(cls, path: Path, *, write: bool = False) -> Self:
        """Open a ledger, for reading unless WRITE. Raises NotFound or DataError with what to do."""
        if not path.is_file():
            raise NotFound("there is no ledger here yet", path, hint="casewright import transfers FILE --format NAME")
        connection = _connect(path, read_only=not write)
        try:
            return cls(connection, path)
        except BaseException:
            connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.connection.close()

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement with named parameters (`$since`) and fetch everything."""
        with _told(self.path):
            return self.connection.execute(query, parameters or None).fetchall()

    def dicts(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """The same, each row under its column names."""
        with _told(self.path):
            cursor = self.connection.execute(query, parameters or None)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def arrays(self, query: str, **parameters: Any) -> dict[str, Any]:
        """The same, each column as a numpy array under its name."""
        with _told(self.path):
            return dict(self.connection.execute(query, parameters or None).fetchnumpy())

    def table(self, query: str, **parameters: Any) -> "pa.Table":
        """The same as an Arrow table."""
        with _told(self.path):
            return self.connection.sql(query, params=parameters or None).to_arrow_table()

    def value(self, query: str, **parameters: Any) -> Any:
        """The single value of a query that yields one row, None where it yields none."""
        found = self.rows(query, **parameters)
        return found[0][0] if found else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: a killed process leaves the ledger as it was before."""
        with _transaction(self.connection):
            yield

    @contextmanager
    def asked(self, subjects: Subjects) -> Iterator[str]:
        """The subjects as a temporary table `asked(nr, key, id, since, until)`, open ends as the widest epochs.

        Yields the text that makes the same table by hand, to stand before a query that people may want to run.
        """
        columns = zip(*_asked_rows(subjects), strict=True) if subjects else ((), (), (), ())
        self.rows(_ASKED, **{name: list(c) for name, c in zip(("nr", "id", "since", "until"), columns, strict=True)})
        try:
            yield asked_text(subjects)
        finally:
            self.rows("drop table if exists asked")

    @contextmanager
    def narrowed(self, subjects: Subjects) -> Iterator[None]:
        """Set the subjects' own legs aside, for a run of many questions about the same subjects.

        Meanwhile `near_legs` names a temporary table that holds these legs alone; a query that also asks about the
        legs of others says `legs`. Subjects that are few are found in no time without it.
        """
        with self.asked(subjects):
            self.rows(
                "create or replace temp table near_legs as select * from legs where key in (select key from asked)"
            )
        self.near_legs = "near_legs"
        try:
            yield
        finally:
            self.near_legs = "legs"
            self.rows("drop table if exists near_legs")

    def fingerprint(self) -> str:
        """Twelve hex digits that change with every import: what a case was made from."""
        imports = self.rows("select sha256, stored from imports order by import_id")
        return hashlib.md5(",".join(f"{sha256}:{stored}" for sha256, stored in imports).encode()).hexdigest()[:12]

    def now(self) -> int:
        """When the newest transfer became known, in epoch seconds: the moment as of which answers speak."""
        return int(self.value("select coalesce(max(known_epoch), 0) from transfers"))

    def has(self, table: str) -> bool:
        """Whether the ledger holds any row of this table (no logins at all is "cannot be known")."""
        return bool(self.rows(f"select 1 from {table} limit 1"))


_ASKED = """
create or replace temp table asked as
select nr, hash(id) as key, id, since, until
from (select unnest($nr::integer[]) as nr, unnest($id::varchar[]) as id,
    unnest($since::bigint[]) as since, unnest($until::bigint[]) as until)"""


def asked_text(subjects: Subjects) -> str:
    """The statement that makes the table `asked` of these subjects by hand; of many, the first twenty."""
    create = "create or replace temp table asked as select nr, hash(id) as key, id, since, until from (values"
    told = _asked_rows(subjects[:20])
    as_text = ", ".join(f"({nr}, {literal(name)}, {since}, {until})" for nr, name, since, until in told)
    more = f" -- and {len(subjects) - 20} more" if len(subjects) > 20 else ""
    return f"{create} {as_text}) v(nr, id, since, until);{more}"


def _asked_rows(subjects: Subjects) -> list[tuple[int, str, int, int]]:
    return [(nr, s.id, _least(s.since), _most(s.until)) for nr, s in enumerate(subjects)]


def _least(epoch: int | None) -> int:
    return -(2**62) if epoch is None else epoch


def _most(epoch: int | None) -> int:
    return 2**62 if epoch is None else epoch


def literal(value: object) -> str:
    """The value as a SQL literal: null, a text in quotes, a number as it is."""
    if value is None:
        return "null"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("begin transaction")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), read_only=read_only, config={**_GUARDS, **_PACKING})
    except duckdb.Error as error:
        if "lock" in str(error).lower() or "different configuration" in str(error):
            raise DataError("another process is writing to the ledger", path, hint="wait until it is done") from error
        raise DataError(f"this is no readable ledger ({str(error).splitlines()[0]})", path) from error


@contextmanager
def locked(path: Path, *, seconds: float, megabytes: int = 512) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for statements that strangers wrote: it reads this ledger, and reaches nothing else of the machine.

    The ledger is attached, since this process may have it open already under other settings. The order matters: what
    is locked last locks everything before it. Raises NotFound or DataError.
    """
    if not path.is_file():
        raise NotFound("there is no ledger here yet", path, hint="casewright import transfers FILE --format NAME")
    limits = {"memory_limit": f"{megabytes}MB", "threads": "2", "max_temp_directory_size": "0B"}
    connection = duckdb.connect(":memory:", config={**_GUARDS, "allow_community_extensions": "false", **limits})
    with contextlib.closing(connection):
        try:
            connection.execute(f"attach {literal(str(path))} as ledger (read_only)")
        except duckdb.Error as error:
            raise DataError(f"this is no readable ledger ({str(error).splitlines()[0]})", path) from error
        connection.execute("use ledger")
        connection.execute(f"set max_execution_time = {int(seconds * 1000)}")
        connection.execute("set enable_external_access = false")
        connection.execute("set disabled_filesystems = 'LocalFileSystem'")
        connection.execute("set lock_configuration = true")
        yield connection


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell what the machine refuses (memory, disk) for a person who can act; a wrong query stays a fault of ours."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise DataError("this question needs more memory than there is", path,
                        hint="ask about fewer subjects or a shorter window") from error  # fmt: skip
    except duckdb.IOException as error:
        raise DataError(f"the ledger cannot be read or written ({str(error).splitlines()[0]})", path) from error
