"""Answers that were paid for: who keeps them is asked first, so that the same request is never sent twice.

Who keeps them may also take requests to be sent later, many at a time.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from langchain_core.messages import AIMessage, BaseMessage, message_to_dict, messages_from_dict

from casewright.agent.models.choice import Choice
from casewright.knowledge.errors import CasewrightError


class Awaited(CasewrightError):
    """A request that waits to be sent with others, or for its answer: what asked it is asked again later."""

    code = "awaited"


class Answer(NamedTuple):
    """What a model said, as JSON, with the tokens sent and received; USD is None where the price is not known.

    FINISH is why the model ended; "length" for an answer that was cut off.
    """

    said: str
    tokens_in: int
    tokens_out: int
    usd: float | None
    finish: str | None = "stop"

    @classmethod
    def of(cls, message: BaseMessage, tokens_in: int, tokens_out: int, usd: float | None) -> "Answer":
        """The answer that a message is."""
        return cls(json.dumps(message_to_dict(message)), tokens_in, tokens_out, usd)

    def message(self) -> AIMessage:
        """The message as it came. Raises ValueError where what is kept is none."""
        [message] = messages_from_dict([json.loads(self.said)])
        if not isinstance(message, AIMessage):
            raise ValueError("what is kept is no answer of a model")
        return message


class Unsent(NamedTuple):
    """A request that is to be sent later: the body as it would be POSTed, the most tokens and USD that it may take."""

    request: str  # the SHA-256 by which its answer is kept
    choice: Choice
    task: str
    body: Mapping[str, Any]
    tokens: int
    usd: float | None


class Paid(Protocol):
    """Who keeps answers, by the SHA-256 of all that was sent; safe between threads."""

    def answer(self, request: str) -> Answer | None:
        """What was answered to that request; None where it is to be sent."""

    def keep(self, request: str, model: str, answer: Answer) -> None:
        """Keep it."""

    @property
    def later(self) -> bool:
        """Whether requests are sent later, and not now."""

    def note(self, unsent: Unsent) -> None:
        """Take a request to be sent later. Raises Awaited, or ModelFailed where it was sent and had no answer."""
