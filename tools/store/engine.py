"""How the case store is reached: an engine, transactions that mean it, migrations on opening, errors in words."""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from casewright.knowledge.errors import CasewrightError, DataError, SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"
_WAIT_MS = 10_000  # how long a writer waits for another before it gives up
_ANSWER_SECONDS = 60  # how long a server may take for a statement
_LOCK = 0x63617365  # PostgreSQL's number of our write lock; it must be no other program's on the same database
_POSTGRESQL = "postgresql+pg8000"
_EXPECTED = "expected sqlite:///FILE or postgresql://USER@HOST/NAME"
_HERE = ("", "localhost", "127.0.0.1", "::1")


def newest() -> str:
    """The revision that this program's tables are at: the last of the files, which begin with their number."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("v*.py")).split("_")[0].lstrip("v")


def exists(url: str) -> bool:
    """Whether there is a store at the URL already; a server's is taken to be there."""
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        return True  # opening it tells what is wrong
    return address.get_backend_name() != "sqlite" or Path(str(address.database)).exists()


def connect(url: str) -> sa.Engine:
    """An engine on an up-to-date store; an empty place becomes a store. Raises SettingsError or DataError."""
    try:
        address = sa.make_url(url)
        engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)
    except sa.exc.ArgumentError as error:
        raise SettingsError("the case store's URL cannot be used", shown(url), hint=_EXPECTED) from error
    except ModuleNotFoundError as error:
        hint = "pip install 'casewright[postgres]'"
        raise SettingsError("PostgreSQL needs a package", shown(url), hint=hint) from error
    try:
        with told(url):
            migrate(engine, url)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def told(url: str) -> Iterator[None]:
    """Tell what the database refuses in words for a person who can act."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _in_words(_reason(error.orig), url) from error
    except ssl.SSLError as error:
        hint = "?sslmode=require takes any certificate"
        raise DataError(f"the server's certificate does not hold ({error})", shown(url), hint=hint) from error
    except (ConnectionError, TimeoutError) as error:
        hint = "try again; a step that was not told as done may have been"
        raise DataError("the connection to the server was lost", shown(url), hint=hint) from error


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that sees the store as it was when it began to read, whoever writes meanwhile."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that holds the write lock from its first statement: what it reads stays true until it ends."""
    server = engine.dialect.name == "postgresql"
    # A stricter level would go on seeing what was there before the lock was got.
    options = {"isolation_level": "READ COMMITTED"} if server else {"writes": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if server:
            connection.execute(sa.text(f"select pg_advisory_xact_lock({_LOCK})"))
        yield connection


def migrate(engine: sa.Engine, url: str) -> None:
    """Bring the store to the newest revision, all of it or nothing. Raises DataError for a store of a newer program."""
    with engine.connect() as connection:
        found = _revision(connection)
    if found == newest():
        return
    if found > newest():
        raise DataError(f"the case store is at revision {found}, this program knows {newest()}", shown(url),
                        hint="install the newer casewright that made it")  # fmt: skip
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        if _revision(connection) == newest():  # another process was first
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(sa.text("select version_num from alembic_version")).scalar() or ""


def _sqlite(address: sa.URL) -> sa.Engine:
    engine = sa.create_engine(address, connect_args={"timeout": _WAIT_MS / 1000})
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `_on_begin` does
        connection.execute(f"pragma busy_timeout = {_WAIT_MS}")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma secure_delete = on")  # what retention deletes is overwritten in the file

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        # A deferred transaction that first reads and then writes fails at once where another wrote in between.
        mode = "immediate" if connection.get_execution_options().get("writes") else "deferred"
        connection.exec_driver_sql(f"begin {mode}")

    return engine


def _postgresql(address: sa.URL) -> sa.Engine:
    """By the driver pg8000, over TLS with a certificate that holds, unless the URL says `?sslmode=require` (any
    certificate) or `?sslmode=disable`; on this machine without. Raises ArgumentError for what is no such URL."""
    if address.drivername not in ("postgresql", "postgres", _POSTGRESQL):
        raise sa.exc.ArgumentError(address.drivername)
    here = (address.host or "") in _HERE or str(address.host).startswith("/")
    mode = address.query.get("sslmode", "disable" if here else "verify-full")
    if mode not in ("disable", "require", "verify-full"):
        raise sa.exc.ArgumentError("sslmode")
    tls = None if mode == "disable" else ssl.create_default_context()
    if tls and mode == "require":
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    engine = sa.create_engine(
        address.set(drivername=_POSTGRESQL).difference_update_query(["sslmode"]),
        connect_args={"ssl_context": tls, "timeout": _ANSWER_SECONDS, "application_name": "casewright"},
    )
    # What the server ended is ended again by the pool, which would tell that on stderr as an error.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"set lock_timeout = {_WAIT_MS}")
        cursor.close()
        connection.commit()

    @sa.event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, record: Any, proxy: Any) -> None:
        # The pool's own ping takes the driver's OSErrors for defects; so told, it makes the connection anew.
        try:
            cursor = connection.cursor()
            cursor.execute("select")
            cursor.close()
            connection.rollback()
        except (OSError, engine.dialect.loaded_dbapi.Error) as error:
            raise sa.exc.DisconnectionError from error

    return engine


def _reason(error: BaseException | None) -> str:
    """What the database says: PostgreSQL's driver hands over the fields of its message, M being the text."""
    told = error.args[0] if error is not None and error.args else ""
    return str(told.get("M", "")) if isinstance(told, dict) else str(told)


def _in_words(text: str, url: str) -> CasewrightError:
    where = shown(url)
    for found, what, hint in _REFUSALS:
        if found in text:
            return DataError(what, where, hint=hint)
    first = text.splitlines()[0] if text else "no reason given"
    return DataError(f"the case store cannot be used ({first})", where)


_BUSY, _WAIT = "another process is writing to the case store", "wait until it is done"
_FULL, _FREE = "the disk is full", "free some space; nothing of this step was stored"
_REFUSALS = (  # what the database's message holds, what that means, what to do
    ("locked", _BUSY, _WAIT),
    ("lock timeout", _BUSY, _WAIT),
    ("not a database", "this is no readable case store", "restore it from a copy, or move it away"),
    ("malformed", "this is no readable case store", "restore it from a copy, or move it away"),
    ("full", _FULL, _FREE),
    ("No space left", _FULL, _FREE),
    ("readonly", "the case store may not be written", "check the file's permissions"),
    ("read-only", "the case store may not be written", "the server is a standby, or its disk was full"),
    ("permission denied", "the case store may not be written", "grant the user its schema and tables"),
    ("password authentication failed", "the server does not take this user and password", "see [keys] and the URL"),
    ("Can't create a connection", "no PostgreSQL server answers here", "is it running, and is the port right?"),
)


def shown(url: str) -> str:
    """The file, or the URL without its password."""
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        return "the case store's URL"
    sqlite = address.get_backend_name() == "sqlite"
    return str(address.database) if sqlite else address.render_as_string(hide_password=True)
