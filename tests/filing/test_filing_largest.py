"""An account of many movements: what a report tells of the largest is true of all of them, not of the first."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from exchanges import case_of

from casewright.agent.filing.checks.under import Under
from casewright.agent.filing.complete import checks
from casewright.agent.filing.particulars import dossier_of, of_note
from casewright.agent.filing.report import Report
from casewright.agent.grounding import check
from casewright.knowledge.case import Case
from casewright.tools.store.filing import RoleSet, Suspicion

Make = Callable[..., Report]
SUBJECT = RoleSet(person="C-5", role="subject", reason="her account")
FORMED = Suspicion(formed=date(2025, 11, 20), noticed=date(2025, 11, 10), reason="the payers")


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, build_ledger: Callable[..., Path]) -> Case:
    """The case of C-5: 230 small credits first, then a large one, and a small withdrawal before a large one."""
    bank = {"kind": "fiat_in", "network": "fast", "asset": "SGD", "dst": "C-5"}
    rows: list[dict[str, Any]] = [
        {**bank, "id": f"B{n}", "at": f"2025-11-0{1 + n // 60}T01:{n % 60:02}:00Z", "src": f"POSB-{n % 7}",
         "amount": 100, "usd": "75.00", "local": "100.00"}
        for n in range(230)
    ]  # fmt: skip
    rows.append({**bank, "id": "BIG", "at": "2025-11-08T02:00:00Z", "src": "DBS-99", "amount": 48_000,
                 "usd": "36000.00", "local": "48000.00"})  # fmt: skip
    chain = {"kind": "withdrawal", "network": "tron", "src": "C-5", "asset": "USDT"}
    for n, amount in enumerate((40, 37_000)):
        rows.append({**chain, "id": f"W{n}", "at": f"2025-11-0{8 + n}T05:00:00Z", "dst": f"T{n}" * 17, "amount": amount,
                     "usd": f"{amount}.00", "local": f"{amount}.00", "hash": f"{n}abc" * 16})  # fmt: skip
    path = build_ledger(
        tmp_path_factory.mktemp("busy") / "ledger.duckdb", rows, currency="SGD", timezone="Asia/Singapore",
        customers=[{"id": "C-5", "at": "2025-01-01T00:00:00Z", "name": "Mei Lim", "kind": "person", "country": "SG",
                    "occupation": "clerk", "income_usd": "30000.00", "tier": "basic", "risk": "low",
                    "purpose": "trading"}],
    )  # fmt: skip
    return case_of(path, "C-5")


def test_the_largest_of_all_are_told_where_the_list_was_cut(told: Make, busy: Case) -> None:
    listed = next(e for e in busy.evidence if e.tool == "transfers")
    assert listed.truncated
    assert "BIG" not in [row["transfer"] for row in listed.rows]
    noted = [cells.text("transfer") for cells in of_note(dossier_of(busy))]
    assert {"BIG", "W0", "W1"} <= set(noted)
    found = told(busy, SUBJECT, FORMED)
    assert "SGD 48,000.00" in found.form.text
    assert "1abc" * 16 in found.form.text
    assert found.missing == ()
    stated = [piece.sentence for piece in found.made.pieces if not piece.framed]
    assert check(stated, found.known).unsupported == ()
    for name in ("C05", "C11"):
        assert checks()[name](Under(found)).share == 1, name


def test_a_case_in_which_nobody_asked_for_the_largest_says_so(told: Make, busy: Case) -> None:
    first = [e for e in busy.evidence if e.tool != "transfers" or e.arguments.get("order") != "value"]
    assert len(first) < len(busy.evidence)
    old = busy.model_copy(update={"evidence": tuple(first)})
    assert of_note(dossier_of(old)) == []
    missing = told(old, SUBJECT, FORMED).missing
    assert [m.command for m in missing] == ["casewright investigate C-5"]


def test_nothing_is_asked_again_where_all_are_listed(student: Case) -> None:
    assert len([e for e in student.evidence if e.tool == "transfers"]) == 1
