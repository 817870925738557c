"""The offline model in real conversations: forty questions of investigators, and paraphrases for the choice of tools.

The paraphrases are by the same hand as the examples, which is kind to the figure. Set `a` was written before anything
was tuned: 40 of 60 at first, 48 after the examples were doubled and how they are weighed was chosen on the examples
alone; its misses had been seen by then. Set `b` was written later, before the doubling, and looked at once: 38 of 42.
"""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from evals.investigator import asked, questions
from langchain_core.messages import HumanMessage, SystemMessage

from casewright.agent.asking.toolset import offered
from casewright.agent.offline.data import table
from casewright.agent.offline.model import OfflineModel
from casewright.agent.offline.said import said
from casewright.agent.offline.vectors import vectors
from casewright.agent.settings import Workspace

pytestmark = pytest.mark.xdist_group("demo")

_CONTEXT: dict[str, Any] = {"today": "2026-01-31", "timezone": "Asia/Singapore", "currency": "SGD", "case": None}
_CASE = {"id": "CASE-1", "alert": "A-1XY", "subjects": ["C-30001"], "since": "2025-05-01", "until": "2025-06-01",
         "recommendation": "escalate", "evidence": [{"id": "E1", "tool": "flows", "status": "found"}]}  # fmt: skip


def test_questions_of_investigators_get_the_right_tool_arguments_and_figures_or_the_right_refusal(
    demo_exchange: tuple[Path, Any],
) -> None:
    workspace = Workspace.at(demo_exchange[0])
    right, sent_back, rows = [], [], []
    for question in questions("investigator_questions"):
        start = time.perf_counter()
        told = asked(workspace, question)
        seconds = time.perf_counter() - start
        tools = ", ".join(call.tool for call in told.calls) or ("refused" if told.answer.refused else "none")
        rows.append(f"{question['nr']:>2} {'ok   ' if not told.wrong else 'WRONG'} {seconds:5.1f} s  {tools}")
        rows += [f"         {why}" for why in told.wrong]
        sent_back += told.sent_back
        if not question.get("later"):
            right.append(not told.wrong)
        else:
            assert not told.wrong, question["ask"]
    print("\n" + "\n".join(rows))
    assert len(right) == 35
    assert sum(right) == 35  # at least 30 are asked for
    assert sent_back == []


def test_paraphrases_that_were_not_tuned_on_mostly_get_the_right_tool() -> None:
    model = OfflineModel().bind_tools(list(offered().values()))
    right: dict[str, list[bool]] = {}
    for question in questions("investigator_paraphrases"):
        context = {**_CONTEXT, "case": _CASE if question.get("case") else None}
        system = SystemMessage(f"```context\n{json.dumps(context)}\n```")
        reply = model.invoke([system, HumanMessage(question["ask"])])
        called = [call["name"] for call in reply.tool_calls]
        right.setdefault(question.get("set", "a"), []).append(called[:1] != [] and called[0] in question["tools"])
    told = {name: f"{sum(found)} of {len(found)}" for name, found in right.items()}
    print(f"right tool for paraphrases: {told}")
    assert {name: len(found) for name, found in right.items()} == {"a": 60, "b": 42}
    assert sum(right["a"]) >= 47
    assert sum(right["b"]) >= 37


@pytest.mark.parametrize(("name", "near_by"), [("investigator_questions", 0.88), ("investigator_paraphrases", 0.95)])
def test_no_example_is_nearly_a_question_of_the_evaluation(name: str, near_by: float) -> None:
    examples = _examples()
    asked_there = [said(q["ask"], "2026-01-31", "SGD").meaning for q in questions(name)]
    likeness = vectors(examples) @ vectors(asked_there).T
    near = [f"{examples[i]} | {asked_there[j]}" for i, j in zip(*(likeness > near_by).nonzero(), strict=True)]
    assert near == []


def _examples() -> list[str]:
    return [text for plan in table("examples").values() for text in plan["ask"]]


def test_on_a_case_to_close_every_kind_of_question_is_answered_and_no_sentence_is_sent_back(
    demo_exchange: tuple[Path, Any],
) -> None:
    workspace = Workspace.at(demo_exchange[0])
    told = {plan: asked(workspace, {"ask": known["ask"][0], "alert": "A-YHTDEO"})
            for plan, known in table("examples").items()}  # fmt: skip
    assert {plan: one.sent_back for plan, one in told.items() if one.sent_back} == {}
    assert {plan: one.wrong for plan, one in told.items() if one.wrong} == {}
    nothing = "the data that were asked hold nothing"
    assert [plan for plan, one in told.items() if any(nothing in line for line in one.answer.not_established)] == []
