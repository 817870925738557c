"""The case is one JSON, and a sentence shows its citations as `narrative.md` does."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from casewright.knowledge.case import Alert, Case, Finding, Narrative, NotLookedAt, Section, Sentence, TypologyMatch


def test_a_whole_case_comes_back_from_its_json(make_case: Callable[..., Case]) -> None:
    alert = Alert(id="AL-1", subject="C-10482", at=1_700_000_000, since=1_690_000_000)
    full = make_case(alert=alert).model_copy(
        update={
            "role": "mule",
            "findings": (Finding(statement="It left fast.", evidence=("E1",), speaks="for", strength="strong"),),
            "typologies": (TypologyMatch(id="t", name="T", score=0.5, seen=("a",), unmeasured=("b",)),),
            "not_looked_at": (NotLookedAt(what="log-ins", kind="todo", command="casewright import logins FILE"),),
        }
    )
    again = Case.model_validate_json(full.model_dump_json())
    assert again == full
    assert again.model_dump_json() == full.model_dump_json()


def test_sentences_are_read_in_order_and_cited() -> None:
    first, second = Sentence(text="One.", evidence=("E1", "E7")), Sentence(text="Two.")
    narrative = Narrative(sections=(Section(title="A", sentences=(first,)), Section(title="B", sentences=(second,))))
    assert [sentence.cited() for sentence in narrative.sentences] == ["One. [E1][E7]", "Two."]


def test_a_draft_is_a_draft_and_nothing_unknown_is_let_in(make_case: Callable[..., Case]) -> None:
    case = make_case()
    assert (case.narrative.status, case.role, case.recommendation) == ("draft", "unknown", "more information needed")
    for change in ({"approved_by": "ada"}, {"role": "guilty"}, {"recommendation": "arrest"}):
        with pytest.raises(ValidationError):
            Case.model_validate(case.model_dump(mode="json") | change)
