"""A chat model as the author of a memo: what it is told, how its answers are read, and what ends its run."""

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from langchain_core.exceptions import ContextOverflowError
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from casewright import prompts
from casewright.agent.asking.events import ModelCall, Usage
from casewright.agent.drafting import replies
from casewright.agent.drafting.author import CutOff, Rewording
from casewright.agent.drafting.mandatory import WORDED
from casewright.agent.drafting.material import BUDGET, material
from casewright.agent.drafting.objections import Objection
from casewright.agent.drafting.questions import Declined, Question
from casewright.agent.drafting.replies import Unreadable
from casewright.agent.models.failures import ContextOverflow
from casewright.agent.models.meter import Meter
from casewright.knowledge.case import Case, Section
from casewright.knowledge.errors import CasewrightError, SettingsError
from casewright.tools import toolbox

PROMPTS = ("case_material", "plan", "narrative", "revise", "unreadable")
READINGS = 2  # how often an answer that cannot be read is asked for
_SMALLER = 3  # the part of the evidence that is tried where a provider finds the talk too long, and then of that

_TOO_LONG = re.compile(r"context.{0,20}(?:length|size|window|limit)|prompt is too long|too many tokens", re.IGNORECASE)

Read = TypeVar("Read")
Speaker = Runnable[LanguageModelInput, AIMessage]


def prompt_version() -> str:
    """A digest of the prompts that a draft goes by: the same digest, the same words."""
    folder = Path(inspect.getfile(prompts)).parent
    text = "\x00".join((folder / f"{name}.md").read_text(encoding="utf-8") for name in PROMPTS)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def made_with(label: str) -> Mapping[str, str]:
    """What a case's versions tell of a chat model by its label, under the prompts of now."""
    prompted = prompt_version()
    return {"writer": f"{label} (prompts {prompted})", "model": label, "prompts": prompted}


