"""Import: a CSV into both layouts, checked and without repeats, against the bare read of the same file into a table."""

import tempfile
from pathlib import Path

import duckdb
from ratio import Ratio, best_of, csv_of

from casewright.knowledge.records import subjects
from casewright.tools import toolbox
from casewright.tools.importing import import_file
from casewright.tools.upkeep import compact
from casewright.tools.warehouse import Ledger

PARTS = 30
_PROFILES = 20


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Three comparisons: the first import, the same file once more, and an account's profile after many imports."""
    path = csv_of(folder, transfers)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        ledger = Path(work) / "ledger.duckdb"
        bare = best_of(2, lambda: _bare(Path(work), path))
        once = best_of(2, lambda: _into_new(ledger, path))
        again = best_of(1, lambda: import_file(ledger, "transfers", path, "table"))
    return [
        Ratio("import into both layouts, against a bare read_csv into a table", once, bare, "<= 8x"),
        Ratio("the same file again, against a bare read_csv into a table", again, bare, "<= 8x"),
        _after_many(folder, path, transfers),
    ]


def _bare(work: Path, path: Path) -> None:
    database = work / "bare.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"create table read as select * from read_csv('{path}')")
    database.unlink()


def _into_new(ledger: Path, path: Path) -> None:
    ledger.unlink(missing_ok=True)
    import_file(ledger, "transfers", path, "table")


def _after_many(folder: Path, path: Path, transfers: int) -> Ratio:
    with tempfile.TemporaryDirectory(dir=folder) as work:
        ledger = Path(work) / "ledger.duckdb"
        for part in _parts(Path(work), path, transfers):
            import_file(ledger, "transfers", part, "table")
            part.unlink()
        scattered = _profiles(ledger)
        with Ledger.open(ledger, write=True) as opened:
            compact(opened)
        ordered = _profiles(ledger)
    return Ratio(f"account profile after {PARTS} imports, against after `data compact`", scattered, ordered, "<= 5x")


def _parts(work: Path, path: Path, transfers: int) -> list[Path]:
    """The file cut into as many days' exports, each in the order of time."""
    size = -(-transfers // PARTS)
    parts = []
    with path.open("rb") as lines:
        header = next(lines)
        for number in range(PARTS):
            part = work / f"part-{number:02}.csv"
            with part.open("wb") as file:
                file.write(header)
                file.writelines(line for _, line in zip(range(size), lines, strict=False))
            parts.append(part)
    return parts


def _profiles(path: Path) -> float:
    """Seconds for the profiles of some accounts, one by one, warm."""
    asked = [subjects(f"ACC-{number:07}") for number in range(100, 100 + _PROFILES)]
    with Ledger.open(path) as ledger:
        return best_of(3, lambda: [toolbox.call(ledger, "account_profile", one) for one in asked]) / _PROFILES
