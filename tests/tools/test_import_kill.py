"""A killed import leaves the ledger as it was before, and the next one goes on as if nothing had been."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from casewright.tools.importing import import_file
from casewright.tools.warehouse import Ledger

# The import tells how far it is; at the share asked for, the process ends without a chance to tidy up.
_KILLED = """
import os, signal, sys
from pathlib import Path
from casewright.tools.importing import import_file

def tell(share):
    if share >= float(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

import_file(Path(sys.argv[1]), "transfers", Path(sys.argv[2]), "table", progress=tell)
"""


def export(path: Path, rows: int, mark: str) -> Path:
    lines = (f"{mark}-{n},2025-03-{1 + n % 28:02},C-{n % 97},C-{n % 89 + 97},{n % 1000}.25" for n in range(rows))
    path.write_text("\n".join(["id,at,src,dst,usd", *lines]) + "\n", encoding="utf-8")
    return path


def state(path: Path) -> list[tuple[int, ...]]:
    with Ledger.open(path) as ledger:
        tables = ("transfers", "legs", "labels", "imports", "rejects")
        return [ledger.rows(f"select count(*) from {table}")[0] for table in tables]


# 0.5: read, nothing written yet; 0.65: the transfers are written, the legs are not.
@pytest.mark.parametrize("share", ["0.5", "0.65"])
def test_a_killed_import_leaves_the_ledger_as_it_was(tmp_path: Path, share: str) -> None:
    ledger = tmp_path / "ws" / "ledger.duckdb"
    import_file(ledger, "transfers", export(tmp_path / "first.csv", 1_000, "A"), "table")
    before = state(ledger)
    second = export(tmp_path / "second.csv", 30_000, "B")
    done = subprocess.run([sys.executable, "-c", _KILLED, ledger, second, share], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert state(ledger) == before
    report = import_file(ledger, "transfers", second, "table")
    assert (report.stored, report.duplicates) == (30_000, 0)
    assert not (ledger.parent / "importing").exists()


def test_a_failed_first_import_leaves_no_ledger(tmp_path: Path) -> None:
    ledger, path = tmp_path / "ws" / "ledger.duckdb", tmp_path / "export.csv"
    path.write_bytes(b"id,at,src,dst,usd\nP-1,2025-03-04,A,B,5\nP-2,2025-03-04,A,\xff,5\n")
    with pytest.raises(Exception, match="not UTF-8"):
        import_file(ledger, "transfers", path, "table")
    assert not ledger.exists()
    assert os.listdir(ledger.parent) == []
