"""Other engines than the embedded one: the same questions, asked of ClickHouse or Spark.

An engine holds the ledger's tables under their own names (`tables.TABLES`), sent there from the embedded ledger or seen
through a view on what the house has already. `remote.EngineLedger` is a ledger like any other: every tool, indicator
and trace asks it as it asks the embedded one, and `translate` carries each statement into the engine's dialect.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from casewright.knowledge.errors import SettingsError
from casewright.tools.engines.clickhouse import ClickHouse
from casewright.tools.engines.remote import Engine, EngineLedger
from casewright.tools.engines.spark import Spark
from casewright.tools.engines.tables import push

__all__ = ["EMBEDDED", "ENGINES", "Engine", "EngineLedger", "connect", "push"]

EMBEDDED = "duckdb"
ENGINES: Mapping[str, Callable[[str, Path], Engine]] = {"clickhouse": ClickHouse, "spark": Spark}


def connect(name: str, url: str, home: Path) -> Engine:
    """The engine of that name at URL, its own files in HOME. Raises SettingsError for a wrong name or URL."""
    try:
        return ENGINES[name](url, home)
    except KeyError:
        known = ", ".join([EMBEDDED, *ENGINES])
        raise SettingsError(f"unknown engine {name!r}", hint=f"there are {known}") from None
