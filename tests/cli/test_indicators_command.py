"""`casewright indicators`: the list, one on a page, one computed for accounts, and what is said to wrong words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import Workspace
from casewright.tools.indicators import catalogue

Ask = Callable[..., Any]
DAY = 86400
START = 1_762_041_600  # 2025-11-02 00:00 UTC


@pytest.fixture(scope="module")
def folder(build_ledger: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty customers who are paid by one payer each, of whom C-7 is paid by five; nobody logs in."""
    workspace = Workspace.init(tmp_path_factory.mktemp("indicators") / "w", timezone="Asia/Singapore", currency="SGD")
    people = [{"id": f"C-{n}", "kind": "person", "country": "SG", "at": START - 500 * DAY} for n in range(40)]
    rows = [
        {"src": f"P-{n}", "dst": f"C-{n}", "at": START + n, "usd": 100 + n, "kind": "fiat_in", "local": 130 + n}
        for n in range(40)
    ]
    rows += [
        {"src": f"Q-{n}", "dst": "C-7", "at": START + 3600 + n, "usd": 50, "kind": "fiat_in", "local": 65}
        for n in range(4)
    ]
    build_ledger(workspace.ledger, rows, customers=people, timezone="Asia/Singapore", currency="SGD")
    return workspace.folder


@pytest.fixture
def ask(folder: Path, casewright: Callable[..., Any]) -> Ask:
    """Ask there: `ask("compute", "new_payers", "C-7", "--json")`."""
    return lambda *words: casewright("-w", str(folder), "indicators", *words)


def test_the_list_tells_every_indicator_with_its_parameters(ask: Ask) -> None:
    told = json.loads(ask("list", "--json").out)["indicators"]
    assert [one["name"] for one in told] == list(catalogue())
    assert len(told) >= 50
    for one in told:
        assert one["unit"]
        assert "{" not in one["means"]
        measured = catalogue()[one["name"]]
        assert [p["name"] for p in one["parameters"]] == [p.name for p in measured.parameters]
        for parameter in one["parameters"]:
            assert parameter["means"]
            assert ("words" in parameter) != ("low" in parameter)
    assert f"{len(told)} indicators" in ask("list").out


def test_one_is_shown_as_a_page_with_its_query(ask: Ask) -> None:
    page = ask("show", "near_limit_share").out
    for words in ("of the credits", "unit: share", "--band: ", "no value: ", "note: ", "window recent as"):
        assert words in page
    assert json.loads(ask("show", "inflow_usd", "--json").out)["query"].startswith("select")


def test_one_account_gets_value_peak_rows_peers_and_past(ask: Ask) -> None:
    told = ask("compute", "new_payers", "C-7", "--since", str(START), "--json").json
    assert {"name", "unit", "subject", "value", "at", "peak", "peers", "status"} <= set(told)
    assert (told["name"], told["unit"], told["subject"], told["status"]) == ("new_payers", "payers", "C-7", "found")
    assert (told["value"], told["at"]) == (5, "2025-11-02T01:00:03Z")
    assert told["peak"] == {"value": 5, "at": "2025-11-02T01:00:03Z", "rows": ["T8", "T41", "T42", "T43", "T44"],
                            "rows_in_all": 5}  # fmt: skip
    assert told["peers"]["group"] == "persons in SG, account 1 to 3 years old, 1 to 9 transfers in the period"
    assert (told["peers"]["size"], told["peers"]["percentile"]) == (39, 100)
    assert told["peers"]["quartiles"] == [1, 1, 1]
    assert told["past"] == {"periods": 0, "periods_with_value": 0, "median": None, "highest": None}
    page = ask("compute", "new_payers", "C-7").out
    for words in ("peak   5 payers", "T8, T41", "higher than 100% of 39 peers", "1 payer, 1 payer, 1 payer"):
        assert words in page


def test_a_moment_asks_for_what_was_known_by_then(ask: Ask) -> None:
    told = ask("compute", "new_payers", "C-7", "--at", "2025-11-02T01:00:01Z", "--json").json
    assert (told["value"], told["at"], told["peak"]["value"]) == (3, "2025-11-02T01:00:01Z", 3)
    before = ask("compute", "new_payers", "C-7", "--at", "2025-11-01", "--json").json
    assert before["status"] == "empty"
    wrong = ask("compute", "new_payers", "C-7", "--at", "soon")
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
    early = ask("compute", "new_payers", "C-7", "--at", "2025-11-01", "--since", "2025-11-02")
    assert "before the window of 'C-7' begins" in early.err


def test_several_accounts_get_an_answer_each(ask: Ask) -> None:
    told = ask("compute", "inflow_usd", "C-7", "NOBODY", "C-8", "--seconds", "86400", "--json").json
    assert [(one["subject"], one["status"], one["value"]) for one in told["results"]] == [
        ("C-7", "found", 307), ("NOBODY", "empty", None), ("C-8", "found", 108)]  # fmt: skip


def test_what_cannot_be_measured_says_why_and_is_no_failure(ask: Ask) -> None:
    found = ask("compute", "shared_device_users", "C-7", "--json")
    told = json.loads(found.out)
    assert (found.code, told["status"], told["value"], told["peak"]) == (0, "unmeasured", None, None)
    assert told["reason"] == "this ledger holds no log-ins with a device"
    nobody = ask("compute", "shared_device_users", "NOBODY", "--json")
    assert (nobody.code, json.loads(nobody.out)["status"]) == (0, "empty")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compute", "new_payer", "C-7"], "did you mean 'new_payers'?"),
        (["show", "pass_trough_ratio"], "did you mean 'pass_through_ratio'?"),
        (["compute", "new_payers", "C-7", "--second", "5"], "--seconds"),
        (["compute", "new_payers", "C-7", "--seconds", "-5"], "expected 3600 .. 31536000 seconds"),
        (["compute", "near_limit_share", "C-7", "--band", "1.2"], "expected a share of 0.5 .. 0.999"),
        (["compute", "near_limit_share", "C-7", "--band", "120%"], "is no number, expected a share of 0.5 .. 0.999"),
        (["compute", "new_payers", "C-7", "--kind", "cash"], "expected one of any, fiat_in"),
        (["compute", "new_payers"], "there is nobody to ask about"),
    ],
)
def test_a_wrong_word_gets_one_line_that_tells_the_right_one(ask: Ask, words: list[str], told: str) -> None:
    wrong = ask(*words)
    assert (wrong.code, wrong.err.count("\n"), wrong.out) == (2, 1, "")
    assert told in wrong.err
