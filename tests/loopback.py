"""A real HTTP server on this machine that speaks OpenAI's chat/completions, well or badly, as a test scripts it.

    with Loopback([calls(("flows", {"subjects": ["C-1"]})), says("C-1 received USD 5.00. [E1]")]) as server:
        server.url              # http://127.0.0.1:PORT/v1
        server.requests         # the bodies that were sent, in order, without the probes
        server.headers          # their headers

Replies are taken in turn, or made by a function of the body. What a probe asks (`casewright models probe`) is answered
by the server itself from TOOLS and JSON_SCHEMA: True obeys, False ignores, None refuses with a 400.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PROBE = "casewright_probe"
Values = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """One answer: a message or an error, and how badly it comes."""

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()  # tool and arguments as JSON text
    finish: str | None = None  # else "tool_calls" where there are calls, "stop" where not
    usage: tuple[int, int, int] | None = (100, 20, 0)  # sent, received, and of those sent the cached ones
    status: int = 200
    error: Values = field(default_factory=dict)
    headers: Values = field(default_factory=dict)
    raw: bytes | None = None  # the whole body as it is
    delay: float = 0  # seconds before the first byte
    drip: float = 0  # seconds between the pieces of a stream, or between bytes of a body
    drop_after: int | None = None  # the connection ends after so many pieces of a stream
    quiet_end: bool = False  # the stream ends in good order, but before its last piece


def says(text: str, **how: Any) -> Reply:
    """A message of text alone."""
    return Reply(text=text, **how)


def calls(*asked: tuple[str, Values | str], text: str = "", **how: Any) -> Reply:
    """Calls of tools; arguments given as a text are sent as they are, so that they can be no JSON."""
    made = tuple((name, given if isinstance(given, str) else json.dumps(given)) for name, given in asked)
    return Reply(text=text, calls=made, **how)


def fails(status: int, message: str = "the server is tired", code: str = "", **headers: str) -> Reply:
    """An error: `fails(429, retry_after="1")`."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, error={"message": message, "type": "error", "code": code or None}, headers=told)


def overflows() -> Reply:
    """The error of a conversation that is longer than the model can read."""
    message = "This model's maximum context length is 4096 tokens, however you requested 9000 tokens."
    return fails(400, message, "context_length_exceeded")


