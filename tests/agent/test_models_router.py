"""Models without tool calls of their own: found out by a probe, asked by JSON, and asked again once at most."""

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from loopback import Loopback, Reply, calls, fails, says

from casewright.agent.models import make
from casewright.agent.models.failures import BrokenOff, ModelFailed
from casewright.agent.models.kept import Kept
from casewright.agent.models.meter import LimitReached
from casewright.agent.models.replied import Answering, Malformed, read
from casewright.agent.privacy.pseudonyms import Pseudonyms
from casewright.agent.settings import FILE, Workspace


def chat_model(workspace: Workspace, task: str = "draft", meter: Any = None) -> Any:
    """A chat model whose tokens for names are kept in memory, as there is no ledger."""
    return make.chat_model(workspace, task, meter, Pseudonyms())


FLOWS = {
    "type": "function",
    "function": {
        "name": "flows",
        "description": "What came in and went out.\n\nMore than a small model wants to know.",
        "parameters": {
            "type": "object",
            "properties": {
                "subjects": {"type": "array", "items": {"type": "string"}, "description": "ids"},
                "since": {"type": "string", "default": ""},
            },
            "required": ["subjects"],
        },
    },
}
LABELS = {"type": "function", "function": {"name": "labels", "description": "What is known of an address."}}
QUESTION = [SystemMessage("You answer."), HumanMessage("What came in?")]
CALL = json.dumps({"tool": "flows", "arguments": {"subjects": ["C-1"]}})


def _model(folder: Path, url: str) -> Any:
    Workspace.init(folder)
    (folder / FILE).write_text(f'model = "small@{url}"\n[limits]\nretries = 0\n')
    return chat_model(Workspace.at(folder)).bind_tools([FLOWS, LABELS])


def _pieces(model: Any) -> tuple[list[str], AIMessageChunk]:
    pieces = list(model.stream(QUESTION))
    total = pieces[0]
    for piece in pieces[1:]:
        total += piece
    return [piece.text for piece in pieces if piece.text], total


def test_a_model_that_calls_tools_is_probed_once_and_then_offered_them(tmp_path: Path) -> None:
    with Loopback([calls(("flows", {"subjects": ["C-1"]}))] * 2) as server:
        for _ in range(2):
            assert _model(tmp_path, server.url).invoke(QUESTION).tool_calls[0]["name"] == "flows"
    assert len(server.probes) == 2
    assert all("tools" in body and "response_format" not in body for body in server.requests)


@pytest.mark.parametrize("tools", [False, None])
@pytest.mark.parametrize("json_schema", [True, False, None])
def test_a_model_without_tool_calls_writes_them_as_json(
    tmp_path: Path, tools: bool | None, json_schema: bool | None
) -> None:
    replies = [says(CALL), says('{"answer": "C-1 received USD 5.00. [E1]"}')]
    plain = [] if tools is not None or json_schema is not None else [says("Hello!")]  # does it answer at all?
    with Loopback([*plain, *replies], tools=tools, json_schema=json_schema) as server:
        model = _model(tmp_path, server.url)
        asked = model.invoke(QUESTION)
        assert asked.tool_calls[0]["args"] == {"subjects": ["C-1"]}
        told = ToolMessage('{"id": "E1"}', tool_call_id=asked.tool_calls[0]["id"], name="flows")
        answer = model.invoke([*QUESTION, asked, told])
    assert (answer.content, answer.tool_calls) == ("C-1 received USD 5.00. [E1]", [])
    assert answer.usage_metadata["output_tokens"] == 20
    first, second = server.requests[-2:]
    assert "tools" not in first
    assert ("response_format" in first) is (json_schema is True)
    assert [message["role"] for message in second["messages"]] == ["system", "user", "assistant", "user"]
    assert second["messages"][2]["content"] == CALL.replace("C-1", "ACCT_1")  # told in tokens
    assert second["messages"][3]["content"] == 'The tool flows has answered:\n{"id": "E1"}\n'


def test_the_model_is_told_the_tools_and_may_only_write_one_call_or_an_answer(tmp_path: Path) -> None:
    with Loopback([says(CALL)], tools=False) as server:
        _model(tmp_path, server.url).invoke(QUESTION)
    body = server.requests[0]
    system = body["messages"][0]["content"]
    assert system.startswith("You answer.\n\nYou can ask tools, one at a time.")
    assert "- flows(subjects: [string], since?: string): What came in and went out.\n" in system
    assert "- labels(): What is known of an address.\n" in system
    assert system.endswith("What the arguments mean:\n- subjects: ids\n")
    ways = body["response_format"]["json_schema"]["schema"]["anyOf"]
    assert [way["required"] for way in ways] == [["tool", "arguments"], ["tool", "arguments"], ["answer"]]
    assert ways[0]["properties"]["arguments"]["properties"]["subjects"]["items"] == {"type": "string"}


def test_a_tool_that_must_be_called_leaves_no_other_way(tmp_path: Path) -> None:
    with Loopback([says(json.dumps({"tool": "labels", "arguments": {}}))], tools=False) as server:
        Workspace.init(tmp_path)
        workspace = Workspace.at(tmp_path, model=f"small@{server.url}")
        asked = chat_model(workspace).bind_tools([FLOWS, LABELS], tool_choice="labels").invoke(QUESTION)
    assert asked.tool_calls[0]["name"] == "labels"
    schema = server.requests[0]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["tool"]["enum"] == ["labels"]
    assert '"answer"' not in server.requests[0]["messages"][0]["content"]


