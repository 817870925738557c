"""How many questions that another hand worded reach the right tool first: the figure is told, and must not fall."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from casewright.agent.asking.toolset import offered
from casewright.agent.offline.model import OfflineModel
from casewright.prompts import render

QUESTIONS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("investigator_strangers.yaml").read_text(encoding="utf-8")
)
LEAST = 0.78
CASE = {"id": "CASE-A-9QX2", "alert": "A-9QX2", "subjects": ["C-31007"], "since": "2025-05-01T00:00:00",
        "until": "2025-06-01T00:00:00", "recommendation": "escalate", "evidence": []}  # fmt: skip


def first_tool(question: dict[str, Any]) -> str:
    """The tool that the model asks first, empty where it asks none."""
    about = {"today": "2025-06-30", "timezone": "Asia/Singapore", "currency": "SGD"}
    context = json.dumps({**about, "case": CASE if question.get("case") else None})
    messages: list[Any] = [SystemMessage(render("investigator", context=context))]
    for number, before in enumerate(question.get("after", [])):
        told = {"id": "E1", "tool": "flows", "arguments": {}, "status": "empty", "reason": "", "searched": "no legs",
                "truncated": "", "facts": [], "tables": []}  # fmt: skip
        call = {"name": "flows", "args": {}, "id": f"call-{number}", "type": "tool_call"}
        messages += [HumanMessage(before), AIMessage("", tool_calls=[call])]
        messages += [ToolMessage(json.dumps(told), tool_call_id=f"call-{number}"), AIMessage("Nothing came in. [E1]")]
    messages.append(HumanMessage(question["ask"]))
    answer = OfflineModel().bind_tools(list(offered().values())).invoke(messages)
    return answer.tool_calls[0]["name"] if answer.tool_calls else ""


def test_most_questions_worded_by_another_hand_reach_the_right_tool(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = [(question, first_tool(question)) for question in QUESTIONS]
    wrong = [(q, tool) for q, tool in chosen if (tool not in q["tools"] if q["tools"] else tool)]
    share = 1 - len(wrong) / len(QUESTIONS)
    with capsys.disabled():
        print(f"\nworded by another hand: {len(QUESTIONS) - len(wrong)} of {len(QUESTIONS)} ({share:.0%})")
        for question, tool in wrong:
            print(f"  {tool or '-':24} not {' or '.join(question['tools']) or 'any'}: {question['ask']}")
    assert share >= LEAST
