"""What goes wrong between us and a model's server, in one line that says what to do, and whether it may pass."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from langchain_core.exceptions import ContextOverflowError

from casewright.knowledge.errors import CasewrightError

_LONGEST = 160  # characters of a server's own words that are repeated
_BUSY = {408, 409, 425, 429}


class ModelFailed(CasewrightError):
    """A model that did not answer, or not in a way that can be used.

    `passing` says that the same request may succeed later, `wait` how many seconds the server asked us to wait;
    `status` is its HTTP status where it gave one.
    """

    code = "model_failed"

    status: int | None = None

    def __init__(self, message: str, *, hint: str = "", passing: bool = False, wait: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.passing = passing
        self.wait = wait


class ContextOverflow(ModelFailed, ContextOverflowError):
    """A conversation that is longer than the model can read; langchain's own kind too, which others know."""

    code = "context_overflow"


class BrokenOff(ModelFailed):
    """An answer that ended before it was whole; what came of it must not be used."""

    code = "broken_off"


def in_words(error: Exception, model: str, key_source: str, secret: str) -> ModelFailed:
    """The failure of a call of MODEL. SECRET is the key, which a server may repeat and we do not."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return ModelFailed(f"{model} did not answer in time", hint=_SLOW, passing=True)
    if isinstance(error, openai.APIConnectionError):
        return ModelFailed(f"{model} cannot be reached", hint="is its server running, and its URL right?", passing=True)
    if isinstance(error, openai.APIStatusError):
        failure = _refused(error, model, key_source, _told(_words(error), secret))
        failure.status = error.status_code
        return failure
    if isinstance(error, openai.APIError) and not isinstance(error, openai.APIResponseValidationError):
        words = _told(_words(error), secret)  # in the middle of a stream
        if _overflows(words, error.body):
            return _overflow(model)
        return ModelFailed(f"{model} failed: {words}", hint="try again", passing=True)
    return unreadable(model)


def unreadable(model: str) -> ModelFailed:
    """The failure of a server that answers with something else than the protocol has."""
    hint = "does its URL end as its maker says (often /v1), and is it a server that speaks OpenAI's protocol?"
    return ModelFailed(f"{model} answered with what cannot be read", hint=hint, passing=True)


def unanswered(model: str, code: str, words: str, secret: str) -> ModelFailed:
    """The failure of one request of many that were sent together."""
    if _overflows(words, code):
        return _overflow(model)
    return ModelFailed(f"{model} did not answer the request ({code}: {_told(words, secret)})", hint="ask it alone")


_SLOW = "raise silence_seconds or answer_seconds under [limits], or use a quicker model"


def _refused(error: Any, model: str, key_source: str, words: str) -> ModelFailed:
    status = error.status_code
    code = str(getattr(error, "code", "") or "")
    if status in {401, 403}:
        none, _, why = key_source.partition("none")
        found = f"no key was sent{why}" if not none else f"the key is from {key_source}"
        return ModelFailed(
            f"{model} refuses us ({status}; {found})", hint="casewright models shows where keys come from"
        )
    if 300 <= status < 400:
        return ModelFailed(f"{model} sends us elsewhere ({status}), where we do not go", hint="give its real URL")
    if _overflows(words, error.body) or status == 413:
        return _overflow(model)
    if status == 404:
        return ModelFailed(f"{model} is not there (404: {words})", hint="check the model's name and URL")
    if code == "insufficient_quota":
        return ModelFailed(f"{model}: the account has no credit left", hint="ask whoever pays for it")
    if status in _BUSY or status >= 500:
        told = "has too many requests" if status == 429 else "has a failure"
        return ModelFailed(
            f"{model} {told} ({status}: {words})",
            hint="try again later",
            passing=True,
            wait=_wait(error.response.headers),
        )
    return ModelFailed(f"{model} refuses the request ({status}: {words})", hint="check what this model can do")


def _overflow(model: str) -> ContextOverflow:
    hint = "begin a new conversation, ask for less at once, or use a model that reads more"
    return ContextOverflow(f"the conversation is longer than {model} can read", hint=hint)


def _overflows(words: str, body: object) -> bool:
    told = f"{words} {body}".lower()
    return any(sign in told for sign in _OVERFLOWS)


_OVERFLOWS = (
    "context_length_exceeded",
    "maximum context length",
    "exceeds the available context",
    "exceed_context_size",
    "exceeds the context window",
    "context window",
    "prompt is too long",
    "input is too long",
)


def _words(error: Any) -> str:
    """What the server's error object says, else the whole error."""
    body = error.body
    said = body.get("message") if isinstance(body, dict) else None
    return said if isinstance(said, str) and said else str(error.message)


def _told(words: str, secret: str) -> str:
    """A server's own words: one line, short, without our key."""
    if len(secret) > len("none"):
        words = words.replace(secret, "***")
    words = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]} ..."


def _wait(headers: Mapping[str, str]) -> float | None:
    """The seconds of a Retry-After, which tells seconds or a moment."""
    told = headers.get("retry-after-ms", "").strip()
    try:
        if told:
            return max(0.0, float(told) / 1000)
        told = headers.get("retry-after", "").strip()
        if not told:
            return None
        if told.replace(".", "", 1).isdigit():
            return float(told)
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
