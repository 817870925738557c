"""A filter that the question names and no tool takes is told; one that a tool takes is not."""

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from casewright.agent.asking.toolset import offered
from casewright.agent.offline.model import OfflineModel

_CONTEXT = {"today": "2025-06-30", "timezone": "UTC", "currency": "SGD", "case": None}
_PAYERS = {"name": "payers", "value": 4, "kind": "count", "unit": "payers", "about": "C-77", "side": "in"}
_CREDITS = {"name": "bank_credits", "value": 6, "kind": "count", "unit": "credits", "about": "C-77", "side": "in"}


def answered(*questions: str) -> str:
    """The last answer, each question's calls answered by a fact or two."""
    model = OfflineModel().bind_tools(list(offered().values()))
    messages: list[BaseMessage] = [SystemMessage(f"```context\n{json.dumps(_CONTEXT)}\n```")]
    for question in questions:
        messages.append(HumanMessage(question))
        reply = model.invoke(messages)
        while reply.tool_calls:
            messages.append(reply)
            messages += [_answer(call, len(messages)) for call in reply.tool_calls]
            reply = model.invoke(messages)
        messages.append(reply)
    assert isinstance(messages[-1], AIMessage)
    return str(messages[-1].text)


def _answer(call: Any, number: int) -> ToolMessage:
    told = {"id": f"E{number}", "tool": call["name"], "arguments": call["args"], "status": "found", "reason": "",
            "searched": "", "truncated": "", "facts": [_PAYERS, _CREDITS], "tables": []}  # fmt: skip
    return ToolMessage(json.dumps(told), tool_call_id=call["id"], name=call["name"])


def test_an_answer_that_could_not_be_narrowed_as_asked_says_so() -> None:
    assert "alone" not in answered("Which third parties paid in to C-77?")
    told = answered("Which third parties paid in to C-77?", "only those above SGD 20,000")
    assert "paid by bank by 4 payers" in told
    assert "not established: this for amounts from that size on alone" in told
    assert "for that direction alone" in answered("How long does the money of C-77 stay?", "only the outgoing")


@pytest.mark.parametrize("follow_up", ["only USDT", "and the rejected ones?", "only above SGD 5,000"])
def test_an_answer_that_was_narrowed_says_nothing_of_it(follow_up: str) -> None:
    assert "alone" not in answered("List the deposits of C-77", follow_up)


@pytest.mark.parametrize("amount", ["EUR 10,000", "2 BTC"])
def test_a_sum_in_a_currency_that_the_ledger_holds_no_value_in_is_asked_for_again(amount: str) -> None:
    told = answered(f"List the transfers of C-77 above {amount}")
    assert "which sum is meant; the ledger keeps the value of each transfer in USD and in SGD" in told
    assert "[E" not in told


def test_a_sum_in_another_currency_takes_the_place_of_the_one_that_could_not_be_compared() -> None:
    again = answered("List the transfers of C-77 above EUR 10,000", "and under SGD 500?")
    assert "which sum is meant" not in again
    assert "which sum is meant" in answered("List the transfers of C-77 above EUR 10,000", "and in June?")


def test_a_follow_up_goes_on_from_the_last_question_that_was_understood() -> None:
    told = answered("Which third parties paid in to C-77?", "What is 2+2?", "and in May?")
    assert "paid by bank by 4 payers" in told
    assert "not established: what is asked" in answered("Which third parties paid in to C-77?", "What is 2+2?")


def test_a_time_told_by_an_alert_that_nobody_opened_asks_which_alert() -> None:
    told = answered("Which third parties paid in to C-77?", "and in the week before the alert?")
    assert "which alert is meant" in told
