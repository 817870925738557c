"""`casewright review` as an investigator and a reviewer use it, one after the other."""

from typing import Any

import pytest

from casewright.agent.review.people import House, Person, Sampling
from casewright.agent.settings import Settings
from casewright.knowledge.errors import PolicyError, SettingsError
from casewright.knowledge.library import SHIPPED

STUDENT, NURSE = "CASE-A-7", "CASE-A-8"
PEOPLE = """
[people]
mei = "investigator"
tan = ["reviewer", "investigator"]
xia = "typology expert"
oda = "auditor"
"""


def test_a_report_is_escalated_made_ready_and_approved_by_another_person(office: Any) -> None:
    assert office("review", "escalate", STUDENT, "--reason", "four payers", by="mei").code == 0
    early = office("review", "approve", STUDENT, "--reason", "agreed", by="tan")
    assert early.code == 7
    assert "C22 when suspicion was formed" in early.err
    office.ready()
    own = office("review", "approve", STUDENT, "--reason", "agreed", "--json", by="MEI")
    assert (own.code, own.json["error"]["code"]) == (7, "refused")
    assert office("review", "approve", STUDENT, "--reason", "agreed", by="tan").code == 0
    shown = office("review", "show", STUDENT, "--json").json
    assert shown["state"] == "approved"
    assert [act["act"] for act in shown["acts"]] == ["escalated", "approved"]
    kept = shown["acts"][1]["what"]
    assert kept["made_with"] == shown["made_with"]
    assert kept["regime"] == "sg"
    assert shown["clock"] == {
        "triggered": "2025-11-10", "formed": "2025-11-11", "filed": None, "due": "2025-11-18",
        "decided": shown["clock"]["decided"],
    }  # fmt: skip
    assert "> approved" in office("cases", "show", STUDENT).out


def test_the_list_tells_what_waits_first_with_what_stops_it(office: Any) -> None:
    office("review", "escalate", STUDENT, "--reason", "four payers", by="mei")
    office("review", "close", NURSE, "--reason", "her own account", by="mei")
    items = office("review", "list", "--json").json["items"]
    first = items[0]
    assert (first["id"], first["kind"], first["subject"], first["by"]) == (STUDENT, "case", "C-14330", "mei")
    assert {"C13", "C22"} <= {check["id"] for check in items[0]["checks"]}
    office.ready()
    items = office("review", "list", "--json").json["items"]
    assert (items[0]["checks"], items[0]["due"]) == ([], "2025-11-18")
    assert "days late" in office("review", "list").out
    assert [i["id"] for i in office("review", "list", "--state", "escalated", "--json").json["items"]] == [STUDENT]
    assert office("review", "list", "--limit", "1", "--json").json["more"] == 1


def test_what_is_wrong_is_told_in_a_line(office: Any) -> None:
    for arguments, code, told in (
        (("list", "--state", "gone"), 2, "unknown state 'gone'"),
        (("list", "--kind", "rule"), 2, "unknown kind 'rule'"),
        (("show", "CASE-A-77"), 1, "did you mean CASE-A-7"),
        (("approve", "CASE-A-77", "--reason", "x"), 1, "did you mean CASE-A-7"),
        (("approve", STUDENT, "--reason", " "), 2, "a decision needs a reason"),
        (("approve", STUDENT), 2, "Missing option '--reason'"),
        (("return", STUDENT, "--reason", "x", "--version", "4"), 7, "version 4 of CASE-A-7 is not the newest"),
        (("close", STUDENT, "--reason", "x", "--subject", "C-9"), 1, "has no subject 'C-9'"),
        (("bulk-close", "--reason", "x"), 2, "no case is named"),
        (("bulk-close", "--reason", "x", "--ids", "no-such-file"), 1, "there is no such file"),
    ):
        found = office("review", *arguments, *(["--as", "tan"] if arguments[0] not in ("list", "show") else []))
        assert (found.code, told in found.err) == (code, True), found.err


def test_many_are_closed_with_one_reason_and_a_sample_of_them_is_checked(office: Any) -> None:
    office.people("[review]\nsample = 0.1\n")
    found = office("review", "bulk-close", NURSE, STUDENT, "CASE-9", "--reason", "own accounts", "--json", by="mei")
    assert found.code == 5
    assert (found.json["closed"], found.json["sampled"]) == ([NURSE], [NURSE])  # never less than one
    assert [refused["id"] for refused in found.json["refused"]] == [STUDENT, "CASE-9"]
    assert office("review", "approve", NURSE, "--reason", "checked", by="mei").code == 7
    assert office("review", "return", NURSE, "--reason", "who paid her?", by="tan").code == 0
    assert office.state(NURSE) == "returned"


