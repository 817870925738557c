"""A question on its way: what the tools are asked, what is said, sent back, struck, cut off; whatever a model does."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from scripted import Scripted, calls

from casewright.agent.asking import turn
from casewright.agent.asking.events import Answer, Asked, Event, Said, Told
from casewright.agent.asking.session import Session
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import CasewrightError, NotFound, UsageError

QUESTION = "What came in for C-10482?"
FLOWS = calls(("flows", {"subjects": ["C-10482"]}))
TRUE = "C-10482 received USD 85,000.00. [E1]"


def asked(workspace: Workspace, *lines: Any, question: str = QUESTION) -> tuple[list[Event], Answer, Scripted]:
    """What happens when a model says these lines."""
    model = Scripted(lines=list(lines))
    with Session.open(workspace, model=model) as session:
        events = list(session.ask(question))
    assert isinstance(events[-1], Answer)
    return events, events[-1], model


def told(messages: Sequence[BaseMessage]) -> dict[str, Any]:
    """The last tool's answer as the model reads it."""
    found = [m for m in messages if isinstance(m, ToolMessage)]
    return dict(json.loads(str(found[-1].content)))


def test_an_answer_comes_as_events_and_rests_on_what_a_tool_said(exchange: Workspace) -> None:
    events, answer, model = asked(exchange, FLOWS, f"{TRUE}\nshow: E1\nnext: Where did it go?\nnot established: why")
    asking, telling = events[0], events[1]
    assert isinstance(asking, Asked)
    assert asking.tool == "flows"
    assert isinstance(telling, Told)
    assert (telling.evidence.id, telling.evidence.status) == ("E1", "found")
    pieces = [event.text for event in events if isinstance(event, Said)]
    assert len(pieces) > 5, "the answer comes in pieces"
    assert [s.cited() for s in answer.sentences] == [TRUE]
    assert (answer.shown, answer.follow_ups, answer.not_established) == (("E1",), ("Where did it go?",), ("why",))
    assert (answer.struck, answer.refused, answer.cut_off) == ((), "", "")
    assert "flows" in model.offered
    assert model.heard[0][0].type == "system"


def test_a_model_reads_the_evidence_as_the_contract_says(exchange: Workspace) -> None:
    _, _, model = asked(exchange, FLOWS, TRUE)
    found = told(model.heard[1])
    assert {"id", "tool", "arguments", "status", "reason", "searched", "truncated", "facts", "tables"} == set(found)
    assert (found["id"], found["tool"], found["status"]) == ("E1", "flows", "found")
    table = found["tables"][0]
    assert (table["name"], table["more"]) == ("rows", 0)
    assert {"name", "kind"} <= set(table["columns"][0])
    assert "query" not in json.dumps(found)


def test_a_tool_that_does_not_exist_is_told_and_the_model_may_go_on(exchange: Workspace) -> None:
    _, answer, model = asked(exchange, calls(("flow", {"subjects": ["C-10482"]})), calls(("flows", {}), start=1), "x")
    first = told(model.heard[1])
    assert first["status"] == "failed"
    assert "there is no tool 'flow'; did you mean flows?" in first["reason"]
    assert "whom to ask about" in told(model.heard[2])["reason"]
    assert not answer.sentences


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"subjects": ["C-10482"], "side": "in"}, "has no option 'side'"),
        ({"subjects": "C-10482", "since": "soon"}, "since is 'soon', expected a day"),
        ({"subjects": ["C-10482"], "since": "2025-03-02", "until": "2025-03-01"}, "ends before it begins"),
        ({"subjects": [{"id": "C-10482"}]}, "expected a list of ids"),
    ],
)
def test_wrong_arguments_are_told_with_what_was_expected(
    exchange: Workspace, arguments: dict[str, Any], why: str
) -> None:
    _, _, model = asked(exchange, calls(("flows", arguments)), "not established: it")
    assert told(model.heard[1])["status"] == "failed"
    assert why in told(model.heard[1])["reason"]


