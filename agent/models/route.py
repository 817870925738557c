"""The router: tools offered to a model that has no tool calls, as JSON that it writes."""

import json
from collections.abc import Iterator
from typing import Any

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    merge_message_runs,
)
from langchain_core.outputs import ChatGenerationChunk

from casewright import prompts
from casewright.agent.models.replied import Answering, Replied, call_of, read


class Route:
    """Tools offered as JSON to be written: what the model is told, and how its replies are read."""

    def __init__(self, kwargs: dict[str, Any], *, by_schema: bool) -> None:
        functions = [tool["function"] for tool in kwargs["tools"]]
        wanted = kwargs.get("tool_choice")
        if isinstance(wanted, dict):
            functions = [function for function in functions if function["name"] == wanted["function"]["name"]]
        self._functions = functions
        self._may_answer = wanted in (None, "auto")
        self._by_schema = by_schema
        dropped = {"tools", "tool_choice", "parallel_tool_calls", "strict"}
        self.options = {name: value for name, value in kwargs.items() if name not in dropped}
        if by_schema:
            schema = _schema(functions, may_answer=self._may_answer)
            self.options["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": schema},
            }

    def worded(self, messages: list[BaseMessage]) -> list[BaseMessage]:
        """The conversation in plain messages, the tools and the form of a reply told in the first."""
        tools = [(_signature(function), _first_lines(function.get("description", ""))) for function in self._functions]
        told = prompts.render("router", tools=tools, meanings=_meanings(self._functions), may_answer=self._may_answer)
        plain = [message for asked in messages for message in _plain(asked)]
        return merge_message_runs([SystemMessage(told), *plain] if not _leads(plain) else _joined(plain, told))

    def message(self, raw: BaseMessage) -> AIMessage:
        """What a reply says, as a model with tool calls of its own would have said it. Raises Malformed."""
        return _message(self._read(raw.text), raw)

    def _read(self, text: str) -> Replied:
        return read(text, may_answer=self._may_answer, may_ask=True, strict=self._by_schema)

    def streamed(self, pieces: Iterator[ChatGenerationChunk]) -> Iterator[ChatGenerationChunk]:
        """The answer's text as it arrives; a call as one piece at the end."""
        whole: AIMessageChunk | None = None
        answering, told = Answering(), ""
        for piece in pieces:
            if isinstance(piece.message, AIMessageChunk):
                whole = piece.message if whole is None else whole + piece.message
            text = answering.take(piece.text)
            if text:
                told += text
                yield ChatGenerationChunk(message=AIMessageChunk(content=text))
        if whole is None:
            return
        replied = self._read(whole.text)
        message = _message(replied, whole)
        rest = replied.answer[len(told) :] if replied.answer.startswith(told) else ""
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content=rest if not replied.tool else "",
                tool_calls=message.tool_calls,
                usage_metadata=message.usage_metadata,
                response_metadata=message.response_metadata,
            )
        )


def _message(replied: Replied, raw: BaseMessage) -> AIMessage:
    calls = [call_of(replied)] if replied.tool else []
    used = raw.usage_metadata if isinstance(raw, AIMessage) else None
    return AIMessage(
        content=replied.answer, tool_calls=calls, usage_metadata=used, response_metadata=raw.response_metadata
    )


def _plain(message: BaseMessage) -> list[BaseMessage]:
    """A message as a model without tool calls can have said or heard it."""
    if isinstance(message, ToolMessage):
        return [HumanMessage(prompts.render("router_result", tool=message.name or "you asked", content=message.text))]
    if isinstance(message, AIMessage):
        calls = [{"tool": call["name"], "arguments": call["args"]} for call in message.tool_calls]
        said = [json.dumps(call, ensure_ascii=False) for call in calls]
        if not said:
            said = [message.text if message.text.lstrip().startswith("{") else _answer(message.text)]
        return [AIMessage("\n".join(said))]
    return [message]


def _answer(text: str) -> str:
    return json.dumps({"answer": text}, ensure_ascii=False)


def _leads(messages: list[BaseMessage]) -> bool:
    return bool(messages) and isinstance(messages[0], SystemMessage)


def _joined(messages: list[BaseMessage], told: str) -> list[BaseMessage]:
    return [SystemMessage(f"{messages[0].text}\n\n{told}"), *messages[1:]]


def _first_lines(description: str) -> str:
    """A tool's description as far as its first paragraph: a small model reads little."""
    return " ".join(description.split("\n\n")[0].split())


def _signature(function: dict[str, Any]) -> str:
    parameters = function.get("parameters") or {}
    needed = set(parameters.get("required", ()))
    told = [
        f"{name}{'' if name in needed else '?'}: {_kind(wanted)}"
        for name, wanted in parameters.get("properties", {}).items()
    ]
    return f"{function['name']}({', '.join(told)})"


def _meanings(functions: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What arguments mean that mean the same in every tool: told once."""
    found: dict[str, set[str]] = {}
    for function in functions:
        for name, wanted in (function.get("parameters") or {}).get("properties", {}).items():
            found.setdefault(name, set()).add(wanted.get("description", ""))
    return [(name, next(iter(told))) for name, told in found.items() if len(told) == 1 and any(told)]


def _kind(wanted: dict[str, Any]) -> str:
    if "enum" in wanted:
        return "|".join(map(str, wanted["enum"]))
    if "anyOf" in wanted:
        return "|".join(_kind(way) for way in wanted["anyOf"] if way.get("type") != "null")
    if wanted.get("type") == "array":
        return f"[{_kind(wanted.get('items', {}))}]"
    return str(wanted.get("type", "value"))


def _schema(functions: list[dict[str, Any]], *, may_answer: bool) -> dict[str, Any]:
    """One call of one of these tools, or an answer."""
    ways = [
        _exactly(tool={"type": "string", "enum": [function["name"]]}, arguments=_shape(function))
        for function in functions
    ]
    if may_answer:
        ways.append(_exactly(answer={"type": "string"}))
    return ways[0] if len(ways) == 1 else {"anyOf": ways}


def _exactly(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _shape(function: dict[str, Any]) -> dict[str, Any]:
    """A tool's parameters as every server's grammar knows them."""
    shape: dict[str, Any] = _bare(function.get("parameters") or {"type": "object", "properties": {}})
    return shape


_KNOWN = ("type", "properties", "required", "items", "enum", "const", "anyOf", "additionalProperties", "$ref", "$defs")


def _bare(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {name: value for name, value in schema.items() if name in _KNOWN}
    for name in ("properties", "$defs"):
        if name in kept:
            kept[name] = {key: _bare(value) for key, value in kept[name].items()}
    if "items" in kept:
        kept["items"] = _bare(kept["items"])
    if "anyOf" in kept:
        kept["anyOf"] = [_bare(way) for way in kept["anyOf"]]
    return kept
