"""A model as it can be used: by its own tool calls where it has them, else by JSON in its text."""

from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any, TypeVar

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable

from casewright import prompts
from casewright.agent.models.failures import ModelFailed
from casewright.agent.models.kept import Ability
from casewright.agent.models.probe import probe
from casewright.agent.models.replied import Malformed
from casewright.agent.models.route import Route
from casewright.agent.models.served import Served, offered

T = TypeVar("T")
_PROBING = Lock()  # of those who ask at the same time one probes, and the others wait for what it finds


class Adapted(BaseChatModel):
    """A served model that takes tools whatever it can itself; the first time it is asked with tools, it is probed.

    A reply that is malformed is asked for once more, with the reason; then it is a ModelFailed.
    """

    served: Served

    @property
    def _llm_type(self) -> str:
        return "casewright-adapted"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return self.served._identifying_params

    def ability(self) -> Ability:
        """What the model can do, as was found once. Raises ModelFailed where it must be asked and does not answer."""
        choice, kept = self.served.choice, self.served.meter.kept
        with _PROBING:
            return kept.ability(choice.name, choice.url) or probe(self.served)

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
        route = self._route(kwargs)

        def ask(asked: list[BaseMessage]) -> Iterator[ChatResult]:
            if route is None:
                yield self.served._generate(asked, stop, **kwargs)
                return
            result = self.served._generate(route.worded(asked), stop, **route.options)
            message = result.generations[0].message
            yield ChatResult(generations=[ChatGeneration(message=route.message(message))])

        [result] = self._twice(ask, messages)
        return result

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        route = self._route(kwargs)

        def ask(asked: list[BaseMessage]) -> Iterator[ChatGenerationChunk]:
            if route is None:
                yield from self.served._stream(asked, stop, **kwargs)
            else:
                yield from route.streamed(self.served._stream(route.worded(asked), stop, **route.options))

        for piece in self._twice(ask, messages):
            if run_manager:
                run_manager.on_llm_new_token(piece.text, chunk=piece)
            yield piece

    def _route(self, kwargs: dict[str, Any]) -> Route | None:
        """How tools are offered by JSON; None where there are none, or the model calls them itself."""
        if not kwargs.get("tools") or kwargs.get("tool_choice") == "none":
            return None
        ability = self.ability()
        return None if ability.tools else Route(kwargs, by_schema=ability.json_schema)

    def _twice(self, ask: Callable[[list[BaseMessage]], Iterator[T]], messages: list[BaseMessage]) -> Iterator[T]:
        try:
            yield from ask(messages)
        except Malformed as first:
            again = HumanMessage(prompts.render("router_again", why=first.why))
            said = [AIMessage(first.said)] if first.said.strip() else []
            try:
                yield from ask([*messages, *said, again])
            except Malformed as second:
                raise ModelFailed(
                    f"{self.served.choice.told} replied twice in a form that cannot be used: {second.why}",
                    hint="ask in other words, or use another model",
                ) from second
