"""What a model replies where it calls tools by JSON in its text: one call, or the answer, also while it is streamed."""

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from casewright.agent.models.failures import ModelFailed

_FENCED = re.compile(r"```[a-z]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_BEGINS_ANSWER = re.compile(r'\s*\{\s*"answer"\s*:\s*"')
_PIECE = re.compile(r'(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*')
_HIGH = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\Z")  # the first half of a character that takes two


class Malformed(ModelFailed):
    """A reply that does not have the form that was asked for; `why` in words for the model, `said` what it said."""

    code = "malformed_reply"

    def __init__(self, why: str, said: str) -> None:
        super().__init__(why)
        self.why = why
        self.said = said


@dataclass(frozen=True)
class Replied:
    """A tool's name with its arguments, or else an answer."""

    answer: str = ""
    tool: str = ""
    arguments: dict[str, Any] | None = None


def read(text: str, *, may_answer: bool, may_ask: bool, strict: bool) -> Replied:
    """What the text says. A text without JSON is the answer, unless STRICT. Raises Malformed."""
    found = _object(text)
    if found is None:
        if strict or not may_answer or "```json" in text or text.lstrip().startswith("{"):
            raise Malformed("it is no JSON object", text)
        return Replied(answer=text.strip())
    function = found.get("function")
    call = function if isinstance(function, dict) else found
    name = call.get("tool") or call.get("name") or (function if isinstance(function, str) else "")
    if may_ask and isinstance(name, str) and name:
        arguments = call.get("arguments", call.get("parameters", {}))
        if isinstance(arguments, str):  # JSON within JSON, as the protocol's own calls have it
            arguments = _object(arguments)
        if not isinstance(arguments, dict):
            raise Malformed("its `arguments` are no JSON object", text)
        return Replied(tool=name, arguments=arguments)
    if may_answer and isinstance(found.get("answer"), str):
        return Replied(answer=found["answer"].strip())
    if not strict and may_answer and not name:
        return Replied(answer=text.strip())  # an answer that has an object in it
    raise Malformed("it has neither `tool` with `arguments` nor `answer`" if may_ask else "it has no `answer`", text)


def call_of(replied: Replied) -> dict[str, Any]:
    """The call as langchain has it, with an id of its own."""
    return {"name": replied.tool, "args": replied.arguments or {}, "id": f"call_{uuid.uuid4().hex[:12]}"}


class Answering:
    """The text of `{"answer": "..."}` while its JSON arrives in pieces; nothing of any other reply."""

    def __init__(self) -> None:
        self._read = ""
        self._at = 0  # up to where the answer has been told
        self.begun = False
        self._ended = False

    def take(self, piece: str) -> str:
        """What can be told by now of the answer."""
        self._read += piece
        if not self.begun:
            start = _BEGINS_ANSWER.match(self._read)
            if not start:
                return ""
            self.begun, self._at = True, start.end()
        if self._ended:
            return ""
        whole = _PIECE.match(self._read, self._at)
        end = whole.end() if whole else self._at
        raw = self._read[self._at : end]
        self._ended = self._read[end : end + 1] == '"'
        half = None if self._ended else _HIGH.search(raw)
        if half:
            raw, end = raw[: half.start()], self._at + half.start()
        try:
            told = str(json.loads(f'"{raw}"', strict=False))
        except ValueError:
            return ""
        self._at = end
        return told


def _object(text: str) -> dict[str, Any] | None:
    """The first JSON object in the text, in a fence or bare."""
    fenced = _FENCED.search(text)
    for part in (fenced.group(1) if fenced else "", text):
        start = part.find("{")
        if start < 0:
            continue
        try:
            found, _ = json.JSONDecoder(strict=False).raw_decode(part[start:])
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return None
