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
    assert (told["due"], told["what"]["noticed"]) == (
        "2025-11-27",
        "2025-02-20",
    )  # 21:20 UTC is the next day in Singapore
    assert casewright("-w", kept.folder, *words, "--regime", "fincen", "--json").json["due"] == "2025-12-20"
    assert casewright("-w", kept.folder, *words, "--occasion", "sanctioned", "--json").json["due"] == "2025-11-21"


def test_a_time_is_told_here_and_its_day_counts_in_the_regimes_place(casewright: Run, kept: Workspace) -> None:
    words = ("suspicion", "CASE-AL-7", "--formed", "2025-11-20T00:40+08:00", "--reason", "x", "--json")
    told = casewright("-w", kept.folder, *words, "--regime", "fincen").json
    assert (told["what"]["formed"], told["due"]) == ("2025-11-19", "2025-12-19")
    told = casewright("-w", kept.folder, *words, "--regime", "sg").json
    assert (told["what"]["formed"], told["due"]) == ("2025-11-20", "2025-11-27")
    filed = ("filed", "CASE-AL-7", "--on", "2025-12-20T08:00+08:00", "--reference", "R-1", "--json")
    assert casewright("-w", kept.folder, *filed, "--regime", "fincen").json["what"]["day"] == "2025-12-19"


def test_the_regime_of_the_suspicion_is_kept_and_counts_from_then_on(casewright: Run, kept: Workspace) -> None:
    words = ("suspicion", "CASE-AL-7", "--formed", "2025-11-20T00:40+08:00", "--reason", "x", "--regime", "fincen")
    casewright("-w", kept.folder, *words)
    assert casewright("-w", kept.folder, "report", "CASE-AL-7", "--json").json["regime"] == "fincen"
    shown = casewright("-w", kept.folder, "review", "show", "CASE-AL-7", "--json").json
    assert (shown["regime"], shown["clock"]["due"]) == ("fincen", "2025-12-19")
    assert "30 calendar days after 2025-11-19" in casewright("-w", kept.folder, "review", "show", "CASE-AL-7").out
    listed = casewright("-w", kept.folder, "review", "list", "--json").json
    assert {one["id"]: one["due"] for one in listed["items"]}["CASE-AL-7"] == "2025-12-19"
    assert casewright("-w", kept.folder, "report", "CASE-AL-7", "--regime", "sg", "--json").json["due"] == "2025-11-27"


def test_an_occasion_without_a_clock_of_its_own_is_told(casewright: Run, kept: Workspace) -> None:
    words = ("suspicion", "CASE-AL-7", "--formed", "2025-11-20", "--reason", "x", "--occasion", "no suspect")
    assert (
        "sg has no clock of its own for 'no suspect': the ordinary one counts"
        in casewright("-w", kept.folder, *words).out
    )
    assert "no clock of its own" not in casewright("-w", kept.folder, *words, "--regime", "fincen").out


def test_one_business_day_is_one_and_no_days(casewright: Run, kept: Workspace) -> None:
    words = ("suspicion", "CASE-AL-7", "--formed", "2025-11-20", "--reason", "x", "--occasion", "sanctioned")
    assert ": 1 business day after 2025-11-20;" in casewright("-w", kept.folder, *words).out


