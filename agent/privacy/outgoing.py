"""What leaves for a model: messages with tokens for all that points to a person, and no word of a report.

A tool's answer is JSON whose facts and columns tell what their values are; those are met first, so that a name in one
answer is known as a name in every other text. Of a message only what a model needs is sent: its text, its tool calls.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from casewright.agent.privacy.pseudonyms import Pseudonyms
from casewright.agent.privacy.report_words import neutral
from casewright.agent.privacy.untrusted import quoted
from casewright.knowledge.errors import PolicyError

_CONTEXT = re.compile(r"```context\n(.*?)\n```", re.DOTALL)
# What a fact or a column measures is told as it is: amounts, counts, times.
_TOLD = {"money", "native", "rate", "count", "share", "ratio", "duration", "time", "date"}
_FACT_IDS = ("about", "other")


def tokenised(messages: Sequence[BaseMessage], pseudonyms: Pseudonyms) -> list[BaseMessage]:
    """The messages as a provider may read them. Raises PolicyError for one that holds anything but text."""
    for message in messages:
        for structure in _structures(_text_of(message)):
            _meet(structure, pseudonyms)
        if isinstance(message, HumanMessage | AIMessage):
            pseudonyms.meet(_text_of(message))
    return [_message(message, pseudonyms) for message in messages]


def told(text: str, pseudonyms: Pseudonyms) -> str:
    """A text that is no JSON, as it goes out."""
    return pseudonyms.hide(neutral(text))


def told_schema(value: Any, pseudonyms: Pseudonyms, key: str = "") -> Any:
    """A tool's schema as it goes out: its descriptions as any text, its names and choices as they are."""
    if isinstance(value, dict):
        return {name: told_schema(held, pseudonyms, name) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [told_schema(held, pseudonyms) for held in value]
    return told(value, pseudonyms) if isinstance(value, str) and key == "description" else value


def redacted(value: Any, pseudonyms: Pseudonyms) -> Any:
    """A structure for people outside: tokens for all that points to a person, its other words as they are."""

    def tell(text: str, column: dict[str, Any]) -> str:
        return pseudonyms.hide(text, outsider=column.get("kind") == "text")

    _meet(value, pseudonyms)
    return _each(value, pseudonyms, pseudonyms.token, tell)


def _message(message: BaseMessage, pseudonyms: Pseudonyms) -> BaseMessage:
    text = _CONTEXT.sub(lambda block: f"```context\n{_again(block[1], pseudonyms)}\n```", _text_of(message))
    if isinstance(message, SystemMessage):
        return SystemMessage(_outside_context(text, pseudonyms))
    if isinstance(message, HumanMessage):
        return HumanMessage(_outside_context(text, pseudonyms))
    if isinstance(message, ToolMessage):
        name = {"name": message.name} if message.name else {}
        return ToolMessage(_again(text, pseudonyms), tool_call_id=message.tool_call_id, status=message.status, **name)
    if isinstance(message, AIMessage):
        calls = [{**call, "args": _walk(call["args"], pseudonyms)} for call in message.tool_calls]
        return AIMessage(told(text, pseudonyms), tool_calls=calls)
    raise PolicyError(f"a message of type {message.type!r} cannot be sent to a model")


def _outside_context(text: str, pseudonyms: Pseudonyms) -> str:
    """The text told, its context block left alone: that was told as JSON already."""
    parts = re.split(r"(```context\n.*?\n```)", text, flags=re.DOTALL)
    return "".join(part if part.startswith("```context\n") else told(part, pseudonyms) for part in parts)


def _text_of(message: BaseMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    parts = []
    for block in message.content:
        if isinstance(block, dict) and block.get("type") != "text":
            if isinstance(message, AIMessage):
                continue  # reasoning and the like, of which tool calls are kept apart
            raise PolicyError(f"a message holds {block.get('type')!r}, and only text is sent to a model")
        parts.append(block if isinstance(block, str) else str(block.get("text", "")))
    return "".join(parts)


def _structures(text: str) -> Iterator[Any]:
    """The JSON that a text is, or holds as its context."""
    for part in (text, *(block[1] for block in _CONTEXT.finditer(text))):
        if part[:1] in ("{", "["):
            try:
                yield json.loads(part)
            except ValueError:
                continue


def _again(text: str, pseudonyms: Pseudonyms) -> str:
    """JSON told value by value; what is no JSON is told as a text."""
    for structure in _structures(text):
        return json.dumps(_walk(structure, pseudonyms), ensure_ascii=False)
    return told(text, pseudonyms)


def _meet(value: Any, pseudonyms: Pseudonyms) -> None:
    """Learn every name and id of a structure."""

    def learn(kind: str, text: str) -> str:
        pseudonyms.learn(kind, text)
        return text

    _each(value, pseudonyms, learn, lambda text, column: text)


def _walk(value: Any, pseudonyms: Pseudonyms) -> Any:
    def tell(text: str, column: dict[str, Any]) -> str:
        if column.get("kind") == "text":
            return quoted(pseudonyms.hide(neutral(text), outsider=True))
        return told(text, pseudonyms)

    return _each(value, pseudonyms, pseudonyms.token, tell)


Secret = Callable[[str, str], str]
Tell = Callable[[str, dict[str, Any]], str]


def _each(value: Any, pseudonyms: Pseudonyms, secret: Secret, tell: Tell, key: str = "") -> Any:
    """The structure with each secret value and each other text put through SECRET and TELL."""
    if isinstance(value, str):
        return tell(value, {})
    if isinstance(value, list):
        return [_each(held, pseudonyms, secret, tell, key) for held in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("columns"), list) and isinstance(value.get("rows"), list):
        return _table(value, pseudonyms, secret, tell)
    if "kind" in value and "value" in value:
        return _fact(value, pseudonyms, secret, tell)
    return {
        name: _id_under(key, name, held, secret) or _each(held, pseudonyms, secret, tell, name)
        for name, held in value.items()
    }


def _id_under(above: str, name: str, held: Any, secret: Secret) -> Any:
    """What stands under names that mean an id: an open case's, an alert's, the subjects'. None for any other."""
    if above == "case" and name in ("id", "alert") and isinstance(held, str) and held:
        return secret("CASE" if name == "id" else "ALERT", held)
    if name == "subjects" and isinstance(held, list) and all(isinstance(one, str) for one in held):
        return [secret("ACCT", one) for one in held]
    return None


def _table(table: dict[str, Any], pseudonyms: Pseudonyms, secret: Secret, tell: Tell) -> dict[str, Any]:
    columns = {column.get("name"): column for column in table["columns"] if isinstance(column, dict)}
    rows = [
        {name: _cell(columns.get(name, {}), cell, pseudonyms, secret, tell) for name, cell in row.items()}
        for row in table["rows"]
    ]
    return {**table, "rows": rows}


def _fact(fact: dict[str, Any], pseudonyms: Pseudonyms, secret: Secret, tell: Tell) -> dict[str, Any]:
    told = {
        name: secret(pseudonyms.kind_of_cell({"kind": "id"}, held), held) if name in _FACT_IDS and held else held
        for name, held in fact.items()
    }
    return {**told, "value": _cell(fact, fact["value"], pseudonyms, secret, tell)}


def _cell(column: dict[str, Any], cell: Any, pseudonyms: Pseudonyms, secret: Secret, tell: Tell) -> Any:
    if cell is None or cell == "" or isinstance(cell, bool):
        return cell
    kind = pseudonyms.kind_of_cell(column, str(cell))
    if kind:
        return secret(kind, str(cell))
    if not isinstance(cell, str) or column.get("kind") in _TOLD:
        return cell
    return tell(cell, column)