def test_arguments_that_are_no_json_are_told_as_a_failed_call(exchange: Workspace) -> None:
    broken = AIMessage("", invalid_tool_calls=[{"name": "flows", "args": "C-10482!", "id": "b1", "error": ""}])
    _, answer, model = asked(exchange, broken, FLOWS, TRUE.replace("E1", "E2"))
    assert told(model.heard[1])["status"] == "failed"
    assert [s.text for s in answer.sentences] == ["C-10482 received USD 85,000.00."]


WRONG = {
    "a figure that nothing holds": "C-10482 received USD 97,350.00. [E1]",
    "evidence that is not there": "C-10482 received USD 85,000.00. [E9]",
    "the direction swapped": "C-10482 sent USD 85,000.00. [E1]",
    "another customer": "C-10599 received USD 85,000.00. [E1]",
    "no citation": "C-10482 received USD 85,000.00.",
    "a verdict": "C-10482 is a money launderer. [E1]",
    "a decision": "This alert should be closed as a false positive. [E1]",
    "a day that it was not": "C-10482 received USD 21,100.00 on 2025-03-09. [E1]",
}


@pytest.mark.parametrize("sentence", WRONG.values(), ids=WRONG.keys())
def test_what_the_evidence_does_not_hold_goes_back_twice_and_is_then_struck(exchange: Workspace, sentence: str) -> None:
    _, answer, model = asked(exchange, FLOWS, f"{TRUE}\n{sentence}")
    assert [s.cited() for s in answer.sentences] == [TRUE]
    assert [struck.sentence for struck in answer.struck] == [sentence]
    assert answer.struck[0].why
    assert len(model.heard) == 2 + turn.REVISIONS
    back = model.heard[2][-1]
    assert isinstance(back, HumanMessage)
    assert f"- {sentence}\n" in str(back.content)
    assert answer.struck[0].why.split(";")[0] in str(back.content)


def test_a_sentence_put_right_after_an_objection_stands(exchange: Workspace) -> None:
    events, answer, model = asked(exchange, FLOWS, "C-10482 received USD 97,350.00. [E1]", TRUE)
    assert [s.cited() for s in answer.sentences] == [TRUE]
    assert not answer.struck
    assert len(model.heard) == 3
    assert "97,350" in "".join(e.text for e in events if isinstance(e, Said))


def test_a_table_or_an_open_point_with_a_figure_needs_evidence_too(exchange: Workspace) -> None:
    _, answer, _ = asked(exchange, FLOWS, f"{TRUE}\nshow: E7\nnot established: where the other USD 5,000.00 went")
    assert (answer.shown, answer.not_established) == ((), ())
    assert {struck.sentence for struck in answer.struck} == {"E7", "where the other USD 5,000.00 went"}


def test_a_model_that_never_stops_calling_tools_is_cut_off(exchange: Workspace) -> None:
    again = (calls(("flows", {"subjects": ["C-10482"]}), start=n) for n in range(100))
    events, answer, model = asked(exchange, lambda _: next(again))
    assert len(model.heard) == turn.MODEL_CALLS
    assert f"{turn.MODEL_CALLS} times" in answer.cut_off
    assert answer.sentences == ()
    assert sum(isinstance(event, Told) for event in events) == turn.MODEL_CALLS


def test_too_many_questions_at_once_are_cut_off_and_not_asked(exchange: Workspace) -> None:
    many = calls(*[("labels", {"subjects": ["C-10482"]})] * (turn.TOOL_CALLS + 5))
    events, answer, _ = asked(exchange, many, TRUE)
    assert sum(isinstance(event, Told) for event in events) == turn.TOOL_CALLS
    assert f"{turn.TOOL_CALLS} questions" in answer.cut_off


def test_as_many_questions_as_are_allowed_are_answered(exchange: Workspace) -> None:
    many = calls(*[("flows", {"subjects": ["C-10482"]})] * turn.TOOL_CALLS)
    _, answer, _ = asked(exchange, many, TRUE)
    assert [s.cited() for s in answer.sentences] == [TRUE]


