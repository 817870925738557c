"""`casewright typology`: list, show, search, check as people and machines meet them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import Workspace
from casewright.knowledge.library import typologies
from casewright.tools.indicators import catalogue

Run = Callable[..., Any]


def test_list_tells_what_is_measured(casewright: Run, workspace: Workspace) -> None:
    ran = casewright("-w", workspace.folder, "typology", "list", "--json")
    assert ran.code == 0
    rows = {row["id"]: row for row in ran.json["typologies"]}
    assert rows["money-mule-account"]["measured"] >= 5
    assert "money-mule-account" in casewright("-w", workspace.folder, "typology", "list").out


def test_show_is_a_page_that_calls_thresholds_seeds(casewright: Run, workspace: Workspace) -> None:
    page = casewright("-w", workspace.folder, "typology", "show", "structuring-travel-rule").out
    for part in ("Red flags", "What else it could be", "What would rule it out", "Sources", "a tuning seed of ours"):
        assert part in page
    assert max(len(line) for line in page.splitlines()) <= 200
    whole = casewright("-w", workspace.folder, "typology", "show", "structuring-travel-rule", "--json").json
    assert whole["red_flags"][0]["indicator"] == "near_limit_withdrawals"


def test_show_of_an_unknown_one_names_the_nearest(casewright: Run, workspace: Workspace) -> None:
    ran = casewright("-w", workspace.folder, "typology", "show", "peel-chian", "--json")
    assert ran.code == 1
    assert ran.json["error"]["code"] == "not_found"
    assert "peel-chain" in ran.json["error"]["hint"]


@pytest.mark.xdist_group("embedded")
def test_search_answers_words_and_files(casewright: Run, workspace: Workspace, tmp_path: Path) -> None:
    ran = casewright(
        "-w", workspace.folder, "typology", "search", "came", "out", "of", "Tornado", "Cash", "-k", 2, "--json"
    )
    assert ran.json["results"][0]["hits"][0]["id"] == "mixer-exposure"
    assert len(ran.json["results"][0]["hits"]) == 2
    file = tmp_path / "queries.txt"
    file.write_text("peel chain\n\nsha zhu pan\n", encoding="utf-8")
    ran = casewright("-w", workspace.folder, "typology", "search", "--queries", file, "-k", 5, "--json")
    assert [found["query"] for found in ran.json["results"]] == ["peel chain", "sha zhu pan"]
    assert [found["hits"][0]["id"] for found in ran.json["results"]] == ["peel-chain", "pig-butchering-victim"]
    assert set(ran.json["results"][0]["hits"][0]) == {"id", "score"}
    text = casewright("-w", workspace.folder, "typology", "search", "--queries", file).out
    assert "Cash-out through a peel chain" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give either a query or --queries FILE"),
        (["x", "--queries", __file__], "give either a query or --queries FILE"),
        (["x", "--stage", "washing"], "unknown stage 'washing'"),
        (["x", "--status", "new"], "unknown status 'new'"),
    ],
)
def test_a_search_that_cannot_be_meant_is_usage(
    casewright: Run, workspace: Workspace, arguments: list[str], told: str
) -> None:
    ran = casewright("-w", workspace.folder, "typology", "search", *arguments)
    assert (ran.code, told in ran.err) == (2, True)


def test_check_tells_each_problem_with_its_line_and_exits_3(casewright: Run, workspace: Workspace) -> None:
    assert casewright("-w", workspace.folder, "typology", "check").code == 0
    broken = workspace.folder / "typologies" / "own-idea.yaml"
    broken.write_text("id: own-idea\nname: Own idea\nstage: [washing]\n", encoding="utf-8")
    ran = casewright("-w", workspace.folder, "typology", "check", "--json")
    assert ran.code == 3
    assert any("own-idea.yaml:3: stage[0]" in problem for problem in ran.json["problems"])
    assert len(ran.json["sound"]) >= 16
    assert (
        "own-idea.yaml:1: the key 'red_flags' is missing" in casewright("-w", workspace.folder, "typology", "check").out
    )


def test_a_broken_file_of_the_site_is_told_and_the_others_work(casewright: Run, workspace: Workspace) -> None:
    (workspace.folder / "typologies" / "own-idea.yaml").write_text("id: [", encoding="utf-8")
    ran = casewright("-w", workspace.folder, "typology", "list")
    assert ran.code == 0
    assert "left out" in ran.err
    assert "own-idea.yaml" in ran.err
    assert "peel-chain" in ran.out


def test_test_runs_the_sites_fixtures_and_exits_3_where_one_failed(casewright: Run, workspace: Workspace) -> None:
    shipped = typologies([], catalogue())["peel-chain"].model_dump(mode="json", exclude_none=True, by_alias=True)
    fixture = {"name": "He is paid once by his employer", "fits": False,
               "moves": [{"kind": "fiat_in", "usd": 3000, "from": "employer"}]}  # fmt: skip
    own = workspace.folder / "typologies" / "peel-chain.yaml"
    own.write_text(json.dumps({**shipped, "fixtures": [fixture]}), encoding="utf-8")
    ran = casewright("-w", workspace.folder, "typology", "test", "peel-chain")
    assert (ran.code, "1 of 1 fixtures passed" in ran.out) == (0, True)
    own.write_text(json.dumps({**shipped, "fixtures": [{**fixture, "fits": True}]}), encoding="utf-8")
    ran = casewright("-w", workspace.folder, "typology", "test", "peel-chain", "--json")
    assert ran.code == 3
    assert (ran.json["passed"], ran.json["failed"], ran.json["without_fixtures"]) == (0, 1, [])
    assert ran.json["fixtures"][0]["why"][0] == "it does not match: no defining flag fired"
    assert "FAILED  peel-chain 1 (fits)" in casewright("-w", workspace.folder, "typology", "test", "peel-chain").out
    assert casewright("-w", workspace.folder, "typology", "test", "peel-chian").code == 1


def test_the_network_is_asked_for_only_where_policy_allows(casewright: Run, workspace: Workspace) -> None:
    (workspace.folder / "casewright.toml").write_text('embedder = "m@http://127.0.0.1:9/v1"\n', encoding="utf-8")
    assert casewright("-w", workspace.folder, "typology", "search", "mixer").code == 7
