"""An alert on an address of the house itself is not escalated: it has no holder to suspect."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.grounding import check
from casewright.agent.investigate import investigate, resolve
from casewright.knowledge.case import Case
from casewright.knowledge.library import load
from casewright.tools.indicators import catalogue
from casewright.tools.warehouse import Ledger

HOT, BAD = "0x" + "ab" * 20, "0x" + "cd" * 20


def _case(path: Path, build_ledger: Callable[..., Path], category: str, bad: str = "") -> Case:
    payers = [f"0x{number:040x}" for number in range(1, 13)]
    rows: list[dict[str, Any]] = [
        {"id": f"I{n}", "src": payer, "dst": HOT, "at": f"2025-11-10T0{n % 9}:0{n % 6}:00Z", "usd": "9000.00"}
        for n, payer in enumerate(payers)
    ]
    rows += [
        {"id": f"O{n}", "src": HOT, "dst": f"0x{n + 99:040x}", "at": f"2025-11-10T1{n % 9}:00:00Z", "usd": "8900.00"}
        for n in range(12)
    ]
    rows.append({"id": "X", "src": HOT, "dst": BAD, "at": "2025-11-10T20:00:00Z", "usd": "500.00"})
    labels = [{"id": HOT, "name": "Hot wallet 3", "category": category}]
    labels += [{"id": BAD, "name": "Blender", "category": bad}] if bad else []
    alerts = [{"id": "A-1", "subject": HOT, "at": "2025-11-11T00:00:00Z", "title": "Fan in", "source": "rules"}]
    with Ledger.open(build_ledger(path, rows, labels=labels, alerts=alerts)) as ledger:
        return investigate(ledger, [resolve(ledger, "A-1")], load([], catalogue()).typologies)[0]


@pytest.mark.parametrize("category", ["own", "custodial"])
def test_an_own_address_is_said_to_be_ours_and_closed(
    tmp_path: Path, build_ledger: Callable[..., Path], category: str
) -> None:
    found = _case(tmp_path / "l.duckdb", build_ledger, category)
    assert found.recommendation == "close"
    said = " ".join(sentence.text for sentence in found.narrative.sentences)
    assert f'It is an address of the reporting house itself: {HOT} ("Hot wallet 3", {category}' in said
    assert "against it its being an address of the house itself" in said
    assert check(found.narrative.sentences, found).unsupported == ()


def test_what_is_strong_about_an_own_address_asks_for_the_customers_behind_it(
    tmp_path: Path, build_ledger: Callable[..., Path]
) -> None:
    found = _case(tmp_path / "l.duckdb", build_ledger, "own", "mixer")
    assert found.recommendation == "more information needed"
    todo = [point for point in found.not_looked_at if "the address is our own" in point.what]
    assert [point.command for point in todo] == [f"casewright query transfers {HOT}"]
    assert check(found.narrative.sentences, found).unsupported == ()


def test_the_same_dealings_of_another_address_are_escalated(tmp_path: Path, build_ledger: Callable[..., Path]) -> None:
    found = _case(tmp_path / "l.duckdb", build_ledger, "exchange", "mixer")
    assert found.recommendation == "escalate"
    assert not any("house itself" in sentence.text for sentence in found.narrative.sentences)
