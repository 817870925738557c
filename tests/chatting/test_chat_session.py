"""The whole chat as a process on a terminal, a served model behind it, killed and gone on with."""

import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chatting.scripted import ALERTS, CUSTOMERS, ROWS
from chatting.terminal import Terminal
from loopback import Loopback, Reply, calls, says

from casewright.agent.settings import Workspace
from casewright.tools.store import Store

SETTINGS = """\
model = "house@{url}"
[policy]
network = true
"""
RECEIVED = "C-10482 received USD 1,250.00 in 2 transfers. [E1]"


class Model:
    """What the model says: it asks once, then answers; a question with `slowly` keeps it from ever answering."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, body: dict[str, Any]) -> Reply:
        self.asked.append(body)
        last = body["messages"][-1]
        slow = "slowly" in json.dumps(body["messages"]) and len(self.asked) == 2
        if last["role"] == "tool":
            name = json.loads(last["content"])["id"]
            text = f"{RECEIVED.replace('E1', name)}\nshow: {name}\nnext: Who paid in?"
            return says(text, delay=600 if slow else 0)
        return calls(("account_profile", {"subjects": ["C-10482"]}))

    def is_asked(self, times: int) -> None:
        """Wait until it was asked so often."""
        end = time.monotonic() + 60
        while len(self.asked) < times and time.monotonic() < end:
            time.sleep(0.05)
        assert len(self.asked) == times


@pytest.fixture
def house(workspace: Workspace, build_ledger: Callable[..., Path]) -> Iterator[tuple[Workspace, Model]]:
    """A workspace whose model is served on this machine."""
    build_ledger(workspace.ledger, ROWS, customers=CUSTOMERS, alerts=ALERTS)
    model = Model()
    with Loopback(model) as server:
        (workspace.folder / "casewright.toml").write_text(SETTINGS.format(url=server.url), encoding="utf-8")
        yield workspace, model


def _chat(workspace: Workspace, *options: str) -> Terminal:
    command = [sys.executable, "-m", "casewright.agent.cli.main", "-w", str(workspace.folder), "chat", *options]
    return Terminal(command, NO_COLOR="1")


def test_a_killed_conversation_goes_on_where_it_was(house: tuple[Workspace, Model]) -> None:
    workspace, model = house
    with _chat(workspace) as first:
        first.wait_for(">")
        first.type("what came in to C-10482, slowly\r")
        first.wait_for("[E1]")
        model.is_asked(2)
        first.kill()
    with _chat(workspace, "--resume") as second:
        second.wait_for("This question was interrupted; going on with it:")
        second.wait_for("what came in to C-10482, slowly")
        second.wait_for(f"1 {RECEIVED}")
        second.wait_for("Who paid in?")
        second.wait_for(">")
        second.type("/cost\r")
        second.wait_for("1 question:")
        second.type("1\r")
        second.wait_for("[E2]")
        second.wait_for("Next, by its number")
        assert second.leave() == 0
    tools = [
        m for body in model.asked for m in body["messages"] if m["role"] == "tool" and '"id": "E1"' in m["content"]
    ]
    assert len({message["tool_call_id"] for message in tools}) == 1  # the data were not asked a second time
    assert len(model.asked) == 5  # a plan, an answer that never came, that answer, and the next turn's two


def test_ctrl_c_stops_a_model_that_does_not_answer_and_the_next_question_is_answered(
    house: tuple[Workspace, Model],
) -> None:
    workspace, model = house
    with _chat(workspace) as chat:
        chat.wait_for(">")
        chat.type("what came in to C-10482, slowly\r")
        chat.wait_for("[E1]")
        model.is_asked(2)
        chat.type("\x03")
        chat.wait_for("Stopped")
        chat.wait_for(">")
        chat.type("what came in to C-10482?\r")
        chat.wait_for("1 C-10482 received USD 1,250.00 in 2 transfers. [E2]")


def test_questions_from_a_pipe_are_answered_in_order_with_exit_code(
    house: tuple[Workspace, Model], casewright: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, _ = house
    monkeypatch.setattr(sys, "stdin", io.StringIO("what came in to C-10482?\n\n/why\n/nonsense\n"))
    ran = casewright("-w", workspace.folder, "chat")
    assert ran.code == 5
    assert "> what came in to C-10482?\n" in ran.out
    assert f"1 {RECEIVED}" in ran.out, ran.out
    assert "USD 1,250.00: E1.inflow_usd of C-10482" in ran.out
    assert "there is no command /nonsense" in ran.out
    assert "\x1b" not in ran.out


def test_machines_get_the_conversation_as_one_object(
    house: tuple[Workspace, Model], casewright: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, _ = house
    monkeypatch.setattr(sys, "stdin", io.StringIO("what came in to C-10482?\n"))
    told = casewright("-w", workspace.folder, "chat", "--json").json
    assert [turn["question"] for turn in told["turns"]] == ["what came in to C-10482?"]
    assert told["turns"][0]["sentences"][0]["evidence"] == ["E1"]


def test_an_alert_talked_about_becomes_a_case_like_any_other(
    house: tuple[Workspace, Model], casewright: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, _ = house
    lines = "what came in?\n/pin\n/note The customer was called.\n/case\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    ran = casewright("-w", workspace.folder, "chat", "--alert", "A-71Q", "--as", "mira")
    assert ran.code == 0, ran.out
    with Store.open(workspace.cases) as store:
        kept = store.load_case("CASE-A-71Q")
        assert store.entries("CASE-A-71Q")[-1].who == "mira"
    said = [sentence.text for sentence in kept.narrative.sections[-1].sentences]
    assert said == ["C-10482 received USD 1,250.00 in 2 transfers.", 'A person noted: "The customer was called."']
    assert casewright("-w", workspace.folder, "verify", "CASE-A-71Q").code == 0
    assert casewright("-w", workspace.folder, "cases", "show", "CASE-A-71Q").out.count("A person noted") == 1


def test_a_conversation_that_is_not_there_is_told(
    house: tuple[Workspace, Model], casewright: Callable[..., Any]
) -> None:
    workspace, _ = house
    ran = casewright("-w", workspace.folder, "chat", "--resume")
    assert ran.code == 1
    assert "there is no conversation to go on with" in ran.err
    assert casewright("-w", workspace.folder, "chat", "beef").code == 2
