"""The guard: what is refused before a model reads it, and what only sounds like it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from scripted import Scripted

from casewright.agent.asking.events import Answer
from casewright.agent.asking.refusals import refusal
from casewright.agent.asking.session import Session
from casewright.agent.settings import Workspace

PHRASES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("refused.yaml").read_text(encoding="utf-8"))
REFUSED = [(name, text) for name, texts in PHRASES["refused"].items() for text in texts]


def test_there_are_enough_phrasings_both_ways() -> None:
    assert len(REFUSED) >= 40
    assert len(PHRASES["answered"]) >= 40


@pytest.mark.parametrize(("name", "text"), REFUSED, ids=[text for _, text in REFUSED])
def test_what_no_conversation_does_is_refused_with_its_reason(name: str, text: str) -> None:
    found = refusal(text, None)
    assert found is not None
    assert found.name == name
    assert "What can be done" in found.text


@pytest.mark.parametrize("text", PHRASES["answered"])
def test_a_question_that_only_sounds_like_it_is_answered(text: str) -> None:
    assert refusal(text, None) is None


PERSONS = PHRASES["refused"]["person"]


@pytest.mark.parametrize("text", [text for text in PERSONS if "my " not in text])
def test_within_a_case_a_name_may_be_asked_about(exchange: Workspace, text: str) -> None:
    with Session.open(exchange, alert="A-71QK2X", model=Scripted(lines=["not established: it"])) as session:
        *_, answer = session.ask(text)
    assert isinstance(answer, Answer)
    assert not answer.refused


@pytest.mark.parametrize("text", ["show what mira koh received", "MIRA KOH's deposits", "and for Mira Koh?"])
def test_a_customers_name_is_known_however_it_is_written(make_ledger: Any, text: str) -> None:
    ledger = make_ledger(customers=[{"id": "C-10482", "name": "Mira Koh", "kind": "person"}])
    assert refusal(text, None, None) is None
    found = refusal(text, None, ledger)
    assert found is not None
    assert found.name == "person"


def test_a_service_that_bears_a_label_is_nobody_in_private(make_ledger: Any) -> None:
    text = "Show what went to Northgate Deposits"
    assert refusal(text, None) is not None
    ledger = make_ledger(labels=[{"id": "0xab12", "name": "Northgate Deposits 4"}])
    assert refusal(text, None, ledger) is None
