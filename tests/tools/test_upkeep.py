"""What the ledger holds, what was rejected, and full order after many imports."""

from pathlib import Path

import pytest

from casewright.tools.importing import import_file
from casewright.tools.upkeep import compact, describe, rejects
from casewright.tools.warehouse import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Three days' exports of one exchange, with a customer, a label and two bad rows."""
    path, file = tmp_path / "ws" / "ledger.duckdb", tmp_path / "export.csv"
    for day in (3, 1, 2):
        rows = [f"T-{day}-{n},2025-03-0{day}T0{n % 9}:00:00Z,C-{n % 5},X-{n % 3},{n + 1},USDT" for n in range(30)]
        bad = [f"T-{day}-bad,sometime {day},A,B,5,USDT"] if day > 1 else []
        file.write_text("\n".join(["id,at,src,dst,usd,asset", *rows, *bad]) + "\n")
        import_file(path, "transfers", file, "table")
    file.write_text("id,name\nC-1,Nordhaus Feinkost\n")
    import_file(path, "customers", file, "table")
    file.write_text("id,category\nX-1,exchange\n")
    import_file(path, "labels", file, "table")
    return path


def test_describe_counts_what_is_there(ledger: Path) -> None:
    with Ledger.open(ledger) as opened:
        found = describe(opened)
    assert found["records"] | {} == {
        "transfers": 90, "customers": 1, "labels": 1, "alerts": 0, "outcomes": 0, "logins": 0, "events": 0, "scores": 0,
    }  # fmt: skip
    assert (found["since"], found["until"]) == ("2025-03-01T00:00:00Z", "2025-03-03T08:00:00Z")
    assert (found["asset"], found["kind"], found["status"]) == ({"USDT": 90}, {"transfer": 90}, {"completed": 90})
    assert found["accounts"] == 8
    assert found["counterparties"] == {"all": 7, "labelled": 1, "share": 0.1429}
    assert found["rejects"] == {
        "all": 2,
        "reasons": {"at ... is no time; expected a time such as 2024-07-16T12:04:47Z": 2},
    }
    assert [(row["kind"], row["read"], row["stored"], row["rejected"]) for row in found["imports"]] == [
        ("transfers", 31, 30, 1),
        ("transfers", 30, 30, 0),
        ("transfers", 31, 30, 1),
        ("customers", 1, 1, 0),
        ("labels", 1, 1, 0),
    ]


def test_an_empty_ledger_is_described_too(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "ledger.duckdb") as opened:
        found = describe(opened)
        compact(opened)
    assert found["since"] is None
    assert found["counterparties"] == {"all": 0, "labelled": 0, "share": None}


def test_rejects_are_listed_newest_import_first(ledger: Path) -> None:
    with Ledger.open(ledger) as opened:
        assert [(row["import"], row["line"]) for row in rejects(opened, limit=9)["rejects"]] == [(3, 32), (1, 32)]
        one = rejects(opened, limit=9, import_id=1)
        assert (one["all"], one["rejects"][0]["text"]) == (1, "T-3-bad,sometime 3,A,B,5,USDT")
        assert (rejects(opened, limit=1)["all"], len(rejects(opened, limit=1)["rejects"])) == (2, 1)


def test_compact_puts_both_layouts_into_full_order_and_loses_nothing(ledger: Path) -> None:
    def state(opened: Ledger) -> list[tuple[object, ...]]:
        return [
            *opened.rows("select count(*), sum(usd), min(line), bool_and(memo is null) from transfers"),
            *opened.rows("select count(*), sum(usd), count(distinct account), bool_and(key = hash(account)) from legs"),
        ]

    def in_order(opened: Ledger) -> bool:
        epochs = opened.rows("select epoch, id from transfers order by rowid")
        legs = opened.rows("select key, epoch from legs order by rowid")
        return epochs == sorted(epochs) and legs == sorted(legs)

    with Ledger.open(ledger, write=True) as opened:
        before = state(opened)
        assert not in_order(opened)
        assert compact(opened) == {"transfers": 90, "legs": 180}
        assert in_order(opened)
        assert state(opened) == before
    with Ledger.open(ledger) as opened:
        assert in_order(opened)
        assert opened.rows("select count(*) from information_schema.tables where table_name like '%in_order%'") == [
            (0,)
        ]
    file = ledger.parent.parent / "export.csv"
    file.write_text("id,at,src,dst,usd\nT-9,2025-04-01,A,B,5\nT-8,2025-04-01,,B,5\n")
    assert import_file(ledger, "transfers", file, "table").stored == 1
