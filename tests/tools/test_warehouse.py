"""The ledger as a file: what opens it, what refuses, what a kill leaves, and the subjects asked about."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from casewright.knowledge.errors import DataError, NotFound
from casewright.knowledge.records import Subject, subjects
from casewright.tools.warehouse import SCHEMA, Ledger

MakeLedger = Callable[..., Ledger]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "ledger.duckdb"


def test_a_new_ledger_is_empty_and_keeps_its_currency_and_zone(path: Path) -> None:
    Ledger.create(path, currency="SGD", timezone="Asia/Singapore").connection.close()
    with Ledger.open(path) as ledger:
        assert (ledger.currency, ledger.timezone) == ("SGD", "Asia/Singapore")
        assert not any(ledger.has(table) for table in SCHEMA if table != "meta")
    with pytest.raises(DataError, match="a ledger here already"):
        Ledger.create(path)
    assert [file.name for file in path.parent.iterdir()] == ["ledger.duckdb"]


def test_what_is_no_ledger_is_told_in_one_line(path: Path) -> None:
    with pytest.raises(NotFound, match=r"no ledger here yet.*casewright import"):
        Ledger.open(path)
    path.parent.mkdir()
    path.write_text("at,src,dst\n" * 1000)
    with pytest.raises(DataError, match="no readable ledger"):
        Ledger.open(path)
    path.unlink()
    duckdb.connect(str(path)).close()
    with pytest.raises(DataError, match="no ledger of ours"):
        Ledger.open(path)


@pytest.mark.parametrize(("name", "words"), [("schema", "has schema 0, expected"), ("hash_probe", "hashes account")])
def test_a_ledger_of_another_make_is_refused(path: Path, name: str, words: str) -> None:
    with Ledger.create(path) as ledger:
        ledger.rows("update meta set value = '0' where name = $name", name=name)
    with pytest.raises(DataError, match=words):
        Ledger.open(path)


def test_many_read_and_nobody_writes_then(path: Path) -> None:
    Ledger.create(path).connection.close()
    with Ledger.open(path) as one, Ledger.open(path) as two:
        assert one.value("select count(*) from transfers") == two.value("select count(*) from transfers") == 0
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            one.rows("delete from transfers")
        with pytest.raises(DataError, match="writing to the ledger"):
            Ledger.open(path, write=True)


_HOLD = """
import sys, time
from pathlib import Path
from casewright.tools.warehouse import Ledger
with Ledger.open(Path(sys.argv[1]), write=True) as ledger, ledger.transaction():
    ledger.rows("insert into outcomes select 'AL-' || i, 'true', null, 1, i from range(200000) r(i)")
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_writer_elsewhere_is_told_and_its_death_leaves_the_ledger_as_it_was(path: Path) -> None:
    Ledger.create(path).connection.close()
    process = subprocess.Popen([sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    for write in (False, True):
        with pytest.raises(DataError, match="another process is writing"):
            Ledger.open(path, write=write)
    os.kill(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()
    with Ledger.open(path) as ledger:
        assert not ledger.has("outcomes")


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    with Ledger.create(path) as ledger:
        with contextlib.suppress(KeyboardInterrupt), ledger.transaction():
            ledger.rows("insert into outcomes values ('AL-1', 'true', null, 1, 2)")
            raise KeyboardInterrupt
        assert not ledger.has("outcomes")
        with ledger.transaction():
            ledger.rows("insert into outcomes values ('AL-1', 'true', null, 1, 2)")
        assert ledger.has("outcomes")


def test_the_fingerprint_changes_with_every_import(path: Path) -> None:
    seen = set()
    with Ledger.create(path) as ledger:
        for number in range(3):
            seen.add(ledger.fingerprint())
            ledger.rows("insert into imports values ($n, 'labels', 'table', 'a', 'b', 0, 1, 1, 0, 0)", n=number)
        seen.add(ledger.fingerprint())
    assert len(seen) == 4
    assert all(len(text) == 12 for text in seen)


def test_nothing_outside_the_ledger_is_read_as_a_table(path: Path) -> None:
    outside = [{"a": 1}]
    with Ledger.create(path) as ledger, pytest.raises(duckdb.CatalogException):
        ledger.rows("select * from outside")
    assert outside


def test_subjects_are_asked_about_with_their_own_windows(make_ledger: MakeLedger) -> None:
    ledger = make_ledger()
    asked = (Subject(id="C-1", since=5, until=9), Subject(id="O'Hara; --"), Subject(id="C-1", until=7))
    with ledger.asked(asked) as text:
        rows = ledger.rows("select nr, id, since, until, key = hash(id) from asked order by nr")
    assert rows == [
        (0, "C-1", 5, 9, True),
        (1, "O'Hara; --", -(2**62), 2**62, True),
        (2, "C-1", -(2**62), 7, True),
    ]
    with duckdb.connect() as alone:  # what a person pastes makes the same table
        alone.execute(text)
        assert alone.execute("select nr, id, since, until, key = hash(id) from asked order by nr").fetchall() == rows
    with pytest.raises(duckdb.CatalogException):
        ledger.rows("select * from asked")


def test_many_subjects_are_one_table_and_a_short_text(make_ledger: MakeLedger) -> None:
    ledger = make_ledger()
    with ledger.asked(subjects(*[f"C-{number}" for number in range(5000)])) as text:
        assert ledger.value("select count(distinct key) from asked") == 5000
    assert "and 4980 more" in text
    with ledger.asked(()):
        assert ledger.value("select count(*) from asked") == 0


def test_both_layouts_hold_the_same_transfers(make_ledger: MakeLedger) -> None:
    rows = [
        {"src": "C-1", "dst": "0xab", "at": "2024-01-02", "usd": "12.30"},
        {"src": "C-1", "dst": "C-1", "at": "2024-01-01", "usd": "5", "kind": "trade", "asset": "USD", "amount": "5",
         "asset_in": "ETH", "amount_in": "0.002000000000000001"},
    ]  # fmt: skip
    ledger = make_ledger(rows)
    assert [row["kind"] for row in ledger.dicts("select * from transfers")] == ["trade", "transfer"]
    legs = ledger.dicts(
        "select * from legs where key = hash($id) and account = $id order by epoch, direction", id="C-1"
    )
    assert [(leg["direction"], leg["asset"], leg["amount"], leg["counterparty"]) for leg in legs] == [
        ("in", "ETH", Decimal("0.002000000000000001"), "C-1"),
        ("out", "USD", Decimal(5), "C-1"),
        ("out", "USDT", Decimal("12.3"), "0xab"),
    ]


def test_a_question_too_large_for_the_machine_is_told(make_ledger: MakeLedger) -> None:
    ledger = make_ledger()
    ledger.rows("set memory_limit = '20MB'")
    ledger.rows("set max_temp_directory_size = '0B'")
    with pytest.raises(DataError, match="more memory"):
        ledger.rows("select list(i) from range(20000000) r(i)")
