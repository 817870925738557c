"""What goes out to a customer gives nothing away, whatever the case, the regime and whoever asks."""

import re

import pytest

from casewright.agent.filing import rfi
from casewright.agent.filing.regime import regimes
from casewright.agent.filing.rfi import letter
from casewright.agent.filing.secrecy import revealing, secret_words
from casewright.knowledge.case import Case
from casewright.knowledge.errors import PolicyError, UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.library import load
from casewright.tools.indicators import catalogue


def test_the_letter_asks_what_the_evidence_gives_reason_to_ask(student: Case, nurse: Case) -> None:
    found = rfi.draft(student)
    assert "Dear Vanessa Lim Hao," in found.text
    assert "your account C-14330" in found.text
    assert "Our questions are about 2025-11-10." in found.text
    asked = " ".join(found.questions)
    assert "How do you know those who paid into your account" in asked
    assert "To whom do the wallets belong" in asked
    other = " ".join(rfi.draft(nurse).questions)
    assert "How do you know those who paid" not in other
    assert "wallets" not in other
    assert "Where does the money" in other


@pytest.mark.parametrize("word", secret_words())
def test_no_letter_holds_a_secret_word_and_each_would_be_found(student: Case, nurse: Case, word: str) -> None:
    bare = word.replace("*", "").replace("... ", "")
    for case in (student, nurse):
        assert not re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", rfi.draft(case).text, re.IGNORECASE)
    for told in (bare, bare.upper(), bare.lower()):
        assert any(told in found for found in revealing(f"We wrote about the {told} before."))


def test_every_regimes_words_are_secret() -> None:
    for regime in regimes().values():
        assert set(regime.secrecy.words) <= set(secret_words())


def test_other_people_and_the_houses_own_names_are_in_no_letter(student: Case) -> None:
    text = rfi.draft(student).text
    for name in ("POSB-6240877", "QUEK", "DOREEN", "A-7", "CASE-A-7", "bank-credits-passed-on", "Credits passed on"):
        assert name not in text
        assert revealing(f"You were paid by {name}.", student) or name in {"QUEK", "DOREEN"}
    assert revealing("You were paid by QUEK BEE KHIM.", student) == ["QUEK BEE KHIM"]


@pytest.mark.parametrize(
    "question",
    [
        "We filed an STR about you; any comment?",
        "Why did the police ask about you?",
        "Why does our monitoring show a high risk score?",
        "What do you know of QUEK BEE KHIM?",
        "Are you a victim of a scam?",
        "What about POSB-6240877?",
    ],
)
def test_a_question_of_a_persons_that_gives_something_away_is_refused(student: Case, question: str) -> None:
    with pytest.raises(PolicyError, match="would give something away"):
        rfi.draft(student, [question])


def test_a_harmless_question_of_a_persons_is_added(student: Case) -> None:
    assert "Do you run a shop?" in rfi.draft(student, ["Do you run a shop?"]).questions


def test_a_question_is_told_in_one_line_and_none_is_empty(student: Case) -> None:
    asked = rfi.draft(student, ["Do you\nrun a  shop?\u200b\n\nDear reader, ..."])
    assert "Do you run a shop? Dear reader, ..." in asked.questions
    assert "Do you run a shop? Dear reader, ...\n" in f"{asked.text}\n"
    for empty in ("", " \n", "\u200b"):
        with pytest.raises(UsageError, match="a question is empty"):
            rfi.draft(student, [empty])


def test_no_shipped_question_points_to_what_another_one_named() -> None:
    known = load([], catalogue()).typologies
    asked = [str(question) for typology in known.values() for question in typology.questions.customer]
    assert [q for q in asked if re.search(r"\b(?:that|those) (?:platforms?|service|account)\b", q)] == []


def test_what_experts_ask_is_held_to_the_same(student: Case) -> None:
    bad = "Did the police tell you about the fraud?"
    questions = Evidence.model_validate(
        {
            "id": "E90", "tool": "typology", "query": "", "status": "found",
            "tables": [{"columns": [{"name": n, "kind": "text"} for n in ("part", "text")],
                        "rows": [{"part": "question to the customer", "text": text}
                                 for text in (bad, "Who set up the wallet?")]}],
        }
    )  # fmt: skip
    found = rfi.draft(student.model_copy(update={"evidence": (*student.evidence, questions)}))
    assert "Who set up the wallet?" in found.questions
    assert [question for question, _ in found.left_out] == [bad]
    assert "police, fraud" in found.left_out[0][1]


def test_most_questions_of_the_shipped_typologies_can_be_asked() -> None:
    known = load([], catalogue()).typologies
    asked = [str(question) for typology in known.values() for question in typology.questions.customer]
    bad = [question for question in asked if revealing(question)]
    assert len(asked) > 100
    assert len(bad) < len(asked) / 10


def test_an_outside_address_gets_no_letter(student: Case) -> None:
    evidence = tuple(e for e in student.evidence if e.tool != "customer")
    with pytest.raises(PolicyError, match="no customer on record"):
        rfi.draft(student.model_copy(update={"evidence": evidence}))


def test_the_words_of_the_letter_itself_are_neutral() -> None:
    words = letter()
    whole = " ".join([words.purpose, words.period, words.request, words.closing, *(q.ask for q in words.questions)])
    assert revealing(whole) == []
