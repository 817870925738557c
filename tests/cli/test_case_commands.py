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
    head = ran.json["head"]
    assert ran.json == {"schema_version": 1, "entries": 3, "ok": True, "first_bad": None, "head": head}
    with Store.open(kept.cases) as store:
        assert head == store.entries()[-1].hash


def test_the_log_is_shown_by_who_and_what_and_when(casewright: Run, kept: Workspace) -> None:
    with Store.open(kept.cases) as store:
        store.record("bo", "asked", "CASE-AL-7", {"calls": []}, {"question": "Who paid?"})

    def seqs(*words: str) -> list[int]:
        entries = casewright("-w", kept.folder, "audit", "show", *words, "--json").json["entries"]
        return [entry["seq"] for entry in entries]

    assert seqs("--who", "bo") == [2, 4]
    assert seqs("CASE-AL-7", "--what", "case saved") == [1, 2]
    assert seqs("--until", "2020-01-01") == []
    assert seqs("--since", "2020-01-01") == [1, 2, 3, 4]
    entries = casewright("-w", kept.folder, "audit", "show", "--what", "asked", "--json").json["entries"]
    assert entries[0]["beside"] == {"question": "Who paid?"}
    assert "Who paid" not in str(entries[0]["payload"])


def test_an_exported_log_is_checked_without_the_store(casewright: Run, kept: Workspace) -> None:
    file = kept.folder / "log.jsonl"
    ran = casewright("-w", kept.folder, "audit", "export", file, "--json")
    assert (ran.code, ran.json["entries"]) == (0, 3)
    elsewhere = kept.folder / "elsewhere"
    elsewhere.mkdir()
    for words in (("--file", file), ("--file", file, "--head", ran.json["head"])):
        told = casewright("-w", elsewhere, "audit", "verify", *words, "--json")
        assert (told.code, told.json["entries"], told.json["head"]) == (0, 3, ran.json["head"])
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines[:1], *lines[2:]]), encoding="utf-8")
    told = casewright("-w", elsewhere, "audit", "verify", "--file", file)
    assert (told.code, "Broken at entry 2: entry 2 is missing; the next is 3" in told.out) == (3, True)
    assert [path.name for path in kept.folder.glob("log*")] == ["log.jsonl"]


def test_a_log_that_was_cut_and_goes_on_is_found_by_a_head_noted_before(casewright: Run, kept: Workspace) -> None:
    noted = casewright("-w", kept.folder, "audit", "verify", "--json").json["head"]
    stores.change(kept.cases, "delete from case_subjects where audit = 3")
    stores.change(kept.cases, "delete from cases where audit = 3")
    stores.change(kept.cases, "delete from audit where seq = 3")
    with Store.open(kept.cases) as store:
        store.record("eve", "looked", "CASE-AL-7")
    assert casewright("-w", kept.folder, "audit", "verify").code == 0  # nothing in the store itself tells of it
    ran = casewright("-w", kept.folder, "audit", "verify", "--head", noted, "--json")
    assert (ran.code, ran.json["first_bad"]["seq"]) == (3, 4)
    assert noted in ran.json["first_bad"]["why"]


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
