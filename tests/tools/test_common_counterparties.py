"""Common counterparties: who several accounts deal with alike."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
PIER, QUAY = "0x" + "d" * 40, "0x" + "e" * 40


def sent(src: str, dst: str, at: str, usd: float, **more: Any) -> dict[str, Any]:
    return {"src": src, "dst": dst, "at": f"2025-03-{at}", "usd": usd, **more}


ROWS = [
    sent("C-1", PIER, "01T10:00:00", 100), sent("C-1", PIER, "02T10:00:00", 50), sent("C-2", PIER, "03T10:00:00", 30),
    sent(PIER, "C-3", "04T10:00:00", 20), sent("C-1", QUAY, "01T10:00:00", 5), sent("C-2", QUAY, "01T11:00:00", 5),
    sent("C-1", "C-2", "05T10:00:00", 7), sent("C-1", "HOT", "05T10:00:00", 1), sent("C-2", "HOT", "05T10:00:00", 1),
    sent("C-3", "LONE", "05T10:00:00", 1), sent("C-2", "PALE", "05T10:00:00", 1, status="cancelled"),
    sent("C-1", "PALE", "05T10:00:00", 1), sent("C-1", "C-1", "06T10:00:00", 1),
]  # fmt: skip
LABELS = [
    {"id": QUAY, "name": "Basin 4", "category": "mixer", "source": "list", "known_at": "2025-06-01"},
    {"id": "HOT", "name": "Hot 1", "category": "own"},
]


def test_shared_counterparties_are_told_with_direction_and_who_shares_them(make_ledger: MakeLedger) -> None:
    found = toolbox.call(make_ledger(ROWS, labels=LABELS), "common_counterparties", subjects("C-1", "C-2", "C-3"))
    assert found.status == "found"
    told = [(row["counterparty"], row["direction"], row["subjects"], row["shared_by"], row["transfers"], row["usd"])
            for row in found.rows]  # fmt: skip
    assert told == [
        (QUAY, "out", 2, 2, 2, Decimal("10.00")),  # the mixer first
        (PIER, "in", 1, 3, 1, Decimal("20.00")),
        (PIER, "out", 2, 3, 3, Decimal("180.00")),
    ]
    assert (found.rows[0]["label"], found.rows[0]["label_at"]) == ("Basin 4", "2025-06-01T00:00:00Z")
    assert (found.rows[2]["first_at"], found.rows[2]["last_at"]) == ("2025-03-01T10:00:00Z", "2025-03-03T10:00:00Z")
    members = [(row["subject"], row["transfers"], row["usd"]) for row in found.table("members").rows
               if (row["counterparty"], row["direction"]) == (PIER, "out")]  # fmt: skip
    assert members == [("C-1", 2, Decimal("150.00")), ("C-2", 1, Decimal("30.00"))]
    assert found.truncated == "1 address of the house's own left out"
    shared = [(f.about, f.value, f.of) for f in found.facts if f.name == "shared_counterparties"]
    assert shared == [("", 2, 7), ("C-1", 2, 5), ("C-2", 2, 4), ("C-3", 1, 2)]


def test_more_accounts_can_be_asked_for_and_nothing_shared_is_an_empty_answer(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(ROWS, labels=LABELS)
    three = toolbox.call(ledger, "common_counterparties", subjects("C-1", "C-2", "C-3"), min_subjects=3)
    assert {row["counterparty"] for row in three.rows} == {PIER}
    none = toolbox.call(ledger, "common_counterparties", subjects("C-1", "NOBODY"))
    assert (none.status, none.rows) == ("empty", ())
    assert none.searched.startswith("6 completed transfers of 2 accounts")
    fact = none.fact("shared_counterparties")
    assert fact is not None
    assert (fact.value, fact.of) == (0, 5)


def test_each_account_is_asked_about_in_its_own_window(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(ROWS, labels=LABELS)
    asked = (Subject(id="C-1", until=1_740_873_600), Subject(id="C-2"))  # to 2025-03-02, exclusive
    found = toolbox.call(ledger, "common_counterparties", asked)
    assert {row["counterparty"]: row["usd"] for row in found.rows} == {QUAY: Decimal("10.00"), PIER: Decimal("130.00")}


def test_what_the_limit_leaves_out_is_told(make_ledger: MakeLedger) -> None:
    found = toolbox.call(make_ledger(ROWS), "common_counterparties", subjects("C-1", "C-2"), limit=1)
    assert {row["counterparty"] for row in found.rows} == {PIER}
    assert found.truncated == "1 of 3 shared counterparties listed, the riskiest and most shared first"


def test_one_account_has_nothing_in_common(make_ledger: MakeLedger) -> None:
    with pytest.raises(UsageError, match="at least two"):
        toolbox.call(make_ledger(), "common_counterparties", subjects("C-1"))
