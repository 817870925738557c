"""The text of a report: sentences of the memo in other words, each still held by the evidence."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from casewright.agent.filing.form import blocks_of, figures_of, plain, shortened
from casewright.agent.filing.regime import regime
from casewright.agent.filing.report import Report, beside
from casewright.agent.filing.rewording import reworded
from casewright.agent.filing.text import AGAINST
from casewright.agent.grounding import check
from casewright.agent.investigate import investigate, resolve
from casewright.knowledge.case import Case, Finding, Narrative, Role, Sentence, TypologyMatch
from casewright.knowledge.errors import UsageError
from casewright.tools.store import Store, earlier_cases
from casewright.tools.store.filing import Act, ActionTaken, CodesSet, Content, Filed, RoleSet, Suspicion, decide
from casewright.tools.warehouse import Ledger

Make = Callable[..., Report]
MULE = RoleSet(person="C-14330", role="mule", reason="told by the bank")
VICTIM = RoleSet(person="C-14330", role="victim", reason="told by the customer")
FORMED = Suspicion(formed=date(2025, 11, 20), noticed=date(2025, 11, 10), reason="the payers")


def test_the_first_three_sentences_are_a_report_on_their_own(told: Make, student: Case) -> None:
    first = " ".join(piece.sentence.text for piece in told(student, MULE, FORMED).made.pieces[:3])
    for word in ("C-14330", "Vanessa Lim Hao", "student", "suspected mule", "2025-11-10", "SGD 84,400.00", "4 payers",
                 "SGD 83,566.15", "Suspicion rests on"):  # fmt: skip
        assert word in first


@pytest.mark.parametrize("name", ["sg", "fincen", "uk", "eu", "generic"])
def test_every_sentence_is_held_by_the_evidence_in_every_regime(told: Make, student: Case, name: str) -> None:
    found = told(student, MULE, FORMED, regime=name)
    stated = [piece.sentence for piece in found.made.pieces if not piece.framed]
    assert len(stated) > 15
    assert check(stated, found.known).unsupported == ()
    assert all(not re.search(r"\d{3}", piece.sentence.text) for piece in found.made.pieces if piece.framed)


def test_nothing_of_the_inside_is_in_the_text(told: Make, student: Case) -> None:
    text = told(student, MULE, FORMED).form.text
    for word in ("[E", "##", "A-7", "alert", "score", "model", "rule", "threshold", "casewright", "Recommended",
                 "look-alike", "kind fiat_in", "bank-credits-passed-on"):  # fmt: skip
        assert word not in text, word
    assert text.isascii()


def test_what_is_left_out_is_told_with_the_reason(told: Make, student: Case) -> None:
    found = told(student)
    used = {piece.made_of for piece in found.made.pieces}
    lost = {lost.sentence for lost in found.made.lost}
    for sentence in student.narrative.sentences:
        assert sentence.text in used | lost
    assert any("rules and their thresholds" in lost.why for lost in found.made.lost)


def test_a_sentence_that_the_evidence_does_not_hold_never_reaches_the_text(told: Make, student: Case) -> None:
    first, *rest = student.narrative.sections
    false = Sentence(text="On 2025-11-10 it received SGD 99,400.00 in 4 transfers.", evidence=("E1",))
    bad = first.model_copy(update={"sentences": (*first.sentences, false)})
    case = student.model_copy(update={"narrative": student.narrative.model_copy(update={"sections": (bad, *rest)})})
    found = told(case)
    assert "99,400" not in found.form.text
    assert next(lost.why for lost in found.made.lost if lost.sentence == false.text).startswith("the evidence")


def test_a_note_of_the_house_stays_inside(told: Make, student: Case) -> None:
    first, *rest = student.narrative.sections
    noted = Sentence(text='A person noted: "ask the desk in the morning"', evidence=first.sentences[0].evidence)
    kept = first.model_copy(update={"sentences": (*first.sentences, noted)})
    found = told(student.model_copy(update={"narrative": Narrative(sections=(kept, *rest))}))
    assert "noted" not in found.form.text
    assert noted.text in [lost.sentence for lost in found.made.lost]


def test_a_victim_is_not_written_up_as_a_culprit(told: Make, student: Case) -> None:
    text = told(student, VICTIM, FORMED).form.text
    assert "who is reported as the suspected victim" in text
    loss = "The suspected victim sent SGD 83,566.15 in 1 transfer, which is the suspected loss"
    assert loss in text
    for word in ("mule", "whether the holder knew", "culprit", "Suspicion rests on", "is suspected because of"):
        assert word not in text
    assert "victim" not in told(student, MULE, FORMED).form.text


def test_a_pattern_named_after_a_culprit_is_not_told_of_a_victim(told: Make, student: Case) -> None:
    fits = Sentence(text='The activity is consistent with the typology "Money mule account".', evidence=("E14",))
    match = TypologyMatch(id="money-mule-account", name="Money mule account", score=0.9, evidence=("E14",))
    first, *rest = student.narrative.sections
    sections = (first.model_copy(update={"sentences": (*first.sentences, fits)}), *rest)
    update = {"narrative": Narrative(sections=sections), "typologies": (match,)}
    case = student.model_copy(update=update)
    found = told(case, VICTIM, FORMED)
    assert "mule" not in found.form.text.lower()
    assert "it would write up a victim as a culprit" in {lost.why for lost in found.made.lost}
    assert "mule account" in told(case, MULE, FORMED).form.text.lower()


@pytest.mark.parametrize(
    ("role", "named"),
    [("related", "a related person"), ("subject", "a subject of this report"), ("mule", "a suspected mule")],
)
def test_every_role_of_another_person_is_told(told: Make, student: Case, role: Role, named: str) -> None:
    other = RoleSet(person="POSB-6240877", role=role, reason="recall")
    found = told(student, MULE, other, FORMED)
    assert f"POSB-6240877 is named in this report as {named}." in found.form.text
    unknown = RoleSet(person="POSB-6240877", role="unknown", reason="x")
    assert "is named in this report" not in told(student, MULE, other, unknown, FORMED).form.text


def test_another_person_has_a_role_of_his_own(told: Make, student: Case) -> None:
    payer = RoleSet(person="POSB-6240877", role="victim", reason="recall")
    text = told(student, MULE, payer, FORMED).form.text
    assert "POSB-6240877 is named in this report as a victim." in text
    assert "C-14330 is named" not in text


def test_facts_stand_in_order_of_time(told: Make, student: Case) -> None:
    pieces = [piece.sentence.text for piece in told(student).made.pieces if piece.rank == 10]
    moments = [re.search(r"(\d{4}-\d\d-\d\d) at (\d\d:\d\d)|at (\d\d:\d\d)", text) for text in pieces]
    times = [found.group(2) or found.group(3) for found in moments if found]
    assert len(times) == 6
    assert times == sorted(times)


def test_acronyms_are_expanded_once_and_only_those_that_are_used(told: Make, student: Case, nurse: Case) -> None:
    text = told(student).form.text
    assert text.count("Coordinated Universal Time") == 1
    assert "USDT is Tether" in text
    assert "Tether" not in told(nurse).form.text


def test_a_report_for_another_currency_tells_the_totals_in_it(told: Make, student: Case) -> None:
    assert "In USD that is USD 62,800.00 received and USD 62,189.93 sent." in told(student, regime="fincen").form.text
    assert "In USD that is" not in told(student).form.text


def _matching(case: Case, typology: str, score: float = 0.9) -> Case:
    match = TypologyMatch(id=typology, name=typology, score=score, evidence=("E14",))
    return case.model_copy(update={"typologies": (match,)})


def test_a_key_term_stands_first_and_in_its_fields(told: Make, student: Case) -> None:
    found = told(_matching(student, "pig-butchering-victim"), FORMED, regime="fincen")
    assert found.form.text.startswith("FIN-2023-PIGBUTCHERING. This report concerns")
    assert "2: FIN-2023-PIGBUTCHERING" in found.codes
    assert any("921 Elder financial exploitation" in code for code in found.codes)
    weak = told(_matching(student, "pig-butchering-victim", 0.1), FORMED, regime="fincen")
    assert weak.form.text.startswith("This report concerns")


def test_a_british_report_names_its_code_or_says_that_none_applies(told: Make, student: Case) -> None:
    undecided = told(student, MULE, FORMED, regime="uk")
    assert "odes apply" not in undecided.form.text
    assert [m.command for m in undecided.missing] == ['casewright codes CASE-A-7 CODE|none --regime uk --reason "..."']
    none = told(student, MULE, FORMED, CodesSet(regime="uk", codes=(), reason="x"), regime="uk")
    assert none.form.text.startswith("No codes apply. This report concerns")
    assert none.missing == ()
    chosen = told(student, MULE, FORMED, CodesSet(regime="uk", codes=("XXVICTXX", "XXF1XX"), reason="x"), regime="uk")
    assert chosen.form.text.startswith("XXVICTXX XXF1XX. This report concerns")
    assert chosen.codes[:2] == ("XXVICTXX", "XXF1XX")
    stated = [piece.sentence for piece in chosen.made.pieces if not piece.framed]
    assert check(stated, chosen.known).unsupported == ()
    assert "codes" not in told(student, CodesSet(regime="uk", codes=(), reason="x")).form.text
    found = told(_matching(student, "sanctions-geo-evasion"), FORMED, regime="uk")
    assert found.form.text.startswith("XXSNEXX.")
    case = _matching(student, "sanctions-geo-evasion")
    both = CodesSet(regime="uk", codes=("XXVICTXX", "XXSNEXX"), reason="x")
    assert told(case, FORMED, both, regime="uk").form.text.startswith("XXSNEXX. XXVICTXX.")
    assert told(case, FORMED, CodesSet(regime="uk", codes=(), reason="x"), regime="uk").codes == ()


def test_actions_and_earlier_reports_are_told_as_a_person_told_them(told: Make, student: Case) -> None:
    hold = ActionTaken(day=date(2025, 11, 21), what="the account was put on hold")
    earlier = Filed(day=date(2025, 6, 2), reference="R-55", earlier=True)
    other = Act(seq=9, at=0, who="bo", case="CASE-OLD", what=Filed(day=date(2025, 3, 1), reference="R-44"))
    text = told(student, FORMED, hold, earlier, before=(other,)).form.text
    assert 'On 2025-11-21 the reporting entity recorded as its action "the account was put on hold".' in text
    assert "An earlier report, reference R-55, was filed on 2025-06-02." in text
    assert "An earlier report, reference R-44, was filed on 2025-03-01." in text
    assert "The activity was first noticed on 2025-11-10; suspicion was formed on 2025-11-20." in text


def test_no_report_denies_an_earlier_one_that_is_known(told: Make, student: Case, tmp_path: Path) -> None:
    first, *rest = student.narrative.sections
    with Store.open(f"sqlite:///{tmp_path / 'cases.db'}") as store:
        looked = earlier_cases(store, student.subjects).model_copy(update={"id": "E91"})
    none = Sentence(text="No earlier case on it was found in the case store.", evidence=("E91",))
    sections = (first.model_copy(update={"sentences": (*first.sentences, none)}), *rest)
    case = student.model_copy(
        update={
            "narrative": student.narrative.model_copy(update={"sections": sections}),
            "evidence": (*student.evidence, looked),
        }
    )
    assert "No earlier case" in told(case, MULE, FORMED).form.text
    own = Filed(day=date(2025, 11, 27), reference="STR-1")
    text = told(case, MULE, FORMED, own).form.text
    assert "An earlier report, reference STR-1, was filed on 2025-11-27." in text
    assert "No earlier case" not in text


def test_a_memo_tells_the_reports_that_people_filed(
    small_exchange: Path, student: Case, told: Make, tmp_path: Path
) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'cases.db'}") as store, Ledger.open(small_exchange) as ledger:
        store.save_case(student, "ada")
        decide(store, student.id, "ada", Filed(day=date(2025, 6, 2), reference="R-55", earlier=True))
        decide(store, student.id, "ada", FORMED)
        decide(store, student.id, "ada", Filed(day=date(2025, 11, 27), reference="STR-1"))
        again = investigate(ledger, [resolve(ledger, "A-7")], {}, store)[0]
    memo = " ".join(sentence.text for sentence in again.narrative.sentences)
    assert "No earlier case" not in memo
    assert "An earlier report on it, reference R-55, was filed on 2025-06-02." in memo
    assert "An earlier report on it, reference STR-1, was filed on 2025-11-27." in memo
    assert check(again.narrative.sentences, again).unsupported == ()
    text = told(again, MULE, FORMED, Filed(day=date(2025, 6, 2), reference="R-55", earlier=True)).form.text
    assert text.count("R-55") == 1


def test_the_fields_of_a_form_are_told_a_row_each(told: Make, student: Case) -> None:
    codes = ("2: CMLN-2025-A003", "FinCEN SAR, type: 402 Several, alike, not checked",
             "FinCEN SAR, type: 405 One, not checked", "38(n): IVTS, last checked 2026-11-26")  # fmt: skip
    lines = beside(replace(told(student, MULE, FORMED, regime="fincen"), codes=codes)).splitlines()
    at = lines.index("  field 2: CMLN-2025-A003")
    assert lines[at + 1 : at + 5] == [
        "  field FinCEN SAR, type (not checked):",
        "    402 Several, alike",
        "    405 One",
        "  field 38(n): IVTS (last checked 2026-11-26)",
    ]
    assert "in 1 block\n" in "\n".join(lines)


def test_blocks_rejoin_to_the_text_and_none_ends_or_begins_with_a_blank() -> None:
    text = ("word " * 3_000).strip() + "."
    blocks = blocks_of(text, 4_000)
    assert "".join(blocks) == text
    assert all(len(block) <= 4_000 and block == block.strip() for block in blocks)
    assert len(blocks) == 4


def test_an_american_report_has_no_line_breaks_and_keeps_its_limit(told: Make, student: Case) -> None:
    found = told(student, MULE, FORMED, regime="fincen")
    assert "\n" not in found.form.text
    assert len(found.form.text) <= 17_000
    assert "".join(found.form.blocks) == found.form.text


def test_a_shorter_text_keeps_every_date_and_amount(told: Make, student: Case) -> None:
    whole = told(student, MULE, FORMED)
    limit = len(whole.form.text) - 400
    short = told(student, MULE, FORMED, characters=limit)
    assert len(short.form.text) <= limit
    amounts = {f for f in figures_of(whole.form.text) if re.search(r"\.\d\d$|^\d{4}-|[a-z0-9]{20}", f)}
    assert amounts <= figures_of(short.form.text)
    stated = [piece.sentence for piece in short.made.pieces if not piece.framed]
    assert check(stated, short.known).unsupported == ()
    assert short.form.text.startswith("This report concerns")


def test_what_a_length_costs_is_told_and_codes_stay(told: Make, student: Case) -> None:
    what = (MULE, FORMED, CodesSet(regime="uk", codes=("XXVICTXX",), reason="x"))
    whole = told(student, *what, regime="uk")
    assert whole.made.dropped == ()
    enough = _enough(told, student, *what, regime="uk")
    short = told(student, *what, regime="uk", characters=enough)
    assert short.form.text.startswith("XXVICTXX.")
    gone = {piece.sentence.text for piece in whole.made.pieces if piece.framed} - {
        piece.sentence.text for piece in short.made.pieces
    }
    assert gone
    assert gone <= set(short.made.dropped)
    kept = {piece.made_of for piece in short.made.pieces}
    missing = [p for p in whole.made.pieces if p.made_of and p.made_of not in kept]
    assert all(piece.sentence.text in " ".join(short.made.dropped) or "UTC" in piece.made_of for piece in missing)
    lost = [lost for lost in short.made.lost if lost not in whole.made.lost]
    assert [one.sentence for one in lost] == list(short.made.dropped)
    assert {one.why for one in lost} == {f"it does not fit into {enough:,} characters"}


def test_what_speaks_against_keeps_its_lead_while_any_of_it_stays(told: Make, nurse: Case) -> None:
    lead = "The following speaks against suspicion."
    whole = len(told(nurse, FORMED).form.text)
    shortened_to = 0
    for limit in range(whole, 0, -60):
        try:
            pieces = told(nurse, FORMED, characters=limit).made.pieces
        except UsageError:
            break
        shortened_to = limit
        assert (lead in [p.sentence.text for p in pieces]) == any(p.rank == AGAINST for p in pieces)
    assert shortened_to < whole - 100


def _enough(told: Make, case: Case, *what: Content, regime: str) -> int:
    """The length that is enough, as the refusal of one that is not tells it."""
    with pytest.raises(UsageError, match="are enough") as refused:
        told(case, *what, regime=regime, characters=900)
    return int(re.findall(r"([\d,]+) are enough", str(refused.value))[0].replace(",", ""))


def test_a_length_that_would_lose_an_amount_is_refused_with_the_one_that_would_not(told: Make, student: Case) -> None:
    with pytest.raises(UsageError, match=r"in 900 characters .*; [\d,]+ are enough") as refused:
        told(student, characters=900)
    enough = int(re.findall(r"([\d,]+) are enough", str(refused.value))[0].replace(",", ""))
    assert len(shortened(told(student).made, enough).pieces) > 0


def test_what_ascii_has_no_room_for_is_told() -> None:
    text, unwritten = plain("M\u00fcller \u2013 \u201cL\u00e9\u201d \u9648\u4f1f paid.")
    assert text == 'Muller - "Le" ?? paid.'
    assert unwritten == ("\u9648\u4f1f",)


def test_a_list_of_movements_is_told_one_by_one() -> None:
    text = (
        "On 2025-05-14 it received SGD 21,100.00 over fast at 12:21:00 SGT (04:21:00 UTC) from POSB-6, the same sum at "
        "13:00:21 SGT (05:00:21 UTC) from OCBC-6 and SGD 9.50 at 14:00:21 SGT (06:00:21 UTC) from UOB-7."
    )
    assert reworded(text, "account").ways[0] == (
        "On 2025-05-14 the account received SGD 21,100.00 over FAST at 12:21:00 SGT (04:21:00 UTC) from POSB-6.",
        "On 2025-05-14 the account received SGD 21,100.00 at 13:00:21 SGT (05:00:21 UTC) from OCBC-6.",
        "On 2025-05-14 the account received SGD 9.50 at 14:00:21 SGT (06:00:21 UTC) from UOB-7.",
    )


def test_what_stands_in_quotation_marks_is_not_reworded() -> None:
    text = 'The users ("accounts that sent before it was sent to; and it") came to 5 accounts.'
    assert reworded(text, "account").ways[0] == (text,)


def test_the_words_of_reports_say_their_limits(told: Make, student: Case) -> None:
    assert regime("sg").text.characters is None
    assert [m.command.split()[1] for m in told(student).missing] == ["role", "suspicion"]
    assert told(student, MULE, FORMED).missing == ()


def test_a_sanctioned_party_raises_the_question_of_the_shorter_clock(told: Make, student: Case) -> None:
    found = Finding(statement="It sent SGD 5.00 to X.", evidence=("E1",), speaks="for", category="sanctioned")
    case = student.model_copy(update={"findings": (found,)})
    asked = told(case, MULE, FORMED).missing
    assert [m.command.split(" --")[2] for m in asked] == ["occasion sanctioned"]
    assert "1 business day" in asked[0].what
    assert told(student, MULE, FORMED).missing == ()
    assert told(case, MULE, FORMED, regime="fincen").missing == ()
    settled = FORMED.model_copy(update={"occasion": "sanctioned"})
    assert told(case, MULE, settled).missing == ()
