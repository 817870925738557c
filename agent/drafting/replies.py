"""Reading what a model answered: its tool call, JSON in its text, else lines; and whether it was cut off."""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from langchain_core.messages import AIMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from casewright.agent.drafting.author import CutOff, Rewording
from casewright.agent.drafting.mandatory import TITLES, WORDED
from casewright.agent.drafting.questions import Question
from casewright.agent.drafting.sentences import sentences
from casewright.agent.grounding import parse
from casewright.knowledge.case import Section, Sentence

_LOOSE = ConfigDict(extra="ignore")
_CUT = {"length", "max_tokens", "content_filter", "incomplete", "model_length"}
_ENDS = ("finish_reason", "stop_reason", "done_reason")
_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_NUMBERED = re.compile(r"^\s*[-*]?\s*(\d{1,4})\s*[:.)]\s*(.*)$")


class Worded(BaseModel):
    """One sentence and the ids of the evidence that it rests on."""

    model_config = _LOOSE
    text: str = Field(description="One sentence, without its citations.")
    evidence: list[str] = Field([], description="The ids it rests on, such as E3.")


class WordedSection(BaseModel):
    """A heading of the list, and its sentences."""

    model_config = _LOOSE
    title: str
    sentences: list[Worded] = []


class Memo(BaseModel):
    """The whole memo."""

    model_config = _LOOSE
    sections: list[WordedSection]


class Plan(BaseModel):
    """The questions, the innocent explanation first; empty where nothing more needs to be asked."""

    model_config = _LOOSE
    questions: list[Question] = []


class Reworded(BaseModel):
    """A sentence worded again, by its number; an empty text withdraws it."""

    model_config = _LOOSE
    number: int
    text: str = ""
    evidence: list[str] = []


class Revision(BaseModel):
    """All sentences that were sent back."""

    model_config = _LOOSE
    sentences: list[Reworded] = []


class Unreadable(Exception):
    """An answer that is not what was asked for; the message says what is wrong with it."""


def ended(message: AIMessage) -> None:
    """Raise CutOff where the model did not come to its own end."""
    told: Mapping[str, Any] = message.response_metadata or {}
    reason = next((str(told[name]) for name in _ENDS if told.get(name)), "")
    if reason.lower() in _CUT:
        raise CutOff(
            f"the model's answer was cut off ({reason})", hint="raise its limit on answers, or ask a shorter case"
        )
    if told and not reason:
        raise CutOff("the model's answer broke off before its end", hint="try again")


def text_of(message: AIMessage) -> str:
    """The words of an answer, without what a model thought aloud between think tags."""
    content = message.content
    parts = [content] if isinstance(content, str) else [
        part if isinstance(part, str) else str(part.get("text", "")) for part in content
    ]  # fmt: skip
    return re.sub(r"<think>.*?(?:</think>|\Z)", "", "".join(parts), flags=re.DOTALL).strip()


def plan(message: AIMessage) -> tuple[Question, ...]:
    """The questions of an answer. Raises Unreadable."""
    found = _object(message, "plan")
    listed = found.get("questions") if found is not None else None
    if not isinstance(listed, list):
        raise Unreadable("the answer holds no list of questions")
    try:
        return tuple(Question.model_validate(entry) for entry in listed)
    except ValidationError as error:
        raise Unreadable(f"a question is not what it should be: {_wrong(error)}") from error


def memo(message: AIMessage) -> tuple[Section, ...]:
    """The sections of an answer under the memo's own headings. Raises Unreadable where it holds no sentence."""
    found = _object(message, "memo")
    if found is not None:
        try:
            read = Memo.model_validate(found)
        except ValidationError as error:
            raise Unreadable(_wrong(error)) from error
        sections = [
            (s.title, [w for one in s.sentences for w in sentences(one.text, one.evidence)]) for s in read.sections
        ]
    else:
        parsed = parse(text_of(message))
        sections = [(s.title, [w for one in s.sentences for w in sentences(one.text, one.evidence)]) for s in parsed]
    if not any(told for _, told in sections):
        raise Unreadable("the answer holds no sentence")
    return _titled(sections)


def rewording(message: AIMessage) -> Rewording:
    """The sentences worded again. Raises Unreadable where there is none."""
    found = _object(message, "revision")
    if found is not None:
        try:
            read = Revision.model_validate(found)
        except ValidationError as error:
            raise Unreadable(_wrong(error)) from error
        return {one.number: tuple(sentences(one.text, one.evidence)) for one in read.sentences}
    lines = [match for line in text_of(message).splitlines() if (match := _NUMBERED.match(line))]
    if not lines:
        raise Unreadable("the answer has no line that begins with a sentence's number")
    return {int(line.group(1)): tuple(_unless_withdrawn(line.group(2))) for line in lines}


def _unless_withdrawn(text: str) -> Iterator[Sentence]:
    if not re.fullmatch(r"\W*withdr\w+\W*", text, re.IGNORECASE):
        yield from sentences(text)


def _titled(sections: list[tuple[str, list[Sentence]]]) -> tuple[Section, ...]:
    """Under the headings that a memo has: a heading of the model's own could say what no sentence may."""
    told: dict[str, list[Sentence]] = {}
    known = {title.casefold(): title for title in TITLES}
    for title, found in sections:
        near = get_close_matches(title.strip(" #*:").casefold(), known, 1, 0.5)
        told.setdefault(known[near[0]] if near else "What happened", []).extend(found)
    return tuple(Section(title=title, sentences=tuple(told[title])) for title in WORDED if told.get(title))


def _object(message: AIMessage, name: str) -> dict[str, Any] | None:
    """The arguments of the tool called, or the JSON object in the text; None where there is none of either."""
    for call in message.tool_calls:
        if call["name"] == name:
            return dict(call["args"])
    for broken in message.invalid_tool_calls:
        raise Unreadable(f"the arguments of {broken.get('name') or 'a tool'} are no JSON")
    if message.tool_calls:
        raise Unreadable(f"the answer calls {message.tool_calls[0]['name']!r}; there is only {name!r}")
    text = text_of(message)
    fenced = _FENCED.search(text)
    bare = (fenced.group(1) if fenced else text).strip()
    if not bare.startswith("{"):
        return None
    try:
        found = json.loads(bare)
    except ValueError as error:
        raise Unreadable(f"the answer is no JSON: {error}") from error
    inner = found.get("arguments", found) if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else None


def _wrong(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
