"""A chat model behind a server that speaks OpenAI's protocol: held to limits, tried again, failures told in words."""

import hashlib
import json
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx2
import openai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_openai import ChatOpenAI

from casewright.agent.models.choice import Choice
from casewright.agent.models.failures import BrokenOff, ModelFailed, in_words, unreadable
from casewright.agent.models.keys import Key
from casewright.agent.models.meter import AnswerCutOff, Call, Meter
from casewright.agent.models.paid import Answer, Unsent
from casewright.agent.models.replied import Malformed

T = TypeVar("T")

_BYTES_A_TOKEN = 3  # what is sent is estimated on the high side: English has about 4 bytes a token, JSON and names less
_FIRST_WAIT = 0.5  # seconds before the first retry where the server names none; doubled at each
_NOTHING_DONE = (openai.APIStatusError, openai.APIConnectionError)  # and nothing to pay
_MAYBE_DONE = openai.APITimeoutError
# What our libraries raise where a server's answer is not what the protocol has: a missing key, a list for a text.
_MISSHAPEN = (ValueError, TypeError, KeyError, AttributeError, IndexError)


class Served(BaseChatModel):
    """The model of a choice. Raises ModelFailed, ContextOverflow, BrokenOff, Malformed and LimitReached, all in words.

    An answer that was cut at its longest is a LimitReached: half an answer is never taken for a whole one. Calls of
    tools come whole, in one piece, also where the text is streamed.
    """

    choice: Any
    meter: Any
    task: str = "draft"
    key_source: str = "none"
    client: Any

    @classmethod
    def at(cls, choice: Choice, key: Key, meter: Meter, task: str) -> "Served":
        """The model behind its server; nothing is connected yet."""
        limits = meter.limits
        most = int(limits.answer_tokens)
        client = ChatOpenAI(
            model=choice.name,
            base_url=choice.url,
            api_key=lambda: key.value or "none",
            timeout=limits.silence_seconds,
            max_retries=0,
            stream_usage=True,
            use_responses_api=False,
            openai_proxy="",
            http_client=_connection(choice, limits.silence_seconds, limits.answer_seconds),
            http_socket_options=(),
            **({"max_tokens": most} if choice.openai else {"extra_body": {"max_tokens": most}}),
        )
        return cls(choice=choice, meter=meter, task=task, key_source=key.source, client=client)

    @property
    def _llm_type(self) -> str:
        return "casewright-served"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.choice.name, "url": self.choice.url}

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
        kwargs = self._sent(kwargs)
        request = self._request(messages, kwargs)
        if (known := self._answered(request)) is not None:
            return known
        if self.meter.paid is not None and self.meter.paid.later and self.task != "probe":
            self.meter.paid.note(self._unsent(request, messages, stop, kwargs))  # which raises Awaited
        made: list[Call] = []

        def once(call: Call) -> Iterator[ChatResult]:
            made.append(call)
            result = self.client._generate(messages, stop=stop, **kwargs)
            message, finish = self._read(result, call)
            self._check(message, finish)
            yield result

        [result] = self._tried(once, messages, kwargs)  # to its end, which is where it is counted
        if self.meter.paid is not None:
            used, message = made[-1], result.generations[0].message
            answer = Answer.of(message, used.tokens_in, used.tokens_out, used.usd)
            self.meter.paid.keep(request.digest, self.choice.told, answer)
        return result

    def _answered(self, request: "_Request") -> ChatResult | None:
        """What the same request was answered before, where answers are kept."""
        answer = self.meter.paid.answer(request.digest) if self.meter.paid is not None else None
        if answer is None:
            return None
        used, message = (answer.tokens_in, answer.tokens_out), answer.message()
        self.meter.recall(self.choice, self.task, request.digest, used, answer.usd)
        try:
            self._check(message, answer.finish)
        except ModelFailed as failure:
            failure.passing = False  # it is what it is
            raise
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _unsent(
        self, request: "_Request", messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> Unsent:
        """The request as it would be sent now. Raises LimitReached where it would pass the turn's limits."""
        body = self.client._get_request_payload(messages, stop=stop, **kwargs)
        body |= body.pop("extra_body", None) or {}
        longest = self._longest(kwargs)
        most = self.meter.most(self.choice, request.tokens, longest)
        self.meter.room(self.choice, request.tokens + longest, most, ("turn",))
        return Unsent(request.digest, self.choice, self.task, body, request.tokens + longest, most)

    def received(self, body: dict[str, Any]) -> Answer:
        """The answer that a body is which came later, as if it had come at once; counted. Raises ModelFailed."""
        call = Call(0, 0)
        try:
            message, finish = self._read(self.client._create_chat_result(body), call)
        except _MISSHAPEN as error:
            raise unreadable(self.choice.told) from error
        self.meter.received(self.choice, self.task, call)
        return Answer.of(message, call.tokens_in, call.tokens_out, call.usd)._replace(finish=finish)

    def _read(self, result: ChatResult, call: Call) -> tuple[AIMessage, str | None]:
        """The message, counted, and why it ended. Raises ModelFailed for what is no text."""
        message, told = result.generations[0].message, result.generations[0].generation_info or {}
        if not isinstance(message, AIMessage) or not isinstance(message.content, str):
            raise unreadable(self.choice.told)
        _count(call, message)
        return message, told.get("finish_reason")

    def _check(self, message: AIMessage, finish: str | None) -> None:
        """Raises what an answer that is not whole is; a call of a tool without an id gets one."""
        self._check_end(finish)
        for call_made in [*message.tool_calls, *message.invalid_tool_calls]:
            _check_call(call_made["name"], call_made["args"], message.text)
            call_made["id"] = call_made["id"] or _new_id()

    def _longest(self, kwargs: dict[str, Any]) -> int:
        """The most tokens that the answer may have."""
        most = int(kwargs.get("max_tokens") or kwargs.get("extra_body", {}).get("max_tokens", 0))
        return most or int(self.meter.limits.answer_tokens)

    def _request(self, messages: list[BaseMessage], kwargs: dict[str, Any]) -> "_Request":
        """All that is sent, as far as it tells one request from another."""
        sent = {"model": self.choice.name, "url": self.choice.url, "messages": convert_to_openai_messages(messages)}
        body = json.dumps({**sent, **kwargs}, default=str, ensure_ascii=False).encode("utf-8", "replace")
        return _Request(hashlib.sha256(body).hexdigest(), len(body) // _BYTES_A_TOKEN + 1)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        kwargs = self._sent(kwargs)

        def once(call: Call) -> Iterator[ChatGenerationChunk]:
            piece, finish, asked, said = None, None, None, ""
            for piece in self.client._stream(messages, stop=stop, **kwargs):
                message = piece.message
                _count(call, message)
                said += piece.text
                finish = (piece.generation_info or {}).get("finish_reason") or finish
                if message.tool_call_chunks:  # kept back, so that whoever reads them sees whole ones
                    held = AIMessageChunk(content="", tool_call_chunks=message.tool_call_chunks)
                    asked = held if asked is None else asked + held
                    message.tool_call_chunks, message.tool_calls, message.invalid_tool_calls = [], [], []
                    message.additional_kwargs.pop("tool_calls", None)
                yield piece
            if piece is None:
                raise unreadable(self.choice.told)
            self._check_end(finish)
            if asked is not None:
                for chunk in asked.tool_call_chunks:
                    _check_call(chunk["name"], chunk["args"], said)
                    chunk["id"], chunk["args"] = chunk["id"] or _new_id(), chunk["args"] or "{}"
                chunks = asked.tool_call_chunks
                yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=chunks))

        for piece in self._tried(once, messages, kwargs):
            if run_manager:
                run_manager.on_llm_new_token(piece.text, chunk=piece)
            yield piece

    def _sent(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """The request's own options: a response format goes as it is, not by the client's own parser of it."""
        kwargs = {name: value for name, value in kwargs.items() if name not in {"ls_structured_output_format"}}
        extra = dict(self.client.extra_body or {}) | dict(kwargs.pop("extra_body", None) or {})
        if "response_format" in kwargs:
            extra["response_format"] = kwargs.pop("response_format")
        if not self.choice.openai and "max_tokens" in kwargs:
            extra["max_tokens"] = kwargs.pop("max_tokens")
        return {**kwargs, "extra_body": extra} if extra else kwargs

    def _tried(
        self, once: Callable[[Call], Iterator[T]], messages: list[BaseMessage], kwargs: dict[str, Any]
    ) -> Iterator[T]:
        """What ONCE yields, tried again while nothing was yielded and what went wrong may pass."""
        request = self._request(messages, kwargs)
        limits = self.meter.limits
        for attempt in range(int(limits.retries) + 1):
            begun = False
            try:
                longest = self._longest(kwargs)
                with self.meter.call(self.choice, self.task, request.tokens, longest, request.digest) as call:
                    try:
                        for piece in once(call):
                            begun = True
                            yield piece
                        return
                    except (openai.OpenAIError, httpx2.HTTPError, *_MISSHAPEN) as error:
                        if not begun and isinstance(error, _NOTHING_DONE) and not isinstance(error, _MAYBE_DONE):
                            call.refused()
                        raise self.failure(error) from error
            except ModelFailed as failure:
                if begun and not isinstance(failure, BrokenOff | Malformed):
                    raise BrokenOff(f"the answer broke off: {failure.message}", hint="ask again") from failure
                if begun or not failure.passing or attempt == int(limits.retries):
                    raise
                self._wait(failure, attempt)

    @property
    def secret(self) -> str:
        """The key, for taking it out of what is told."""
        return str(self.client.openai_api_key())

    def failure(self, error: Exception) -> ModelFailed:
        """The error of its client in words."""
        return in_words(error, self.choice.told, self.key_source, self.secret)

    def _wait(self, failure: ModelFailed, attempt: int) -> None:
        wait = failure.wait
        if wait is None:
            wait = _FIRST_WAIT * 2**attempt * random.uniform(0.75, 1.25)
        elif wait > self.meter.limits.wait_seconds:
            failure.hint = f"it asks to wait {wait:,.0f} seconds; wait_seconds under [limits] is less"
            raise failure
        time.sleep(min(wait, self.meter.limits.wait_seconds))

    def _check_end(self, finish: str | None) -> None:
        if finish == "length":
            raise AnswerCutOff(
                f"the answer of {self.choice.told} was cut off at its longest",
                hint="raise answer_tokens under [limits] in casewright.toml, or use a model that reads more",
            )
        if finish == "content_filter":
            raise ModelFailed(
                f"the provider's filter stopped the answer of {self.choice.told}", hint="ask in other words"
            )
        if finish is None:
            raise BrokenOff(
                f"the answer of {self.choice.told} broke off before its end", hint="ask again", passing=True
            )


class _Request(NamedTuple):
    """What is sent: its SHA-256, and the most tokens that it may be."""

    digest: str
    tokens: int


def offered(
    model: BaseChatModel, tools: Sequence[Any], tool_choice: str | None, kwargs: dict[str, Any]
) -> Runnable[LanguageModelInput, AIMessage]:
    """A model with tools bound as the protocol has them, so that any model around it can read and hand them on."""
    made = [tool if isinstance(tool, dict) and "function" in tool else convert_to_openai_tool(tool) for tool in tools]
    if tool_choice and tool_choice not in {"auto", "none", "required"}:
        named = "required" if tool_choice == "any" else {"type": "function", "function": {"name": tool_choice}}
        kwargs = {**kwargs, "tool_choice": named}
    elif tool_choice:
        kwargs = {**kwargs, "tool_choice": tool_choice}
    return model.bind(tools=made, **kwargs)


def _check_call(name: str | None, arguments: object, said: str) -> None:
    """Raises Malformed where a call has no name or its arguments are no JSON object; none at all is an empty one."""
    try:
        found = json.loads(arguments or "{}", strict=False) if isinstance(arguments, str | None) else arguments
    except ValueError:
        found = None
    if not name or not isinstance(found, dict):
        raise Malformed(f"the arguments of the call of {name or 'a tool'} are no JSON object", said)


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:12]}"


