"""`casewright report`, `complete` and `rfi draft`: drafted and scored from the case store, nothing filed or sent."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.filing import regime
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.tools.store import Store

Run = Callable[..., Any]
CUSTOMER = {
    "id": "E2", "tool": "customer", "query": "", "status": "found",
    "facts": [
        {"name": "name", "value": "Vanessa Lim Hao", "kind": "text", "about": "C-10482"},
        {"name": "occupation", "value": "student", "kind": "word", "unit": "occupation", "about": "C-10482"},
    ],
    "tables": [{"columns": [{"name": "name", "kind": "text"}], "rows": [{"name": "Vanessa Lim Hao"}]}],
}  # fmt: skip


@pytest.fixture
def kept(workspace: Workspace, make_case: Callable[..., Case]) -> Workspace:
    case = Case.model_validate({**make_case("CASE-7").model_dump(), "recommendation": "close"})
    evidence = (*case.evidence, type(case.evidence[0]).model_validate(CUSTOMER))
    with Store.open(workspace.cases) as store:
        store.save_case(case.model_copy(update={"evidence": evidence}), "ada")
    return workspace


def test_a_report_tells_its_text_and_what_only_a_person_can_tell(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "report", "CASE-7")
    assert ran.code == 0
    assert ran.out.startswith("This report concerns account C-10482 of Vanessa Lim Hao, a student.")
    assert "C-10482 received USD 1250.00." in ran.out
    assert '    casewright role CASE-7 C-10482 ROLE --reason "..."' in ran.out
    assert "casewright suspicion CASE-7 --formed DATE" in ran.out


def test_a_report_for_machines_says_what_each_sentence_rests_on(casewright: Run, kept: Workspace) -> None:
    told = casewright("-w", kept.folder, "report", "CASE-7", "--regime", "fincen", "--json").json
    assert told["regime"] == "fincen"
    assert told["blocks"] == [told["text"]]
    assert [s["evidence"] for s in told["sentences"] if "1250.00" in s["text"]] == [["E1"]]
    assert [m["command"].split()[1] for m in told["missing"]] == ["role", "suspicion"]
    assert told["due"] is None


def test_the_text_alone_goes_to_a_file_and_the_log_tells_who_drafted_it(
    casewright: Run, kept: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "text.txt"
    ran = casewright("-w", kept.folder, "report", "CASE-7", "--out", file, "--as", "bo")
    text = file.read_text(encoding="ascii")
    assert text.startswith("This report concerns")
    assert "casewright" not in text
    assert "This report concerns" not in ran.out
    with Store.open(kept.cases) as store:
        last = store.entries("CASE-7")[-1]
    assert (last.who, last.what, last.payload["regime"]) == ("bo", "report drafted", "sg")


def test_a_report_of_what_is_new_tells_clock_fields_what_is_missing_and_its_score(
    casewright: Run, kept: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "before.txt"
    file.write_text("The account received USD 7.00.", encoding="utf-8")
    casewright("-w", kept.folder, "suspicion", "CASE-7", "--formed", "2025-11-20", "--reason", "x")
    words = ("report", "CASE-7", "--prior", file)
    told = casewright("-w", kept.folder, *words, "--json").json
    whole = casewright("-w", kept.folder, "report", "CASE-7", "--json").json
    for key in ("due", "clock", "fields", "missing", "gaps", "structure"):
        assert told[key] == whole[key], key
    assert told["due"] == "2025-11-27"
    assert {"C13", "C14"} <= set(told["score"]["stopping"])
    ran = casewright("-w", kept.folder, *words)
    for line in (
        "Due on 2025-11-27",
        "missing: the role of C-10482",
        "not complete: ",
        "C14: the reference and the day",
    ):
        assert line in ran.out
    filed = ("filed", "CASE-7", "--on", "2025-06-02", "--reference", "R-55", "--earlier")
    casewright("-w", kept.folder, *filed)
    assert "C14" not in casewright("-w", kept.folder, *words, "--json").json["score"]["stopping"]


def test_an_unknown_regime_is_told_with_those_that_are_there(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "report", "CASE-7", "--regime", "mars")
    assert ran.code == 2
    assert "there are eu, fincen, generic, sg, uk" in ran.err


def test_a_sites_own_regime_is_used_and_its_mistakes_are_told(casewright: Run, kept: Workspace) -> None:
    folder = kept.folder / "regimes"
    folder.mkdir()
    (folder / "sg.yaml").write_text("id: sg\nname: Ours\n", encoding="utf-8")
    ran = casewright("-w", kept.folder, "report", "CASE-7")
    assert ran.code == 1
    assert "sg.yaml:1: the key 'acronym' is missing" in ran.err


def test_the_score_is_a_table_with_what_to_do_and_exits_3(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "complete", "CASE-7")
    assert ran.code == 3
    lines = ran.out.splitlines()
    assert lines[0].split() == ["id", "weight", "score", "stops", "check"]
    assert [line.split()[0] for line in lines[1:23]] == [f"C{n:02}" for n in range(1, 23)]
    assert "casewright suspicion CASE-7" in ran.out
    assert "stopped by" in lines[-1]


def test_the_score_for_machines_says_what_stops_it(casewright: Run, kept: Workspace) -> None:
    told = casewright("-w", kept.folder, "complete", "CASE-7", "--json").json
    assert not told["complete"]
    assert {"C13", "C22"} <= set(told["stopping"])
    assert len(told["checks"]) == 22


def test_a_shortened_text_is_scored_as_it_is_and_what_went_is_told(
    casewright: Run, workspace: Workspace, student: Case
) -> None:
    with Store.open(workspace.cases) as store:
        store.save_case(student, "ada")
    whole = casewright("-w", workspace.folder, "report", student.id, "--json").json
    assert whole["dropped"] == []
    words = ("--characters", str(whole["characters"] - 600))
    ran = casewright("-w", workspace.folder, "report", student.id, *words, "--json")
    assert len(ran.json["dropped"]) > 1
    assert ran.err.startswith("casewright: left out to keep the length, ") or "left out to keep the length" in ran.err
    assert ran.err.count("\n") == 1
    scored = casewright("-w", workspace.folder, "complete", student.id, *words, "--json")
    assert scored.json["dropped"] == ran.json["dropped"]
    before = casewright("-w", workspace.folder, "complete", student.id, "--json").json
    assert before["dropped"] == []
    acronyms = [{row["id"]: row["score"] for row in one["checks"]}["C18"] for one in (before, scored.json)]
    assert acronyms[1] < acronyms[0]


def test_a_letter_is_drafted_for_the_subject_or_the_case_and_logged(
    casewright: Run, kept: Workspace, tmp_path: Path
) -> None:
    own = ("--ask", "Who is your\nlandlord?")
    by_case = casewright("-w", kept.folder, "rfi", "draft", "CASE-7", *own).out
    assert by_case == casewright("-w", kept.folder, "rfi", "draft", "C-10482", *own).out
    assert by_case.startswith("Dear Vanessa Lim Hao,")
    file = tmp_path / "letter.txt"
    assert casewright("-w", kept.folder, "rfi", "draft", "C-10482", *own, "--out", file).code == 0
    assert file.read_text(encoding="utf-8") == by_case
    with Store.open(kept.cases) as store:
        last = store.entries("CASE-7")[-1]
        assert (last.what, last.payload["subject"]) == ("rfi drafted", "C-10482")
        assert last.payload["sha256"] == hashlib.sha256(by_case.rstrip("\n").encode()).hexdigest()
        assert "Who is your landlord?" not in str(last.payload)
        assert "Who is your landlord?" in store.particulars(last.seq)["questions"]


def test_a_letter_that_would_name_a_report_is_refused(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "rfi", "draft", "C-10482", "--ask", "Do you know that we filed a SAR?")
    assert ran.code == 7
    assert "would give something away: we filed, SAR" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_question_is_refused(casewright: Run, kept: Workspace, empty: str) -> None:
    ran = casewright("-w", kept.folder, "rfi", "draft", "C-10482", "--ask", empty)
    assert ran.code == 2
    assert "a question is empty" in ran.err


def test_a_letter_gives_no_regime_of_the_workspaces_own_away(casewright: Run, kept: Workspace) -> None:
    words = ("rfi", "draft", "C-10482", "--ask", "Has the KoFIU come to you?")
    assert casewright("-w", kept.folder, *words).code == 0
    folder = kept.folder / "regimes"
    folder.mkdir()
    text = (regime.FOLDER / "generic.yaml").read_text(encoding="utf-8")
    (folder / "kr.yaml").write_text(
        text.replace("id: generic", "id: kr").replace("authority: whoever receives it", "authority: KoFIU"),
        encoding="utf-8",
    )
    ran = casewright("-w", kept.folder, *words)
    assert ran.code == 7
    assert "would give something away: KoFIU" in ran.err


def test_a_subject_without_a_case_is_told_how_to_get_one(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "rfi", "draft", "C-1")
    assert ran.code == 1
    assert "casewright investigate C-1" in ran.err


def test_a_closing_note_needs_something_that_explains(casewright: Run, kept: Workspace) -> None:
    ran = casewright("-w", kept.folder, "report", "CASE-7", "--closing")
    assert ran.code == 7
    assert "no closing note is drafted" in ran.err


def test_a_closing_note_takes_no_other_options_and_is_logged(
    casewright: Run, workspace: Workspace, nurse: Case
) -> None:
    with Store.open(workspace.cases) as store:
        store.save_case(nurse, "ada")
    words = ("-w", workspace.folder, "report", nurse.id, "--closing", "--as", "bo")
    for more in (("--regime", "uk"), ("--characters", "900"), ("--prior", "filed")):
        ran = casewright(*words, *more)
        assert (ran.code, f"--closing takes no {more[0]}" in ran.err) == (2, True)
    ran = casewright(*words)
    assert ran.code == 0
    with Store.open(workspace.cases) as store:
        last = store.entries(nurse.id)[-1]
    assert (last.who, last.what) == ("bo", "closing note drafted")
    assert last.payload["sha256"] == hashlib.sha256(ran.out.rstrip("\n").encode()).hexdigest()
    casewright("-w", workspace.folder, "suspicion", nurse.id, "--formed", "2025-11-20", "--reason", "x", "--as", "bo")
    ran = casewright(*words)
    assert (ran.code, ran.out) == (7, "")
    assert f"bo formed suspicion in {nurse.id} on 2025-11-20, so no closing note is drafted" in ran.err
