"""The account profile against plain Python, and what it says of nobody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge.clock import iso
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence, Fact
from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.queries.account_profile import account_profile

NOTHING = Decimal("0.00")


def _facts(evidence: Evidence, subject: str) -> dict[str, Fact]:
    return {fact.name: fact for fact in evidence.facts if fact.about == subject}


def _mine(transfers: list[dict[str, Any]], who: str, since: int | None, until: int | None) -> list[dict[str, Any]]:
    return [t for t in transfers if who in (t["src"], t["dst"])
            and (since is None or t["epoch"] >= since) and (until is None or t["epoch"] < until)]  # fmt: skip


def _moved(transfers: list[dict[str, Any]], who: str, side: str) -> list[dict[str, Any]]:
    end = {"in": "dst", "out": "src"}[side]
    return [t for t in transfers if t[end] == who and t["src"] != t["dst"] and t["status"] == "completed"
            and t["kind"] not in {"trade", "fee"}]  # fmt: skip


def _total(transfers: list[dict[str, Any]], word: str) -> Decimal | None:
    """The sum of what is known; nothing of nothing; None where no value is known."""
    known = [t[word] for t in transfers if t[word] is not None]
    return sum(known, NOTHING) if known or not transfers else None


def _local_day(epoch: int) -> Any:
    return (datetime.fromtimestamp(epoch, UTC) + timedelta(hours=8)).date()


def _expected(transfers: list[dict[str, Any]], who: str, prefix: str) -> dict[str, Any]:
    """What the profile must say of one period, by name; None where it must say nothing."""
    told: dict[str, Any] = {}
    for side, far in (("in", "src"), ("out", "dst")):
        moved = _moved(transfers, who, side)
        valued = sorted(t["usd"] for t in moved if t["usd"] is not None)
        told |= {f"transfers_{side}": len(moved), f"counterparties_{side}": len({t[far] for t in moved}),
                 f"{side}flow_usd": _total(moved, "usd"),
                 f"{side}flow_local": _total(moved, "local"),
                 f"largest_{side}_usd": valued[-1] if valued else None,
                 f"median_{side}_usd": valued[(len(valued) - 1) // 2] if valued else None,
                 f"first_{side}_at": iso(min(t["epoch"] for t in moved)) if moved else None,
                 f"last_{side}_at": iso(max(t["epoch"] for t in moved)) if moved else None,
                 f"unvalued_transfers_{side}": (len(moved) - len(valued)) or None}  # fmt: skip
    done = [t for t in transfers if t["status"] == "completed"]
    trades = [t for t in done if t["kind"] == "trade"]
    fees = [t for t in done if t["kind"] == "fee" and t["src"] == who]
    own = [t for t in done if t["kind"] not in {"trade", "fee"} and t["src"] == t["dst"]]
    undone = [t for t in transfers if t["status"] != "completed"]
    told |= {"trades": len(trades), "traded_usd": _total(trades, "usd"), "fees_usd": _total(fees, "usd"),
             "self_transfers": len(own), "self_usd": _total(own, "usd"), "attempts": len(undone),
             "active_days": len({_local_day(t["epoch"]) for t in done})}  # fmt: skip
    for status in ("cancelled", "rejected", "reversed", "held"):
        such = [t for t in undone if t["status"] == status]
        told[f"{status}_transfers"] = len(such) or None
        told[f"{status}_usd"] = _total(such, "usd") if such else None
    return {prefix + name: value for name, value in told.items()}


def test_the_profile_adds_up_like_plain_python(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = account_profile(exchange.ledger, asked)
    for subject in asked:
        facts = _facts(evidence, subject.id)
        history = _mine(exchange.transfers, subject.id, None, subject.until)
        if not history:
            assert not facts
            continue
        expected = _expected(_mine(history, subject.id, subject.since, None), subject.id, "")
        if subject.since is not None:
            expected |= _expected(_mine(history, subject.id, None, subject.since), subject.id, "before_")
        known = {name: value for name, value in expected.items() if value is not None}
        assert {name: facts[name].value for name in expected if name in facts} == known


def test_the_history_is_told_in_local_days_and_only_of_a_window_that_begins(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = account_profile(exchange.ledger, asked)
    for subject in asked:
        done = [
            t["epoch"] for t in _mine(exchange.transfers, subject.id, None, subject.since) if t["status"] == "completed"
        ]
        days = evidence.fact("history_days", subject.id)
        if subject.since is None:
            assert days is None
            assert not [f for f in evidence.facts if f.about == subject.id and f.name.startswith("before_")]
        elif done:
            assert days is not None
            assert days.value == (_local_day(subject.since) - _local_day(min(done))).days


def test_the_largest_is_told_with_its_moment_and_the_other_side(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger([
        {"src": "P-1", "dst": "C-1", "at": "2025-01-02T10:00:00Z", "usd": "50.00"},
        {"src": "P-2", "dst": "C-1", "at": "2025-01-03T10:00:00Z", "usd": "90.00"},
        {"src": "P-3", "dst": "C-1", "at": "2025-01-04T10:00:00Z", "usd": "90.00"},
    ])  # fmt: skip
    evidence = account_profile(ledger, subjects("C-1"))
    largest, moment = evidence.fact("largest_in_usd"), evidence.fact("largest_in_at")
    assert largest is not None
    assert moment is not None
    assert (largest.value, largest.other, largest.rank, largest.side) == (Decimal("90.00"), "P-2", "largest", "in")
    assert (moment.value, moment.other) == ("2025-01-03T10:00:00Z", "P-2")  # the earlier of two that are alike


def test_facts_say_on_which_side_and_in_which_state_they_stand(an_exchange: Any) -> None:
    evidence = account_profile(an_exchange.ledger, an_exchange.subjects())
    for fact in evidence.facts:
        into, out = ("_in" in fact.name or "inflow" in fact.name), ("_out" in fact.name or "outflow" in fact.name)
        assert fact.side == ("in" if into else "out" if out or "fees" in fact.name else "")
        if fact.kind == "money":
            assert fact.unit == ("SGD" if fact.name.endswith("_local") else "USD")
            assert fact.status


def test_nobody_has_an_empty_profile_that_says_what_was_searched(an_exchange: Any) -> None:
    nobody = subjects("C-99999", since=1_730_000_000, until=1_730_100_000)
    evidence = toolbox.call(an_exchange.ledger, "account_profile", nobody)
    assert (evidence.status, evidence.facts, evidence.rows) == ("empty", (), ())
    assert evidence.searched == "no legs of 1 account, 2024-10-27 to 2024-10-28"


def test_searched_counts_the_legs_and_names_local_days(make_ledger: Callable[..., Any]) -> None:
    rows = [{"src": "P-1", "dst": "C-1", "at": f"2025-01-0{day}T17:00:00Z", "usd": "1.00"} for day in (1, 2, 3)]
    ledger = make_ledger(rows, timezone="Asia/Singapore", currency="SGD")
    assert account_profile(ledger, subjects("C-1")).searched == "3 legs of 1 account, 2025-01-02 to 2025-01-04"
    both = account_profile(ledger, subjects("C-1", "P-1"))
    assert both.searched == "6 legs of 2 accounts, 2025-01-02 to 2025-01-04"


def test_one_account_in_two_windows_is_refused(an_exchange: Any) -> None:
    twice = (Subject(id="C-10001"), Subject(id="C-10001", since=5))
    with pytest.raises(UsageError, match="'C-10001' is asked about twice"):
        account_profile(an_exchange.ledger, twice)


def test_a_workspace_in_usd_has_no_twins(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger([{"src": "P-1", "dst": "C-1", "at": "2025-01-02T10:00:00Z", "usd": "50.00"}])
    evidence = account_profile(ledger, subjects("C-1"))
    assert not [fact for fact in evidence.facts if "local" in fact.name]
    assert [column.name for column in evidence.table("rows").columns if column.kind == "money"] == [
        "usd",
        "largest_usd",
    ]
