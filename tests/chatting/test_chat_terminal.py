"""A chat on a real terminal: keys, Ctrl-C, pasted lines, history, completion."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chatting.scripted import ALERTS, CUSTOMERS, ROWS
from chatting.terminal import Terminal, scripted

from casewright.agent.settings import Workspace


@pytest.fixture
def terminal(workspace: Workspace, build_ledger: Callable[..., Path]) -> Iterator[Terminal]:
    """A terminal on which a chat waits for the first line."""
    build_ledger(workspace.ledger, ROWS, customers=CUSTOMERS, alerts=ALERTS)
    with scripted(workspace.folder) as found:
        found.wait_for(">")
        yield found


def test_ctrl_c_stops_the_turn_and_the_talk_goes_on(terminal: Terminal) -> None:
    terminal.type("forever\r")
    terminal.wait_for("flows C-10482 ...")
    terminal.type("\x03")
    terminal.wait_for("Stopped")
    terminal.type("march?\r")
    terminal.wait_for("[E1]")


def test_ctrl_c_twice_leaves(terminal: Terminal) -> None:
    terminal.type("forever\r")
    terminal.wait_for("flows C-10482 ...")
    terminal.type("\x03")
    terminal.wait_for("Stopped")
    terminal.wait_for(">")
    terminal.type("\x03")
    terminal.wait_for("left")
    assert terminal.leaves() == 0


def test_ctrl_c_on_a_line_that_says_something_only_clears_it(terminal: Terminal, workspace: Workspace) -> None:
    terminal.type("no")
    terminal.wait_for("no")
    terminal.type("\x03")
    terminal.type("march?\r")
    terminal.wait_for("[E1]")
    assert (workspace.machine / "chat" / "history").read_text(encoding="utf-8").endswith("\n+march?\n")


def test_ctrl_c_on_an_empty_line_says_how_to_leave(terminal: Terminal) -> None:
    terminal.type("\x03")
    terminal.wait_for("Ctrl-C again leaves")
    terminal.wait_for(">")
    terminal.type("\x03")
    assert terminal.leaves() == 0


def test_ctrl_d_leaves(terminal: Terminal) -> None:
    terminal.type("\x04")
    assert terminal.leaves() == 0


def test_pasted_lines_are_one_question(terminal: Terminal) -> None:
    terminal.type("\x1b[200~the weather\non monday\x1b[201~\r")
    terminal.wait_for("ask about accounts")
    terminal.type("/cost\r")
    terminal.wait_for("1 question:")


def test_history_is_the_owners_alone_and_survives(terminal: Terminal, workspace: Workspace) -> None:
    terminal.type("march?\r")
    terminal.wait_for("Next, by its number")
    terminal.wait_for("USD 0.0004")
    assert terminal.leave() == 0
    history = workspace.machine / "chat" / "history"
    assert history.stat().st_mode & 0o777 == 0o600
    with scripted(workspace.folder) as again:
        again.wait_for(">")
        again.type("\x1b[A")
        again.wait_for("march?")


def test_tab_completes_an_account_of_the_ledger(terminal: Terminal) -> None:
    terminal.type("who is C-104\t")
    terminal.wait_for("82")


def test_no_colour_is_asked_for_by_the_environment(workspace: Workspace, build_ledger: Callable[..., Path]) -> None:
    build_ledger(workspace.ledger, ROWS)
    with scripted(workspace.folder, NO_COLOR="1") as plain:
        plain.wait_for(">")
        assert "\x1b[38" not in plain.raw
