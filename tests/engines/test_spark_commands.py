"""Commands on Spark: an import goes on to it, and files of the house's own are read where they are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from casewright.agent.settings import FILE, Workspace

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]
Run = Callable[..., Any]
TRANSFERS = """id,at,src,dst,kind,status,network,asset,amount,usd
T1,2025-03-01T10:00:00Z,0xA1,C-1,deposit,completed,ethereum,USDT,100.5,100.50
T2,2025-03-01T11:00:00Z,C-1,0xB2,withdrawal,completed,ethereum,USDT,40,40.25
T3,2025-03-02T11:00:00Z,C-1,C-2,internal,completed,internal,USDT,20,20.00
"""
MAPPED = """
engine = "spark"
engine_url = "local[2]"
[engine_tables.transfers]
table = "parquet.`{}`"
[engine_tables.transfers.columns]
id = "no"
epoch = "unix_timestamp(ts)"
src = "lower(sender)"
dst = "lower(receiver)"
kind = "what"
asset = "coin"
usd = "paid"
"""


def test_an_import_goes_on_to_spark_and_is_answered_there(
    casewright: Run, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "transfers.csv"
    file.write_text(TRANSFERS, encoding="utf-8")
    (workspace.folder / FILE).write_text('engine_url = "local[2]"\n', encoding="utf-8")
    here, there = ("-w", workspace.folder), ("-w", workspace.folder, "-e", "spark")
    ran = casewright(*there, "import", "transfers", file)
    assert (ran.code, ran.out) == (0, "Read 3 transfers (table): 3 stored, 0 duplicates, 0 rejected.\n")
    for question in (
        ("query", "flows", "C-1"),
        ("query", "trace", "0xa1"),
        ("indicators", "compute", "inflow_usd", "C-1"),
    ):
        ours, theirs = casewright(*here, *question), casewright(*there, *question)
        assert (ours.code, ours.out) == (theirs.code, theirs.out)
    file.write_text(TRANSFERS.replace("T3", "T4"), encoding="utf-8")
    assert casewright(*there, "import", "transfers", file).code == 0
    assert casewright(*there, "data", "describe", "--json").json["records"]["transfers"] == 4


def test_files_that_are_there_are_read_where_they_are(casewright: Run, workspace: Workspace, tmp_path: Path) -> None:
    paid = pa.table(
        {
            "no": ["T1", "T2"],
            "ts": ["2025-03-01 10:00:00", "2025-03-01 11:00:00"],
            "sender": ["0xA1", "C-1"],
            "receiver": ["C-1", "0xB2"],
            "what": ["deposit", "withdrawal"],
            "paid": [100.5, 0.29],
            "coin": ["USDT", "USDT"],
        }
    )
    pq.write_table(paid, tmp_path / "payments.parquet")
    settings = workspace.folder / FILE
    settings.write_text(MAPPED.format(tmp_path / "payments.parquet"), encoding="utf-8")
    ran = casewright("-w", workspace.folder, "data", "push")
    assert (ran.code, ran.err) == (0, "")
    assert "Read where they are: transfers." in ran.out
    found = casewright("-w", workspace.folder, "query", "transfers", "c-1", "--json").json["rows"]
    assert sorted((row["transfer"], row["usd"]) for row in found) == [("T1", 100.5), ("T2", 0.29)]
    trace = casewright("-w", workspace.folder, "query", "trace", "0xa1", "--json").json["rows"]
    assert [(row["from"], row["to"]) for row in trace] == [("0xa1", "c-1"), ("c-1", "0xb2")]
    settings.write_text(settings.read_text("utf-8").replace('"paid"', '"piad"'), encoding="utf-8")
    ran = casewright("-w", workspace.folder, "data", "push")
    assert ran.code == 4
    assert "usd = 'piad': Spark refuses" in ran.err
