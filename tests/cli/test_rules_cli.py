"""`casewright rules` and `casewright alerts`: what they print, for people and machines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import Workspace

DAY = 86_400
RULE = """\
id: large-sum
title: A large sum in a day
risk: r
when: {indicator: inflow_usd, parameters: {seconds: 86400}, at_least: 1000, rationale: why}
look_back_days: 30
cool_down_days: 30
severity: low
known_false_positives: [Some.]
owner: o
status: live
version: 1
"""


@pytest.fixture
def folder(workspace: Workspace, make_ledger: Callable[..., Any]) -> Path:
    rows = [
        {"src": "BANK-1", "dst": name, "kind": "fiat_in", "at": day * DAY, "usd": usd}
        for name, day, usd in (("C-1", 1, 4000), ("C-2", 2, 900), ("C-3", 3, 1000))
    ]
    customers = [{"id": name, "kind": "person", "at": 0} for name in ("C-1", "C-2", "C-3")]
    make_ledger(rows, customers=customers, path=workspace.ledger).connection.close()
    (workspace.folder / "rules" / "large-sum.yaml").write_text(RULE)
    return workspace.folder


def test_the_rules_are_listed_ours_and_theirs(casewright: Callable[..., Any], folder: Path) -> None:
    ran = casewright("-w", folder, "rules", "list", "--json")
    rules = {rule["id"]: rule for rule in ran.json["rules"]}
    assert ran.code == 0
    assert rules["large-sum"] == {
        "id": "large-sum", "title": "A large sum in a day", "status": "live", "severity": "low", "typologies": [],
    }  # fmt: skip
    assert len(rules) >= 4
    assert "A large sum in a day" in casewright("-w", folder, "rules", "list").out


def test_a_run_tells_what_it_raised_and_a_second_one_raises_nothing(
    casewright: Callable[..., Any], folder: Path
) -> None:
    ran = casewright("-w", folder, "rules", "run", "--json")
    assert ran.code == 0
    assert (ran.json["raised"], ran.json["known"]) == (2, 0)
    counts = {rule["id"]: rule["alerts"] for rule in ran.json["rules"]}
    assert counts["large-sum"] == 2
    assert [alert["subject"] for alert in ran.json["alerts"]] == ["C-1", "C-3"]
    again = casewright("-w", folder, "rules", "run", "--rule", "large-sum", "--json").json
    assert (again["raised"], again["known"], again["alerts"]) == (0, 2, [])
    assert "0 alerts raised, 2 known before" in casewright("-w", folder, "rules", "run").out


def test_alerts_are_listed_with_what_raised_them(casewright: Callable[..., Any], folder: Path) -> None:
    assert casewright("-w", folder, "alerts", "list").out == "No alerts.\n"
    casewright("-w", folder, "rules", "run")
    ran = casewright("-w", folder, "alerts", "list", "--limit", "1", "--json")
    (alert,) = ran.json["alerts"]
    assert (ran.json["shown"], ran.json["all"]) == (1, 2)
    assert alert == {
        "id": alert["id"], "subject": "C-1", "rule": "large-sum", "title": "A large sum in a day", "severity": "low",
        "score": 4.0, "reason": "value that came in within 24 hours: USD 4,000.00", "source": "rules",
        "at": "1970-01-02T00:00:00Z", "since": "1969-12-03T00:00:00Z",
    }  # fmt: skip
    assert "USD 4,000.00" in casewright("-w", folder, "alerts", "list", "--subject", "C-1").out
    wrong = casewright("-w", folder, "alerts", "list", "--rule", "large-sums")
    assert (wrong.code, "did you mean 'large-sum'?" in wrong.err) == (2, True)


def test_a_wrong_rule_of_the_workspace_is_told_with_its_line(casewright: Callable[..., Any], folder: Path) -> None:
    path = folder / "rules" / "large-sum.yaml"
    path.write_text(RULE.replace("inflow_usd", "inflow_us"))
    ran = casewright("-w", folder, "rules", "run", "--json")
    assert ran.code == 1
    assert ran.json["error"]["code"] == "bad_knowledge"
    assert "rules/large-sum.yaml:4: unknown indicator 'inflow_us'; did you mean 'inflow_usd'?" in ran.err


def test_what_cannot_run_says_what_to_do(casewright: Callable[..., Any], folder: Path) -> None:
    ran = casewright("-w", folder, "rules", "run", "--rule", "large-sums")
    assert (ran.code, "there is no rule 'large-sums'" in ran.err) == (2, True)
    (folder / ".casewright" / "ledger.duckdb").unlink()
    ran = casewright("-w", folder, "rules", "run")
    assert (ran.code, "there is no ledger here yet" in ran.err) == (1, True)
