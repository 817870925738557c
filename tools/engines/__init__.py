"""Other engines than the embedded one: the same questions, asked of ClickHouse or Spark.

An engine holds the ledger's tables under their own names (`tables.TABLES`), sent there from the embedded ledger or seen
through a view on what the house has already. `remote.EngineLedger` is a ledger like any other: every tool, indicator
and trace asks it as it asks the embedded one, and `translate` carries each statement into the engine's dialect. What
an engine needs is an extra of its name, and is loaded when it is asked for.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from casewright.knowledge.errors import SettingsError

if TYPE_CHECKING:
    from casewright.tools.engines.remote import Engine

EMBEDDED = "duckdb"
NAMES = (EMBEDDED, "clickhouse", "spark")


def connect(name: str, url: str, home: Path, *, write: bool = False) -> "Engine":
    """The engine of that name at URL (else beside us), its own files in HOME, which is made where WRITE.

    Raises SettingsError for a wrong URL or where the engine is not installed, DataError where nothing answers or there
    is no ledger to read.
    """
    try:
        if name == "spark":
            from casewright.tools.engines.spark import Spark

            return Spark(url, home)
        from casewright.tools.engines.clickhouse import ClickHouse

        return ClickHouse(url, home, write=write)
    except ImportError as error:
        told = f"the engine {name} is not installed ({error.name} is missing)"
        raise SettingsError(told, hint=f"pip install 'casewright[{name}]'") from error
