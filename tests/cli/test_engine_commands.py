"""Commands on another engine: chDB, which is ClickHouse within the process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import FILE, Workspace
from casewright.tools import engines
from casewright.tools.engines import clickhouse
from casewright.tools.warehouse import Ledger

pytestmark = pytest.mark.xdist_group("engine-commands")  # chDB has one folder a process


@pytest.fixture(autouse=True)
def _no_folder_is_open() -> None:
    """Close the folder that tests of other files left open in this process."""
    if clickhouse._Embedded._open:
        clickhouse._Embedded._open[1].close()
    clickhouse._Embedded._open, clickhouse._Embedded._users = None, 0


Run = Callable[..., Any]
TRANSFERS = """id,at,src,dst,kind,status,network,asset,amount,usd
T1,2025-03-01T10:00:00Z,0xA1,C-1,deposit,completed,ethereum,USDT,100.5,100.50
T2,2025-03-01T11:00:00Z,C-1,0xB2,withdrawal,completed,ethereum,USDT,40,40.25
T3,2025-03-02T11:00:00Z,C-1,C-2,internal,completed,internal,USDT,20,20.00
T4,2025-03-03T11:00:00Z,C-1,0xB2,withdrawal,cancelled,ethereum,USDT,5,5.00
"""
TABLE = """
create table there.payments (no String, ts DateTime('UTC'), sender String, receiver String, what String,
    paid Float64, coin String) engine = MergeTree order by ts"""
ROWS = """
insert into there.payments values
    ('T1', '2025-03-01 10:00:00', '0xA1', 'C-1', 'deposit', 100.5, 'USDT'),
    ('T2', '2025-03-01 11:00:00', 'C-1', '0xB2', 'withdrawal', 0.29, 'USDT')"""
MAPPED = """
[engine_tables.transfers]
table = "there.payments"
[engine_tables.transfers.columns]
id = "no"
epoch = "toUnixTimestamp(ts)"
src = "lower(sender)"
dst = "lower(receiver)"
kind = "what"
asset = "coin"
usd = "paid"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of transfers."""
    path = tmp_path / "transfers.csv"
    path.write_text(TRANSFERS, encoding="utf-8")
    return path


def _house(workspace: Workspace) -> None:
    """Let the engine have a table of the house's own."""
    engine = engines.connect("clickhouse", "", workspace.machine / "engines" / "clickhouse", write=True)
    for statement in ("create database there", TABLE, ROWS):
        engine._client.run(statement)  # type: ignore[attr-defined]
    engine.close()


def _settings(workspace: Workspace, text: str) -> None:
    (workspace.folder / FILE).write_text(text, encoding="utf-8")


def test_an_import_goes_on_to_the_engine_and_is_answered_there(
    casewright: Run, workspace: Workspace, file: Path
) -> None:
    here, there = ("-w", workspace.folder), ("-w", workspace.folder, "-e", "clickhouse")
    ran = casewright(*there, "import", "transfers", file)
    assert (ran.code, ran.out) == (0, "Read 4 transfers (table): 4 stored, 0 duplicates, 0 rejected.\n")
    assert "4 transfers, 8 legs" in ran.err
    for question in (("query", "flows", "C-1"), ("query", "trace", "0xa1"), ("data", "describe")):
        ours, theirs = casewright(*here, *question), casewright(*there, *question)
        assert (ours.code, ours.out) == (theirs.code, theirs.out)
    assert "4 transfers" in casewright(*there, "doctor").out


def test_what_is_there_is_not_sent_again(casewright: Run, workspace: Workspace, file: Path) -> None:
    there = ("-w", workspace.folder, "-e", "clickhouse")
    casewright("-w", workspace.folder, "import", "transfers", file)
    first, again = (casewright(*there, "data", "push", "--json").json["sent"] for _ in range(2))
    assert (first["transfers"], first["legs"], again) == (4, 8, {})
    file.write_text(TRANSFERS.replace("T4", "T5"), encoding="utf-8")
    casewright("-w", workspace.folder, "import", "transfers", file)
    assert casewright(*there, "data", "push", "--json").json["sent"]["transfers"] == 1
    assert "5 transfers" in casewright(*there, "doctor").out


def test_another_ledger_is_not_mixed_in(casewright: Run, workspace: Workspace, file: Path) -> None:
    there = ("-w", workspace.folder, "-e", "clickhouse")
    casewright(*there, "import", "transfers", file)
    workspace.ledger.unlink()
    file.write_text(TRANSFERS.replace("T1", "T9"), encoding="utf-8")
    ran = casewright(*there, "import", "transfers", file)
    assert ran.code == 1
    assert "holds another ledger's records" in ran.err