def _count(call: Call, message: BaseMessage) -> None:
    """Tell the meter what the server says was used, and until it does what the answer's length lets us guess."""
    used = getattr(message, "usage_metadata", None)
    if used and used.get("input_tokens") is not None:
        cached = (used.get("input_token_details") or {}).get("cache_read") or 0
        call.used(used["input_tokens"], used["output_tokens"], cached)
        call.told = True
    elif not call.told:
        asked = getattr(message, "tool_call_chunks", None) or getattr(message, "tool_calls", None) or ""
        call.guess(len(f"{message.content}{asked}".encode()) / _BYTES_A_TOKEN)


def proxy_of(choice: Choice) -> str:
    """The URL of the proxy by way of which the environment has a server reached; empty on this machine, or without."""
    if choice.local or proxy_bypass(choice.host):
        return ""
    found = getproxies()
    proxy = found.get(choice.url.partition(":")[0]) or found.get("all", "")
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


def _connection(choice: Choice, silence: float, longest: float) -> httpx2.Client:
    """A connection to the model's server and no other place: no redirects, and no proxy but `proxy_of` it.

    The environment may say which certificates are trusted. OpenAI's names for who pays go to models of OpenAI's alone.
    """

    def name_nobody(request: httpx2.Request) -> None:
        for name in () if choice.openai else ("OpenAI-Organization", "OpenAI-Project"):
            request.headers.pop(name, None)

    def time_it(response: httpx2.Response) -> None:
        response.stream = _Timed(response.stream, time.monotonic() + longest)

    return openai.DefaultHttpxClient(
        timeout=httpx2.Timeout(silence, connect=min(silence, 10)),
        limits=httpx2.Limits(max_keepalive_connections=0),  # nothing stays open between calls, which take seconds
        follow_redirects=False,
        trust_env=False,
        proxy=proxy_of(choice) or None,
        verify=httpx2.create_ssl_context(),
        event_hooks={"request": [name_nobody], "response": [time_it]},
    )


class _Timed(httpx2.SyncByteStream):
    """A body that may not take longer than it may: a server could send a byte a second for ever."""

    def __init__(self, stream: Any, until: float) -> None:
        self._stream, self._until = stream, until

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("the answer takes too long")
            yield piece

    def close(self) -> None:
        self._stream.close()
