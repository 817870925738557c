"""A conversation through a served model: what happens to the model is told in the answer, or ends it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from loopback import Loopback, Reply, calls, fails, overflows, says

from casewright.agent.asking.events import Answer
from casewright.agent.asking.session import Session
from casewright.agent.settings import FILE, Workspace


@pytest.fixture
def talk(tmp_path: Path, build_ledger: Callable[..., Path]) -> Callable[..., Answer]:
    """Ask a question of a small ledger by the models that the settings' text names."""
    workspace = Workspace.init(tmp_path / "w")
    rows = [{"src": "C-22222", "dst": "C-11111", "at": "2025-03-02", "usd": 1250}]
    build_ledger(workspace.ledger, rows, customers=[{"id": "C-11111"}, {"id": "C-22222"}])

    def ask(settings: str) -> Answer:
        (workspace.folder / FILE).write_text(settings + "\n[limits]\nretries = 0\nanswer_tokens = 500\n")
        with Session.open(Workspace.at(workspace.folder)) as session:
            answer = list(session.ask("How much did C-11111 receive?"))[-1]
        assert isinstance(answer, Answer)
        return answer

    return ask


ASKS = calls(("flows", {"subjects": ["ACCT_1"]}))
ANSWERS = says("ACCT_1 received USD 1,250.00 in 1 transfer. [E1]")


def test_a_model_that_stands_in_is_told_with_the_answer(talk: Callable[..., Answer]) -> None:
    with Loopback([fails(503)]) as tired, Loopback([ASKS, ANSWERS]) as awake:
        answer = talk(f'model = "one@{tired.url}"\n[models]\nfallback = "two@{awake.url}"')
    assert [sentence.text for sentence in answer.sentences] == ["C-11111 received USD 1,250.00 in 1 transfer."]
    assert len(answer.notes) == 1
    assert "answers instead" in answer.notes[0]
    assert "11111" not in str(awake.requests)
    assert answer.usage.tokens_in == 600  # two probes of each model among them


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ([fails(401)], "refuses us (401; no key was sent)"),
        ([fails(503)], "has a failure (503"),
        ([overflows()], "the conversation is longer than one at"),
        ([ASKS, says("ACCT_1 received USD", finish="length")], "was cut off at its longest"),
        ([ASKS, says("ACCT_1 received USD 1,250.00 in 1 transfer. [E1]", drop_after=3)], "broke off"),
        ([ASKS, says("ACCT_1 received USD 1,250.00 in 1 transfer. [E1]", quiet_end=True)], "broke off before its end"),
        ([calls(("flows", '{"subjects": ["ACCT_1"'))] * 2, "replied twice in a form that cannot be used"),
        ([Reply(raw=b"busy")], "cannot be read"),
    ],
)
def test_a_model_that_fails_ends_the_turn_without_an_answer(
    talk: Callable[..., Answer], replies: list[Reply], words: str
) -> None:
    with Loopback(replies) as server:
        answer = talk(f'model = "one@{server.url}"')
    assert words in answer.cut_off
    assert answer.cut_off.count("\n") == 0
    assert answer.sentences == ()


@pytest.mark.parametrize("tools", [True, False])
def test_the_same_answer_comes_with_tool_calls_and_by_json(talk: Callable[..., Answer], tools: bool) -> None:
    by_json = [
        says('{"tool": "flows", "arguments": {"subjects": ["ACCT_1"]}}'),
        says('{"answer": "ACCT_1 received USD 1,250.00 in 1 transfer. [E1]\\nshow: E1"}'),
    ]
    with Loopback([ASKS, says(f"{ANSWERS.text}\nshow: E1")] if tools else by_json, tools=tools) as server:
        answer = talk(f'model = "one@{server.url}"')
    assert [sentence.text for sentence in answer.sentences] == ["C-11111 received USD 1,250.00 in 1 transfer."]
    assert answer.shown == ("E1",)
    assert "11111" not in str(server.requests)