def test_tables_that_are_there_are_read_where_they_are(casewright: Run, workspace: Workspace) -> None:
    _house(workspace)
    _settings(workspace, f'engine = "clickhouse"\n{MAPPED}')
    ran = casewright("-w", workspace.folder, "data", "push")
    assert (ran.code, ran.err) == (0, "")
    assert "Read where they are: transfers." in ran.out
    found = casewright("-w", workspace.folder, "query", "transfers", "C-1", "--json").json["rows"]
    assert found == []  # addresses and ids are read in the words of the settings
    found = casewright("-w", workspace.folder, "query", "transfers", "c-1", "--json").json["rows"]
    assert sorted((row["transfer"], row["usd"]) for row in found) == [("T1", 100.5), ("T2", 0.29)]
    trace = casewright("-w", workspace.folder, "query", "trace", "0xa1", "--json").json["rows"]
    assert [(row["from"], row["to"]) for row in trace] == [("0xa1", "c-1"), ("c-1", "0xb2")]


def test_a_mapping_that_changed_asks_for_a_push(casewright: Run, workspace: Workspace) -> None:
    _house(workspace)
    _settings(workspace, f'engine = "clickhouse"\n{MAPPED}')
    casewright("-w", workspace.folder, "data", "push")
    _settings(workspace, f'engine = "clickhouse"\n{MAPPED}'.replace("lower(sender)", "sender"))
    ran = casewright("-w", workspace.folder, "data", "describe")
    assert ran.code == 1
    assert "engine_tables says something else" in ran.err
    assert casewright("-w", workspace.folder, "data", "push").code == 0
    assert casewright("-w", workspace.folder, "data", "describe", "--json").json["records"]["transfers"] == 2


def test_everything_wrong_in_a_mapping_is_told(casewright: Run, workspace: Workspace) -> None:
    _house(workspace)
    wrong = MAPPED.replace("kind =", "kidn =") + '[engine_tables.custmers]\ntable = "x"\n'
    _settings(workspace, f'engine = "clickhouse"\n{wrong}')
    ran = casewright("-w", workspace.folder, "data", "push")
    assert ran.code == 4
    assert "we have no column 'kidn'; did you mean 'kind'?" in ran.err
    assert "the column 'kind' is needed" in ran.err
    assert "engine_tables.custmers: there is no such table of ours; did you mean 'customers'?" in ran.err
    _settings(workspace, f'engine = "clickhouse"\n{MAPPED}'.replace('"paid"', '"piad"'))
    ran = casewright("-w", workspace.folder, "data", "push")
    assert ran.code == 4
    assert "usd = 'piad': ClickHouse refuses" in ran.err
    assert "id = 'no'" not in ran.err


def test_tables_that_are_none_of_ours_are_left_alone(casewright: Run, workspace: Workspace, file: Path) -> None:
    engine = engines.connect("clickhouse", "", workspace.machine / "engines" / "clickhouse", write=True)
    engine.view("transfers", "select 1 as id")
    engine.close()
    ran = casewright("-w", workspace.folder, "-e", "clickhouse", "import", "transfers", file)
    assert ran.code == 1
    assert "the table 'transfers' there is not of a ledger of ours" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("-e", "clikhouse", "data", "describe"), 2, "unknown engine 'clikhouse'; did you mean 'clickhouse'?"),
        (("-e", "clickhouse", "data", "describe"), 1, "holds no ledger yet; casewright -e clickhouse data push"),
        (("data", "push"), 2, "there is no engine to send to; casewright -e clickhouse data push"),
        (("-e", "clickhouse", "--engine-url", "http://u:secret@h/d", "data", "describe"), 4, "expected clickhouse://"),
        (("-e", "clickhouse", "--engine-url", "clickhouse://u:secret@127.0.0.1:1/d", "doctor"), 4, "no ClickHouse"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line_without_a_password(
    casewright: Run, workspace: Workspace, make_ledger: Callable[..., Ledger], arguments: Any, code: int, words: str
) -> None:
    make_ledger(path=workspace.ledger)
    ran = casewright("-w", workspace.folder, *arguments)
    assert ran.code == code
    assert words in ran.err + ran.out
    assert "secret" not in ran.err + ran.out
