"""A chat model that plays what a test wrote, piece by piece, and keeps what it was given to read."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.tools import BaseTool
from pydantic import Field

Line = str | AIMessage | Callable[[Sequence[BaseMessage]], "str | AIMessage"]


class Scripted(BaseChatModel):
    """Says its lines in order; a line may be a function of what it reads. Past the last line it says the last again."""

    lines: list[Any]
    heard: list[list[BaseMessage]] = Field(default_factory=list)
    offered: list[str] = Field(default_factory=list)
    said: int = 0

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> "Scripted":
        """Know the tools by name."""
        self.offered[:] = [tool.name if isinstance(tool, BaseTool) else str(tool) for tool in tools]
        return self

    def _line(self, messages: list[BaseMessage]) -> AIMessage:
        self.heard.append(list(messages))
        line = self.lines[min(self.said, len(self.lines) - 1)]
        self.said += 1
        said = line(messages) if callable(line) else line
        return said if isinstance(said, AIMessage) else AIMessage(said)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._line(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        line = self._line(messages)
        for word in str(line.text).split(" ") if line.text else []:
            yield ChatGenerationChunk(message=AIMessageChunk(f"{word} "))
        pieces = [
            {"name": c["name"], "args": json.dumps(c["args"]), "id": c["id"], "index": n, "type": "tool_call_chunk"}
            for n, c in enumerate(line.tool_calls)
        ]
        pieces += [
            {"name": c["name"], "args": c["args"], "id": c["id"], "index": n, "type": "tool_call_chunk"}
            for n, c in enumerate(line.invalid_tool_calls, len(pieces))
        ]
        yield ChatGenerationChunk(
            message=AIMessageChunk("", tool_call_chunks=pieces, response_metadata=line.response_metadata)
        )


def calls(*asked: tuple[str, dict[str, Any]], start: int = 0) -> AIMessage:
    """A message that calls these tools."""
    return AIMessage("", tool_calls=[{"name": n, "args": a, "id": f"c{start + i}"} for i, (n, a) in enumerate(asked)])
