"""What a case tells that it was made with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exchanges import small

from casewright.agent.settings import Workspace
from casewright.agent.versions import UNREADABLE, rules_of
from casewright.knowledge.rule import shipped
from casewright.tools import indicators
from casewright.tools.warehouse import Ledger


def _rule(workspace: Workspace, status: str, cool_down: int = 60) -> None:
    text = (shipped() / "bank-credits-passed-on.yaml").read_text(encoding="utf-8")
    text = text.replace("status: live", f"status: {status}").replace(
        "cool_down_days: 60", f"cool_down_days: {cool_down}"
    )
    (workspace.folder / "rules" / "mine.yaml").write_text(
        text.replace("id: bank-credits-passed-on", "id: mine"), encoding="utf-8"
    )


def test_a_rule_in_force_counts_and_a_draft_does_not(workspace: Workspace) -> None:
    shipped_alone = rules_of(workspace)
    _rule(workspace, "draft")
    assert rules_of(workspace) == shipped_alone
    _rule(workspace, "live")
    live = rules_of(workspace)
    _rule(workspace, "live", cool_down=30)
    assert len({shipped_alone, live, rules_of(workspace)}) == 3


def test_a_case_is_drafted_beside_a_broken_rule_and_tells_all_its_versions(
    casewright: Callable[..., Any], workspace: Workspace, build_ledger: Callable[..., Path]
) -> None:
    small(workspace.ledger, build_ledger)
    made = casewright("-w", workspace.folder, "investigate", "A-7", "--json").json["versions"]
    with Ledger.open(workspace.ledger) as ledger:
        assert (made["ledger"], made["imports"]) == (ledger.fingerprint(), 1)
    assert (made["writer"], made["model"], made["prompts"]) == ("embedded 1", "embedded", "none")
    assert (made["rules"], made["indicators"]) == (rules_of(workspace), indicators.fingerprint())
    assert all(made.values())
    (workspace.folder / "rules" / "broken.yaml").write_text("id: other\n", encoding="utf-8")
    ran = casewright("-w", workspace.folder, "investigate", "A-7", "--json")
    assert (ran.code, ran.json["versions"]["rules"]) == (0, UNREADABLE)


@pytest.mark.parametrize("name", ["new_payers", "inflow_usd"])
def test_the_indicators_fingerprint_is_of_their_files(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda path, **how: read(path, **how) + ("-- changed" if path.stem == name else "")
    )
    assert indicators.fingerprint.__wrapped__() != indicators.fingerprint()
