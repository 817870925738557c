"""The embedded chat model: it needs no provider, chooses tools by meaning and words its answers from facts."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from casewright.agent.offline import wording
from casewright.agent.offline.intent import intents
from casewright.agent.offline.meaning import first_sentence
from casewright.agent.offline.plan import Asking, lacks, next_calls, plan_of, possible
from casewright.agent.offline.talk import Call, Talk, Turn, talk


class OfflineModel(BaseChatModel):
    """A chat model that runs here: the same messages give the same answer, and nothing is sent anywhere.

    It reads the context in the system message, the questions, and the tools' answers. It can say only what facts hold.
    """

    tools: tuple[dict[str, Any], ...] = ()

    @property
    def _llm_type(self) -> str:
        return "casewright-offline"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The same model with these tools in hand."""
        return self.model_copy(update={"tools": tuple(_schema(tool) for tool in tools)})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        calls, text = self._decided(messages)
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage(text, tool_calls=_tool_calls(calls, messages)))]
        )

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        calls, text = self._decided(messages)
        for piece in re.findall(r"\S+\s*|\s+", text):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
            if run_manager is not None:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk
        if calls or not text:
            yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_calls=_tool_calls(calls, messages)))

    def _decided(self, messages: Sequence[BaseMessage]) -> tuple[list[Asking], str]:
        """What to ask of tools, or else the answer."""
        told = talk(messages)
        if not told.turns:
            return [], wording.text("what_can_you_do")
        turn = told.turns[-1]
        if turn.objections:
            return [], _without(turn)
        known = {tool["name"]: tool.get("parameters", {}).get("properties", {}) for tool in self.tools}
        docs = {tool["name"]: first_sentence(tool.get("description", "")) for tool in self.tools}
        return self._planned(told, known, docs)

    def _planned(self, told: Talk, known: dict[str, Any], docs: dict[str, str]) -> tuple[list[Asking], str]:
        left, answers = list(told.turns[-1].calls), []
        for asked in intents(told, possible(known), docs):
            mine: list[Call] = []
            if not asked.clear or not asked.plan:
                answers.append(wording.unclear(asked))
                continue
            plan = plan_of(asked.plan, known, asked.said, case=told.case is not None)
            if why := lacks(plan, asked, told, known) or ("nothing_before" if asked.nothing_before else ""):
                answers.append(wording.lacking(why, told))
                continue
            while calls := next_calls(plan, asked, told.with_calls(mine), known):
                if not left:
                    return calls, ""
                mine, left = [*mine, *left[: len(calls)]], left[len(calls) :]
            answers.append(wording.answer(plan, asked, told.with_calls(mine)))
        return [], wording.together(answers)


def _schema(tool: Any) -> dict[str, Any]:
    function: dict[str, Any] = convert_to_openai_tool(tool)["function"]
    return function


def _tool_calls(calls: Sequence[Asking], messages: Sequence[BaseMessage]) -> list[Any]:
    """The calls with ids that are theirs alone in this conversation."""
    place = len(messages)
    return [{"name": call.tool, "args": call.arguments, "id": f"offline-{place}-{number}", "type": "tool_call"}
            for number, call in enumerate(calls)]  # fmt: skip


def _without(turn: Turn) -> str:
    """The answer without the lines that a checker objected to."""
    objected = "\n".join(turn.objections)
    kept = [line for line in turn.answer.splitlines() if _bare(line) not in objected]
    return "\n".join(kept) or wording.text("nothing_held")


def _bare(line: str) -> str:
    """A line as an objection quotes it: without its citations."""
    return re.sub(r"\s*\[E\d+\]", "", line).strip()
