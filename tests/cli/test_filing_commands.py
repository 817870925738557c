"""`casewright role`, `suspicion` and `filed`: what people decide towards a report, kept and never changed."""

from collections.abc import Callable
from typing import Any

import pytest
import stores

from casewright.agent.settings import Workspace
from casewright.knowledge.case import Alert, Case
from casewright.tools.store import Store
from casewright.tools.store.filing import decided, filed_on

Run = Callable[..., Any]


@pytest.fixture
def kept(workspace: Workspace, make_case: Callable[..., Case]) -> Workspace:
    with Store.open(workspace.cases) as store:
        alert = Alert(id="AL-7", subject="C-10482", at=1_740_000_000)
        store.save_case(make_case("CASE-AL-7", alert=alert), "ada")
        store.save_case(make_case("CASE-AL-9"), "ada")
    return workspace


def test_a_role_is_kept_with_who_and_why(casewright: Run, kept: Workspace) -> None:
    told = casewright("-w", kept.folder, "role", "CASE-AL-7", "C-10482", "mule", "--reason", "the job", "--as", "bo")
    assert told.code == 0
    assert told.out == "CASE-AL-7: C-10482 is mule (bo: the job)\n"
    casewright("-w", kept.folder, "role", "CASE-AL-7", "C-10482", "victim", "--reason", "new papers", "--as", "ada")
    with Store.open(kept.cases) as store:
        found = decided(store, "CASE-AL-7")
    assert found.role("C-10482") == "victim"
    assert [act.who for act in found.acts] == ["bo", "ada"]


def test_a_person_whom_the_case_does_not_name_has_no_role_in_it(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "role", "CASE-AL-7", "C-1", "mule", "--reason", "x")
    assert ran.code == 1
    assert "names no 'C-1'; its subjects are C-10482" in ran.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("role", "CASE-AL-7", "C-10482", "culprit", "--reason", "x"), "unknown role 'culprit'"),
        (("role", "CASE-AL-7", "C-10482", "mule", "--reason", " "), "a decision needs a reason"),
        (("suspicion", "CASE-AL-7", "--formed", "yesterday", "--reason", "x"), "expected a day"),
        (("suspicion", "CASE-AL-7", "--formed", "2999-01-01", "--reason", "x"), "yet to come"),
        (
            ("suspicion", "CASE-AL-7", "--formed", "2025-03-01", "--noticed", "2025-03-02", "--reason", "x"),
            "after suspicion was formed",
        ),
        (
            ("suspicion", "CASE-AL-7", "--formed", "2025-03-01", "--occasion", "odd", "--reason", "x"),
            "unknown occasion",
        ),
        (("filed", "CASE-AL-7", "--on", "2025-03-01", "--reference", " "), "a decision needs a reference"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_line(casewright: Run, kept: Workspace, words: Any, told: str) -> None:
    ran = casewright("-w", kept.folder, *words)
    assert ran.code == 2
    assert told in ran.err
    assert ran.err.count("\n") == 1


def test_the_suspicion_tells_when_the_report_is_due(casewright: Run, kept: Workspace) -> None:
    words = ("suspicion", "CASE-AL-7", "--formed", "2025-11-20", "--reason", "the payers")
    told = casewright("-w", kept.folder, *words, "--json").json
    assert (told["due"], told["what"]["noticed"]) == ("2025-11-27", "2025-02-19")
    assert casewright("-w", kept.folder, *words, "--regime", "fincen", "--json").json["due"] == "2025-12-20"
    assert casewright("-w", kept.folder, *words, "--occasion", "sanctioned", "--json").json["due"] == "2025-11-21"


def test_no_report_is_kept_before_a_suspicion(casewright: Run, kept: Workspace) -> None:
    words = ("filed", "CASE-AL-7", "--on", "2025-03-05", "--reference", "R-1")
    ran = casewright("-w", kept.folder, *words)
    assert ran.code == 7
    assert "casewright suspicion CASE-AL-7" in ran.err
    casewright("-w", kept.folder, "suspicion", "CASE-AL-7", "--formed", "2025-03-06", "--reason", "x")
    assert "before suspicion was formed" in casewright("-w", kept.folder, *words).err
    words = ("filed", "CASE-AL-7", "--on", "2025-03-06", "--reference", "R-1")
    assert casewright("-w", kept.folder, *words).code == 0


def test_an_earlier_report_is_found_from_another_case_on_the_subject(casewright: Run, kept: Workspace) -> None:
    text = kept.folder / "filed.txt"
    text.write_text("The account received USD 1,250.00.", encoding="utf-8")
    words = ("filed", "CASE-AL-7", "--on", "2024-12-01", "--reference", "R-0", "--text", text, "--earlier")
    assert casewright("-w", kept.folder, *words).code == 0
    with Store.open(kept.cases) as store:
        assert [(act.case, act.what.reference) for act in filed_on(store, ["C-10482"], "CASE-AL-9")] == [
            ("CASE-AL-7", "R-0")
        ]
        assert filed_on(store, ["C-10482"], "CASE-AL-7") == []


def test_what_was_decided_cannot_be_changed_unseen(casewright: Run, kept: Workspace) -> None:
    casewright("-w", kept.folder, "role", "CASE-AL-7", "C-10482", "mule", "--reason", "x")
    assert casewright("-w", kept.folder, "audit", "verify").code == 0
    stores.change(kept.cases, "update filing_acts set content = replace(content, 'mule', 'victim')")
    ran = casewright("-w", kept.folder, "audit", "verify")
    assert ran.code == 3
    assert "role told, CASE-AL-7: what filing_acts holds is not what was stored with it" in ran.out


def test_a_decision_that_vanished_is_missed(casewright: Run, kept: Workspace) -> None:
    casewright("-w", kept.folder, "role", "CASE-AL-7", "C-10482", "mule", "--reason", "x")
    stores.change(kept.cases, "delete from filing_acts")
    assert casewright("-w", kept.folder, "audit", "verify").code == 3