class Loopback:
    """The server; a context manager."""

    def __init__(
        self,
        replies: Iterable[Reply] | Callable[[Values], Reply] = (),
        *,
        tools: bool | None = True,
        json_schema: bool | None = True,
    ) -> None:
        self._replies = replies if callable(replies) else iter(replies)
        self._obeys = {"tools": tools, "response_format": json_schema}
        self.requests: list[Values] = []
        self.headers: list[Values] = []
        self.probes: list[Values] = []
        self.lock, self.closing = threading.Lock(), threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def reply(self, body: Values, headers: Values) -> Reply:
        """What is answered to this body, which is kept."""
        with self.lock:
            asked = next((key for key in self._obeys if PROBE in json.dumps(body.get(key))), "")
            if asked:
                self.probes.append(body)
                return _probed(asked, self._obeys[asked])
            self.requests.append(body)
            self.headers.append(headers)
            if callable(self._replies):
                return self._replies(body)
            return next(self._replies, fails(501, "the test has scripted no more replies"))

    def other(self, method: str, path: str, headers: Values, body: bytes) -> Reply | None:
        """What is answered at other places than the chat's; None where there is nothing of its own."""
        return fails(404, "no such place") if path.startswith(("/v1/files", "/v1/batches")) else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing where the other side is gone; what else went wrong, it has as no answer."""


def _probed(asked: str, obeys: bool | None) -> Reply:
    if obeys is None:
        return fails(400, f"{asked} is not supported by this model")
    if not obeys:
        return says("Hello! How can I help you today?")
    if asked == "tools":
        return calls((PROBE, {"number": 7}))
    return says(json.dumps({"number": 7}))


def _handler(loopback: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            if not self._elsewhere(b""):
                self._models()

        def do_DELETE(self) -> None:
            self._elsewhere(b"")

        def _elsewhere(self, body: bytes) -> bool:
            """Whether it is about another place than the chat's, and answered."""
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = loopback.other(self.command, self.path, headers, body)
            if reply is not None:
                self._answer({}, reply)
            return reply is not None

        def _models(self) -> None:
            self._whole(200, json.dumps({"object": "list", "data": [{"id": "loopback", "object": "model"}]}).encode())

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self._elsewhere(raw):
                return
            body = json.loads(raw)
            reply = loopback.reply(body, {name.lower(): value for name, value in self.headers.items()})
            if reply.delay and loopback.closing.wait(reply.delay):
                return
            try:
                self._answer(body, reply)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _answer(self, body: Values, reply: Reply) -> None:
            if reply.raw is not None:
                self._whole(reply.status, reply.raw, reply.headers)
            elif reply.status >= 300:
                self._whole(reply.status, json.dumps({"error": reply.error}).encode(), reply.headers)
            elif body.get("stream"):
                self._stream(list(_pieces(body, reply)), reply)
            else:
                self._whole(200, json.dumps(completion(body, reply)).encode(), reply.headers, reply.drip)

        def _whole(self, status: int, raw: bytes, headers: Values | None = None, drip: float = 0) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, str(value))
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            for at in range(0, len(raw), 1 if drip else len(raw)):
                if drip and loopback.closing.wait(drip):
                    return
                self.wfile.write(raw[at : at + 1] if drip else raw)
                self.wfile.flush()

        def _stream(self, pieces: list[Values], reply: Reply) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            if reply.quiet_end:
                pieces = pieces[:2]
            for number, piece in enumerate(pieces):
                if number == reply.drop_after or (reply.drip and loopback.closing.wait(reply.drip)):
                    self.close_connection = True
                    return
                self._chunk(f"data: {json.dumps(piece)}\n\n")
            if not reply.quiet_end:
                self._chunk("data: [DONE]\n\n")
            self._chunk("")

        def _chunk(self, text: str) -> None:
            raw = text.encode()
            self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
            self.wfile.flush()

    return Handler


def _finish(reply: Reply) -> str:
    return reply.finish or ("tool_calls" if reply.calls else "stop")


def _usage(reply: Reply) -> Values | None:
    if reply.usage is None:
        return None
    sent, received, cached = reply.usage
    details = {"prompt_tokens_details": {"cached_tokens": cached}}
    return {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received, **details}


def _tool_calls(reply: Reply) -> list[Values]:
    return [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(reply.calls, 1)
    ]


def completion(body: Values, reply: Reply) -> Values:
    """The body that answers a request in whole."""
    message: Values = {"role": "assistant", "content": reply.text or None}
    if reply.calls:
        message["tool_calls"] = _tool_calls(reply)
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply)}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"]}
    return {**head, "choices": [choice], **({"usage": _usage(reply)} if reply.usage else {})}


def _pieces(body: Values, reply: Reply) -> Iterator[Values]:
    """The stream: the role, words one by one, calls in halves, the reason of the end, and the usage where asked for."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}

    def piece(delta: Values, finish: str | None = None) -> Values:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield piece({"role": "assistant", "content": ""})
    words = reply.text.split(" ")
    for number, word in enumerate(words if reply.text else ()):
        yield piece({"content": word if number == len(words) - 1 else f"{word} "})
    for number, call in enumerate(_tool_calls(reply)):
        arguments = call["function"]["arguments"]
        half = len(arguments) // 2
        begun = {**call, "index": number, "function": {**call["function"], "arguments": arguments[:half]}}
        yield piece({"tool_calls": [begun]})
        yield piece({"tool_calls": [{"index": number, "function": {"arguments": arguments[half:]}}]})
    yield piece({}, _finish(reply))
    if reply.usage and (body.get("stream_options") or {}).get("include_usage"):
        yield {**head, "choices": [], "usage": _usage(reply)}
