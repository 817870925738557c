"""Chat models behind a server that speaks OpenAI's protocol, well or badly: the right outcome, told in one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage
from loopback import Loopback, Reply, calls, fails, overflows, says

from casewright.agent.models import make
from casewright.agent.models.failures import BrokenOff, ContextOverflow, ModelFailed
from casewright.agent.models.meter import LimitReached, Meter
from casewright.agent.privacy.pseudonyms import Pseudonyms
from casewright.agent.settings import FILE, Workspace


def chat_model(workspace: Workspace, task: str = "draft", meter: Any = None) -> Any:
    """A chat model whose tokens for names are kept in memory, as there is no ledger."""
    return make.chat_model(workspace, task, meter, Pseudonyms())


FLOWS = {
    "type": "function",
    "function": {
        "name": "flows",
        "description": "What came in and went out.",
        "parameters": {
            "type": "object",
            "properties": {"subjects": {"type": "array", "items": {"type": "string"}}},
            "required": ["subjects"],
        },
    },
}
QUESTION = [SystemMessage("You answer."), HumanMessage("What came in?")]


def _workspace(folder: Path, url: str, text: str = "", **environment: str) -> Workspace:
    Workspace.init(folder)
    (folder / FILE).write_text(f'model = "small"\nmodel_url = "{url}"\n{text}\n[policy]\nnetwork = false\n')
    return Workspace.at(folder, environment=environment)


def _model(folder: Path, url: str, limits: str = "retries = 0", meter: Meter | None = None, **environment: str) -> Any:
    return chat_model(_workspace(folder, url, f"[limits]\n{limits}", **environment), meter=meter)


def _streamed(model: Any, *messages: Any, **kwargs: Any) -> AIMessageChunk:
    total = None
    for piece in model.stream(list(messages) or QUESTION, **kwargs):
        total = piece if total is None else total + piece
    assert total is not None
    return total


def test_an_answer_comes_whole_and_as_a_stream(tmp_path: Path) -> None:
    with Loopback([says("C-1 received USD 5.00. [E1]")] * 2) as server:
        model = _model(tmp_path, server.url)
        whole = model.invoke(QUESTION)
        pieces = list(model.stream(QUESTION))
    assert whole.content == "C-1 received USD 5.00. [E1]"
    assert "".join(piece.text for piece in pieces) == whole.content
    assert len(pieces) > 4
    assert whole.usage_metadata["input_tokens"] == 100
    assert server.requests[0]["model"] == "small"
    assert server.requests[0]["max_tokens"] == 4000
    assert [message["role"] for message in server.requests[0]["messages"]] == ["system", "user"]


def test_tools_are_offered_and_their_calls_come_whole(tmp_path: Path) -> None:
    with Loopback([calls(("flows", {"subjects": ["C-1"]}), text="Let me see.")] * 2) as server:
        model = _model(tmp_path, server.url).bind_tools([FLOWS])
        whole, pieces = model.invoke(QUESTION), list(model.stream(QUESTION))
    assert server.requests[0]["tools"] == [FLOWS]
    assert whole.tool_calls[0]["args"] == {"subjects": ["C-1"]}
    asked = [piece for piece in pieces if piece.tool_call_chunks]
    assert len(asked) == 1
    assert json.loads(asked[0].tool_call_chunks[0]["args"]) == {"subjects": ["C-1"]}


def test_a_server_that_has_too_many_requests_is_asked_again_when_it_says(tmp_path: Path) -> None:
    import time

    with Loopback([fails(429, retry_after="1"), fails(500), says("At last.")]) as server:
        begun = time.monotonic()
        assert _model(tmp_path, server.url, "retries = 2").invoke(QUESTION).content == "At last."
        took = time.monotonic() - begun
    assert len(server.requests) == 3
    assert took >= 1.5


@pytest.mark.parametrize(
    ("reply", "kind", "words", "requests"),
    [
        (fails(429, retry_after="300"), ModelFailed, "asks to wait 300 seconds", 1),
        (fails(429, code="insufficient_quota"), ModelFailed, "no credit left", 1),
        (fails(503), ModelFailed, "has a failure (503: the server is tired)", 2),
        (fails(401, "Incorrect API key provided: sk-secret"), ModelFailed, "refuses us (401; the key is from", 1),
        (fails(404, "no such model"), ModelFailed, "is not there (404: no such model)", 1),
        (fails(400, "unknown field"), ModelFailed, "refuses the request (400: unknown field)", 1),
        (Reply(status=307, headers={"Location": "http://127.0.0.1:9/"}), ModelFailed, "sends us elsewhere (307)", 1),
        (overflows(), ContextOverflow, "the conversation is longer than small at", 1),
        (Reply(raw=b"<html>busy</html>"), ModelFailed, "cannot be read", 2),
        (Reply(raw=b'{"choices": []}'), ModelFailed, "cannot be read", 2),
        (says("half", finish="length"), LimitReached, "was cut off at its longest", 1),
        (says("", finish="content_filter"), ModelFailed, "filter stopped the answer", 1),
        (says("slow", delay=30), ModelFailed, "did not answer in time", 2),
        (says("slow " * 40, drip=0.1), ModelFailed, "", 2),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
def test_what_goes_wrong_is_told_in_one_line(
    tmp_path: Path, reply: Reply, kind: type[Exception], words: str, requests: int, streams: bool
) -> None:
    limits = "retries = 1\nsilence_seconds = 1\nanswer_seconds = 1"
    with Loopback([reply] * requests) as server:
        model = _model(tmp_path, server.url, limits, CASEWRIGHT_API_KEY="sk-secret")
        with pytest.raises(kind) as told:
            _streamed(model) if streams else model.invoke(QUESTION)
    assert words in str(told.value)
    assert str(told.value).count("\n") == 0
    assert "sk-secret" not in str(told.value)
    assert len(server.requests) <= requests


@pytest.mark.parametrize("reply", [says("one two three four", drop_after=3), says("one two three", quiet_end=True)])
def test_a_stream_that_is_dropped_is_no_answer(tmp_path: Path, reply: Reply) -> None:
    with Loopback([reply, says("never asked")]) as server:
        model, heard = _model(tmp_path, server.url, "retries = 3"), []
        with pytest.raises(BrokenOff, match="broke off"):
            heard.extend(piece.text for piece in model.stream(QUESTION))
    assert len(server.requests) == 1
