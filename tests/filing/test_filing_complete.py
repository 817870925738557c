"""The checklist: each check passes where what it asks for is there, and fails where it is not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from casewright.agent.filing.checklist import checklist
from casewright.agent.filing.checks.under import Under
from casewright.agent.filing.complete import checks, payload, score
from casewright.agent.filing.form import Formed, formed
from casewright.agent.filing.ready import refuse_unready, under
from casewright.agent.filing.report import Report
from casewright.agent.filing.rfi import draft
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case, Finding, Sentence, TypologyMatch
from casewright.knowledge.errors import PolicyError
from casewright.knowledge.evidence import Evidence
from casewright.tools.store import Store
from casewright.tools.store.filing import ActionTaken, CodesSet, Filed, RoleSet, Suspicion, decide

Make = Callable[..., Report]
MULE = RoleSet(person="C-14330", role="mule", reason="told by the bank")
VICTIM = RoleSet(person="C-14330", role="victim", reason="told by the customer")
FORMED = Suspicion(formed=date(2025, 11, 20), noticed=date(2025, 11, 10), reason="the payers")
HOLD = ActionTaken(day=date(2025, 11, 21), what="the account was put on hold")


@pytest.fixture
def whole(told: Make, student: Case) -> Under:
    """A report that has all it needs."""
    return Under(told(student, MULE, FORMED, HOLD), draft(student).text)


def _with_text(under: Under, text: str) -> Under:
    """The same report, its text replaced in every place where a check looks."""
    made = under.report.made
    pieces = tuple(
        replace(piece, sentence=piece.sentence.model_copy(update={"text": text if number == 0 else ""}))
        for number, piece in enumerate(made.pieces)
    )
    form = Formed(text, (text,))
    return replace(under, report=replace(under.report, form=form, made=replace(made, pieces=pieces)))


def _without(under: Under, *words: str) -> Under:
    """The same report without these words."""
    text = under.text
    for word in words:
        assert word in text, word
        text = text.replace(word, "so and so")
    return _with_text(under, text)


def _share(name: str, under: Under) -> float | None:
    return checks()[name](under).share


def test_the_list_has_a_function_for_each_line_and_no_other() -> None:
    assert list(checks()) == [f"C{number:02}" for number in range(1, 23)]
    assert set(checklist().checks) == set(checks())


def test_a_whole_report_passes_all_that_stop_it(whole: Under) -> None:
    found = score(whole)
    assert found.stopping == ()
    assert found.complete
    assert found.share > 0.95


def test_a_report_that_nobody_decided_about_is_stopped(told: Make, student: Case) -> None:
    found = score(Under(told(student)))
    assert set(found.stopping) == {"C05", "C13", "C22"}
    assert not found.complete
    todo = {row.id: row.found.todo for row in found.rows}
    assert "casewright role CASE-A-7" in todo["C13"]
    assert "casewright suspicion CASE-A-7" in todo["C22"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("C03", ("Vanessa Lim Hao",)),
        ("C03", ("student",)),
        ("C04", ("USDT",)),
        ("C04", ("TRON",)),
        ("C05", ("2025-11-10",)),
        ("C06", ("SG",)),
        ("C08", ("TTHQri4ikPiMKSZXjXNNA3mEgr8hA1H4jF",)),
        ("C10", ("SGD 84,400.00",)),
        ("C11", ("2a3ff27347e57be01dcc28937eaff5369c60d2f0a76e726893dde06257aae0b7",)),
        ("C11", ("10.105.218.61",)),
        ("C22", ("2025-11-20",)),
    ],
)
def test_what_is_missing_in_the_text_is_told(whole: Under, name: str, words: tuple[str, ...]) -> None:
    assert _share(name, whole) == 1
    found = checks()[name](_without(whole, *words))
    assert found.share is not None
    assert found.share < 1
    assert found.missing


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("C12", "The customer is a money launderer."),
        ("C12", "The funds were clearly criminal."),
        ("C15", "The payments are listed in the file, see attached table."),
        ("C15", "Payer | Amount | Day"),
        ("C15", "Our solicitor said so."),
        ("C15", "The risk score was 0.93."),
        ("C15", "Alert A-7 was raised by monitoring rule R-1."),
        ("C15", "He is muslim."),
        ("C15", "It received SGD 5.00. [E1]"),
    ],
)
def test_what_has_no_place_is_found(whole: Under, name: str, text: str) -> None:
    assert _share(name, whole) == 1
    assert _share(name, _with_text(whole, text)) == 0


def test_a_key_term_that_is_not_in_front_is_missed(told: Make, student: Case) -> None:
    match = TypologyMatch(id="pig-butchering-victim", name="x", score=0.9, evidence=("E14",))
    case = student.model_copy(update={"typologies": (match,)})
    under = Under(told(case, MULE, FORMED, regime="fincen"))
    assert _share("C01", under) == 1
    assert _share("C01", _without(under, "FIN-2023-PIGBUTCHERING")) == 0.5
    assert _share("C01", Under(told(case, MULE, regime="fincen"))) is None
    undecided = checks()["C01"](Under(told(student, MULE, FORMED, regime="uk")))
    assert (undecided.share, undecided.todo.split()[:4]) == (0, ["casewright", "codes", "CASE-A-7", "CODE|none"])
    none = CodesSet(regime="uk", codes=(), reason="read the list")
    uk = Under(told(student, MULE, FORMED, none, regime="uk"))
    assert _share("C01", uk) == 1
    assert _share("C01", _without(uk, "No codes apply")) == 0


def test_parts_must_be_there_and_in_order(whole: Under) -> None:
    assert _share("C02", whole) == 1
    made = whole.report.made
    body = tuple(piece for piece in made.pieces if piece.part != "conclusion")
    assert _share("C02", replace(whole, report=replace(whole.report, made=replace(made, pieces=body)))) == 0.75
    turned = tuple(reversed(made.pieces))
    assert _share("C02", replace(whole, report=replace(whole.report, made=replace(made, pieces=turned)))) == 0.75


def _left(under: Under, words: str) -> Under:
    """The same report without the sentences that hold these words."""
    made = under.report.made
    pieces = tuple(piece for piece in made.pieces if words not in piece.sentence.text)
    assert len(pieces) < len(made.pieces), words
    made = replace(made, pieces=pieces)
    return replace(under, report=replace(under.report, made=made, form=formed(made)))


def test_a_text_without_a_reason_for_suspicion_says_neither_why_nor_introduces(whole: Under) -> None:
    without = _left(whole, "Suspicion rests on")
    found = checks()["C07"](without)
    assert (found.share, found.missing) == (0.5, "what suspicion rests on")
    assert "casewright review edit" in found.todo
    assert _share("C02", without) == 0.75
    assert {"C07"} <= set(score(without).stopping)


def test_what_speaks_against_suspicion_is_no_reason_for_it(whole: Under) -> None:
    made = whole.report.made
    against = tuple(replace(piece, rank=40) if 10 <= piece.rank < 40 else piece for piece in made.pieces)
    found = checks()["C07"](replace(whole, report=replace(whole.report, made=replace(made, pieces=against))))
    assert (found.share, found.missing) == (0.5, "what was expected, beside what was seen")


def test_an_outside_address_needs_a_reason_too(told: Make, student: Case) -> None:
    evidence = tuple(e.model_copy(update={"tables": ()}) if e.tool == "customer" else e for e in student.evidence)
    case = student.model_copy(update={"evidence": evidence})
    under = Under(told(case, MULE, FORMED))
    assert _share("C07", under) is None
    assert _share("C07", _left(under, "Suspicion rests on")) == 0


def test_a_text_without_a_comparison_does_not_say_why(whole: Under) -> None:
    assert _share("C07", whole) == 1
    assert _share("C07", _with_text(whole, "The account received SGD 84,400.00 in 4 transfers.")) == 0


def test_a_figure_that_no_evidence_holds_is_found(whole: Under) -> None:
    assert _share("C09", whole) == 1
    first, second, *rest = whole.report.made.pieces
    bad = second.sentence.model_copy(update={"text": second.sentence.text.replace("84,400", "84,300")})
    assert bad != second.sentence
    made = replace(whole.report.made, pieces=(first, replace(second, sentence=bad), *rest))
    found = checks()["C09"](replace(whole, report=replace(whole.report, made=made)))
    assert (found.share, "84,300" in found.missing) == (0, True)
    frame = replace(first, sentence=Sentence(text="C-14330 sent SGD 9,999.00 more."))
    made = replace(whole.report.made, pieces=(first, frame, *rest))
    assert _share("C09", replace(whole, report=replace(whole.report, made=made))) == 0


def test_the_sum_of_rows_is_worked_out_again(told: Make, student: Case) -> None:
    profile = next(e for e in student.evidence if e.tool == "account_profile")
    facts = tuple(
        f.model_copy(update={"value": f.value + 1}) if f.name == "inflow_usd" else f  # type: ignore[operator]
        for f in profile.facts
    )
    evidence = tuple(e.model_copy(update={"facts": facts}) if e is profile else e for e in student.evidence)
    found = checks()["C10"](Under(told(student.model_copy(update={"evidence": evidence}), MULE, FORMED)))
    assert found.share is not None
    assert found.share < 1
    assert "its rows add up to USD 62,800.00" in found.missing


def test_the_authoritys_currency_is_asked_for(told: Make, student: Case) -> None:
    under = Under(told(student, MULE, FORMED, regime="fincen"))
    assert _share("C10", under) == 1
    assert "the outflow in USD" in checks()["C10"](_without(under, "USD 62,189.93")).missing


def test_a_victim_who_is_written_up_as_a_culprit_stops_the_report(told: Make, student: Case) -> None:
    under = Under(told(student, VICTIM, FORMED))
    assert _share("C13", under) == 1
    assert _share("C13", _with_text(under, "The victim acted as a mule.")) == 0
    assert _share("C13", _with_text(under, "The account received SGD 5.00.")) == 0
    assert _share("C13", Under(told(student, RoleSet(person="C-14330", role="unknown", reason="x"), FORMED))) == 0


def test_an_earlier_report_must_be_named_with_its_day(told: Make, student: Case) -> None:
    earlier = Filed(day=date(2025, 6, 2), reference="R-55", earlier=True)
    under = Under(told(student, MULE, FORMED, earlier))
    assert _share("C14", under) == 1
    assert _share("C14", _without(under, "R-55")) == 0.5
    assert _share("C14", _with_text(under, f"{under.text} No earlier case on the account was found.")) == 0
    own = Under(told(student, MULE, FORMED, Filed(day=date(2025, 11, 27), reference="STR-1")))
    assert (_share("C14", own), _share("C14", _without(own, "STR-1"))) == (1, 0.5)


def test_one_small_csv_may_go_with_it(whole: Under, tmp_path: Path) -> None:
    small, large, other = tmp_path / "rows.csv", tmp_path / "all.csv", tmp_path / "rows.xlsx"
    small.write_text("a,b\n", encoding="utf-8")
    large.write_bytes(b"x" * 1_000_001)
    other.write_bytes(b"x")
    assert _share("C16", replace(whole, attachments=(small,))) == 1
    for files in ((large,), (other,), (small, small)):
        assert _share("C16", replace(whole, attachments=files)) == 0


@pytest.mark.parametrize("text", ["", " begins with a blank", "a\tb", "caf\u00e9", "x" * 17_001, "one\ntwo"])
def test_the_form_takes_no_other_text(told: Make, student: Case, text: str) -> None:
    under = Under(told(student, MULE, FORMED, regime="fincen"))
    assert _share("C17", under) == 1
    found = _share("C17", _with_text(under, text))
    assert found is not None
    assert found < 1


def test_a_text_that_is_hard_to_read_is_told(whole: Under) -> None:
    assert _share("C18", _with_text(whole, "It received SGD 5.00. In this text SGD is Singapore dollars.")) == 1
    long = "word " * 40 + "SGT."
    found = checks()["C18"](_with_text(whole, long))
    assert found.share == 0.5
    assert "short sentences" in found.missing
    assert "SGT is short for" in found.missing
    assert "grade" in found.todo


def test_what_speaks_against_must_not_be_dropped(told: Make, student: Case, nurse: Case) -> None:
    under = Under(told(nurse, FORMED))
    assert _share("C19", under) == 1
    against = Finding(statement="The wages of May explain it.", evidence=("E1",), speaks="against")
    case = student.model_copy(update={"findings": (*student.findings, against)})
    found = checks()["C19"](Under(told(case, MULE, FORMED)))
    assert "The wages of May explain it" in found.missing


@pytest.mark.parametrize("word", ["STR", "suspicious transaction", "SAR", "investigation", "POSB-6240877", "A-7"])
def test_a_letter_that_reveals_anything_stops_the_report(whole: Under, word: str) -> None:
    assert _share("C20", whole) == 1
    found = checks()["C20"](replace(whole, to_customer=f"{whole.to_customer} About the {word} we wrote."))
    assert found.share == 0
    assert word in found.missing


def test_a_letter_that_cannot_be_drafted_stops_the_report(workspace: Workspace, student: Case) -> None:
    assert student.alert is not None
    case = student.model_copy(update={"alert": student.alert.model_copy(update={"title": "Our questions"})})
    with Store.open(workspace.cases) as store:
        store.save_case(case, "ada")
        found = checks()["C20"](under(workspace, store, case))
        assert (found.share, found.missing) == (0, "the letter would give something away: Our questions")
        with pytest.raises(PolicyError, match="C20 the letter would give something away"):
            refuse_unready(workspace, store, case)


def test_an_outside_address_gets_no_letter_and_none_is_missed(workspace: Workspace, student: Case) -> None:
    case = student.model_copy(update={"evidence": tuple(e for e in student.evidence if e.tool != "customer")})
    with Store.open(workspace.cases) as store:
        store.save_case(case, "ada")
        found = under(workspace, store, case)
    assert (found.to_customer, checks()["C20"](found).share) == ("", 1)


def test_what_was_done_is_asked_for(told: Make, student: Case, whole: Under) -> None:
    assert _share("C21", whole) == 1
    assert _share("C21", Under(told(student, MULE, FORMED))) == 0


def test_a_report_filed_late_is_told(told: Make, student: Case) -> None:
    in_time, late = (Filed(day=date(2025, 11, day), reference="R-1") for day in (27, 28))
    assert _share("C22", Under(told(student, MULE, FORMED, in_time))) == 1
    found = checks()["C22"](Under(told(student, MULE, FORMED, late)))
    assert "a filing by 2025-11-27 (it was on 2025-11-28)" in found.missing


BROKEN: dict[str, Callable[[Under], Under]] = {
    "C01": lambda under: _without(under, "No codes apply"),
    "C02": lambda under: _left(under, "Suspicion rests on"),
    "C03": lambda under: _without(under, "C-14330"),
    "C04": lambda under: _without(under, "TRON"),
    "C05": lambda under: _without(under, "2025-11-10"),
    "C06": lambda under: _without(under, "SG"),
    "C07": lambda under: _left(under, "Suspicion rests on"),
    "C08": lambda under: _with_text(under, "It moved."),
    "C09": lambda under: _stating(under, "C-14330 sent SGD 9,999.00 more."),
    "C10": lambda under: _without(under, "84,400.00"),
    "C11": lambda under: _without(under, "D-a72a2e"),
    "C12": lambda under: _with_text(under, "He is guilty."),
    "C13": lambda under: _deciding(under, RoleSet(person="C-14330", role="unknown", reason="x")),
    "C14": lambda under: _without(under, "R-55"),
    "C15": lambda under: _with_text(under, "Our model said so."),
    "C16": lambda under: replace(under, attachments=(Path(__file__),)),
    "C17": lambda under: _with_text(under, "a\tb"),
    "C18": lambda under: _with_text(under, "word " * 40),
    "C19": lambda under: _finding(under, "The wages of May explain it."),
    "C20": lambda under: replace(under, to_customer="We file an STR."),
    "C21": lambda under: _deciding(under, None),
    "C22": lambda under: _without(under, "2025-11-20"),
}


def _stating(under: Under, text: str) -> Under:
    made = under.report.made
    piece = replace(made.pieces[0], sentence=made.pieces[0].sentence.model_copy(update={"text": text}))
    return replace(under, report=replace(under.report, made=replace(made, pieces=(piece, *made.pieces[1:]))))


def _deciding(under: Under, act: RoleSet | None) -> Under:
    """With another role decided, or without any action told."""
    decided = under.report.decided
    told = under.report.told.model_copy(update={"facts": ()}) if act is None else under.report.told
    acts = decided.acts if act is None else (*decided.acts, decided.acts[0].model_copy(update={"what": act}))
    decided = decided.model_copy(update={"acts": acts})
    return replace(under, report=replace(under.report, decided=decided, told=told))


def _finding(under: Under, statement: str) -> Under:
    against = Finding(statement=statement, evidence=("E1",), speaks="against")
    case = under.case.model_copy(update={"findings": (*under.case.findings, against)})
    return replace(under, report=replace(under.report, case=case))


def test_every_check_is_broken_here() -> None:
    assert list(BROKEN) == list(checks())


@pytest.mark.parametrize("name", BROKEN)
def test_every_check_passes_a_report_that_has_all_and_fails_one_that_lacks_what_it_asks(
    told: Make, student: Case, name: str
) -> None:
    earlier = Filed(day=date(2025, 6, 2), reference="R-55", earlier=True)
    regime = "uk" if name == "C01" else "sg"
    codes = CodesSet(regime="uk", codes=(), reason="read the list")
    whole = Under(told(student, MULE, FORMED, HOLD, earlier, codes, regime=regime), draft(student).text)
    if name == "C18":  # its long sentences are told, and stop nothing
        whole = _with_text(whole, "The account received 5 transfers.")
    assert _share(name, whole) == 1
    broken = checks()[name](BROKEN[name](whole))
    assert broken.share is not None
    assert broken.share < 1
    assert broken.missing


def test_what_code_cannot_measure_counts_neither_way(told: Make, student: Case) -> None:
    case = student.model_copy(
        update={"evidence": tuple(e for e in student.evidence if e.tool not in {"customer", "logins"})}
    )
    found = score(Under(told(case, MULE, FORMED)))
    assert "C06" in found.unmeasured
    row = next(row for row in payload(found)["checks"] if row["id"] == "C06")
    assert (row["score"], row["todo"]) == (None, "write the place into the form's field by hand")


def test_an_approval_is_refused_with_what_stops_it(workspace: Workspace, student: Case) -> None:
    with Store.open(workspace.cases) as store:
        store.save_case(student, "ada")
        with pytest.raises(PolicyError, match="C13 the role of C-14330") as refused:
            refuse_unready(workspace, store, student)
        assert re.search(r"C22 when suspicion was formed", str(refused.value))
        for what in (MULE, FORMED, HOLD):
            decide(store, student.id, "ada", what)
        assert refuse_unready(workspace, store, student).complete


def _placeless(case: Case) -> Iterator[Evidence]:
    """The evidence without any country."""
    for evidence in case.evidence:
        if evidence.tool != "logins":
            facts = tuple(f for f in evidence.facts if evidence.tool != "customer" or f.name != "country")
            yield evidence.model_copy(update={"facts": facts})


def test_an_approval_is_refused_where_too_much_is_missing_though_no_check_stops_it(
    workspace: Workspace, student: Case
) -> None:
    first, *rest = student.narrative.sections
    verdict = Sentence(text="The payments were undoubtedly planned.", evidence=first.sentences[0].evidence)
    long = Sentence(text=f"It is {'very ' * 40}well known.", evidence=first.sentences[0].evidence)
    told_too = first.model_copy(update={"sentences": (*first.sentences, verdict, long)})
    against = Finding(statement="The wages of May explain it.", evidence=("E1",), speaks="against")
    case = student.model_copy(
        update={
            "narrative": student.narrative.model_copy(update={"sections": (told_too, *rest)}),
            "findings": (*(f for f in student.findings if f.speaks == "for"), against),
            "evidence": tuple(_placeless(student)),
        }
    )
    with Store.open(workspace.cases) as store:
        store.save_case(case, "ada")
        for what in (MULE, FORMED):
            decide(store, case.id, "ada", what)
        found = score(under(workspace, store, case, "uk"))
        assert found.stopping == ()
        with pytest.raises(PolicyError, match=r"complete 8\d% of the weight is earned, 85% are needed: C01 a code"):
            refuse_unready(workspace, store, case, "uk")
        for what in (HOLD, CodesSet(regime="uk", codes=(), reason="read the list")):
            decide(store, case.id, "ada", what)
        assert refuse_unready(workspace, store, case, "uk").complete
