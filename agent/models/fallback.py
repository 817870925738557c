"""A model that stands in where another does not answer."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import PrivateAttr

from casewright.agent.models.failures import ModelFailed
from casewright.agent.models.served import offered

_STAYS_SECONDS = 60  # so long the second model is asked alone, before the first is tried again


class WithFallback(BaseChatModel):
    """FIRST, and where it fails before a word of its answer was told, SECOND; the meter keeps a note of it.

    A limit that is reached ends the turn all the same: it is not the model's failure.
    """

    first: BaseChatModel
    second: BaseChatModel
    names: tuple[str, str]
    meter: Any
    _failed_at: float = PrivateAttr(default=float("-inf"))

    @property
    def _llm_type(self) -> str:
        return "casewright-with-fallback"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with these tools offered."""
        return offered(self, tools, tool_choice, kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        if self._rests():
            return self._by_second(messages, stop, kwargs)
        try:
            return self.first._generate(messages, stop, **kwargs)
        except ModelFailed as failure:
            self._keep(failure)
            return self._by_second(messages, stop, kwargs)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self._pieces(messages, stop, kwargs):
            if run_manager:
                run_manager.on_llm_new_token(piece.text, chunk=piece)
            yield piece

    def _pieces(
        self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        told = False
        if not self._rests():
            try:
                for piece in self.first._stream(messages, stop, **kwargs):
                    told = told or bool(piece.text)
                    yield piece
                return
            except ModelFailed as failure:
                if told:
                    raise
                self._keep(failure)
        message = self._by_second(messages, stop, kwargs).generations[0].message
        if isinstance(message, AIMessage):
            yield ChatGenerationChunk(
                message=AIMessageChunk(
                    content=message.content, tool_calls=message.tool_calls, usage_metadata=message.usage_metadata
                )
            )

    def _by_second(self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]) -> ChatResult:
        model, options = self.second, dict(kwargs)
        if tools := options.pop("tools", None):
            bound = self.second.bind_tools(tools)
            if isinstance(bound, RunnableBinding) and isinstance(bound.bound, BaseChatModel):
                model, options = bound.bound, {**bound.kwargs, **options}
        return model._generate(messages, stop, **options)

    def _rests(self) -> bool:
        return time.monotonic() < self._failed_at + _STAYS_SECONDS

    def _keep(self, failure: ModelFailed) -> None:
        self._failed_at = time.monotonic()
        self.meter.note(f"{self.names[1]} answers instead: {failure.message}")
