"""Closing a false positive in five sentences, and telling of continuing activity only what is new."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from exchanges import case_of

from casewright.agent.filing.closing import closing_note
from casewright.agent.filing.continuing import continuing, prior_of
from casewright.agent.filing.report import Report
from casewright.agent.grounding import check
from casewright.knowledge.case import Case, Finding
from casewright.knowledge.errors import NotFound, PolicyError, UsageError
from casewright.tools.store import Store
from casewright.tools.store.filing import Act, Content, Decided, Filed, RoleSet, Suspicion

Make = Callable[..., Report]
MULE = RoleSet(person="C-14330", role="mule", reason="told by the bank")
NOTHING = Decided(case="CASE-A-8")
FORMED = Suspicion(formed=date(2025, 11, 20), noticed=date(2025, 11, 10), reason="the payers")


def test_a_closing_note_has_five_sentences_each_with_its_evidence(nurse: Case) -> None:
    assert nurse.recommendation == "close"
    note = closing_note(nurse, NOTHING)
    fired, found, explains, checked, decision = (sentence.text for sentence in note.sentences)
    assert fired.startswith("Alert A-8 was raised on account C-20011 on 2025-11-10")
    period = "; the period looked at is from 2025-08-12 to 2025-11-10."
    assert found == f"On 2025-11-10 C-20011 received SGD 26,070.00 in 1 transfer{period}"
    assert "this explains SGD 26,070.00 of SGD 26,070.00" in explains
    assert checked.startswith("No exposure to a labelled address was found")
    assert decision.startswith("The decision asked for is to close this case")
    assert all(sentence.evidence for sentence in note.sentences)
    assert check(note.sentences, nurse).unsupported == ()


def test_a_case_that_speaks_for_a_report_gets_no_closing_note(student: Case) -> None:
    assert student.recommendation == "escalate"
    with pytest.raises(PolicyError, match="speaks for a report"):
        closing_note(student, NOTHING)


def test_a_case_that_nothing_explains_gets_none(nurse: Case) -> None:
    for_only = tuple(finding for finding in nurse.findings if finding.speaks == "for")
    with pytest.raises(PolicyError, match="does not tell what explains it"):
        closing_note(nurse.model_copy(update={"findings": for_only}), NOTHING)


def test_a_case_that_needs_more_information_gets_none(nurse: Case) -> None:
    case = nurse.model_copy(update={"recommendation": "more information needed"})
    with pytest.raises(PolicyError, match="does not suffice to close it"):
        closing_note(case, NOTHING)


def test_a_case_with_a_suspicion_or_a_report_on_record_gets_none(nurse: Case) -> None:
    def with_(*what: Content) -> Decided:
        acts = tuple(Act(seq=n, at=0, who="ada", case=nurse.id, what=one) for n, one in enumerate(what, 1))
        return Decided(case=nurse.id, acts=acts)

    filed = Filed(day=date(2025, 11, 21), reference="R-1")
    with pytest.raises(PolicyError, match=r"ada formed suspicion in CASE-A-8 on 2025-11-20, .*review close CASE-A-8"):
        closing_note(nurse, with_(FORMED))
    with pytest.raises(PolicyError, match=r"a report of CASE-A-8 was filed on 2025-11-21, .*review close CASE-A-8"):
        closing_note(nurse, with_(FORMED, filed))
    assert closing_note(nurse, with_(filed.model_copy(update={"earlier": True})))


def test_a_closing_note_on_an_address_is_held_too(small_exchange: Path) -> None:
    address = "TTHQri4ikPiMKSZXjXNNA3mEgr8hA1H4jF"
    case = case_of(small_exchange, address)
    explained = Finding(statement="It was used once.", evidence=("E1",), speaks="against")
    closed = case.model_copy(update={"recommendation": "close", "findings": (explained,)})
    note = closing_note(closed, NOTHING)
    assert note.sentences[0].text == f"Address {address} was looked at by its id, as a person asked."
    assert check(note.sentences, closed).unsupported == ()


def test_what_was_told_before_is_not_told_again(told: Make, student: Case) -> None:
    report = told(student, MULE, FORMED)
    found = continuing(report, report.form.text)
    assert found.contradictions == ()
    assert found.text.startswith("This report concerns account C-14330")
    assert "21,100.00" not in found.text
    assert len(found.told_before) > 10


def test_what_is_new_is_told_with_the_whole_sentence(told: Make, student: Case) -> None:
    report = told(student, MULE, FORMED)
    day = "2025-11-10 at 15:23:56"
    before = " ".join(s.text for s in report.made.sentences() if day not in s.text and "62,181" not in s.text)
    found = continuing(report, before)
    assert "the account sent 62,181 USDT (SGD 83,566.15) on the TRON network" in found.text
    assert "POSB-6240877" not in found.text


def test_a_figure_that_the_data_tell_otherwise_now_is_a_contradiction(told: Make, student: Case) -> None:
    report = told(student, MULE, FORMED)
    found = continuing(report, report.form.text.replace("SGD 84,400.00 in 4", "SGD 63,300.00 in 4"))
    assert [one.figure for one in found.contradictions] == ["SGD 63,300.00"]
    assert found.contradictions[0].sentence.startswith("On 2025-11-10 the account received SGD 63,300.00")
    assert "SGD 84,400.00" in found.text


def test_a_new_fact_is_kept_whose_count_or_day_happens_to_stand_in_the_text_before(told: Make, student: Case) -> None:
    report = told(student, MULE, FORMED)
    before = "On 2025-11-10 the account of C-14330 made 4 changes, 84,400.00 of points were lost, 62,181 of them USDT."
    found = continuing(report, before)
    assert found.told_before == ()
    assert "All 4 payers by bank bear another name than the customer." in found.text


def test_a_sentence_in_other_words_is_told_before_where_its_amounts_and_ids_stand_in_one(
    told: Make, student: Case
) -> None:
    report = told(student, MULE, FORMED)
    before = "POSB-6240877 paid SGD 21,100.00 into it over FAST on 2025-11-10 at 11:11:00 SGT (03:11:00 UTC)."
    found = continuing(report, before)
    assert len(found.told_before) == 1
    assert found.told_before[0] in found.told()
    assert "1 sentence tells only what was reported before and is left out" in found.told()
    apart = before.replace(" paid", " paid. It got")
    assert continuing(report, apart).told_before == ()


def test_what_lies_before_the_case_is_not_called_a_contradiction(told: Make, student: Case) -> None:
    sentence = "On 2024-03-02 the account received SGD 77.00 in 1 transfer."
    found = continuing(told(student, MULE, FORMED), sentence)
    assert found.contradictions == ()
    assert found.beyond == (sentence,)


def test_totals_are_counted_from_the_first_movement(told: Make, student: Case) -> None:
    profile = next(e for e in student.evidence if e.tool == "account_profile")
    changed = {"before_transfers_in": 2, "before_inflow_usd": "300.00", "before_inflow_local": "400.00"}
    facts = tuple(
        fact.model_copy(update={"value": type(fact.value)(changed[fact.name])}) if fact.name in changed else fact
        for fact in profile.facts
    )
    assert set(changed) <= {fact.name for fact in facts}
    evidence = tuple(e.model_copy(update={"facts": facts}) if e is profile else e for e in student.evidence)
    found = continuing(told(student.model_copy(update={"evidence": evidence}), MULE, FORMED), "Nothing.")
    assert "Counted from its first movement, the account received SGD 400.00 + 84,400.00 = 84,800.00." in found.text


def test_the_text_before_is_found_where_it_is(told: Make, student: Case, nurse: Case, tmp_path: Path) -> None:
    kept = Filed(day=date(2025, 6, 2), reference="R-55", text="Filed before.", earlier=True)
    file = tmp_path / "prior.txt"
    file.write_text("From a file.", encoding="utf-8")
    with Store.open(f"sqlite:///{tmp_path / 'cases.db'}") as store:
        store.save_case(student, "ada")
        store.save_case(nurse, "ada")
        assert prior_of(store, told(student, kept), "filed") == "Filed before."
        assert prior_of(store, told(student), str(file)) == "From a file."
        assert "This memo concerns account C-14330" in prior_of(store, told(student), "CASE-A-7@1")
        with pytest.raises(NotFound, match="no text of an earlier report is kept"):
            prior_of(store, told(student), "filed")
        with pytest.raises(UsageError, match="about nobody of CASE-A-7"):
            prior_of(store, told(student), "CASE-A-8")
        with pytest.raises(UsageError, match="expected a file"):
            prior_of(store, told(student), "CASE-A-7@x")
