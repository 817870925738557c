"""Commands on a ClickHouse server, over HTTP and by its driver; chDB is the engine behind it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import FILE, Workspace

Run = Callable[..., Any]
TRANSFERS = """id,at,src,dst,kind,status,network,asset,amount,usd
T1,2025-03-01T10:00:00Z,0xA1,C-1,deposit,completed,ethereum,USDT,100.5,100.50
T2,2025-03-01T11:00:00Z,C-1,0xB2,withdrawal,completed,ethereum,USDT,40,40.25
T3,2025-03-02T11:00:00Z,C-1,C-2,internal,completed,internal,USDT,20,20.00
"""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address of a server with a database of its own."""
    served = Path(__file__).with_name("served.py")
    with subprocess.Popen(
        [sys.executable, str(served), str(tmp_path / "served")], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        yield f"clickhouse://default:@127.0.0.1:{server.stdout.readline().strip()}/aml"
        server.kill()


def test_a_server_is_sent_the_ledger_and_answers_the_same(
    casewright: Run, workspace: Workspace, tmp_path: Path, url: str
) -> None:
    file = tmp_path / "transfers.csv"
    file.write_text(TRANSFERS, encoding="utf-8")
    here = ("-w", workspace.folder)
    there = (*here, "-e", "clickhouse", "--engine-url", url)
    ran = casewright(*there, "import", "transfers", file)
    assert (ran.code, ran.out) == (0, "Read 3 transfers (table): 3 stored, 0 duplicates, 0 rejected.\n")
    file.write_text(TRANSFERS.replace("T3", "T4"), encoding="utf-8")
    assert casewright(*there, "import", "transfers", file).code == 0
    for question in (
        ("query", "flows", "C-1"),
        ("query", "trace", "0xa1"),
        ("query", "counterparties", "C-1", "C-2"),
        ("indicators", "compute", "inflow_usd", "C-1"),
        ("data", "describe"),
    ):
        ours, theirs = casewright(*here, *question), casewright(*there, *question)
        assert (ours.code, ours.out) == (theirs.code, theirs.out)
    assert "4 transfers" in casewright(*there, "doctor").out


def test_what_a_server_refuses_is_one_line(casewright: Run, workspace: Workspace, url: str) -> None:
    (workspace.folder / FILE).write_text(
        f'engine = "clickhouse"\nengine_url = "{url}"\n[engine_tables.transfers]\ntable = "there.payments"\n'
        '[engine_tables.transfers.columns]\nid = "no"\nepoch = "ts"\nsrc = "a"\ndst = "b"\nkind = "k"\nasset = "c"\n',
        encoding="utf-8",
    )
    ran = casewright("-w", workspace.folder, "data", "push")
    assert ran.code == 4
    assert len(ran.err.splitlines()) == 1
    assert "table = 'there.payments': ClickHouse refuses" in ran.err


def test_a_server_that_does_not_answer_is_one_line(casewright: Run, workspace: Workspace) -> None:
    ran = casewright(
        "-w", workspace.folder, "-e", "clickhouse", "--engine-url", "clickhouse://127.0.0.1:1/aml", "data", "describe"
    )
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 1
    assert "no ClickHouse answers" in ran.err