def test_continuing_activity_is_counted_from_the_report_before(casewright: Run, kept: Workspace) -> None:
    us = ("--regime", "fincen")
    words = ("suspicion", "CASE-AL-7", "--formed", "2025-11-20", "--reason", "x", *us)
    refused = casewright("-w", kept.folder, *words, "--occasion", "continuing")
    assert (refused.code, "continues no report of fincen" in refused.err) == (2, True)
    earlier = ("filed", "CASE-AL-7", "--on", "2025-10-20", "--reference", "R-0", "--earlier")
    casewright("-w", kept.folder, *earlier, "--regime", "sg")
    assert casewright("-w", kept.folder, *words, "--occasion", "continuing").code == 2  # another authority's
    casewright("-w", kept.folder, *earlier, *us)
    asked = casewright("-w", kept.folder, *words)
    assert "tell whether it continues what R-0 of 2025-10-20 reported" in asked.out
    assert "Due on 2025-12-20" in asked.out
    told = casewright("-w", kept.folder, *words, "--occasion", "continuing")
    assert "Due on 2026-02-17: 120 calendar days after the earlier report of 2025-10-20" in told.out
    listed = casewright("-w", kept.folder, "review", "list", "--json").json
    assert {one["id"]: one["due"] for one in listed["items"]}["CASE-AL-7"] == "2026-02-17"
    late = ("suspicion", "CASE-AL-7", "--formed", "2026-05-20", "--reason", "x", "--occasion", "continuing", *us)
    assert "Due on 2026-06-19" in casewright("-w", kept.folder, *late).out  # day 120 is past: as a report on its own


def test_words_of_terrorism_set_the_shorter_clock_until_a_person_says_otherwise(
    casewright: Run, kept: Workspace
) -> None:
    words = ("suspicion", "CASE-AL-7", "--formed", "2025-11-20")
    told = casewright("-w", kept.folder, *words, "--reason", "the payee collects for a terrorist group")
    assert "Due on 2025-11-21: 1 business day after" in told.out
    assert "set since the reason of the suspicion speaks of terrorism" in told.out
    told = casewright("-w", kept.folder, *words, "--reason", "no link to terrorism, but four payers")
    assert "Due on 2025-11-27" in told.out
    told = casewright("-w", kept.folder, *words, "--reason", "a namesake of a terrorist only", "--occasion", "ordinary")
    assert ("Due on 2025-11-27" in told.out, "tell " in told.out) == (True, False)


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


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("the account was\nput on hold", "a line break"),
        ("the account\u200b was put on hold", "nobody sees"),
        ("the account was put on hold [E1]", "a mark of the memo"),
        ("\u8d26\u6237\u88ab\u51bb\u7ed3", "letters that the form does not take"),
        ('he was told "no"', "quotation marks"),
        ("the account went over our threshold", "a threshold"),
        ("the customer is a money launderer", "a verdict"),
        ("word " * 50, "more than 200 characters"),
    ],
)
def test_an_action_that_no_report_can_quote_is_refused(casewright: Run, kept: Workspace, what: str, told: str) -> None:
    ran = casewright("-w", kept.folder, "action", "CASE-AL-7", what, "--on", "2025-03-01")
    assert ran.code == 2
    assert told in ran.err
    with Store.open(kept.cases) as store:
        assert decided(store, "CASE-AL-7").acts == ()
    words = ("filed", "CASE-AL-7", "--on", "2025-03-01", "--earlier", "--reference", what)
    assert told in casewright("-w", kept.folder, *words).err


def test_an_action_can_be_withdrawn_and_both_stay_in_the_log(casewright: Run, kept: Workspace) -> None:
    words = ("action", "CASE-AL-7", "the account was put on hold", "--on", "2025-03-01", "--json")
    number = casewright("-w", kept.folder, *words).json["seq"]
    assert casewright("-w", kept.folder, "withdraw", "CASE-AL-7", number, "--reason", " ").code == 2
    ran = casewright("-w", kept.folder, "withdraw", "CASE-AL-7", number, "--reason", "another account", "--as", "bo")
    assert ran.out == f"CASE-AL-7: number {number} is withdrawn (bo: another account)\n"
    assert "put on hold" not in casewright("-w", kept.folder, "report", "CASE-AL-7").out
    again = casewright("-w", kept.folder, "withdraw", "CASE-AL-7", number, "--reason", "x")
    assert (again.code, "nothing told of CASE-AL-7 stands" in again.err) == (1, True)
    with Store.open(kept.cases) as store:
        assert decided(store, "CASE-AL-7").acts == ()
        log = [entry.what for entry in store.entries("CASE-AL-7")]
    assert [what for what in log if what.endswith("told")] == ["action told", "withdrawal told"]
    assert casewright("-w", kept.folder, "audit", "verify").code == 0


