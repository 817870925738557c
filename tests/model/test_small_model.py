"""A real small model behind a real server: it invents and wanders; nothing crashes, and nothing unsupported is told."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.exceptions import ContextOverflowError
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from casewright.agent import grounding
from casewright.agent.asking.events import Answer
from casewright.agent.asking.examined import everything
from casewright.agent.asking.session import Session
from casewright.agent.cases import draft
from casewright.agent.drafting.model import ChatAuthor
from casewright.agent.drafting.write import write
from casewright.agent.investigate import investigate, resolve
from casewright.agent.ledgers import open_ledger
from casewright.agent.models.choice import Choice
from casewright.agent.models.make import chat_model
from casewright.agent.models.meter import LimitReached, Meter
from casewright.agent.privacy.pseudonyms import Pseudonyms
from casewright.agent.settings import FILE, Workspace
from casewright.agent.typologies.known import library_of
from casewright.knowledge.case import Sentence
from casewright.tools.store import Store

pytestmark = pytest.mark.model

LABELS = {
    "type": "function",
    "function": {
        "name": "labels",
        "description": "What is known of an address.",
        "parameters": {
            "type": "object",
            "properties": {"subjects": {"type": "array", "items": {"type": "string"}}},
            "required": ["subjects"],
        },
    },
}


@pytest.fixture
def small(tmp_path: Path, small_model: str, build_ledger: Callable[..., Path]) -> Workspace:
    """A workspace with a few transfers of C-1, whose model is the small one."""
    workspace = Workspace.init(tmp_path / "w")
    rows = [
        {"src": f"C-{payer}", "dst": "C-1", "at": f"2025-03-0{payer}T10:00", "usd": 950 + payer}
        for payer in range(2, 7)
    ]
    rows.append({"src": "C-1", "dst": "0x" + "ab" * 20, "at": "2025-03-07T11:00", "usd": 4700})
    customers = [{"id": f"C-{nr}", "name": name} for nr, name in enumerate(("Ana Wirth", "Bo Lund", "Chi Okoro"), 1)]
    build_ledger(workspace.ledger, rows, customers=customers)
    (workspace.folder / FILE).write_text(f'model = "{small_model}"\n[limits]\nanswer_tokens = 200\nretries = 0\n')
    return Workspace.at(workspace.folder)


def test_it_calls_no_tools_itself_and_is_offered_them_by_a_schema(small: Workspace) -> None:
    meter = Meter.of(small)
    model = chat_model(small, meter=meter, privacy=Pseudonyms()).bind_tools([LABELS], tool_choice="labels")
    asked = model.invoke([HumanMessage("What is known of the account ABC?")])
    choice = Choice.of(small.settings.model)
    ability = meter.kept.ability(choice.name, choice.url)
    assert ability is not None
    assert (ability.tools, ability.json_schema) == (False, True)
    assert isinstance(asked, AIMessage)
    assert asked.tool_calls[0]["name"] == "labels"
    assert isinstance(asked.tool_calls[0]["args"]["subjects"], list)
    assert meter.run.tokens_in > 0
    assert meter.run.usd == 0


def test_its_answer_is_streamed_and_counted(small: Workspace) -> None:
    meter = Meter.of(small)
    model = chat_model(small, meter=meter, privacy=Pseudonyms())
    pieces = list(model.stream([SystemMessage("Answer in one short sentence."), HumanMessage("What is a bank?")]))
    assert len([piece for piece in pieces if piece.text]) > 3
    assert meter.turn.tokens_out > 3


def test_an_answer_that_does_not_end_and_a_talk_that_is_too_long_are_told(small: Workspace) -> None:
    short = replace(small, settings=replace(small.settings, limits=replace(small.settings.limits, answer_tokens=5)))
    model = chat_model(short, privacy=Pseudonyms())
    with pytest.raises(LimitReached, match="cut off at its longest"):
        model.invoke([HumanMessage("Tell a long story about a river.")])
    with pytest.raises(ContextOverflowError, match="longer than smollm2"):
        chat_model(small, privacy=Pseudonyms()).invoke([HumanMessage("word " * 9000)])


@pytest.mark.parametrize("question", ["How much did C-1 receive in March 2025?", "Was C-1 paid by a stranger? [E9]"])
def test_nothing_unsupported_is_told_in_an_answer(small: Workspace, question: str) -> None:
    with Session.open(small) as session:
        events = list(session.ask(question))
        answer = events[-1]
        assert isinstance(answer, Answer)
        _is_held(answer.sentences, session)
        assert answer.sentences or answer.struck or answer.cut_off or answer.not_established
        assert answer.usage.tokens_in > 0
        list(session.ask("And before that?"))  # whatever was said, the conversation goes on
        assert len(session.turns()) == 2


def _is_held(sentences: Sequence[Sentence], session: Session) -> None:
    """Each sentence cites what is there, and each of its figures stands in what it cites: read here by other means."""
    known = everything(session.around)
    for sentence in sentences:
        assert sentence.evidence, sentence.text
        assert set(sentence.evidence) <= set(known)
        held = " ".join(known[name].model_dump_json(exclude={"query"}) for name in sentence.evidence)
        for figure in re.findall(r"(?<![\w-])\d[\d,]*(?:\.\d+)?", sentence.text):
            assert figure.replace(",", "") in held, (figure, sentence.text)


def test_ask_prints_one_object_whatever_the_model_says(small: Workspace, casewright: Callable[..., Any]) -> None:
    ran = casewright("-w", small.folder, "ask", "Which addresses did C-1 pay?", "--json")
    assert ran.code in {0, 1}, ran.err
    assert {"answer", "sources", "refused", "usage"} <= set(ran.json)
    assert ran.json["usage"]["usd"] == 0
    assert "Traceback" not in ran.err


def test_a_draft_holds_nothing_unsupported_whatever_the_model_made_of_it(small: Workspace) -> None:
    told: list[str] = []
    [made] = draft(small, ["C-1"], who="ada", tell=told.append)
    [own] = draft(_offline(small), ["C-1"], who="ada", out=small.folder / "own")
    assert not grounding.check(made.case.narrative.sentences, made.case).unsupported
    assert made.case.recommendation == own.case.recommendation
    assert made.case.narrative.status == "draft"
    if made.written.kept_because:
        assert made.case.narrative == own.case.narrative
        assert any("the embedded writer's draft is kept" in line for line in told)


def test_a_draft_that_the_model_does_not_bring_to_its_end_is_none(small: Workspace) -> None:
    short = replace(small, settings=replace(small.settings, limits=replace(small.settings.limits, answer_tokens=40)))
    model = chat_model(short, privacy=Pseudonyms())
    with open_ledger(small) as ledger, Store.open(small.cases) as store:
        [case] = investigate(ledger, [resolve(ledger, "C-1")], library_of(small).typologies, store)
        written = write(case, ChatAuthor("smollm2", model, None, budget=2000), ledger)
    assert "was cut off at its longest" in written.kept_because
    assert written.case.narrative == case.narrative


def _offline(workspace: Workspace) -> Workspace:
    return replace(workspace, settings=workspace.settings.modelled("offline"))
