"""What comes after a decision: late evidence reopens it, alerts join cases, subjects are split off, clocks are told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.knowledge.case import Case
from casewright.tools.store import Store

STUDENT, NURSE = "CASE-A-7", "CASE-A-8"
HEADS = {
    "events": "id,subject,kind,happened_at,known_at,text,source",
    "alerts": "id,subject,at,known_at,title,rule,reason,source",
    "transfers": "id,at,known_at,src,dst,kind,status,network,asset,amount,usd",
    "labels": "id,name,category,source,confidence,network,known_at",
}
PAID = "DBS-1,C-20011,fiat_in,completed,fast,SGD,10,7.5"
RECALL = "EV-9,C-20011,recall,2025-12-20T01:00:00Z,2025-12-20T01:00:00Z,The sending bank recalls its credit,mail"
ALERT = (
    "A-9,C-20011,2025-12-21T01:00:00Z,2025-12-21T01:00:00Z,Again a credit,dormant-account-burst,days without: 40,rules"
)


def _import(office: Any, tmp_path: Path, kind: str, *lines: str) -> None:
    path = tmp_path / f"{kind}-{len(list(tmp_path.iterdir()))}.csv"
    path.write_text("\n".join([HEADS[kind], *lines, ""]), encoding="utf-8")
    done = office("import", kind, path)
    assert (done.code, f"{len(lines)} stored" in done.out) == (0, True), done.out + done.err


def _late(office: Any) -> dict[str, list[str]]:
    rows = office("review", "late", "--json").json["late"]
    return {row["id"]: [arrival["kind"] for arrival in row["arrivals"]] for row in rows}


def test_late_evidence_reopens_what_was_decided_once(office: Any, tmp_path: Path) -> None:
    office("review", "close", NURSE, "--reason", "her own account", by="mei")
    assert _late(office) == {}
    _import(office, tmp_path, "events", RECALL)
    assert _late(office) == {NURSE: ["events"]}
    assert "came in after this text was made: 1 event on C-20011 (recall)" in office("review", "show", NURSE).out
    done = office("review", "reopen", "--late", "--reason", "a recall came", "--json", by="ops")
    assert done.json["reopened"] == [{"id": NURSE, "state": "reopened", "arrived": ["1 event on C-20011 (recall)"]}]
    assert _late(office) == {}
    again = office("review", "reopen", "--late", "--reason", "a recall came", "--json", by="ops")
    assert again.json["reopened"] == []
    assert office("review", "close", NURSE, "--reason", "recalled in error", by="mei").code == 0
    assert office.state(NURSE) == "closing"  # once reopened, a closing takes two


def test_what_is_drafted_anew_holds_what_came_late(office: Any, tmp_path: Path) -> None:
    office("review", "close", NURSE, "--reason", "her own account", by="mei")
    _import(office, tmp_path, "events", RECALL)
    office("review", "reopen", NURSE, "--reason", "a recall came", by="mei")
    assert _late(office) == {NURSE: ["events"]}  # by hand: nobody told what came
    assert office("investigate", "A-8").code == 0
    assert _late(office) == {}
    assert office.state(NURSE) == "draft"


@pytest.mark.parametrize(
    ("kind", "line", "late"),
    [
        ("transfers", f"T-L,2025-11-09T01:00:00Z,2025-12-01T01:00:00Z,{PAID}", True),
        ("transfers", f"T-N,2025-12-09T01:00:00Z,2025-12-09T01:00:00Z,{PAID}", False),
        ("labels", "MBB-1616599,Nordhaus,scam,bank,high,,2025-12-01T01:00:00Z", True),
        ("labels", "MBB-9999999,Nordhaus,scam,bank,high,,2025-12-01T01:00:00Z", False),
        ("alerts", ALERT, True),
        ("events", RECALL.replace("C-20011", "C-99999"), False),
    ],
)
def test_what_counts_as_late(office: Any, tmp_path: Path, kind: str, line: str, late: bool) -> None:
    office("review", "close", NURSE, "--reason", "her own account", by="mei")
    _import(office, tmp_path, kind, line)
    assert _late(office) == ({NURSE: [kind]} if late else {})


def test_an_alert_joins_a_case_on_its_subject_and_reopens_it(office: Any, tmp_path: Path) -> None:
    office("review", "close", NURSE, "--reason", "her own account", by="mei")
    _import(office, tmp_path, "alerts", ALERT)
    joined = office("review", "join", NURSE, "A-9", "--reason", "the same credits", "--json", by="mei")
    assert (joined.code, joined.json["state"]) == (0, "reopened")
    assert _late(office) == {}  # it has a case now
    for alert, code, told in (
        ("A-9", 7, "alert A-9 is in CASE-A-8 already"),
        ("A-8", 7, "alert A-8 is in CASE-A-8 already"),
        ("A-7", 2, "alert A-7 is on C-14330, and CASE-A-8 is about C-20011"),
        ("C-20011", 1, "there is no alert 'C-20011'"),
        ("A-99", 1, "no alert, account or address 'A-99'"),
    ):
        found = office("review", "join", NURSE, alert, "--reason", "x", by="mei")
        assert (found.code, told in found.err) == (code, True), found.err


def _network(office: Any, student: Case, nurse: Case) -> Case:
    """Both in one case, as if they shared a payer."""
    evidence = tuple(one.with_id(f"E{nr}") for nr, one in enumerate((*student.evidence, *nurse.evidence), 1))
    shift = len(student.evidence)
    moved = [
        section.model_copy(
            update={
                "sentences": tuple(
                    one.model_copy(update={"evidence": tuple(f"E{int(name[1:]) + shift}" for name in one.evidence)})
                    for one in section.sentences
                )
            }
        )
        for section in nurse.narrative.sections
    ]
    narrative = student.narrative.model_copy(update={"sections": (*student.narrative.sections, *moved)})
    case = student.model_copy(
        update={
            "id": "CASE-NET",
            "subjects": (*student.subjects, *nurse.subjects),
            "evidence": evidence,
            "narrative": narrative,
            "typologies": (),
        }
    )
    with Store.open(office.workspace.cases) as store:
        store.save_case(case, "night batch")
    return case


def test_a_subject_is_split_off_with_its_evidence_and_its_sentences(office: Any, student: Case, nurse: Case) -> None:
    _network(office, student, nurse)
    done = office("review", "split", "CASE-NET", "C-20011", "--reason", "a campus address alone", "--json", by="mei")
    assert (done.code, done.json["split"], done.json["version"]) == (0, "CASE-NET-2", 2)
    with Store.open(office.workspace.cases) as store:
        left, own = store.load_case("CASE-NET"), store.load_case("CASE-NET-2")
    assert [[one.id for one in case.subjects] for case in (left, own)] == [["C-14330"], ["C-20011"]]
    assert len(left.evidence) == len(student.evidence)
    assert len(own.evidence) == len(nurse.evidence)
    said = {one.text for one in (*left.narrative.sentences, *own.narrative.sentences)}
    whole = {one.text for one in (*student.narrative.sentences, *nurse.narrative.sentences)}
    assert said | set(done.json["lost"]) == whole
    for name in ("CASE-NET", "CASE-NET-2"):
        assert "all supported" in office("verify", name).out
    assert office("review", "approve", "CASE-NET-2", "--reason", "x", by="mei").code == 7
    for subject, told in (("C-14330", "is the only subject"), ("C-20011", "has no subject")):
        assert told in office("review", "split", "CASE-NET", subject, "--reason", "x", by="mei").err


def test_the_one_whom_the_alert_is_on_is_not_split_off(office: Any, student: Case, nurse: Case) -> None:
    _network(office, student, nurse)
    found = office("review", "split", "CASE-NET", "C-14330", "--reason", "x", by="mei")
    assert (found.code, "the alert of CASE-NET is on C-14330" in found.err) == (7, True)


def test_what_review_adds_up_to(office: Any, student: Case, tmp_path: Path, make_case: Callable[..., Case]) -> None:
    from casewright.agent.memo.page import markdown

    path = tmp_path / "edited.md"
    path.write_text(markdown(student).replace("All 4 payers", "All four payers", 1), encoding="utf-8")
    office("review", "edit", STUDENT, "--text", path, "--reason", "plainer", by="mei")
    office("review", "escalate", STUDENT, "--reason", "four payers", by="mei")
    office.ready()
    office("review", "approve", STUDENT, "--reason", "agreed", by="tan")
    office("filed", STUDENT, "--on", "2025-11-20", "--reference", "STR-1", by="tan")
    office.people("[review]\nsample = 1.0\n")
    office("review", "close", NURSE, "--reason", "her own account", by="mei")
    found = office("review", "stats", "--json").json
    assert found["states"] == {"approved": 1, "sampled": 1}
    assert found["sample"] == {"closed_alone": 1, "drawn": 1, "agreed": 0, "returned": 0, "waiting": 1}
    gaps = {row["gap"]: row["median_days"] for row in found["clocks"]["gaps"]}
    assert (gaps["trigger to suspicion"], gaps["suspicion to filed"]) == (1, 9)
    assert (found["clocks"]["filed_late"], found["clocks"]["filed_unapproved"]) == (1, 0)  # due on 18 November
    person = {row["person"]: row for row in found["by_person"]}
    assert (person["mei"]["edited"], person["tan"]["approved"]) == (1, 1)
    writer = found["edits"]["by_writer"][0]
    assert (writer["writer"], writer["wording"]) == (student.versions.writer, 1)
    assert found["edits"]["by_typology"][0]["typology"] == student.typologies[0].id
    assert found["edits"]["decided_unedited"] == 1
    assert office("review", "stats").code == 0
    assert office("review", "stats", "--since", "2099-01-01", "--json").json["by_person"] == []
