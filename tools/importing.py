"""Importing a file: every row ends stored, duplicate or rejected, all of them or none.

A source (`tools/sources`) says how the file's columns make our fields; the rest is the same for all and stands in
`tools/intake`: types and reasons, repeats, values, both layouts. DuckDB does the work, set-based, in one transaction.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from casewright.knowledge.errors import DataError, SettingsError
from casewright.knowledge.records import Record
from casewright.tools.intake import repeats
from casewright.tools.intake.customers import settle_versions
from casewright.tools.intake.files import SourceFile, open_file, scan
from casewright.tools.intake.keep import Kept, keep
from casewright.tools.intake.kinds import KINDS, Kind, kind_of
from casewright.tools.intake.progress import Progress, Tell
from casewright.tools.intake.rates import value_transfers
from casewright.tools.intake.reading import Reading, Wishes
from casewright.tools.intake.stage import stage
from casewright.tools.sources import Source, source_of, sources
from casewright.tools.warehouse import Ledger, literal

__all__ = ["ImportReport", "Reject", "fields", "import_file", "sources"]

_WILDCARDS = set("*?[")


class Reject(Record):
    """A row that was not stored: where it stands, why not, and what it says (cut to 500 characters)."""

    line: int
    reason: str
    text: str


class ImportReport(Record):
    """How an import ended. `read` is the sum of stored, duplicates and rejected; of many rejects the first are here."""

    file: str
    kind: str
    format: str
    read: int
    stored: int
    duplicates: int
    rejected: int
    rejects: tuple[Reject, ...]
    labels: int = 0  # names standing in the rows that became labels of their own
    ignored: tuple[str, ...] = ()  # columns of the file that were not read
    notes: tuple[str, ...] = ()

    @property
    def useless(self) -> bool:
        """Whether not one row could be used: then it is the file, or its map, that is wrong."""
        return self.read > 0 and self.rejected == self.read


def import_file(
    ledger_path: Path,
    kind: str,
    path: Path,
    format: str = "",
    *,
    map_path: Path | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    rates: Path | None = None,
    progress: Tell | None = None,
    category: str = "",
    name: str = "",
    source: str = "",
    as_of: date | None = None,
    start: date | None = None,
    cut_memos: bool = False,
) -> ImportReport:
    """Import one file of KIND into the ledger, which is made where there is none. Without FORMAT the header decides.

    CURRENCY, TIMEZONE and RATES are the workspace's; without them the ledger keeps its own, and a new one begins with
    USD and UTC. CATEGORY, NAME, SOURCE and AS_OF speak for a list of labels that does not say so itself; START is the
    day of step 0 where a file counts steps; CUT_MEMOS stores a memo over 2,000 characters cut instead of rejecting its
    row. PROGRESS is told the done share, 0..1.

    Raises UsageError, DataError or SettingsError where the file as a whole cannot be imported: the ledger is then as it
    was before, as it is after a kill at any moment.
    """
    wanted = kind_of(kind)
    file = open_file(path)
    wishes = Wishes(map_path, category, name, source, as_of, start, cut_memos)
    found = source_of(wanted, format, file, wishes)
    reading = found.read(file, wanted, wishes)
    with _ledger(ledger_path, currency, timezone) as ledger, _at_work(ledger, file) as at:
        try:
            kept = _import(ledger, file, wanted, found, reading, rates, at, Progress(progress))
        except duckdb.OutOfMemoryException as error:
            told = "the import needs more memory or temporary space than there is"
            raise DataError(told, path, hint="free some, or import in parts") from error
        except duckdb.IOException as error:
            raise DataError(f"the import was stopped ({str(error).splitlines()[0]})", path) from error
    rejects = tuple(Reject(line=line, reason=reason, text=text) for line, reason, text in kept.rejects)
    return ImportReport(
        file=str(path),
        kind=kind,
        format=found.name,
        read=kept.read,
        stored=kept.stored,
        duplicates=kept.duplicates,
        rejected=kept.rejected,
        rejects=rejects,
        labels=kept.labels,
        ignored=reading.ignored,
        notes=reading.notes,
    )


def fields(kind: str = "") -> list[dict[str, str]]:
    """The fields that a file of this kind, or of any, can tell. Raises UsageError for an unknown kind."""
    return [
        {
            "kind": one.name,
            "field": field.name,
            "also": ", ".join(field.also),
            "holds": field.type,
            "required": "yes" if field.required else "",
            "means": field.means or " | ".join(field.words),
        }
        for one in ([kind_of(kind)] if kind else KINDS.values())
        for field in one.fields
    ]


def _import(ledger: Ledger, file: SourceFile, kind: Kind, source: Source, reading: Reading, rates: Path | None,
            at: Path, progress: Progress) -> Kept:  # fmt: skip
    now = int(time.time())
    seen = scan(file, progress.stage(0.1))
    with progress.watching(ledger.connection):
        progress.stage(0.4)
        ledger.rows(f"create or replace temp macro import_epoch() as {now}")
        stage(ledger, file, kind, reading, seen, at)
        progress.stage(0.5)
        if kind.name == "transfers":
            value_transfers(ledger, rates)
        if kind.name == "customers":
            settle_versions(ledger, kind, seen.sha256, now)
        repeats.judge(ledger, kind)
        with ledger.transaction():
            return keep(ledger, file, kind, source.name, reading, seen, now, progress)


@contextmanager
def _ledger(path: Path, currency: str | None, timezone: str | None) -> Iterator[Ledger]:
    """The ledger, open for writing; one that is made here and stays empty by a failure is taken away again."""
    made = not path.exists()
    if made:
        ledger = Ledger.create(path, currency=currency or "USD", timezone=timezone or "UTC")
    else:
        ledger = Ledger.open(path, write=True)
    try:
        with ledger:
            was = f"{ledger.currency}, {ledger.timezone}"
            told = f"{currency or ledger.currency}, {timezone or ledger.timezone}"
            if was != told:
                raise SettingsError(f"the ledger was made for {was}; the workspace now says {told}", path,
                                    hint="set it back, or import into a new workspace")  # fmt: skip
            yield ledger
    except BaseException:
        if made:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
        raise


@contextmanager
def _at_work(ledger: Ledger, file: SourceFile) -> Iterator[Path]:
    """A folder for what does not fit into memory, beside the ledger, gone afterwards; yields the file's plain path.

    Whoever writes holds the ledger alone, so a folder left by a killed import can be taken away. DuckDB reads `*`, `?`
    and `[` in a path as wildcards: such a file is read through a link.
    """
    folder = ledger.path.with_name("importing")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        ledger.connection.execute(f"set temp_directory = {literal(str(folder))}")
        at = file.path.absolute()
        if _WILDCARDS & set(str(at)):
            at = folder / f"source{os.path.extsep}data"
            if _WILDCARDS & set(str(at)):
                raise DataError("the workspace's path has a wildcard (*, ? or [)", folder, hint="rename it")
            at.symlink_to(file.path.absolute())
        yield at
    finally:
        ledger.connection.close()
        shutil.rmtree(folder, ignore_errors=True)
