"""Answers that were paid for: who keeps them is asked first, so that the same request is never sent twice."""

import json
from typing import NamedTuple, Protocol

from langchain_core.messages import AIMessage, BaseMessage, message_to_dict, messages_from_dict


class Answer(NamedTuple):
    """What a model said, as JSON, with the tokens sent and received; USD is None where the price is not known."""

    said: str
    tokens_in: int
    tokens_out: int
    usd: float | None

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


class Paid(Protocol):
    """Who keeps answers, by the SHA-256 of all that was sent; safe between threads."""

    def answer(self, request: str) -> Answer | None:
        """What was answered to that request; None where it is to be sent."""

    def keep(self, request: str, model: str, answer: Answer) -> None:
        """Keep it."""