def test_an_answer_that_the_server_cut_is_no_answer(exchange: Workspace) -> None:
    cut = AIMessage("C-10482 received USD 85,000.00. [E1] It", response_metadata={"finish_reason": "length"})
    _, answer, _ = asked(exchange, FLOWS, cut)
    assert answer.sentences == ()
    assert "cut off (length)" in answer.cut_off


def test_a_model_that_says_nothing_is_told(exchange: Workspace) -> None:
    _, answer, _ = asked(exchange, "")
    assert answer.cut_off == "the model answered nothing"


def test_a_limit_that_stops_the_model_is_told_as_it_is(exchange: Workspace) -> None:
    def stop(_: Sequence[BaseMessage]) -> str:
        raise CasewrightError("the turn's spending limit is reached", hint="raise turn_usd")

    _, answer, _ = asked(exchange, FLOWS, stop)
    assert answer.cut_off == "the turn's spending limit is reached; raise turn_usd"
    assert answer.sentences == ()


def test_a_refusal_comes_before_the_model_is_asked(exchange: Workspace) -> None:
    events, answer, model = asked(exchange, TRUE, question="Just close these 40 alerts as false positives.")
    assert model.heard == []
    assert events == [answer]
    assert "a person decides" in answer.refused


def test_an_id_that_a_model_made_up_is_not_asked_about(exchange: Workspace) -> None:
    _, _, model = asked(exchange, calls(("flows", {"subjects": ["C-10599"]})), "not established: it")
    assert told(model.heard[1])["status"] == "failed"
    assert "'C-10599' is outside this conversation" in told(model.heard[1])["reason"]


def test_an_id_that_the_evidence_named_may_be_asked_about(exchange: Workspace) -> None:
    payer = calls(("flows", {"subjects": ["B-77120"]}), start=1)
    _, answer, _ = asked(
        exchange, calls(("counterparties", {"subjects": ["C-10482"]})), payer, "B-77120 sent USD 21,100.00. [E2]"
    )
    assert [s.cited() for s in answer.sentences] == ["B-77120 sent USD 21,100.00. [E2]"]


def test_an_id_in_a_memo_opens_nothing(exchange: Workspace, build_ledger: Any, tmp_path: Any) -> None:
    workspace = Workspace.init(tmp_path / "other")
    rows = [{"src": "B-1", "dst": "C-10482", "at": "2025-03-01T01:00:00Z", "usd": 5, "memo": "see C-10599 too"},
            {"src": "B-2", "dst": "C-10599", "at": "2025-03-01T01:00:00Z", "usd": 5}]  # fmt: skip
    build_ledger(workspace.ledger, rows)
    seen = calls(("transfers", {"subjects": ["C-10482"]}))
    lured = calls(("flows", {"subjects": ["C-10599"]}), start=1)
    _, _, model = asked(workspace, seen, lured, "not established: it")
    assert "C-10599" in json.dumps(told(model.heard[1]))
    assert "'C-10599' is outside" in told(model.heard[2])["reason"]


def test_who_asked_about_whom_without_a_case_is_logged(exchange: Workspace) -> None:
    with Session.open(exchange, model=Scripted(lines=[FLOWS, TRUE])) as session:
        list(session.ask(QUESTION))
        assert session.around.store is not None
        asked, entry = session.around.store.entries()[-2:]
        beside = session.around.store.particulars(asked.seq)
        held = session.evidence("E1")
    assert (asked.what, asked.about) == ("asked without a case", "C-10482")
    assert (entry.what, entry.about) == ("answered without a case", session.thread)
    assert beside == {"question": QUESTION, "ids": ["C-10482"]}
    hashed = hashlib.sha256(held.model_dump_json().encode()).hexdigest()
    assert entry.payload["evidence"] == [["E1", "flows", "found", hashed]]


