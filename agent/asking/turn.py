"""One question on its way through the graph: guard, model, tools, check, and back where something is not held.

The state holds messages and plain numbers alone; it is kept at every step, so that a killed process goes on from there.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph

from casewright.agent.asking.events import Answer, Asked, Said, Struck, Told, Usage
from casewright.agent.asking.examined import Fault
from casewright.agent.asking.replies import Reply, read
from casewright.knowledge.errors import CasewrightError
from casewright.knowledge.evidence import Evidence
from casewright.prompts import render

MODEL_CALLS, TOOL_CALLS = 12, 30  # in one turn; a question that needs more is two questions
REVISIONS = 2
CHECK = "check"  # the name under which objections come back to the model


class State(TypedDict):
    """What is kept of a conversation between steps."""

    messages: Annotated[list[AnyMessage], add_messages]
    calls: int
    asked: int
    revisions: int
    refused: str
    cut_off: str


@dataclass(frozen=True)
class Hands:
    """What the graph's steps use of their conversation."""

    model: Callable[[], BaseChatModel]  # bound to the tools
    system: Callable[[], str]
    refuse: Callable[[str], str]
    call: Callable[[str, str, Mapping[str, Any]], Evidence]  # the call's id, the tool, its arguments
    message: Callable[[Evidence], str]
    examine: Callable[[Reply], Sequence[Fault]]


def graph(hands: Hands, saver: Any) -> CompiledStateGraph[State, None, State, State]:
    """The graph of one turn, each step kept by SAVER."""
    steps = StateGraph(State)
    steps.add_node("guard", lambda state: {"refused": hands.refuse(question_of(state["messages"]))})
    steps.add_node("model", lambda state: _asked_model(state, hands))
    steps.add_node("tools", lambda state: _asked_tools(state, hands))
    steps.add_node("check", lambda state: _checked(state, hands))
    steps.add_edge(START, "guard")
    steps.add_conditional_edges("guard", lambda state: END if state["refused"] else "model", [END, "model"])
    steps.add_conditional_edges("model", _after_model, [END, "tools", "check"])
    steps.add_conditional_edges("tools", lambda state: END if state["cut_off"] else "model", [END, "model"])
    steps.add_conditional_edges("check", _after_check, [END, "model"])
    return steps.compile(checkpointer=saver)


def begun(question: str, before: Sequence[BaseMessage]) -> dict[str, Any]:
    """The state's change that begins a turn. Calls that a stopped turn left open are answered first."""
    last = before[-1] if before else None
    left = last.tool_calls if isinstance(last, AIMessage) else []
    stopped = [ToolMessage("The person stopped the turn before this was asked.", tool_call_id=c["id"]) for c in left]
    messages = [*stopped, HumanMessage(question)]
    return {"messages": messages, "calls": 0, "asked": 0, "revisions": 0, "refused": "", "cut_off": ""}


def answer(state: Mapping[str, Any], hands: Hands, usage: Usage) -> Answer:
    """What came of a turn: what fails the check is struck here, whatever way the turn ended."""
    if state["refused"]:
        return Answer((), refused=state["refused"], usage=usage)
    if state["cut_off"]:
        return Answer((), cut_off=state["cut_off"], usage=usage)
    reply = read(_text(state["messages"][-1]))
    objections = hands.examine(reply)
    bad = {objection.text for objection in objections}
    return Answer(
        sentences=tuple(s for s in reply.sentences if s.cited() not in bad),
        shown=tuple(name for name in reply.shown if name not in bad),
        struck=tuple(Struck(o.text, "; ".join(o.reasons)) for o in objections),
        not_established=tuple(line for line in reply.not_established if line not in bad),
        follow_ups=reply.follow_ups,
        usage=usage,
    )