def test_an_answer_is_streamed_while_its_json_arrives(tmp_path: Path) -> None:
    text = 'C-1 received "5.00" from Jürgen 💶.\n[E1]'
    with Loopback([says(json.dumps({"answer": text})), says(CALL)], tools=False) as server:
        model = _model(tmp_path, server.url)
        texts, total = _pieces(model)
        _, asked = _pieces(model)
    assert len(texts) > 3
    assert "".join(texts) == text
    assert total.usage_metadata is not None
    assert asked.tool_calls[0]["args"] == {"subjects": ["C-1"]}
    assert asked.content == ""


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("tools", "bad", "good"),
    [
        (True, calls(("flows", '{"subjects": ["C-1"')), calls(("flows", {"subjects": ["C-1"]}))),
        (False, says('{"tool": "flows", "arguments": {"subj'), says(CALL)),
        (False, says('{"tool": "flows", "arguments": [1]}'), says(CALL)),
        (False, says("I would call flows."), says(CALL)),
    ],
)
def test_malformed_json_is_asked_for_once_more_and_then_told(
    tmp_path: Path, tools: bool, bad: Reply, good: Reply, streams: bool
) -> None:
    with Loopback([bad, good, bad, bad, good], tools=tools) as server:
        model = _model(tmp_path, server.url)
        ask = (lambda: _pieces(model)[1]) if streams else (lambda: model.invoke(QUESTION))
        assert ask().tool_calls[0]["args"] == {"subjects": ["C-1"]}
        assert "Your reply could not be used: " in server.requests[1]["messages"][-1]["content"]
        with pytest.raises(ModelFailed, match="replied twice in a form that cannot be used") as told:
            ask()
    assert str(told.value).count("\n") == 0
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("text", "replied"),
    [
        ('{"tool": "flows", "arguments": {"a": 1}}', ("flows", {"a": 1}, "")),
        ('```json\n{"name": "flows", "arguments": {"a": 1}}\n```', ("flows", {"a": 1}, "")),
        ('Sure!\n```\n{"name": "flows", "parameters": {"a": 1}}\n```\nDone.', ("flows", {"a": 1}, "")),
        ('<tool_call>\n{"name": "flows", "arguments": "{\\"a\\": 1}"}\n</tool_call>', ("flows", {"a": 1}, "")),
        ('{"function": {"name": "flows", "arguments": {"a": 1}}}', ("flows", {"a": 1}, "")),
        ('{"answer": " Nothing came in. "}', ("", None, "Nothing came in.")),
        ("Nothing came in.", ("", None, "Nothing came in.")),
        ('The row is {"usd": 5}.', ("", None, 'The row is {"usd": 5}.')),
    ],
)
def test_the_ways_in_which_small_models_write_calls_are_read(text: str, replied: tuple[Any, ...]) -> None:
    found = read(text, may_answer=True, may_ask=True, strict=False)
    assert (found.tool, found.arguments, found.answer) == replied


@pytest.mark.parametrize(
    "text", ["", "Nothing.", '{"answer": 5}', '{"answer": "x"', "[1]", '{"tool": "x", "arguments": 1}']
)
def test_what_is_no_reply_is_malformed_where_a_schema_was_asked_for(text: str) -> None:
    with pytest.raises(Malformed):
        read(text, may_answer=True, may_ask=True, strict=True)


def test_every_cut_of_a_streamed_answer_gives_the_same_text() -> None:
    text = 'Zoë "Q" \\ 💶 back\\slash \n \u2028 end'
    for raw in (json.dumps({"answer": text}), json.dumps({"answer": text}, ensure_ascii=False)):
        for size in (1, 2, 3, 7):
            answering = Answering()
            told = [answering.take(raw[at : at + size]) for at in range(0, len(raw), size)]
            assert "".join(told) == text
    assert Answering().take('{"tool": "answer", "arguments": {"answer": "x"}}') == ""


def test_a_server_that_refuses_everything_is_no_model_without_tools(tmp_path: Path) -> None:
    with Loopback([fails(400, "no such deployment")], tools=None, json_schema=None) as server:
        with pytest.raises(ModelFailed, match="no such deployment"):
            _model(tmp_path, server.url).invoke(QUESTION)
        kept = Kept(Workspace.at(tmp_path).usage)
        assert kept.ability("small", server.url) is None


def test_an_answer_that_is_cut_is_never_whole_by_json_either(tmp_path: Path) -> None:
    cut = says('{"answer": "C-1 received USD 5', finish="length")
    dropped = says('{"answer": "C-1 received USD 5.00 in 4 transfers."}', drop_after=5)
    with Loopback([cut, cut, dropped], tools=False) as server:
        model = _model(tmp_path, server.url)
        with pytest.raises(LimitReached):
            model.invoke(QUESTION)
        with pytest.raises(LimitReached):
            _pieces(model)
        with pytest.raises(BrokenOff):
            _pieces(model)


def test_without_tools_a_model_is_asked_as_it_is(tmp_path: Path) -> None:
    with Loopback([says("Hello.")], tools=False) as server:
        Workspace.init(tmp_path)
        model = chat_model(Workspace.at(tmp_path, model=f"small@{server.url}"))
        assert model.invoke([*QUESTION, AIMessage("Yes?"), HumanMessage("Hi")]).content == "Hello."
    assert server.probes == []
    assert "response_format" not in server.requests[0]