def test_a_suspicion_and_what_was_filed_are_not_withdrawn(casewright: Run, kept: Workspace) -> None:
    words = ("suspicion", "CASE-AL-7", "--formed", "2025-03-06", "--reason", "x", "--json")
    formed = casewright("-w", kept.folder, *words).json["seq"]
    words = ("filed", "CASE-AL-7", "--on", "2025-03-07", "--reference", "R-1", "--json")
    for number in (formed, casewright("-w", kept.folder, *words).json["seq"]):
        ran = casewright("-w", kept.folder, "withdraw", "CASE-AL-7", number, "--reason", "x")
        assert (ran.code, "cannot be withdrawn" in ran.err) == (7, True)
    other = casewright("-w", kept.folder, "withdraw", "CASE-AL-9", formed, "--reason", "x")
    assert (other.code, "nothing told of CASE-AL-9" in other.err) == (1, True)


def test_a_report_is_told_once(casewright: Run, kept: Workspace) -> None:
    def filed(case: str, day: str, reference: str, *more: str) -> Any:
        return casewright("-w", kept.folder, "filed", case, "--on", day, "--reference", reference, *more)

    number = casewright(
        "-w", kept.folder, "filed", "CASE-AL-7", "--on", "2024-12-01", "--reference", "R-0", "--earlier", "--json"
    ).json["seq"]
    for case in ("CASE-AL-7", "CASE-AL-9"):
        ran = filed(case, "2024-12-02", "r-0", "--earlier")
        assert (ran.code, "is on record already, told of CASE-AL-7" in ran.err) == (2, True)
    casewright("-w", kept.folder, "withdraw", "CASE-AL-7", number, "--reason", "wrong day")
    assert filed("CASE-AL-9", "2024-12-02", "R-0", "--earlier").code == 0
    casewright("-w", kept.folder, "suspicion", "CASE-AL-7", "--formed", "2025-03-06", "--reason", "x")
    late = filed("CASE-AL-7", "2025-03-07", "R-9", "--earlier")
    assert (late.code, "after suspicion was formed on 2025-03-06" in late.err) == (2, True)
    assert filed("CASE-AL-7", "2025-03-07", "R-1").code == 0
    assert "on record already" in filed("CASE-AL-7", "2025-03-07", "R-1").err
    assert filed("CASE-AL-7", "2025-03-08", "R-1").code == 0
    assert "on record already" in filed("CASE-AL-7", "2025-03-01", "R-1", "--earlier").err


def test_codes_are_chosen_for_a_form_that_has_them(casewright: Run, kept: Workspace) -> None:
    words = ("codes", "CASE-AL-7", "none", "--reason", "read the list")
    ran = casewright("-w", kept.folder, *words)
    assert (ran.code, "the form of sg has no codes" in ran.err) == (2, True)
    assert "No codes apply." not in casewright("-w", kept.folder, "report", "CASE-AL-7", "--regime", "uk").out
    assert casewright("-w", kept.folder, *words, "--regime", "uk").code == 0
    assert casewright("-w", kept.folder, "report", "CASE-AL-7", "--regime", "uk").out.startswith("No codes apply. ")
    ran = casewright("-w", kept.folder, "codes", "CASE-AL-7", "XXVICTXX", "FRAUD", "--regime", "uk", "--reason", "x")
    assert (ran.code, "'FRAUD' is no code of uk" in ran.err) == (2, True)
    casewright("-w", kept.folder, "codes", "CASE-AL-7", "XXVICTXX", "--regime", "uk", "--reason", "x")
    assert casewright("-w", kept.folder, "report", "CASE-AL-7", "--regime", "uk").out.startswith("XXVICTXX. ")


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
