"""Payers and their names: same, different and unknown are three states, and sums follow them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge.records import subjects
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

HOLDER = {"id": "C-1", "name": "Tan Mei Ling", "at": "2024-12-01", "kind": "person"}


def credit(src: str, memo: str | None, usd: int = 100, **more: Any) -> dict[str, Any]:
    at = {"at": "2025-02-01T10:00:00Z"}
    return {"src": src, "dst": "C-1", "usd": usd, "kind": "fiat_in", "asset": "SGD", "memo": memo, **at, **more}


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ("TAN MEI LING", "same"),
        ("Mei Ling, Tan", "same"),
        ("TAN MEI LING | RENT JUNE", "same"),
        ("TAN MEI L", "unknown"),
        ("TAN KOK WAH", "unknown"),
        ("NORDHAUS FEINKOST GMBH", "different"),
        (None, "unknown"),
        ("  ", "unknown"),
    ],
)
def test_a_name_is_the_same_different_or_unknown(make_ledger: Callable[..., Ledger], given: str, match: str) -> None:
    ledger = make_ledger([credit("POSB-1", given)], customers=[HOLDER])
    assert toolbox.call(ledger, "payers", subjects("C-1")).rows[0]["name_match"] == match


def test_sums_and_counts_are_told_by_state_and_only_completed_bank_credits_count(
    make_ledger: Callable[..., Ledger],
) -> None:
    rows = [
        credit("POSB-1", "TAN MEI LING", 250),
        credit("POSB-2", "LIM AH KOW", 70),
        credit("POSB-2", "LIM AH KOW", 30),
        credit("POSB-3", "LIM AH KOW", 5, status="cancelled"),
        credit("0xabc", None, 999, kind="deposit"),
    ]
    found = toolbox.call(make_ledger(rows, customers=[HOLDER]), "payers", subjects("C-1"))
    told = {fact.name: (fact.value, fact.of) for fact in found.facts}
    assert told["payers"] == (2, None)
    assert told["same_name_payers"] == (1, 2)
    assert told["different_name_payers"] == (1, 2)
    assert told["same_name_usd"][0] == Decimal("250.00")
    assert told["different_name_usd"][0] == Decimal("100.00")


def test_without_a_customer_record_no_name_is_different(make_ledger: Callable[..., Ledger]) -> None:
    found = toolbox.call(make_ledger([credit("POSB-2", "LIM AH KOW")]), "payers", subjects("C-1"))
    assert found.rows[0]["name_match"] == "unknown"


def test_an_unknown_account_is_an_empty_answer(make_ledger: Callable[..., Ledger]) -> None:
    found = toolbox.call(make_ledger([credit("POSB-2", "LIM AH KOW")]), "payers", subjects("C-9"))
    assert (found.status, found.rows, found.facts) == ("empty", (), ())
