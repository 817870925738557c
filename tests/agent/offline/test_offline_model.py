"""The offline model as a chat model: it asks tools, goes on from what was asked before, and says what it cannot do."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from casewright.agent.asking.toolset import offered
from casewright.agent.offline import vectors
from casewright.agent.offline.data import table
from casewright.agent.offline.meaning import every_text
from casewright.agent.offline.model import OfflineModel
from casewright.agent.offline.plan import plans

CASE = {"id": "CASE-9", "alert": "A-XY12", "subjects": ["C-500"], "since": "2025-05-01T00:00:00",
        "until": "2025-06-01T00:00:00", "recommendation": "close", "evidence": []}  # fmt: skip


def system(case: dict[str, Any] | None = None) -> SystemMessage:
    context = {"today": "2026-01-31", "timezone": "Asia/Singapore", "currency": "SGD", "case": case}
    return SystemMessage(f"You help.\n\n```context\n{json.dumps(context)}\n```\n")


def asks(messages: Sequence[BaseMessage]) -> list[tuple[str, dict[str, Any]]]:
    reply = OfflineModel().bind_tools(list(offered().values())).invoke(list(messages))
    return [(call["name"], call["args"]) for call in reply.tool_calls]


def told(messages: Sequence[BaseMessage]) -> str:
    reply = OfflineModel().bind_tools(list(offered().values())).invoke(list(messages))
    assert not reply.tool_calls
    return str(reply.text)


def turn(question: str, tool: str, arguments: dict[str, Any], evidence: dict[str, Any]) -> list[BaseMessage]:
    """A question that was put to one tool, with its answer."""
    call = {"name": tool, "args": arguments, "id": f"call-{evidence['id']}", "type": "tool_call"}
    whole = {"tool": tool, "arguments": arguments, "status": "found", "reason": "", "searched": "", "truncated": "",
             "facts": [], "tables": [], **evidence}  # fmt: skip
    return [
        HumanMessage(question),
        AIMessage("", tool_calls=[call]),
        ToolMessage(json.dumps(whole), tool_call_id=call["id"], name=tool),
    ]


def flows_turn(question: str = "What came in and went out of C-1 in October, by asset?") -> list[BaseMessage]:
    arguments = {"subjects": ["C-1"], "since": "2025-10-01", "until": "2025-11-01"}
    return [*turn(question, "flows", arguments, {"id": "E1"}), AIMessage("Done. [E1]")]


def test_a_question_becomes_a_call_with_its_ids_period_and_filters() -> None:
    question = "Show every deposit of C-77 above SGD 5,000 followed by a withdrawal within 60 minutes since March"
    wanted = {"subjects": ["C-77"], "since": "2025-03-01", "within": 3600, "min_local": "5000"}
    assert asks([system(), HumanMessage(question)]) == [("turnarounds", wanted)]


def test_an_open_case_stands_for_whom_nobody_names() -> None:
    assert asks([system(CASE), HumanMessage("Which third parties paid in?")]) == [("payers", {})]
    assert "no case is open" in told([system(), HumanMessage("Which third parties paid in?")])


@pytest.mark.parametrize(
    ("follow_up", "tool", "arguments"),
    [
        ("and before that?", "flows", {"subjects": ["C-1"], "until": "2025-10-01"}),
        ("and after that?", "flows", {"subjects": ["C-1"], "since": "2025-11-01"}),
        ("in November?", "flows", {"subjects": ["C-1"], "since": "2025-11-01", "until": "2025-12-01"}),
        ("and for C-123?", "flows", {"subjects": ["C-123"], "since": "2025-10-01", "until": "2025-11-01"}),
        (
            "only USDT",
            "transfers",
            {"subjects": ["C-1"], "since": "2025-10-01", "until": "2025-11-01", "asset": "USDT"},
        ),
        ("And who paid her by bank?", "payers", {"subjects": ["C-1"], "since": "2025-10-01", "until": "2025-11-01"}),
    ],
)
def test_a_follow_up_goes_on_from_the_question_before(follow_up: str, tool: str, arguments: dict[str, Any]) -> None:
    assert asks([system(), *flows_turn(), HumanMessage(follow_up)]) == [(tool, arguments)]


@pytest.mark.parametrize(
    ("follow_up", "since", "until"),
    [("and the month after?", "2025-11-01", "2025-12-01"), ("the week before", "2025-09-24", "2025-10-01"),
     ("and who paid her by bank in the week after?", "2025-11-01", "2025-11-08")],
)  # fmt: skip
def test_a_follow_up_steps_on_from_the_period_before(follow_up: str, since: str, until: str) -> None:
    arguments = asks([system(), *flows_turn(), HumanMessage(follow_up)])[0][1]
    assert (arguments["since"], arguments["until"]) == (since, until)


def test_what_was_found_is_still_meant_by_those_and_there_many_turns_later() -> None:
    narrowed = turn("List the trades of C-1 in October above SGD 500", "transfers", {}, {"id": "E2"})
    small_talk = [message for _ in range(8) for message in (HumanMessage("What is 2+2?"), AIMessage("Not that."))]
    last = HumanMessage("how many were there?")
    ((tool, arguments),) = asks([system(), *narrowed, AIMessage("Done."), *small_talk, last])
    assert tool == "transfers"
    assert arguments == {"subjects": ["C-1"], "since": "2025-10-01", "until": "2025-11-01", "kind": "trade",
                         "min_local": "500"}  # fmt: skip


def test_two_questions_in_one_are_both_asked_and_answered() -> None:
    question = "How long did the money of C-1 stay in May, and which devices did he log in from?"
    period = {"subjects": ["C-1"], "since": "2025-05-01", "until": "2025-06-01"}
    assert asks([system(), HumanMessage(question)]) == [("dwell", period)]
    first = turn(question, "dwell", period, {"id": "E1", "status": "empty"})
    assert asks([system(), *first]) == [("logins", period)]
    second = turn(question, "logins", period, {"id": "E2", "status": "empty"})[1:]
    second[0].tool_calls[0]["id"] = second[1].tool_call_id = "call-2"
    answer = told([system(), *first, *second])
    assert "No credit of C-1 was found in the period. [E1]" in answer
    assert "No log-in of C-1 was found in the period. [E2]" in answer


def test_whether_sums_fit_an_income_is_asked_of_what_was_declared_and_of_what_came_in() -> None:
    calls = asks([system(), HumanMessage("Does the volume of C-77 fit what he earns?")])
    assert calls == [("customer", {"subjects": ["C-77"]}), ("account_profile", {"subjects": ["C-77"]})]


def test_a_question_of_two_clauses_about_one_thing_stays_one() -> None:
    question = "What came in and what went out of C-1, by asset?"
    assert [tool for tool, _ in asks([system(), HumanMessage(question)])] == ["flows"]


def test_with_a_case_open_another_account_is_meant_only_as_long_as_it_is_spoken_of() -> None:
    other = flows_turn()
    assert asks([system(CASE), *other, HumanMessage("and which devices did he use?")])[0][1]["subjects"] == ["C-1"]
    assert asks([system(CASE), *other, HumanMessage("Which devices were used on the account?")]) == [("logins", {})]


def test_a_second_step_asks_about_whom_the_first_one_found() -> None:
    name = "Tfeed12ab34cd56e"
    question = f"Is the money of transaction {name} tainted, directly or indirectly?"
    (first,) = asks([system(), HumanMessage(question)])
    assert first == ("transaction", {"subjects": [name]})
    row = {"subject": name, "counterparty": "TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE", "status": "completed"}
    columns = [{"name": "subject", "kind": "hash"}, {"name": "counterparty", "kind": "id"},
               {"name": "status", "kind": "word", "unit": "status"}]  # fmt: skip
    found = {"id": "E1", "tables": [{"name": "rows", "columns": columns, "rows": [row], "more": 0}]}
    second = asks([system(), *turn(question, "transaction", first[1], found)])
    assert second == [("exposure", {"subjects": ["TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE"]})]


def test_an_answer_quotes_facts_and_cites_them() -> None:
    fact = {"kind": "money", "unit": "SGD", "about": "C-1", "side": "in", "status": "completed"}
    count = {"kind": "count", "unit": "assets", "about": "C-1", "side": "in", "status": "completed"}
    facts = [{"name": "inflow_local", "value": 1250.5, **fact}, {"name": "assets_in", "value": 2, **count},
             {"name": "networks_in", "value": 1, **count, "unit": "networks"}]  # fmt: skip
    question = "What came in and went out of C-1, by asset?"
    answer = told([system(), *turn(question, "flows", {"subjects": ["C-1"]}, {"id": "E4", "facts": facts})])
    assert answer.splitlines()[0] == "C-1 received SGD 1,250.50 in all, in 2 assets over 1 network. [E4]"
    assert "sent" not in answer.splitlines()[0]


def test_a_failed_tool_is_told_without_figures() -> None:
    failed = {"id": "E2", "status": "failed", "reason": "'C-1' is outside this conversation; ask 2 people"}
    answer = told([system(), *turn("Which third parties paid in for C-1?", "payers", {}, failed)])
    first = answer.splitlines()[0]
    assert first.startswith("not established: what payers would tell")
    assert not any(character.isdigit() for character in first)


def test_what_a_checker_objects_to_is_left_out() -> None:
    objection = HumanMessage("- C-1 received SGD 5.00.\n  - SGD 5.00: no fact has this value", name="check")
    before = AIMessage("C-1 received SGD 5.00. [E1]\nC-1 sent SGD 7.00. [E1]\nshow: E1")
    said_again = told([system(), *flows_turn()[:-1], before, objection])
    assert said_again == "C-1 sent SGD 7.00. [E1]\nshow: E1"


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "Write me a poem about cats", "How do I cook rice?"]
)
def test_what_is_no_question_to_the_data_is_told_so(question: str) -> None:
    answer = told([system(CASE), HumanMessage(question)])
    assert answer.startswith("not established: what is asked")
    assert "next: " in answer


def test_a_text_that_claims_to_be_a_tool_answer_or_a_broken_context_breaks_nothing() -> None:
    broken = SystemMessage("```context\n{not json\n```")
    assert "no case is open" in told([broken, HumanMessage("Which third parties paid in?")])
    bad = [*flows_turn()[:2], ToolMessage("The person stopped the turn.", tool_call_id="call-E1")]
    assert told([system(), *bad]).startswith("not established")


def test_it_streams_word_by_word_and_says_the_same() -> None:
    model = OfflineModel().bind_tools(list(offered().values()))
    messages = [system(), HumanMessage("What is the capital of France?")]
    pieces = [str(piece.text) for piece in model.stream(messages)]
    assert len(pieces) > 5
    assert "".join(pieces) == model.invoke(messages).text


def test_a_tool_without_an_example_is_found_by_its_docstring() -> None:
    from langchain_core.tools import StructuredTool

    def weather_at_branch(place: str = "") -> str:
        """Tell the weather at a branch of the bank, with temperature and rain."""
        return place

    tools = [*offered().values(), StructuredTool.from_function(weather_at_branch)]
    reply = (
        OfflineModel().bind_tools(tools).invoke([system(), HumanMessage("weather and rain at the branch of the bank")])
    )
    assert [call["name"] for call in reply.tool_calls] == ["weather_at_branch"]


def test_the_vectors_shipped_are_those_of_the_examples() -> None:
    missing = [text for text in every_text() if vectors.key(text) not in vectors.shipped()]
    assert missing == [], "python -m casewright.agent.offline.vectors writes them again"


def test_every_plan_has_examples_and_every_example_a_plan() -> None:
    for plan, told_of in table("examples").items():
        steps = plans()[plan].get("steps", [{"tool": plan}])
        if not plans()[plan].get("cannot"):
            assert {step["tool"] for step in steps} <= set(offered()), plan
        assert len(told_of["ask"]) >= 3, plan
    assert set(offered()) <= {step["tool"] for plan in plans() for step in plans()[plan].get("steps", [{"tool": plan}])}


def test_choosing_a_tool_imports_no_vector_store_and_no_provider() -> None:
    program = (
        "import sys; from casewright.agent.offline.model import OfflineModel;"
        "from langchain_core.messages import HumanMessage;"
        "OfflineModel().invoke([HumanMessage('What can you do?')]);"
        "print([m for m in ('chromadb', 'openai', 'langchain_openai', 'sklearn', 'pandas') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
