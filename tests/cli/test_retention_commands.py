"""`casewright retention`: holds, what is due, deletion with all files, and copies in which nobody is named."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from casewright.agent.asking.kept import kept_in
from casewright.agent.memo import page
from casewright.agent.privacy import leaks
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Alert, Case
from casewright.knowledge.evidence import Column, Evidence, Fact, Table
from casewright.tools.store import Store

Run = Callable[..., Any]
SECRETS = ("C-10482", "C-20417", "AL-7", "Lim Wei Han", "Wei Han", "0x" + "ab" * 20)


@pytest.fixture
def case(make_case: Callable[..., Case]) -> Case:
    made = make_case("CASE-AL-7", alert=Alert(id="AL-7", subject="C-10482", at=1_740_000_000))
    columns = (Column(name="counterparty", kind="id"), Column(name="given_name", kind="text"))
    evidence = Evidence(
        id="E2", tool="payers", query="select * from legs where account = 'C-20417'", status="found",
        tables=(Table(columns=columns, rows=({"counterparty": "0x" + "ab" * 20, "given_name": "Lim Wei Han"},)),),
        facts=(Fact(name="given_name", value="Lim Wei Han", kind="text", about="C-20417", other="C-10482"),),
        searched="what Lim Wei Han paid",
    )  # fmt: skip
    return made.model_copy(update={"evidence": (*made.evidence, evidence)})


@pytest.fixture
def kept(workspace: Workspace, case: Case, build_ledger: Callable[..., Any]) -> Workspace:
    rows = [{"src": "C-20417", "dst": "C-10482", "at": "2025-02-01T00:00:00Z", "usd": 1250}]
    build_ledger(workspace.ledger, rows, customers=[{"id": "C-20417", "name": "Lim Wei Han"}])
    with Store.open(workspace.cases) as store:
        store.save_case(case, "ada")
    page.write(case, workspace.out)
    with kept_in(workspace.machine / "sessions.db") as conversations:
        for thread, about in (("one", "CASE-AL-7"), ("two", "CASE-2")):
            conversations.begin(thread, about, 1, "", 0.0)
            conversations.asked(thread, "Who paid?", 0.0)
            conversations.found(thread, "call", case.evidence[1])
    return workspace


def test_a_case_is_held_and_let_go(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "retention", "hold", "C-10482", "--reason", "court order 7", "--as", "mei")
    assert (ran.code, ran.out) == (0, "C-10482 is held (mei: court order 7)\n")
    shown = casewright("-w", kept.folder, "retention", "due", "--all", "--json").json
    assert (shown["keep_years"], shown["cases"][0]["held"]) == (5, "C-10482, mei: court order 7")
    words = ("retention", "delete", "CASE-AL-7", "--reason", "old")
    assert casewright("-w", kept.folder, *words).code == 7
    assert casewright("-w", kept.folder, "retention", "lift", "C-10482", "--reason", "ended").code == 0


def test_a_case_goes_with_its_files_and_conversations(
    casewright: Run, kept: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = kept.folder / "casewright.toml"
    settings.write_text(f"keep_years = 2\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    words = ("retention", "delete", "CASE-AL-7", "--reason", "kept long enough", "--as", "mei", "--json")
    ran = casewright("-w", kept.folder, *words)
    assert (ran.code, ran.json["error"]["code"]) == (7, "refused")
    assert casewright("-w", kept.folder, "retention", "due", "--json").json["cases"] == []
    later = time.time() + 3 * 366 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    assert [one["case"] for one in casewright("-w", kept.folder, "retention", "due", "--json").json["cases"]] == [
        "CASE-AL-7"
    ]
    told = casewright("-w", kept.folder, *words).json
    assert (told["versions"], told["conversations"], len(told["files"])) == (1, ["one"], 1)
    assert not (kept.out / "CASE-AL-7").exists()
    with kept_in(kept.machine / "sessions.db") as conversations:
        assert [c.thread for c in conversations.conversations()] == ["two"]
        assert conversations.evidence("one") == {}
    assert casewright("-w", kept.folder, "audit", "verify").code == 0


@pytest.mark.parametrize(
    ("who", "words", "refused"),
    [
        ("mei", ("delete", "CASE-AL-7"), "mei is investigator; to delete a case takes a role of reviewer"),
        ("ida", ("delete", "CASE-AL-7"), "ida is auditor; to delete a case takes a role of reviewer"),
        ("tan", ("delete", "CASE-AL-7"), "CASE-AL-7 is kept until"),
        ("ops", ("delete", "CASE-AL-7"), "ops is nobody whom casewright.toml knows"),
        ("mei", ("lift", "CASE-AL-7"), "mei is investigator; to lift a hold takes a role of reviewer"),
        ("tan", ("lift", "CASE-AL-7"), "CASE-AL-7 is not held"),
        ("ida", ("hold", "CASE-AL-7"), "ida is auditor; to hold takes a role of investigator or reviewer"),
    ],
)
def test_where_people_are_named_a_reviewer_deletes_and_lifts_holds(
    casewright: Run, kept: Workspace, who: str, words: tuple[str, ...], refused: str
) -> None:
    with (kept.folder / "casewright.toml").open("a", encoding="utf-8") as file:
        file.write('[people]\nmei = "investigator"\ntan = "reviewer"\nida = "auditor"\n')
    ran = casewright("-w", kept.folder, "retention", *words, "--reason", "old", "--as", who)
    assert ran.code == 7
    assert refused in ran.err


def test_a_copy_for_sharing_names_nobody(casewright: Run, kept: Workspace) -> None:
    out = kept.folder / "shared"
    ran = casewright("-w", kept.folder, "retention", "redact", "CASE-AL-7", "--out", out, "--as", "mei", "--json")
    assert (ran.code, len(ran.json["files"])) == (0, 2)
    for name in ("narrative.md", "case.json"):
        text = (out / name).read_text(encoding="utf-8")
        assert "ACCT_1" in text
        for secret in SECRETS:
            assert secret not in text, (name, secret)
    assert "received USD 1250.00. [E1]" in (out / "narrative.md").read_text(encoding="utf-8")
    assert "1250.0" in (out / "case.json").read_text(encoding="utf-8")
    with Store.open(kept.cases) as store:
        last = store.entries("CASE-AL-7")[-1]
    assert (last.who, last.what, sorted(last.payload["sha256"])) == (  # type: ignore[arg-type]
        "mei",
        "redacted copy made",
        ["case.json", "narrative.md"],
    )


def test_a_copy_in_which_somebody_is_still_named_is_not_written(
    casewright: Run, kept: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casewright.agent.retention.redacted", lambda value, pseudonyms: value)
    ran = casewright("-w", kept.folder, "retention", "redact", "CASE-AL-7", "--out", kept.folder / "shared", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (7, leaks.Leak.code)
    assert "would have left for people outside" in ran.json["error"]["message"]
    assert not (kept.folder / "shared").exists()