def _asked_model(state: State, hands: Hands) -> dict[str, Any]:
    if state["calls"] >= MODEL_CALLS:
        return {"cut_off": f"the model was asked {MODEL_CALLS} times and had not come to an answer"}
    write = get_stream_writer()
    whole: Any = None
    try:
        for piece in hands.model().stream([SystemMessage(hands.system()), *state["messages"]]):
            whole = piece if whole is None else whole + piece
            if state["revisions"] == 0 and (text := _text(piece)):
                write(Said(text))
    except CasewrightError as error:
        return {"cut_off": str(error)}
    if whole is None:
        return {"cut_off": "the model answered nothing"}
    reason = whole.response_metadata.get("finish_reason")
    if reason in ("length", "content_filter"):
        return {"cut_off": f"the model's answer was cut off ({reason})"}
    unread = [f"{call.get('name')}: {call.get('args')}" for call in whole.invalid_tool_calls]
    calls = list(whole.tool_calls)
    for number, call in enumerate(whole.invalid_tool_calls):  # arguments that are no JSON: told as a failed call
        calls.append({"name": call.get("name") or "?", "args": {"unreadable": str(call.get("args"))[:200]},
                      "id": call.get("id") or f"unreadable-{number}", "type": "tool_call"})  # fmt: skip
    if not calls and not _text(whole).strip():
        return {"cut_off": "the model answered nothing" + (f": {unread}" if unread else "")}
    known = {c["id"] for m in state["messages"] if isinstance(m, AIMessage) for c in m.tool_calls}
    place = len(state["messages"])
    for number, call in enumerate(calls):  # some servers number each answer's calls from nought
        if not call["id"] or call["id"] in known:
            call["id"] = f"call-{place}-{number}"
    return {"messages": [AIMessage(_text(whole), tool_calls=calls)], "calls": state["calls"] + 1}


def _after_model(state: State) -> str:
    if state["cut_off"]:
        return str(END)
    last = state["messages"][-1]
    return "tools" if isinstance(last, AIMessage) and last.tool_calls else "check"


def _asked_tools(state: State, hands: Hands) -> dict[str, Any]:
    last = state["messages"][-1]
    calls = last.tool_calls if isinstance(last, AIMessage) else []
    write = get_stream_writer()
    found: list[BaseMessage] = []
    asked, cut_off = state["asked"], ""
    for call in calls:
        if asked >= TOOL_CALLS:
            cut_off = f"{TOOL_CALLS} questions were put to the data and the model wanted more"
            found.append(ToolMessage("Not asked: too many questions in one turn.", tool_call_id=call["id"]))
            continue
        asked += 1
        write(Asked(call["name"], call["args"]))
        start = time.perf_counter()
        evidence = hands.call(str(call["id"]), call["name"], call["args"])
        write(Told(evidence, time.perf_counter() - start))
        found.append(ToolMessage(hands.message(evidence), tool_call_id=call["id"], name=call["name"]))
    return {"messages": found, "asked": asked, "cut_off": cut_off}


def _checked(state: State, hands: Hands) -> dict[str, Any]:
    """Objections as a message to the model, as long as it may try again."""
    objections = hands.examine(read(_text(state["messages"][-1])))
    if not objections or state["revisions"] >= REVISIONS:
        return {}
    said = [asdict(objection) for objection in objections]
    back = HumanMessage(render("answer_objections", objections=said), name=CHECK)
    return {"messages": [back], "revisions": state["revisions"] + 1}


def _after_check(state: State) -> str:
    return "model" if isinstance(state["messages"][-1], HumanMessage) else str(END)


def question_of(messages: Sequence[BaseMessage]) -> str:
    """The question of the turn that these messages end in."""
    asked = (m for m in reversed(messages) if isinstance(m, HumanMessage) and m.name != CHECK)
    return _text(next(asked))


def calls_of(messages: Sequence[BaseMessage]) -> list[str]:
    """The ids of the calls of the turn that these messages end in, as far as they were answered."""
    begun = max(n for n, m in enumerate(messages) if isinstance(m, HumanMessage) and m.name != CHECK)
    return [m.tool_call_id for m in messages[begun:] if isinstance(m, ToolMessage)]


def step_of(message: BaseMessage) -> str:
    """The step that left this message."""
    if isinstance(message, HumanMessage):
        return "check" if message.name == CHECK else "guard"
    return "model" if isinstance(message, AIMessage) else "tools"


def _text(message: BaseMessage) -> str:
    """The text of a message or a piece of one; some providers part it into blocks."""
    return str(message.text)
