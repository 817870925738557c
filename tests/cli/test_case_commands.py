"""`casewright cases` and `casewright audit`: what the store holds, and whether it is what was put there."""

from collections.abc import Callable
from typing import Any

import pytest
import stores

from casewright.agent.settings import Workspace
from casewright.knowledge.case import Alert, Case
from casewright.tools.store import Store

Run = Callable[..., Any]


@pytest.fixture
def kept(workspace: Workspace, make_case: Callable[..., Case]) -> Workspace:
    with Store.open(workspace.cases) as store:
        alert = Alert(id="AL-7", subject="C-10482", at=1_740_000_000)
        store.save_case(make_case("CASE-AL-7", alert=alert), "ada")
        store.save_case(make_case("CASE-AL-7", usd="1300.00", alert=alert), "bo")
        store.save_case(make_case("CASE-C-2", "C-2"), "ada")
    return workspace


def test_the_newest_version_of_each_case_is_a_line(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "cases", "list")
    assert ran.code == 0
    head, *lines = ran.out.splitlines()
    assert head.split()[:3] == ["id", "version", "at"]
    assert [line.split()[:2] for line in lines] == [["CASE-C-2", "1"], ["CASE-AL-7", "2"]]
    found = casewright("-w", kept.folder, "cases", "list", "--subject", "C-10482", "--json").json["cases"]
    assert [(case["id"], case["alert"], case["saved_by"]) for case in found] == [("CASE-AL-7", "AL-7", "bo")]
    assert found[0]["at"] == "2025-02-19T21:20:00Z"


def test_a_case_is_shown_as_text_and_whole(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "cases", "show", "CASE-AL-7")
    assert "C-10482 received USD 1300.00. [E1]" in ran.out
    assert "received USD 1250.00" in casewright("-w", kept.folder, "cases", "show", "CASE-AL-7", "--version", 1).out
    whole = casewright("-w", kept.folder, "cases", "show", "CASE-AL-7", "--json").json
    assert whole.pop("schema_version") == 1
    assert Case.model_validate(whole).alert == Alert(id="AL-7", subject="C-10482", at=1_740_000_000)


def test_a_case_that_is_not_here_is_told_with_the_nearest(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "cases", "show", "CASE-AL-8", "--json")
    assert ran.code == 1
    assert ran.json["error"]["code"] == "not_found"
    assert "CASE-AL-7" in ran.json["error"]["hint"]


@pytest.mark.sqlite
def test_without_a_store_the_next_step_is_told_and_none_is_made(casewright: Run, workspace: Workspace) -> None:
    for words in (("cases", "list"), ("cases", "show", "CASE-1"), ("audit", "verify"), ("audit", "show")):
        ran = casewright("-w", workspace.folder, *words)
        assert ran.code == 1
        assert "casewright investigate" in ran.err
    assert not Store.exists(workspace.cases)


def test_the_log_is_shown_and_found_whole(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "audit", "show", "CASE-AL-7")
    assert [line.split()[0] for line in ran.out.splitlines()[1:]] == ["1", "2"]
    assert "case saved" in ran.out
    ran = casewright("-w", kept.folder, "audit", "verify", "--json")
    assert ran.code == 0
    assert ran.json == {"schema_version": 1, "entries": 3, "ok": True, "first_bad": None}


def test_a_changed_log_is_found_and_exits_3(casewright: Run, kept: Workspace) -> None:
    stores.change(kept.cases, "update audit set who = 'eve' where seq = 2")
    ran = casewright("-w", kept.folder, "audit", "verify", "--json")
    assert ran.code == 3
    assert (ran.json["ok"], ran.json["first_bad"]["seq"]) == (False, 2)
    assert "Broken at entry 2" in casewright("-w", kept.folder, "audit", "verify").out


def test_what_a_customer_wrote_cannot_drive_the_terminal(
    casewright: Run, workspace: Workspace, make_case: Callable[..., Case]
) -> None:
    with Store.open(workspace.cases) as store:
        store.save_case(make_case("CASE-1", "C-\x1b[2J\u202e"), "ada")
    for words in (("list",), ("show", "CASE-1")):
        out = casewright("-w", workspace.folder, "cases", *words).out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_a_text_without_a_sentence_is_refused(casewright: Run, kept: Workspace) -> None:
    text = kept.folder / "empty.md"
    text.write_text("# Case memo\n\n## What happened\n", encoding="utf-8")
    ran = casewright("-w", kept.folder, "verify", "CASE-AL-7", "--text", text)
    assert ran.code == 1
    assert "holds no sentence to check" in ran.err


def test_verify_says_that_there_is_no_ledger_to_ask(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "verify", "CASE-AL-7")
    assert ran.out.rstrip().endswith("evidence asked again: no, there is no ledger here")
