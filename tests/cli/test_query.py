"""`casewright query TOOL`: options made from signatures, subjects from the line and from files, answers to enjoy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.cli import evidence_text
from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.knowledge.errors import DataError
from casewright.knowledge.evidence import Evidence
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

Ask = Callable[..., Any]


_TRANSFERS = [  # at (UTC), from, to, kind, usd, local, memo
    ("2025-11-02T16:30:00Z", "P-1", "C-1", "fiat_in", "100.00", "134.05", "rent \x1b[31m"),
    ("2025-11-03T09:12:07Z", "C-1", "0x" + "ab" * 20, "withdrawal", "90.00", "120.65", None),
    ("2025-11-03T09:12:07Z", "P-2", "C-2", "fiat_in", "7.00", "9.38", None),
    *((f"2025-11-05T00:00:{n:02d}Z", f"P-{n + 10}", "C-9", "fiat_in", "1.00", "1.34", None) for n in range(60)),
]
_LEGS = """
insert into legs select * from (
    select hash(src) as key, src, epoch, known_epoch, 'out', dst, id, kind, status, network, asset, amount, usd, local
    from transfers
    union all
    select hash(dst), dst, epoch, known_epoch, 'in', src, id, kind, status, network, asset, amount, usd, local
    from transfers
) order by key, epoch"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of Singapore with a few accounts; nobody writes to it."""
    workspace = Workspace.init(tmp_path_factory.mktemp("query") / "w", timezone="Asia/Singapore", currency="SGD")
    with Ledger.create(workspace.ledger, currency="SGD", timezone="Asia/Singapore") as ledger:
        for number, (at, src, dst, kind, usd, local, memo) in enumerate(_TRANSFERS):
            when = clock.epoch(at)
            values = [f"T{number}", when, when, src, dst, kind, usd, local, local, memo, number]
            ledger.connection.execute(
                "insert into transfers by name select $1 as id, $2 as epoch, $3 as known_epoch, $4 as src, $5 as dst,"
                " $6 as kind, 'completed' as status, 'paynow' as network, 'SGD' as asset, $7::decimal(18, 2) as usd,"
                " $8::decimal(18, 2) as local, $9::decimal(18, 2) as amount, $10 as memo, 1 as import_id, $11 as line",
                values,
            )
        ledger.rows(_LEGS)
        ledger.rows(
            "insert into labels values ('P-1', 'Nordhaus Feinkost', 'payment_processor', 's', 'high', '', 0, 1, 1)"
        )
    return workspace.folder


@pytest.fixture
def ask(folder: Path, casewright: Callable[..., Any]) -> Ask:
    """Ask there: `ask("flows", "C-1", "--json")`."""
    return lambda *words: casewright("-w", folder, "query", *words)


def test_the_json_holds_what_the_contract_names(ask: Ask) -> None:
    ran = ask("account_profile", "C-1", "--json")
    assert ran.code == 0
    assert set(ran.json) >= {"schema_version", "status", "query", "rows", "truncated", "facts", "searched", "arguments"}
    assert ran.json["arguments"] == {"subjects": [{"id": "C-1"}]}
    assert ran.json["rows"][0]["usd"] == 100.0
    inflow = next(fact for fact in ran.json["facts"] if fact["name"] == "inflow_local")
    assert inflow["value"] == 134.05
    assert inflow["unit"] == "SGD"
    assert ran.err == ""


def test_further_tables_stand_under_their_own_names(ask: Ask) -> None:
    payload = ask("timeline", "C-1", "--json").json
    assert [day["date"] for day in payload["days"]] == ["2025-11-03", "2025-11-03"]
    assert payload["rows"] == []


def test_a_person_reads_a_table_and_facts(ask: Ask) -> None:
    ran = ask("counterparties", "C-1")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "counterparties: found"
    assert lines[1].strip() == "searched: 2 completed transfers of 1 account, 2025-11-03 to 2025-11-03"
    assert lines[2].strip() == "times: SGT"
    head = next(line for line in lines if line.startswith("direction"))
    assert "subject" not in head
    assert "SGD" in head
    assert "2025-11-03 00:30:00" in ran.out
    assert "Nordhaus Feinkost" in ran.out
    assert "About C-1" in ran.out
    labelled = next(line for line in lines if line.startswith("labelled counterparties in"))
    assert "1 of 1 counterparties" in labelled


