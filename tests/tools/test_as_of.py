"""The ledger as it was after an import: each table in its order, the fingerprint, nothing left behind."""

import shutil
from pathlib import Path

import pytest

from casewright.tools.arrivals import imports_of, last_import
from casewright.tools.as_of import as_of
from casewright.tools.importing import import_file
from casewright.tools.upkeep import RECORDS
from casewright.tools.warehouse import Ledger

TRON = "TTHQri4ikPiMKSZXjXNNA3mEgr8hA1H4jF"
STEPS = [
    (
        "transfers",
        "id,at,src,dst,usd",
        ["T-1,2026-09-01,C-1,C-2,5", "T-2,2026-08-01,C-2,C-1,6", "T-3,2026-09-01,C-2,C-1,6"],
    ),
    ("labels", "id,name,category,source,confidence", [f"{TRON.lower()},Alder,sanctioned,list,case unknown"]),
    ("customers", "id,known_at,country", ["C-1,2026-01-01,SG"]),
    (
        "transfers",
        "id,at,src,dst,usd",
        [f"T-9,2026-08-15,C-1,{TRON},7", "T-8,2026-07-01,C-1,C-2,8", "T-1,2026-09-01,C-1,C-2,9"],
    ),
    ("customers", "id,known_at,country", ["C-1,2026-03-01,KP"]),
    ("logins", "subject,at,ip", ["C-1,2026-09-01,10.0.0.1"]),
    ("events", "id,subject,kind,at", ["V-1,C-1,recall,2026-09-02"]),
    ("alerts", "id,subject,at", ["A-1,C-1,2026-09-02"]),
]


def _all(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    return {name: ledger.rows(f"select * from {name}") for name in (*RECORDS, "legs", "imports", "rejects", "meta")}


@pytest.fixture
def steps(tmp_path: Path) -> list[Path]:
    """The ledger's file after each import."""
    path, kept = tmp_path / "it's a ledger.duckdb", []
    for number, (kind, head, lines) in enumerate(STEPS, 1):
        file = tmp_path / f"{number}.csv"
        file.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        import_file(path, kind, file, "table")
        kept.append(tmp_path / f"after-{number}.duckdb")
        shutil.copy(path, kept[-1])
    return [*kept[:-1], path]


def test_it_is_what_it_was_after_each_import(steps: list[Path]) -> None:
    *before, whole = steps
    for number, path in enumerate(before, 1):
        with Ledger.open(path) as then:
            expected, fingerprint = _all(then), then.fingerprint()
        with as_of(whole, number) as ledger:
            assert _all(ledger) == expected, STEPS[number - 1]
            assert (ledger.fingerprint(), last_import(ledger)) == (fingerprint, number)
        with Ledger.open(whole) as today:
            assert imports_of(today)[fingerprint] == number
    with Ledger.open(whole) as today:
        assert today.rows("select confidence from labels where id = $id", id=TRON) == [("authority_data",)]
        assert today.value("select count(*) from rejects") == 1


def test_it_stands_beside_the_open_ledger_and_leaves_nothing(steps: list[Path]) -> None:
    with Ledger.open(steps[-1]) as today:
        before = _all(today)
        with as_of(steps[-1], 1) as ledger:
            assert ledger.value("select count(*) from transfers") == 3
            assert today.value("select count(*) from transfers") == 5
        assert _all(today) == before
    assert list(steps[-1].parent.glob("as-of-*")) == []
