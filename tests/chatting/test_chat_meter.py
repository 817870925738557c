"""A chat has one meter: what is asked in it and what it drafts add up to one limit."""

import io
from collections.abc import Callable
from pathlib import Path

import exchanges
from loopback import Loopback, says

from casewright.agent.chat.opening import begin
from casewright.agent.chat.screen import Screen
from casewright.agent.chat.slash.casework import draft
from casewright.agent.settings import FILE, Workspace


def test_a_draft_counts_for_the_limits_of_its_chat(workspace: Workspace, build_ledger: Callable[..., Path]) -> None:
    exchanges.small(workspace.ledger, build_ledger)
    screen = Screen(io.StringIO(), colour=False, live=False, width=lambda: (100, 40))
    with Loopback(lambda body: says("Nothing is known of that.")) as server:
        text = f'model = "small@{server.url}"\n[limits]\nretries = 0\n'
        (workspace.folder / FILE).write_text(text, encoding="utf-8")
        chat = begin(Workspace.at(workspace.folder), screen, "mei")
        assert chat.meter is not None
        list(chat.session.ask("What came in on C-14330?"))
        asked = chat.meter()._totals["run"].spent.calls
        draft(chat, "A-7")
        chat.close()
    assert 0 < asked < chat.meter()._totals["run"].spent.calls