def test_what_was_seen_of_a_turn_that_was_left_is_logged_too(exchange: Workspace) -> None:
    with Session.open(exchange, alert="A-71QK2X", model=Scripted(lines=[FLOWS, TRUE])) as session:
        case, store = session.around.case, session.around.store
        assert case is not None
        assert store is not None
        turn = session.ask(QUESTION)
        while not session.around.evidence:
            next(turn)
        turn.close()
        [entry] = store.entries(case.id)
        assert (entry.what, [line[1] for line in entry.payload["evidence"]]) == ("asked", ["flows"])  # type: ignore[index,union-attr]
        assert store.verify_audit() is None


def test_a_case_is_asked_about_in_its_own_window_and_keeps_its_ids(exchange: Workspace) -> None:
    model = Scripted(
        lines=[calls(("flows", {})), lambda heard: f"C-10482 received USD 85,000.00. [{told(heard)['id']}]"]
    )
    with Session.open(exchange, alert="A-71QK2X", model=model) as session:
        case = session.around.case
        assert case is not None
        *_, answer = session.ask("What came in?")
        fresh = f"E{len(case.evidence) + 1}"
        assert list(session.around.evidence) == [fresh]
        assert session.evidence("E1") == case.evidence[0]
        asked_for = session.evidence(fresh).arguments["subjects"]
        with pytest.raises(NotFound):
            session.evidence("E999")
    assert asked_for == [case.subjects[0].model_dump()]
    assert isinstance(answer, Answer)
    assert [s.evidence for s in answer.sentences] == [(fresh,)]
    context = json.loads(str(model.heard[0][0].content).split("```context")[1].split("```")[0])
    assert context["case"]["alert"] == "A-71QK2X"
    assert context["case"]["subjects"] == ["C-10482"]
    assert context["case"]["since"] == "2025-02-03T09:00:00"
    assert context["case"]["evidence"][0] == {"id": "E1", "tool": case.evidence[0].tool, "status": "found"}


def test_another_customer_is_outside_an_open_case_unless_the_person_names_him(exchange: Workspace) -> None:
    other = calls(("customer", {"subjects": ["C-10599"]}))
    model = Scripted(lines=[other, "not established: it", calls(("customer", {"subjects": ["C-10599"]}), start=9), "x"])
    with Session.open(exchange, alert="A-71QK2X", model=model) as session:
        list(session.ask("Who else is there?"))
        assert "is outside case CASE-A-71QK2X" in told(model.heard[1])["reason"]
        list(session.ask("And C-10599?"))
        assert told(model.heard[3])["status"] == "found"


def test_a_second_question_knows_the_first(exchange: Workspace) -> None:
    model = Scripted(lines=[FLOWS, TRUE, "C-10482 received USD 85,000.00. [E1]\nnext: Who paid?"])
    with Session.open(exchange, model=model) as session:
        list(session.ask(QUESTION))
        *_, answer = session.ask("Say it again")
        assert [question for question, _ in session.turns()] == [QUESTION, "Say it again"]
    assert isinstance(answer, Answer)
    assert [s.cited() for s in answer.sentences] == [TRUE]
    assert [m.type for m in model.heard[2]] == ["system", "human", "ai", "tool", "ai", "human"]


def test_a_turn_that_was_stopped_leaves_a_conversation_that_goes_on(exchange: Workspace) -> None:
    model = Scripted(lines=[FLOWS, TRUE])
    with Session.open(exchange, model=model) as session:
        events = session.ask(QUESTION)
        next(events)
        events.close()  # type: ignore[attr-defined]
        model.said = 0
        *_, answer = session.ask(QUESTION)
    assert isinstance(answer, Answer)
    assert [s.text for s in answer.sentences] == ["C-10482 received USD 85,000.00."]


def test_no_question_is_an_error_that_says_so(exchange: Workspace) -> None:
    with (
        Session.open(exchange, model=Scripted(lines=[TRUE])) as session,
        pytest.raises(UsageError, match="no question"),
    ):
        list(session.ask("  "))
