"""Verifying a case: the command, the text it reads, and the evidence asked again on a ledger that changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.grounding import replay_moved
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case, Narrative, Section, Sentence, Versions
from casewright.knowledge.records import subjects
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

ROWS = [
    {"src": "bank:1", "dst": "C-1", "at": "2025-03-01T10:00:00Z", "usd": "100.00"},
    {"src": "bank:2", "dst": "C-1", "at": "2025-03-02T10:00:00Z", "usd": "250.50"},
    {"src": "C-1", "dst": "0xbeef", "at": "2025-03-03T10:00:00Z", "usd": "300.00"},
]


def case_on(ledger: Ledger) -> Case:
    asked = [toolbox.call(ledger, name, subjects("C-1")) for name in ("account_profile", "counterparties")]
    evidence = tuple(answer.with_id(f"E{number}") for number, answer in enumerate(asked, 1))
    text = "Between 2025-03-01 and 2025-03-03 it received USD 350.50 in 2 transfers and sent USD 300.00 in 1 transfer."
    sentences = (
        Sentence(text=text, evidence=("E1",)),
        Sentence(text="It sent USD 300.00 to 0xbeef on 2025-03-03.", evidence=("E2",)),
    )
    return Case(
        id="CASE-C-1", subjects=subjects("C-1"), evidence=evidence,
        narrative=Narrative(sections=(Section(title="What happened", sentences=sentences),)),
        versions=Versions(casewright="0", writer="hand", ledger="x", typologies="x", made_at="2025-03-04T00:00:00Z"),
    )  # fmt: skip


@pytest.fixture
def verified(workspace: Workspace, build_ledger: Callable[..., Path], tmp_path: Path) -> tuple[Workspace, Path]:
    """A workspace with a ledger, and the case.json of a case made on it."""
    build_ledger(workspace.ledger, ROWS)
    with Ledger.open(workspace.ledger) as ledger:
        case = case_on(ledger)
    path = tmp_path / "case.json"
    path.write_text(case.model_dump_json(), encoding="utf-8")
    return workspace, path


def test_a_clean_case_verifies_with_exit_0(casewright: Any, verified: tuple[Workspace, Path]) -> None:
    workspace, path = verified
    ran = casewright("-w", workspace.folder, "verify", path, "--json")
    assert ran.code == 0, ran.out + ran.err
    assert ran.json["unsupported"] == []
    assert ran.json["moved"] == []
    assert ran.json["replayed"] is True
    assert ran.json["sentences"] == 2
    assert ran.json["figures"] == 9


def test_an_edited_text_is_held_against_the_evidence_and_told(
    casewright: Any, verified: tuple[Workspace, Path], tmp_path: Path
) -> None:
    workspace, path = verified
    text = tmp_path / "edited.md"
    text.write_bytes(
        b"# Memo\r\n\r\n> draft\r\n\r\n## What happened\r\n"
        b"- It sent USD 310.00 to 0xbeef. [E2]\r\n- It received USD 350.50. [E1]\r\n"
    )
    ran = casewright("-w", workspace.folder, "verify", path, "--text", text, "--json")
    assert ran.code == 3
    (found,) = ran.json["unsupported"]
    assert found["sentence"] == "It sent USD 310.00 to 0xbeef."
    assert found["figure"] == "USD 310.00"
    assert found["why"]
    assert "300.00" in found["nearest"]
    plain = casewright("-w", workspace.folder, "verify", path, "--text", text)
    assert plain.code == 3
    assert "USD 310.00" in plain.out
    assert "nearest: E2." in plain.out


def test_without_a_ledger_the_evidence_is_not_asked_again_and_that_is_said(
    casewright: Any, verified: tuple[Workspace, Path], tmp_path: Path
) -> None:
    _, path = verified
    empty = Workspace.init(tmp_path / "elsewhere")
    ran = casewright("-w", empty.folder, "verify", path, "--json")
    assert ran.code == 0
    assert ran.json["replayed"] is False
    assert "not asked again" in ran.err


def test_facts_that_moved_since_are_told(
    casewright: Any, verified: tuple[Workspace, Path], build_ledger: Callable[..., Path]
) -> None:
    workspace, path = verified
    workspace.ledger.unlink()
    more = {"src": "bank:3", "dst": "C-1", "at": "2025-03-02T12:00:00Z", "usd": "9.00"}
    build_ledger(workspace.ledger, [*ROWS, more])
    ran = casewright("-w", workspace.folder, "verify", path, "--json")
    assert ran.code == 3
    assert ran.json["unsupported"] == []
    moved = {(m["evidence"], m["what"]): (m["was"], m["now"]) for m in ran.json["moved"]}
    changed = next(
        change for (evidence, what), change in moved.items() if evidence == "E1" and what.startswith("inflow_usd")
    )
    assert changed == ("350.5", "359.5")
    assert any(was is None and "bank:3" in now for was, now in moved.values())


def test_a_tampered_case_is_told_and_never_run(verified: tuple[Workspace, Path]) -> None:
    workspace, path = verified
    case = json.loads(path.read_text(encoding="utf-8"))
    first, second = case["evidence"]
    first["query"] = "drop table transfers"
    first["facts"] = [f | {"value": 1000000.0} if f["name"] == "inflow_usd" else f for f in first["facts"]]
    second["tool"] = "no_such_tool"
    third = {**second, "id": "E3", "tool": "counterparties", "arguments": {**second["arguments"], "limit": -5}}
    fourth = {**second, "id": "E4", "tool": "counterparties", "arguments": {"subjects": "everybody", "sudo": True}}
    tampered = Case.model_validate({**case, "evidence": [first, second, third, fourth]})
    with Ledger.open(workspace.ledger) as ledger:
        moved = replay_moved(tampered, ledger)
        assert ledger.value("select count(*) from transfers") == len(ROWS)
    assert any(m.evidence == "E1" and m.what.startswith("inflow_usd") for m in moved)
    for name in ("E2", "E3", "E4"):
        assert any(m.evidence == name and "cannot be asked again" in str(m.now) for m in moved), name


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"{", "is no case"), (b"\xff\xfe", "not UTF-8"), (b'{"id": "x"}', "is no case"), (b"[]", "is no case")],
)
def test_a_file_that_is_no_case_gets_one_line(
    casewright: Any, workspace: Workspace, tmp_path: Path, content: bytes, expected: str
) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    ran = casewright("-w", workspace.folder, "verify", path)
    assert ran.code == 1
    assert expected in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_a_case_or_text_that_is_not_there_is_told(
    casewright: Any, verified: tuple[Workspace, Path], tmp_path: Path
) -> None:
    workspace, path = verified
    for arguments in (
        ["CASE-9"],
        [tmp_path / "none.json"],
        [path, "--text", tmp_path / "none.md"],
        [path, "--text", tmp_path],
    ):
        ran = casewright("-w", workspace.folder, "verify", *arguments)
        assert ran.code == 1, arguments
        assert len(ran.err.strip().splitlines()) == 1, ran.err
