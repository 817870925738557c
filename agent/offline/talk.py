"""The messages that a model is sent, read as a conversation: context, questions, calls with their answers, replies."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from casewright.knowledge.evidence import Column, Evidence, Fact, Table

_CONTEXT = re.compile(r"```context\n(.*?)```", re.DOTALL)
_CHECK = "check"  # the name under which a checker's objections come back


@dataclass(frozen=True)
class Call:
    """A tool that was asked, and what it answered; None where the answer is not there or could not be read."""

    tool: str
    arguments: dict[str, Any]
    evidence: Evidence | None = None
    more: dict[str, int] = field(default_factory=dict)  # rows of a table that were not sent


@dataclass(frozen=True)
class Turn:
    """A question, what was asked of tools for it, the answer so far, and what a checker objected to in it."""

    question: str
    calls: tuple[Call, ...] = ()
    answer: str = ""
    objections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Open:
    """The open case, as the context tells it."""

    id: str
    alert: str
    subjects: tuple[str, ...]
    since: str
    until: str


@dataclass(frozen=True)
class Talk:
    """All that a model knows when it is asked. The last turn is the one to go on with."""

    today: str
    timezone: str
    currency: str
    case: Open | None
    turns: tuple[Turn, ...]

    def with_calls(self, calls: Sequence[Call]) -> "Talk":
        """The same conversation as if these alone had been asked of tools for its last question."""
        return replace(self, turns=(*self.turns[:-1], replace(self.turns[-1], calls=tuple(calls))))


def talk(messages: Sequence[BaseMessage]) -> Talk:
    """The conversation in these messages. A context that is missing or broken reads as one without a case."""
    system = next((str(m.text) for m in messages if isinstance(m, SystemMessage)), "")
    context = _context(system)
    return Talk(
        str(context.get("today") or "2000-01-01")[:10],
        str(context.get("timezone") or "UTC"),
        str(context.get("currency") or "USD"),
        _case(context.get("case")),
        tuple(_turns(messages)),
    )


def _context(system: str) -> dict[str, Any]:
    found = _CONTEXT.findall(system)
    try:
        context = json.loads(found[-1]) if found else {}
    except ValueError:
        return {}
    return context if isinstance(context, dict) else {}


def _case(told: Any) -> Open | None:
    if not isinstance(told, dict):
        return None
    subjects = tuple(str(name) for name in told.get("subjects") or ())
    words = [str(told.get(name) or "") for name in ("id", "alert", "since", "until")]
    return Open(words[0], words[1], subjects, words[2], words[3])


def _turns(messages: Sequence[BaseMessage]) -> list[Turn]:
    answers = {m.tool_call_id: m for m in messages if isinstance(m, ToolMessage)}
    turns: list[Turn] = []
    for message in messages:
        if isinstance(message, HumanMessage) and message.name != _CHECK:
            turns.append(Turn(str(message.text)))
        elif turns and isinstance(message, HumanMessage):
            last = turns[-1]
            turns[-1] = Turn(last.question, last.calls, last.answer, (*last.objections, str(message.text)))
        elif turns and isinstance(message, AIMessage):
            last = turns[-1]
            calls = [_call(c["name"], c["args"], answers.get(str(c["id"]))) for c in message.tool_calls]
            turns[-1] = Turn(last.question, (*last.calls, *calls), str(message.text) or last.answer, last.objections)
    return turns


def _call(tool: str, arguments: dict[str, Any], answer: ToolMessage | None) -> Call:
    if answer is None:
        return Call(tool, arguments)
    try:
        told = json.loads(str(answer.text))
        evidence = _evidence(told)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Call(tool, arguments)
    more = {str(t.get("name")): int(t.get("more") or 0) for t in told.get("tables", ())}
    return Call(tool, arguments, evidence, more)


def _evidence(told: dict[str, Any]) -> Evidence:
    """The evidence that a tool message tells, without its query."""
    tables = []
    for table in told.get("tables", ()):
        columns = tuple(Column.model_validate(column) for column in table["columns"])
        tables.append(Table.model_validate({"name": table["name"], "columns": columns, "rows": list(table["rows"])}))
    texts = {name: str(told.get(name) or "") for name in ("id", "tool", "status", "searched", "truncated", "reason")}
    facts = tuple(Fact.model_validate(fact) for fact in told.get("facts", ()))
    return Evidence.model_validate(
        {**texts, "arguments": told.get("arguments") or {}, "query": "", "tables": tuple(tables), "facts": facts}
    )
