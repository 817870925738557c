"""Which ledger is asked and which is written to: the embedded one, or the one that another engine holds for it.

What comes in is always written to the embedded ledger, which checks it; its tables are then sent to the engine. There
questions are asked.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casewright.agent.settings import FILE, Workspace
from casewright.knowledge.errors import UsageError
from casewright.tools import engines
from casewright.tools.warehouse import Ledger

if TYPE_CHECKING:
    from casewright.tools.importing import ImportReport

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Sent:
    """What was sent to an engine: its name and place, the rows by table, and the tables that it has already."""

    engine: str
    place: str
    rows: dict[str, int]
    mapped: tuple[str, ...]

    def told(self) -> str:
        """The same for people."""
        rows = ", ".join(f"{count:,} {name}" for name, count in self.rows.items() if name not in _UNTOLD)
        seen = f" Read where they are: {', '.join(self.mapped)}." if self.mapped else ""
        return f"Sent to {self.engine} ({self.place}): {rows or 'nothing, all is there'}.{seen}"


_UNTOLD = ("meta", "imports")


def embedded(workspace: Workspace) -> bool:
    """Whether questions are asked of the embedded ledger."""
    return workspace.settings.engine == engines.EMBEDDED


def open_ledger(workspace: Workspace) -> Ledger:
    """The ledger to ask, on the settings' engine. Raises NotFound, DataError or SettingsError with what to do."""
    if embedded(workspace):
        return Ledger.open(workspace.ledger)
    settings = workspace.settings
    engine = engines.connect(settings.engine, settings.engine_url, workspace.engine)
    from casewright.tools.engines.mapping import told
    from casewright.tools.engines.remote import EngineLedger

    try:
        return EngineLedger(engine, workspace.engine, told(settings.engine_tables))
    except BaseException:
        engine.close()
        raise


def send(workspace: Workspace, progress: Progress = lambda share: None) -> Sent:
    """Send the engine what it does not have yet of the embedded ledger. Raises UsageError where no engine is named."""
    if embedded(workspace):
        raise UsageError("there is no engine to send to", hint="casewright -e clickhouse data push, or -e spark")
    settings = workspace.settings
    with closing(engines.connect(settings.engine, settings.engine_url, workspace.engine, write=True)) as engine:
        from casewright.tools.engines import mapping, tables

        if settings.engine_tables and not workspace.ledger.exists():  # then all that is known may be there
            with Ledger.create(workspace.ledger, currency=settings.currency, timezone=settings.timezone):
                pass
        with Ledger.open(workspace.ledger) as ledger:
            seen = mapping.views(settings.engine_tables, engine, ledger.currency, workspace.folder / FILE)
            rows = tables.push(ledger, engine, seen, mapping.told(settings.engine_tables), progress)
        return Sent(settings.engine, engine.place, rows, tuple(name for name in seen if name != "legs"))


def import_file(
    workspace: Workspace, kind: str, path: Path, format: str, *, progress: Progress, **options: Any
) -> tuple["ImportReport", Sent | None]:
    """Import a file into the embedded ledger, as `tools.importing` does, and send it on to the engine, if one is named.

    An engine that does not answer is told before anything is imported.
    """
    from casewright.tools import importing

    settings = workspace.settings
    if not embedded(workspace):
        engines.connect(settings.engine, settings.engine_url, workspace.engine, write=True).close()
    report = importing.import_file(
        workspace.ledger,
        kind,
        path,
        format,
        currency=settings.currency,
        timezone=settings.timezone,
        rates=workspace.rates,
        progress=progress,
        **options,
    )
    return report, None if embedded(workspace) else send(workspace)


@contextmanager
def raising_alerts(workspace: Workspace) -> Iterator[tuple[Ledger, Ledger]]:
    """The embedded ledger, open for writing alerts, and the one to look for events in: the same without an engine.

    What was written is sent to the engine afterwards.
    """
    if embedded(workspace):
        with Ledger.open(workspace.ledger, write=True) as ledger:
            yield ledger, ledger
        return
    with open_ledger(workspace) as asked, Ledger.open(workspace.ledger, write=True) as ledger:
        yield ledger, asked
    send(workspace)