def test_own_history_stands_beside_the_window(ask: Ask) -> None:
    out = ask("account_profile", "C-1", "--since", "2025-11-03T12:00").out
    head = next(line for line in out.splitlines() if line.startswith("fact"))
    assert head.split() == ["fact", "value", "before", "means"]
    inflow = next(line for line in out.splitlines() if line.startswith("inflow") and "SGD" in line)
    assert inflow.split()[:5] == ["inflow", "SGD", "0.00", "SGD", "134.05"]


def test_dates_are_local_and_the_end_is_exclusive(ask: Ask) -> None:
    day = ask("transfers", "C-1", "--since", "2025-11-03", "--until", "2025-11-04", "--json").json
    assert len(day["rows"]) == 2
    assert day["arguments"]["subjects"] == [{"id": "C-1", "since": 1762099200, "until": 1762185600}]
    assert len(ask("transfers", "C-1", "--since", "2025-11-03T00:30:01", "--json").json["rows"]) == 1
    assert len(ask("transfers", "C-1", "--until", "1762101000", "--json").json["rows"]) == 0
    assert len(ask("transfers", "C-1", "--until", "2025-11-02T16:30:01+00:00", "--json").json["rows"]) == 1


def test_subjects_come_from_the_line_options_and_files_each_once(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("C-2\n\n  C-1 \nC-404\n", encoding="utf-8")
    payload = ask("flows", "C-1", "--subject", "C-2", "--subjects", file, "--json").json
    assert [subject["id"] for subject in payload["arguments"]["subjects"]] == ["C-1", "C-2", "C-404"]
    assert {row["subject"] for row in payload["rows"]} == {"C-1", "C-2"}


def test_a_file_gives_each_subject_its_own_window(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "windows.csv"
    file.write_text('\ufeffid,since,until\r\nC-1,2025-11-03T12:00,\r\n"C-2",,1762160000\r\n', encoding="utf-8")
    payload = ask("transfers", "--subjects", file, "--since", "2025-11-01", "--json").json
    assert payload["arguments"]["subjects"] == [
        {"id": "C-1", "since": 1762142400},
        {"id": "C-2", "since": 1761926400, "until": 1762160000},
    ]
    assert [row["subject"] for row in payload["rows"]] == ["C-1"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"id,since,until\nC-1,yesterday,\nC-2,,\n", "2: since is 'yesterday', expected a day"),
        (b"id,since,until\n\nC-1,2025-02-01,2025-01-01\n", "3: the window of 'C-1' ends before it begins"),
        (b"id,from,to\nC-1,,\n", "1: the header is 'id,from,to', expected id,since,until"),
        (b"id,since,until\nC-1,1,2,3\n", "2: 4 cells, expected id,since,until"),
        (b"id,since,until\n,2025-01-01,\n", "2: an id is missing"),
        (b"id,since,until\nC-1,1762099200000,\n", "2: since is '1762099200000', expected"),
        (b"\n  \n", "there is no id in this file"),
        (b"C-1\xff\n", "this is no text in UTF-8"),
    ],
)
def test_a_bad_file_is_one_clear_error_with_its_line(ask: Ask, tmp_path: Path, text: bytes, told: str) -> None:
    file = tmp_path / "subjects.csv"
    file.write_bytes(text)
    ran = ask("flows", "--subjects", file)
    assert ran.code == DataError.exit_code
    assert ran.err.startswith(f"casewright: {file}:")
    assert told in ran.err
    assert ran.err.count("\n") == 1
    assert ran.out == ""


