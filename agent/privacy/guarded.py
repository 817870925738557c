"""A chat model that talks to another one in tokens: nothing that points to a person leaves, all of it comes back.

Outward every message goes through `outgoing` and a last look (`leaks`), which stops the call where anything is left.
Inward tokens are restored in text, in tool calls, and in streamed pieces that split a token.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding
from langchain_core.tools import BaseTool
from pydantic import ConfigDict

from casewright.agent.privacy.leaks import check
from casewright.agent.privacy.outgoing import tokenised, told_schema
from casewright.agent.privacy.pseudonyms import Pieces, Pseudonyms


class Guarded(BaseChatModel):
    """MODEL, which is told tokens of PSEUDONYMS; to whoever asks, it speaks of the things themselves.

    Raises Leak before anything is sent where the last look finds what should have been hidden.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: BaseChatModel
    pseudonyms: Pseudonyms

    @property
    def _llm_type(self) -> str:
        return f"guarded {self.model._llm_type}"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The guarded model with these tools, in the form in which its own model wants them."""
        bound = self.model.bind_tools(tools, tool_choice=tool_choice, **kwargs)
        if isinstance(bound, RunnableBinding) and isinstance(bound.bound, BaseChatModel):
            return Guarded(model=bound.bound, pseudonyms=self.pseudonyms).bind(**bound.kwargs)
        if isinstance(bound, BaseChatModel):
            return Guarded(model=bound, pseudonyms=self.pseudonyms)
        raise TypeError(f"{type(bound).__name__} is no chat model with tools")

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        outward, options = self._outward(messages, stop, kwargs)
        result = self.model._generate(outward, stop=stop, **options)
        restored = [self._restored(generation) for generation in result.generations]
        return ChatResult(generations=restored, llm_output=result.llm_output)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        outward, options = self._outward(messages, stop, kwargs)
        streamed = _Streamed(self.pseudonyms)
        for chunk in self._chunks(outward, stop, options):
            told = streamed.take(chunk)
            if run_manager:
                run_manager.on_llm_new_token(str(told.message.content), chunk=told)
            yield told
        last = streamed.rest()
        if last is not None:
            if run_manager:
                run_manager.on_llm_new_token(str(last.message.content), chunk=last)
            yield last

    def _chunks(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        """The model's own stream; of a model that has none, its answer as one piece."""
        if type(self.model)._stream is not BaseChatModel._stream:
            yield from self.model._stream(messages, stop=stop, **options)
            return
        for generation in self.model._generate(messages, stop=stop, **options).generations:
            message = generation.message
            calls = message.tool_calls if isinstance(message, AIMessage) else []
            used = message.usage_metadata if isinstance(message, AIMessage) else None
            yield ChatGenerationChunk(
                message=AIMessageChunk(content=message.content, tool_calls=calls, usage_metadata=used)
            )

    def _outward(
        self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> tuple[list[BaseMessage], dict[str, Any]]:
        outward = tokenised(messages, self.pseudonyms)
        options = told_schema(kwargs, self.pseudonyms)
        sent = [
            {"role": message.type, "content": message.content, "calls": getattr(message, "tool_calls", [])}
            for message in outward
        ]
        check({"messages": sent, "options": options, "stop": stop or []}, self.pseudonyms)
        return outward, options

    def _restored(self, generation: ChatGeneration) -> ChatGeneration:
        message = generation.message
        if not isinstance(message, AIMessage):
            return generation
        back = self.pseudonyms
        update: dict[str, Any] = {
            "content": back.restored(message.content),
            "tool_calls": [{**call, "args": back.restored(call["args"])} for call in message.tool_calls],
            "invalid_tool_calls": [
                {**call, "args": back.restore(call["args"] or "", quoted=True)} for call in message.invalid_tool_calls
            ],
            "additional_kwargs": {},
        }
        return ChatGeneration(message=message.model_copy(update=update), generation_info=generation.generation_info)


class _Streamed:
    """The pieces of one answer: its text, and the arguments of each of its tool calls, restored one by one."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._text = Pieces(pseudonyms)
        self._calls: dict[int | None, Pieces] = {}

    def take(self, chunk: ChatGenerationChunk) -> ChatGenerationChunk:
        """The chunk with what can be told of it by now."""
        message = chunk.message
        if not isinstance(message, AIMessageChunk):
            return chunk
        calls = [
            tool_call_chunk(
                name=call["name"], args=self._args(call["index"], call["args"]), id=call["id"], index=call["index"]
            )
            for call in message.tool_call_chunks
        ]
        told = AIMessageChunk(
            content=self._content(message.content),
            tool_call_chunks=calls,
            usage_metadata=message.usage_metadata,
            response_metadata=message.response_metadata,
            id=message.id,
        )
        return ChatGenerationChunk(message=told, generation_info=chunk.generation_info)

    def rest(self) -> ChatGenerationChunk | None:
        """What was held back to the end, None where that is nothing."""
        text = self._text.rest()
        calls = [
            tool_call_chunk(args=args, index=index) for index, pieces in self._calls.items() if (args := pieces.rest())
        ]
        if not text and not calls:
            return None
        return ChatGenerationChunk(message=AIMessageChunk(content=text, tool_call_chunks=calls))

    def _content(self, content: str | list[str | dict[str, Any]]) -> str:
        if isinstance(content, str):
            return self._text.take(content)
        texts = (part if isinstance(part, str) else str(part.get("text", "")) for part in content)
        return self._text.take("".join(texts))

    def _args(self, index: int | None, args: str | None) -> str | None:
        if args is None:
            return None
        return self._calls.setdefault(index, Pieces(self._pseudonyms, quoted=True)).take(args)
