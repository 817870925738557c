"""Dwell against a queue in plain Python: first in, first out."""

from collections import deque
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.knowledge.clock import iso
from casewright.knowledge.records import Subject, subjects
from casewright.tools.queries.dwell import dwell


def _queue(moves: list[dict[str, Any]], who: str) -> tuple[list[dict[str, Any]], list[tuple[str, Decimal, int]]]:
    """The credits, and the pieces in which their value left: credit, value, seconds that it had rested."""
    order = sorted(moves, key=lambda t: (t["epoch"], t["dst"] != who, t["id"]))
    waiting: deque[list[Any]] = deque()
    credits, pieces = [], []
    for t in order:
        if t["dst"] == who:
            credits.append(t)
            waiting.append([t, t["usd"]])
            continue
        left = t["usd"]
        while left and waiting:
            credit, rest = waiting[0]
            part = min(left, rest)
            pieces.append((credit["id"], part, t["epoch"] - credit["epoch"]))
            left, waiting[0][1] = left - part, rest - part
            if not waiting[0][1]:
                waiting.popleft()
    return credits, pieces


def _check(evidence: Any, transfers: list[dict[str, Any]], subject: Subject) -> None:
    moves = [t for t in transfers if subject.id in (t["src"], t["dst"]) and t["src"] != t["dst"]
             and t["status"] == "completed" and t["kind"] not in {"trade", "fee"} and t["usd"]
             and (subject.until is None or t["epoch"] < subject.until)]  # fmt: skip
    credits, pieces = _queue(moves, subject.id)
    credits = [t for t in credits if subject.since is None or t["epoch"] >= subject.since]
    rows = {row["transfer"]: row for row in evidence.rows if row["subject"] == subject.id}
    assert set(rows) == {t["id"] for t in credits}
    for t in credits:
        mine = [(value, rested) for credit, value, rested in pieces if credit == t["id"]]
        left = sum((value for value, _ in mine), Decimal("0.00"))
        gone = max(rested for _, rested in mine) if left == t["usd"] else None
        row = rows[t["id"]]
        assert (row["left_usd"], row["dwell"]) == (left, gone)
        assert row["gone_at"] == (None if gone is None else iso(t["epoch"] + gone))
    wanted = {t["id"] for t in credits}
    _check_facts(evidence, subject, credits, [(v, rested) for credit, v, rested in pieces if credit in wanted])


def _check_facts(evidence: Any, subject: Subject, credits: list[Any], pieces: list[tuple[Decimal, int]]) -> None:
    value = {fact.name: fact.value for fact in evidence.facts if fact.about == subject.id}
    if not credits:
        assert not value
        return
    whole, left = sum(t["usd"] for t in credits), sum(v for v, _ in pieces)
    assert value["credits"] == len(credits)
    assert (value["credited_usd"], value["left_usd"], value["held_usd"]) == (whole, left, whole - left)
    for name, seconds in (("share_out_1h", 3600), ("share_out_24h", 86400)):
        share = sum(v for v, rested in pieces if rested <= seconds) / whole
        assert abs(value[name] - share) < Decimal("0.000001")
    run, median = Decimal(0), None
    for v, rested in sorted(pieces, key=lambda piece: piece[1]):
        run += v
        median = rested if median is None and 2 * run >= left else median
    assert value.get("median_dwell") == median
    if {t["local"] for t in credits} != {None}:
        assert value["credited_local"] == value["left_local"] + value["held_local"]


def test_value_leaves_in_the_order_in_which_it_came(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = dwell(exchange.ledger, asked, limit=10_000)
    for subject in asked:
        _check(evidence, exchange.transfers, subject)


_MOVES = st.lists(
    st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 30)), max_size=12
)  # hours since the start, whether it came in, dollars


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(_MOVES, min_size=10, max_size=20))
def test_any_history_is_matched_as_a_queue_would(make_ledger: Callable[..., Any], histories: list[Any]) -> None:
    rows = []
    for number, moves in enumerate(histories):
        for hour, came, usd in moves:
            ends = ("0xpayer", f"C-{number}") if came else (f"C-{number}", "0xpayee")
            rows.append({"id": f"T{len(rows):03d}", "src": ends[0], "dst": ends[1], "at": 1_700_000_000 + 3600 * hour,
                         "usd": f"{usd}.00"})  # fmt: skip
    ledger = make_ledger(rows)
    transfers = [{**row, "epoch": row["at"], "usd": Decimal(row["usd"]), "status": "completed", "kind": "transfer",
                  "local": None} for row in rows]  # fmt: skip
    asked = tuple(Subject(id=f"C-{n}", since=1_700_000_000 + 3600 * n) for n in range(len(histories)))
    evidence = dwell(ledger, asked)
    for subject in asked:
        _check(evidence, transfers, subject)


def test_what_was_never_seen_to_come_takes_nothing_from_later_credits(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger([
        {"src": "C-1", "dst": "0xa", "at": "2025-01-01T00:00:00Z", "usd": "100.00"},
        {"src": "P-1", "dst": "C-1", "at": "2025-01-02T00:00:00Z", "usd": "40.00"},
        {"src": "C-1", "dst": "0xa", "at": "2025-01-02T01:00:00Z", "usd": "30.00"},
    ])  # fmt: skip
    evidence = dwell(ledger, subjects("C-1"))
    assert [(row["left_usd"], row["dwell"]) for row in evidence.rows] == [(Decimal("30.00"), None)]
    median = evidence.fact("median_dwell")
    assert median is not None
    assert (median.value, median.unit) == (3600, "seconds")


def test_credits_of_unknown_value_are_left_out_and_told(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger([
        {"src": "P-1", "dst": "C-1", "at": "2025-01-02T00:00:00Z", "usd": "40.00"},
        {"src": "P-1", "dst": "C-1", "at": "2025-01-03T00:00:00Z", "usd": None, "amount": "5"},
    ])  # fmt: skip
    evidence = dwell(ledger, subjects("C-1"))
    told = evidence.fact("unvalued_credits")
    assert told is not None
    assert (len(evidence.rows), told.value) == (1, 1)
