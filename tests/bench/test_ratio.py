"""The benches' own ground: ratios that read both ways, and a generated exchange that is the same everywhere."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from casewright.tools.warehouse import Ledger

HERE = Path(__file__).resolve().parent
TRANSFERS = 20_000


@pytest.fixture(scope="module")
def ratio() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("ratio", HERE / "ratio.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ratio"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["ratio"]


@pytest.fixture(scope="module")
def ledger(ratio: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path = ratio.ledger_of(tmp_path_factory.mktemp("bench"), TRANSFERS)
    with Ledger.open(path) as opened:
        yield opened


def test_a_ratio_reads_the_way_its_demand_does(ratio: ModuleType) -> None:
    faster, slower = ratio.Ratio("a", 1.0, 6.0, ">= 5x"), ratio.Ratio("b", 6.0, 1.0, "<= 8")
    assert (faster.ratio, faster.met) == (6.0, True)
    assert (slower.ratio, slower.met) == (6.0, True)
    assert not ratio.Ratio("c", 1.0, 4.9, ">= 5x").met
    assert not ratio.Ratio("d", 8.1, 1.0, "<= 8x").met
    with pytest.raises(ValueError, match="expected '>= 5x'"):
        ratio.Ratio("e", 1.0, 1.0, "fast").met  # noqa: B018 - reading it is the test


def test_both_layouts_hold_the_same_and_are_in_order(ledger: Ledger) -> None:
    assert ledger.value("select count(*) from transfers") == TRANSFERS
    assert ledger.value("select count(*) from legs") == 2 * TRANSFERS
    assert ledger.value("select count(*) from legs where key <> hash(account)") == 0
    sums = "select sum(usd), count(distinct {}) from {}"
    out = ledger.rows("select sum(usd), count(distinct transfer) from legs where direction = 'out'")
    assert ledger.rows(sums.format("id", "transfers")) == out
    for table, key in (("transfers", "epoch"), ("legs", "(key, epoch)")):
        steps = f"select {key} < lag({key}) over (order by rowid) as back from {table}"
        assert ledger.value(f"select count(*) from ({steps}) where back") == 0


def test_it_has_the_shape_of_an_exchange(ledger: Ledger) -> None:
    kinds = {row[0] for row in ledger.rows("select distinct kind from transfers")}
    assert kinds >= {"deposit", "withdrawal", "trade", "fiat_in", "fiat_out", "internal", "p2p", "fee", "transfer"}
    assert 0.9 < ledger.value("select avg((status = 'completed')::integer) from transfers") < 1
    degrees = "select count(*) as legs from legs where account like 'ACC-%' group by account"
    busiest, median = ledger.rows(f"select max(legs), median(legs) from ({degrees})")[0]
    assert busiest > 20 * median
    trades = "kind = 'trade' and src = dst and asset <> asset_in and amount_in > 0"
    assert ledger.value(f"select bool_and({trades}) from transfers where kind = 'trade'")
    assert ledger.value("select count(*) from transfers where src = dst and kind <> 'trade'") == 0
    assert ledger.value("select count(*) from labels where id in (select account from legs)") > 5
    first, last = ledger.rows("select min(epoch), max(epoch) from transfers")[0]
    assert last - first > 364 * 86_400


def test_the_same_size_is_the_same_rows_and_is_made_once(ratio: ModuleType, ledger: Ledger, tmp_path: Path) -> None:
    folder = ledger.path.parents[2]
    made = ledger.path.stat().st_mtime_ns
    assert ratio.ledger_of(folder, TRANSFERS) == ledger.path
    assert ledger.path.stat().st_mtime_ns == made
    with Ledger.open(ratio.ledger_of(tmp_path, TRANSFERS)) as again:
        query = "select md5(string_agg(t::varchar, '' order by id)) from transfers t"
        assert again.value(query) == ledger.value(query)


def test_the_csv_holds_the_same_transfers(ratio: ModuleType, ledger: Ledger) -> None:
    path = ratio.csv_of(ledger.path.parents[2], TRANSFERS)
    read = f"read_csv('{path}')"
    assert ledger.value(f"select count(*) from {read}") == TRANSFERS
    query = "select sum(usd::decimal(18, 2)), count(distinct id) from {}"
    assert ledger.rows(query.format(read)) == ledger.rows(query.format("transfers"))


def test_a_failing_bench_is_told_and_the_rest_run(tmp_path: Path) -> None:
    for name in ("run.py", "ratio.py"):
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "bench_a.py").write_text("def bench(folder, transfers):\n    raise RuntimeError('no such luck')\n")
    (tmp_path / "bench_b.py").write_text(
        "from ratio import Ratio\ndef bench(folder, transfers):\n    return [Ratio('x', 1.0, 9.0, '>= 5x')]\n"
    )
    command = [
        sys.executable,
        str(tmp_path / "run.py"),
        "--dir",
        str(tmp_path / "d"),
        "--json",
        str(tmp_path / "b.json"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no such luck" in done.stderr
    assert "a FAILED" in done.stdout
    told = json.loads((tmp_path / "b.json").read_text())
    assert [(row["name"], row["ratio"], row["met"]) for row in told["rows"]] == [("x", 9.0, True)]
    assert subprocess.run([*command, "--only", "b"], capture_output=True, check=False).returncode == 0
