"""How the case store is reached: an engine, transactions that mean it, migrations on opening, errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from casewright.knowledge.errors import CasewrightError, DataError, SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"
_WAIT_MS = 10_000  # how long a writer waits for another before it gives up


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
        engine = sa.create_engine(address, connect_args=_arguments(address))
    except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
        hint = "expected sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        raise SettingsError(f"the case store's URL cannot be used ({error})", shown(url), hint=hint) from error
    if address.get_backend_name() == "sqlite":
        _prepare_sqlite(engine, address)
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
        raise _in_words(str(error.orig), url) from error


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that holds the write lock from its first statement: what it reads stays true until it ends."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql" and sa.inspect(connection).has_table("audit"):
            connection.execute(sa.text("lock table audit in exclusive mode"))
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
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(sa.text("select version_num from alembic_version")).scalar() or ""


def _arguments(address: sa.URL) -> dict[str, Any]:
    return {"timeout": _WAIT_MS / 1000} if address.get_backend_name() == "sqlite" else {}


def _prepare_sqlite(engine: sa.Engine, address: sa.URL) -> None:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `_on_begin` does
        connection.execute(f"pragma busy_timeout = {_WAIT_MS}")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma foreign_keys = on")

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        # A deferred transaction that first reads and then writes fails at once where another wrote in between.
        mode = "immediate" if connection.get_execution_options().get("writes") else "deferred"
        connection.exec_driver_sql(f"begin {mode}")


def _in_words(text: str, url: str) -> CasewrightError:
    where = shown(url)
    if "locked" in text:
        return DataError("another process is writing to the case store", where, hint="wait until it is done")
    if "not a database" in text or "malformed" in text:
        return DataError("this is no readable case store", where, hint="restore it from a copy, or move it away")
    if "full" in text:
        return DataError("the disk is full", where, hint="free some space; nothing of this step was stored")
    if "readonly" in text:
        return DataError("the case store may not be written", where, hint="check the file's permissions")
    first = text.splitlines()[0] if text else "no reason given"
    return DataError(f"the case store cannot be used ({first})", where)


def shown(url: str) -> str:
    """The file, or the URL without its password."""
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        return "the case store's URL"
    sqlite = address.get_backend_name() == "sqlite"
    return str(address.database) if sqlite else address.render_as_string(hide_password=True)