@dataclass
class ChatAuthor:
    """A chat model as settings name it, and the one that plans: another, cheaper one, or none, so that none plans.

    MENDER words again what the check sent back, where that is another one.

    METER, where there is one, counts what both cost in its turn. MEET is told of the case before its text leaves.
    """

    label: str
    model: BaseChatModel
    planner: BaseChatModel | None
    mender: BaseChatModel | None = None
    meter: Meter | None = None
    meet: Callable[[Case], None] = lambda case: None
    budget: int = BUDGET
    _calls: list[ModelCall] = field(default_factory=list)
    _talk: list[BaseMessage] = field(default_factory=list)
    _cut: str = ""
    _remarks: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The model and the version of the prompts: what would have to be the same for the same draft."""
        return self.made_with["writer"]

    @property
    def made_with(self) -> Mapping[str, str]:
        """The writer, model and prompts, as the case's versions tell them."""
        return made_with(self.label)

    @property
    def usage(self) -> Usage:
        """The tokens that the provider counted, and their price where a meter knows it."""
        if self.meter:
            return self.meter.turn
        return Usage(sum(call.tokens_in for call in self._calls), sum(call.tokens_out for call in self._calls), None)

    @property
    def calls(self) -> tuple[ModelCall, ...]:
        """The calls that the meter knows of; without one those that were answered."""
        return self.meter.calls if self.meter else tuple(self._calls)

    def remarks(self) -> tuple[str, ...]:
        """What of the evidence the model was not shown, and what of its answers could not be used."""
        cut = (f"the model was not shown {self._cut}",) if self._cut else ()
        return (*cut, *self._remarks, *(self.meter.notes if self.meter else ()))

    def plan(self, case: Case, budget: int, declined: Sequence[Declined]) -> tuple[Question, ...]:
        """The model's questions; none where its plan cannot be read, which is remarked on."""
        if self.planner is None:
            return ()
        planner, refused = self.planner, [f"{d.question.tool}: {d.why}" for d in declined]

        def opening(structured: bool) -> list[BaseMessage]:
            told = prompts.render(
                "plan", budget=budget, tools=catalogue(), declined=refused, structured=structured, tool="plan"
            )
            return [SystemMessage(told), HumanMessage(self._material(case))]

        try:
            return self._asked(planner, replies.Plan, opening, replies.plan)[0]
        except Unreadable as error:
            self._remarks.append(f"the model's plan could not be read ({error}); nothing further was asked")
            return ()

    def draft(self, case: Case) -> tuple[Section, ...]:
        """The model's sections. Raises CutOff for a run that did not end, or an answer that cannot be read."""

        def opening(structured: bool) -> list[BaseMessage]:
            told = prompts.render(
                "narrative",
                role=case.role,
                titles=WORDED,
                recommendation=case.recommendation,
                structured=structured,
                tool="memo",
            )
            return [SystemMessage(told), HumanMessage(self._material(case))]

        try:
            sections, self._talk = self._asked(self.model, replies.Memo, opening, replies.memo)
        except Unreadable as error:
            raise CutOff(f"the model's memo could not be read ({error})", hint="try again, or another model") from error
        return sections

    def revise(self, case: Case, objections: Sequence[Objection]) -> Rewording:
        """Other words for what was objected to; none where the answer cannot be read, so that it is struck."""

        def opening(structured: bool) -> list[BaseMessage]:
            told = prompts.render("revise", objections=objections, structured=structured, tool="revision")
            return [*self._talk, HumanMessage(told)]

        try:
            reworded, self._talk = self._asked(self.mender or self.model, replies.Revision, opening, replies.rewording)
        except Unreadable as error:
            self._remarks.append(f"the model's rewording could not be read ({error})")
            return {}
        return reworded

    def _asked(
        self,
        model: BaseChatModel,
        schema: type[BaseModel],
        opening: Callable[[bool], list[BaseMessage]],
        read: Callable[[AIMessage], Read],
    ) -> tuple[Read, list[BaseMessage]]:
        """What the model answered, read, and the talk up to there as plain text.

        Raises Unreadable after two answers that cannot be read, CutOff for a run that did not come to its end.
        """
        speaker, structured = _speaker(model, schema)
        talk = opening(structured)
        for attempt in range(1, READINGS + 1):
            answer, talk = self._fitting(speaker, talk, lambda: opening(structured))
            said = [*talk, AIMessage(_as_text(answer))]
            try:
                return read(answer), said
            except Unreadable as error:
                if attempt == READINGS:
                    raise
                talk = [*said, HumanMessage(prompts.render("unreadable", why=str(error)))]
        raise AssertionError("every attempt returns or raises")

    def _fitting(
        self, speaker: Speaker, talk: list[BaseMessage], opening: Callable[[], list[BaseMessage]]
    ) -> tuple[AIMessage, list[BaseMessage]]:
        """An answer to the talk; where that is too long, to one that opens anew with less evidence; and that talk."""
        for budget in (self.budget // _SMALLER, self.budget // _SMALLER**2, 0):
            try:
                return self._answer(speaker, talk), talk
            except ContextOverflowError as error:
                if not budget:
                    why = "the case is too long for this model"
                    raise CutOff(why, hint="take one that reads more at once") from error
                self.budget = budget
                talk = opening()
        raise AssertionError("the last budget returns or raises")

    def _answer(self, speaker: Speaker, talk: list[BaseMessage]) -> AIMessage:
        """One answer. Raises ContextOverflowError, or CutOff for whatever else kept it from its end."""
        try:
            answer = speaker.invoke(talk)
        except (ContextOverflowError, SettingsError):
            raise
        except ContextOverflow as error:
            raise ContextOverflowError(_line(error)) from error
        except CasewrightError as error:  # a limit of ours, or a leak that was stopped
            raise CutOff(_line(error)) from error
        except Exception as error:
            if _TOO_LONG.search(str(error)):
                raise ContextOverflowError(_line(error)) from error
            raise CutOff(f"the model did not answer ({type(error).__name__}: {_line(error)})") from error
        used = answer.usage_metadata or {"input_tokens": 0, "output_tokens": 0}
        sent = hashlib.sha256(json.dumps([(turn.type, turn.text) for turn in talk]).encode()).hexdigest()
        self._calls.append(
            ModelCall("draft", self.label, sent, used["input_tokens"], used["output_tokens"], None, "done")
        )
        replies.ended(answer)
        return answer

    def _material(self, case: Case) -> str:
        self.meet(case)
        given = material(case, self.budget)
        self._cut = given.cut
        return given.text


def _speaker(model: BaseChatModel, schema: type[BaseModel]) -> tuple[Speaker, bool]:
    """The model with the one tool by which it answers, and whether it takes tools at all."""
    tool = convert_to_openai_tool(schema)
    tool["function"]["name"] = name = schema.__name__.lower()
    try:
        return model.bind_tools([tool], tool_choice=name), True
    except NotImplementedError:
        return model, False


def _as_text(answer: AIMessage) -> str:
    """An answer as plain text: a tool's call without the tool's answer would be no talk that a provider takes."""
    said = replies.text_of(answer)
    return said or "\n".join(json.dumps(call["args"], ensure_ascii=False) for call in answer.tool_calls) or "(nothing)"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def catalogue() -> list[str]:
    """The tools that a plan may name, a line each, with their options and what those are unless told."""
    lines = []
    for tool in toolbox.tools().values():
        first = " ".join(tool.doc.partition("\n\n")[0].split())
        options = [f"{name} = {parameter.default!r}" for name, parameter in tool.options.items()]
        lines.append(f"`{tool.name}`: {first}" + (f" Options: {', '.join(options)}." if options else ""))
    return lines