def test_every_wrong_line_of_a_file_is_told(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "subjects.csv"
    file.write_text("id,since,until\nC-1,soon,\nC-2,,later\n", encoding="utf-8")
    assert ask("flows", "--subjects", file).err.count("expected a day") == 2


@pytest.mark.parametrize(
    "words",
    [
        ("trace", "C-1", "--hops", "-1"),
        ("trace", "C-1", "--hops", "many"),
        ("transfers", "C-1", "--min-usd", "-5"),
        ("transfers", "C-1", "--min-usd", "much"),
        ("transfers", "C-1", "--direction", "up"),
        ("transfers", "C-1", "--colour", "red"),
        ("flows",),
        ("flows", ""),
        ("flows", "C-1", "--since", "soon"),
        ("flows", "C-1", "--since", "2025-01-02", "--until", "2025-01-02"),
        ("acount_profile", "C-1"),
    ],
)
def test_nonsense_is_one_line_and_exit_code_2(ask: Ask, words: tuple[str, ...]) -> None:
    ran = ask(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("casewright: ")
    assert ran.err.count("\n") == 1
    told = ask(*words, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == "usage"


def test_the_nearest_tool_is_named(ask: Ask) -> None:
    assert "did you mean 'account_profile'?" in ask("acount_profile", "C-1").err


def test_one_subject_in_two_windows_is_refused(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "subjects.csv"
    file.write_text("id,since,until\nC-1,2025-01-01,\nC-1,2025-02-01,\n", encoding="utf-8")
    ran = ask("flows", "--subjects", file)
    assert ran.code == 2
    assert "'C-1' is there twice, in two windows" in ran.err


def test_nobody_known_is_an_empty_answer(ask: Ask) -> None:
    ran = ask("flows", "C-404")
    assert (ran.code, ran.out) == (0, "flows: empty\n  searched: no legs of 1 account\n")
    assert ask("flows", "C-404", "--json").json["status"] == "empty"


def test_addresses_compare_without_regard_to_case_where_the_chain_does(ask: Ask) -> None:
    payload = ask("account_profile", "0x" + "AB" * 20, "--json").json
    assert payload["status"] == "found"
    assert payload["arguments"]["subjects"] == [{"id": "0x" + "ab" * 20}]


def test_long_tables_are_capped_with_a_note(ask: Ask) -> None:
    out = ask("transfers", "C-9").out
    assert "... and 10 more rows; --json gives them all" in out
    assert len(ask("transfers", "C-9", "--json").json["rows"]) == 60
    cut = ask("transfers", "C-9", "--limit", "5").out
    assert "cut: 55 of 60 transfers left out, the later ones" in cut


def test_what_outsiders_wrote_cannot_drive_the_terminal(ask: Ask) -> None:
    out = ask("transfers", "C-1").out
    assert "\x1b" not in out
    assert "rent" in out


def test_the_query_is_shown_where_asked_for(ask: Ask) -> None:
    assert "create or replace temp table asked" in ask("flows", "C-1", "--show-query").out
    assert "create or replace" not in ask("flows", "C-1").out


def test_help_lists_the_tools_with_what_they_do(ask: Ask) -> None:
    out = ask("--help").out
    for name, tool in toolbox.tools().items():
        assert name in out
        assert " ".join(tool.doc.split()[:3]) in out


@pytest.mark.parametrize("name", sorted(toolbox.tools()))
def test_a_tools_help_tells_each_option_in_the_docstrings_words(ask: Ask, name: str) -> None:
    ran = ask(name, "--help")
    assert ran.code == 0
    text = " ".join(ran.out.split())
    assert "--subjects FILE" in text
    tool = toolbox.tool(name)
    words = {
        option: parameter for option, parameter in tool.options.items() if "Request" not in str(parameter.annotation)
    }
    lines = dict(
        line.split(": ", 1) for line in map(str.strip, tool.doc.splitlines()) if line.partition(":")[0] in words
    )
    for option in words:  # all but what no word can say
        assert f"--{option.replace('_', '-')}" in text
    assert all(" ".join(told.split())[:20] in text for told in lines.values())


def test_a_tool_may_be_written_with_a_hyphen(ask: Ask) -> None:
    assert ask("account-profile", "C-1", "--json").json["tool"] == "account_profile"


def test_without_a_ledger_the_way_on_is_told(casewright: Callable[..., Any], workspace: Workspace) -> None:
    ran = casewright("-w", workspace.folder, "query", "flows", "C-1", "--json")
    assert ran.code == 1
    assert "casewright import transfers" in ran.json["error"]["hint"]


def test_a_failed_answer_tells_its_reason() -> None:
    failed = Evidence(tool="flows", query="", status="failed", reason="out of memory")
    assert evidence_text.text(failed, "UTC") == "flows: failed\n  reason: out of memory"


def test_the_json_is_one_object_that_parses(ask: Ask) -> None:
    assert json.loads(ask("transfers", "C-1", "--json").out)["rows"][0]["memo"] == "rent \x1b[31m"
