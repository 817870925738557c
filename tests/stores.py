"""Places for case stores in tests, and hands that change what is stored past every guard.

`make test-postgres` runs tests with CASEWRIGHT_TEST_POSTGRES set to a server's URL: each place is then a fresh database
there. Otherwise it is a SQLite file.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

SERVER = os.environ.get("CASEWRIGHT_TEST_POSTGRES", "")


@contextmanager
def fresh(path: Path) -> Iterator[str]:
    """The URL of an empty place: a file at PATH that is not there yet, or a database that goes when the test ends."""
    if not SERVER:
        yield f"sqlite:///{path}"
        return
    name = f"t{uuid.uuid4().hex}"
    _on_server(f"create database {name}")
    yield sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    _on_server(f"drop database {name} with (force)")


def _on_server(statement: str) -> None:
    engine = sa.create_engine(_driven(SERVER), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


@contextmanager
def by_hand(url: str) -> Iterator[sa.Connection]:
    """A connection of somebody who owns the database: no trigger, no foreign key. Each step is committed."""
    engine = sa.create_engine(_driven(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("set session_replication_role = replica")
            else:
                triggers = "select name from sqlite_master where type = 'trigger'"
                for name in connection.exec_driver_sql(triggers).scalars().all():
                    connection.exec_driver_sql(f"drop trigger {name}")
            yield connection
    finally:
        engine.dispose()


def change(url: str, statement: str) -> None:
    """Run one statement so."""
    with by_hand(url) as connection:
        connection.exec_driver_sql(statement)


def _driven(url: str) -> str:
    return url.replace("postgresql://", "postgresql+pg8000://")