def test_people_do_what_their_role_lets_them(office: Any) -> None:
    office.people(PEOPLE)
    for arguments, by, told in (
        (("review", "escalate", STUDENT, "--reason", "x"), "oda", "oda is auditor; to escalate takes a role of"),
        (("review", "escalate", STUDENT, "--reason", "x"), "zoe", "zoe is nobody whom casewright.toml knows"),
        (("review", "approve", STUDENT, "--reason", "x"), "mei", "to approve takes a role of reviewer"),
        (("role", STUDENT, "C-14330", "subject", "--reason", "x"), "xia", "to tell of a case takes a role of"),
        (("typology", "retire", "peel-chain", "--reason", "x"), "tan", "takes a role of typology expert"),
        (("review", "assign", STUDENT, "oda"), "mei", "oda is auditor"),
    ):
        found = office(*arguments, by=by)
        assert (found.code, told in found.err) == (7, True), found.err
    assert office("review", "list", "--json").code == 0
    assert office("review", "assign", STUDENT, "Tan", by="mei").code == 0
    assert [i["id"] for i in office("review", "list", "--assigned", "tan", "--json").json["items"]] == [STUDENT]


def test_a_typology_is_approved_by_the_same_command(office: Any) -> None:
    text = (SHIPPED / "peel-chain.yaml").read_text(encoding="utf-8")
    path = office.workspace.folder / "typologies" / "peel-chain.yaml"
    path.write_text(text.replace("description: >-\n", "description: >-\n  Bit by bit.\n"), encoding="utf-8")
    proposed = office("typology", "propose", "peel-chain", "--why", "clearer", by="xia")
    assert proposed.code == 0, proposed.err
    item = next(i for i in office("review", "list", "--kind", "typology", "--json").json["items"])
    assert (item["id"], item["kind"], item["by"], item["state"], item["checks"]) == (
        "peel-chain", "typology", "xia", "proposed", [],
    )  # fmt: skip
    assert office("review", "assign", "peel-chain", "yan", by="xia").code == 0
    assert office("review", "approve", "peel-chain", "--reason", "agreed", by="Xia").code == 7
    done = office("review", "approve", "peel-chain", "--reason", "agreed", "--json", by="yan")
    assert done.json["state"] == "in force"
    assert office("review", "list", "--kind", "typology", "--json").json["items"] == []


def test_settings_of_people_that_cannot_be_meant_are_refused(workspace: Any) -> None:
    path = workspace.folder / "casewright.toml"
    text = path.read_text(encoding="utf-8")
    for section, told in (
        ('[people]\nmei = "boss"', "mei is 'boss' in"),
        ("[people]\nmei = []", "mei is"),
        ('[people]\nmei = {roles = "reviewer", from = 2026-01-01}', "mei is"),
        ('[people]\nmei = {roles = "reviewer", since = "soon"}', "expected a date"),
        ("[review]\nsample = 2", "sample is 2"),
        ("[review]\nsampel = 0.2", "did you mean 'sample'"),
    ):
        path.write_text(f"{text}\n{section}\n", encoding="utf-8")
        with pytest.raises(SettingsError, match=told):
            Settings.read(path)


def test_more_is_drawn_of_what_new_staff_close() -> None:
    from datetime import date

    today, sampling = date(2026, 3, 1), Sampling(sample=0.1, sample_new=0.5, new_days=90)
    new, old = Person(("investigator",), date(2026, 1, 15)), Person(("investigator",), date(2025, 1, 15))
    assert [sampling.share(one, today) for one in (new, old, Person(("reviewer",)), None)] == [0.5, 0.1, 0.1, 0.1]


def test_a_name_is_the_one_in_the_file_however_it_is_typed() -> None:
    house = House({"Mei Tan": Person(("reviewer",))})
    assert house.acting(" mei  TAN ", "approve") == "Mei Tan"
    assert house.acting("Mei\tTan", "approve") == "Mei Tan"
    assert house.acting("Me\u200bi Tan", "approve") == "Mei Tan"
    with pytest.raises(PolicyError):
        house.acting("mei", "approve")


def test_who_decides_is_told_of_what_came_in_since_and_who_suspects_is_shown(office: Any, tmp_path: Any) -> None:
    office.ready()
    path = tmp_path / "recall.csv"
    path.write_text(
        "id,subject,kind,happened_at,text\nEV-1,C-14330,recall,2025-11-20T01:00:00Z,A bank recalls its credit\n",
        encoding="utf-8",
    )
    assert office("import", "events", path).code == 0
    done = office("review", "approve", STUDENT, "--reason", "agreed", by="tan")
    assert (done.code, "came in after the text of CASE-A-7 was made: 1 event on C-14330" in done.err) == (0, True)
    shown = office("review", "show", STUDENT, "--json").json
    assert shown["suspicion"] == {
        "formed": "2025-11-11", "by": "mei", "reason": "four payers that she did not know",
    }  # fmt: skip


def test_an_unknown_kind_is_told(office: Any) -> None:
    found = office("review", "approve", STUDENT, "--reason", "x", "--kind", "rule", by="tan")
    assert (found.code, "unknown kind 'rule'" in found.err) == (2, True)
