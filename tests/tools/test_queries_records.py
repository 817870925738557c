"""Customer, timeline, log-ins and scores: what was recorded, as it was known then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge import clock
from casewright.knowledge.clock import iso
from casewright.knowledge.records import subjects
from casewright.tools import toolbox
from casewright.tools.queries.customer import customer
from casewright.tools.queries.logins import logins
from casewright.tools.queries.scores import scores
from casewright.tools.queries.timeline import timeline


@pytest.fixture
def shop(make_ledger: Callable[..., Any]) -> Any:
    """One customer with a changed record, log-ins, events and an alert, and a household on one device."""
    return make_ledger(
        [{"src": "P-1", "dst": "C-1", "at": "2025-03-01T00:00:00Z", "usd": "10.00"}],
        timezone="Asia/Singapore",
        currency="SGD",
        customers=[
            {"id": "C-1", "at": "2024-01-01T08:00:00Z", "opened_at": "2024-01-01T08:00:00Z", "name": "Mara Lind",
             "kind": "person", "born": "2000-06-15", "country": "SG", "occupation": "student", "income_usd": "7000.00"},
            {"id": "C-1", "at": "2025-02-01T08:00:00Z", "opened_at": "2024-01-01T08:00:00Z", "name": "Mara Lind",
             "kind": "person", "born": "2000-06-15", "country": "SG", "occupation": "trader", "income_usd": "9000.00"},
        ],
        logins=[
            {"subject": "C-1", "at": "2024-01-01T09:00:00Z", "device": "phone", "country": "SG", "ip": "10.0.0.1"},
            {"subject": "C-1", "at": "2025-02-03T09:00:00Z", "device": "phone", "country": "SG", "ip": "10.0.0.1"},
            {"subject": "C-1", "at": "2025-02-04T09:00:00Z", "device": "tablet", "country": "MY", "ip": "10.0.0.2"},
            {"subject": "C-2", "at": "2025-02-02T09:00:00Z", "device": "tablet", "country": "SG"},
            {"subject": "C-3", "at": "2025-02-05T09:00:00Z", "device": "tablet", "country": "SG"},
            {"subject": "C-4", "at": "2025-06-05T09:00:00Z", "device": "tablet", "country": "SG"},
        ],
        events=[{"subject": "C-1", "kind": "recall", "at": "2025-02-10T00:00:00Z", "known_at": "2025-05-01T00:00:00Z",
                 "text": "payment of 2025-02-09", "source": "bank"}],
        alerts=[{"id": "A-1", "subject": "C-1", "at": "2025-02-20T00:00:00Z", "title": "Many payers",
                 "reason": "6 payers", "rule": "fan-in"}],
        scores=[{"id": "C-1", "at": f"2025-02-0{day}T00:00:00Z", "score": score}
                for day, score in ((1, 0.4), (2, 0.91), (3, 0.5))],
    )  # fmt: skip


FEBRUARY = {"since": clock.epoch("2025-02-01", "Asia/Singapore"), "until": clock.epoch("2025-03-01", "Asia/Singapore")}


def _value(evidence: Any, name: str) -> Any:
    fact = evidence.fact(name)
    return None if fact is None else fact.value


def test_the_customer_is_told_as_known_at_the_windows_end(shop: Any) -> None:
    before = customer(shop, subjects("C-1", until=clock.epoch("2025-01-01")))
    assert (_value(before, "occupation"), _value(before, "income_usd")) == ("student", Decimal("7000.00"))
    assert (_value(before, "versions"), _value(before, "age_years")) == (1, 24)
    assert _value(before, "account_age_days") == 365
    now = customer(shop, subjects("C-1"))
    assert (_value(now, "occupation"), _value(now, "versions"), len(now.rows)) == ("trader", 2, 2)
    assert (_value(now, "opened_at"), _value(now, "born")) == ("2024-01-01T08:00:00Z", "2000-06-15")


def test_an_address_is_no_customer(shop: Any) -> None:
    evidence = customer(shop, subjects("P-1", "C-1"))
    assert [row["subject"] for row in evidence.rows] == ["C-1", "C-1"]
    assert customer(shop, subjects("P-1")).status == "empty"
    assert customer(shop, subjects("P-1")).searched == "no customer records of 1 account"


def test_the_timeline_holds_all_that_was_recorded_in_order(shop: Any) -> None:
    evidence = timeline(shop, subjects("C-1", **FEBRUARY))
    assert [(row["kind"], row["text"], row["source"]) for row in evidence.rows] == [
        ("record_changed", "occupation: student to trader; income usd: 7000.00 to 9000.00", "customer record"),
        ("new_country", "MY", "log-ins"),
        ("new_device", "tablet", "log-ins"),
        ("recall", "payment of 2025-02-09", "bank"),
        ("alert", "Many payers: 6 payers", "fan-in"),
    ]
    recall = evidence.rows[3]
    assert (recall["at"], recall["known_at"]) == ("2025-02-10T00:00:00Z", "2025-05-01T00:00:00Z")
    assert (_value(evidence, "events"), _value(evidence, "later_events"), _value(evidence, "recall_events")) == (
        5,
        1,
        1,
    )
    assert timeline(shop, subjects("C-1")).rows[0]["kind"] == "account_opened"


def test_the_days_are_local_and_the_busiest_is_told(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = timeline(exchange.ledger, asked, days=10_000)
    for subject in asked:
        expected: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for t in exchange.transfers:
            inside = (subject.since or 0) <= t["epoch"] < (subject.until or 2**40)
            moved = t["status"] == "completed" and t["kind"] not in {"trade", "fee"} and t["src"] != t["dst"]
            for side, end in (("in", "dst"), ("out", "src")):
                if inside and moved and t[end] == subject.id:
                    day = (datetime.fromtimestamp(t["epoch"], UTC) + timedelta(hours=8)).date().isoformat()
                    expected.setdefault((day, side), []).append(t)
        rows = {(row["date"], row["direction"]): row for row in evidence.table("days").rows
                if row["subject"] == subject.id}  # fmt: skip
        assert {key: row["transfers"] for key, row in rows.items()} == {key: len(ts) for key, ts in expected.items()}
        for side in ("in", "out"):
            sums = {
                day: sum((t["usd"] or 0 for t in ts), Decimal(0)) for (day, way), ts in expected.items() if way == side
            }
            busiest, usd = (evidence.fact(f"busiest_day_{side}{end}", subject.id) for end in ("", "_usd"))
            assert (busiest is None) == (not sums)
            if busiest is not None and usd is not None:
                assert usd.value == max(sums.values()) == sums[str(busiest.value)]


def test_a_zone_that_shifts_its_clocks_has_its_own_days(make_ledger: Callable[..., Any]) -> None:
    rows = [{"src": "P-1", "dst": "C-1", "at": at, "usd": "1.00"}
            for at in ("2025-01-01T22:30:00Z", "2025-01-01T23:30:00Z", "2025-07-01T22:30:00Z")]  # fmt: skip
    evidence = timeline(make_ledger(rows, timezone="Europe/Berlin"), subjects("C-1"))
    assert [row["date"] for row in evidence.table("days").rows] == ["2025-01-01", "2025-01-02", "2025-07-02"]


def test_log_ins_tell_new_devices_and_who_shares_them_by_then(shop: Any) -> None:
    evidence = logins(shop, subjects("C-1", **FEBRUARY))
    phone, tablet = evidence.rows
    assert (phone["device"], phone["new"], phone["others"], phone["other_ids"], phone["ip"]) == (
        "phone", "no", 0, None, "10.0.0.1")  # fmt: skip
    assert (tablet["device"], tablet["new"], tablet["others"], tablet["other_ids"]) == ("tablet", "yes", 2, "C-2, C-3")
    told = {f.name: (f.value, f.of) for f in evidence.facts}
    assert told["devices"] == (2, None)
    assert (told["new_devices"], told["shared_devices"], told["new_countries"]) == ((1, 2), (1, 2), (1, 2))
    assert evidence.searched == "2 log-ins of 1 account, 2025-02-01 to 2025-02-28"
    without = logins(shop, subjects("C-1"))
    assert {row["new"] for row in without.rows} == {None}
    assert without.fact("new_devices") is None


def test_log_ins_add_up(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = logins(exchange.ledger, asked)
    for subject in asked:
        inside = [row for row in exchange.tables["logins"] if row["subject"] == subject.id
                  and (subject.since or 0) <= row["epoch"] < (subject.until or 2**40)]  # fmt: skip
        groups: dict[Any, int] = {}
        for row in inside:
            groups[row["device"], row["country"]] = groups.get((row["device"], row["country"]), 0) + 1
        rows = [row for row in evidence.rows if row["subject"] == subject.id]
        assert {(row["device"], row["country"]): row["logins"] for row in rows} == groups
        for row in rows:
            others = {r["subject"] for r in exchange.tables["logins"] if r["device"] == row["device"]
                      and r["subject"] != subject.id and r["epoch"] < (subject.until or 2**40)}  # fmt: skip
            assert row["others"] == (None if row["device"] is None else len(others))
            assert set(str(row["other_ids"] or "").split(", ")) - {""} == (others if row["device"] else set())


def test_scores_are_listed_with_the_last_and_the_highest(shop: Any) -> None:
    evidence = scores(shop, subjects("C-1"))
    assert [row["score"] for row in evidence.rows] == [Decimal("0.4"), Decimal("0.91"), Decimal("0.5")]
    assert (_value(evidence, "latest_score"), _value(evidence, "highest_score")) == (Decimal("0.5"), Decimal("0.91"))
    assert _value(evidence, "highest_score_at") == "2025-02-02T00:00:00Z"
    cut = scores(shop, subjects("C-1"), limit=1)
    assert ([row["score"] for row in cut.rows], cut.truncated) == ([Decimal("0.5")], "2 older of 3 scores left out")


@pytest.mark.parametrize("tool", ["customer", "timeline", "logins", "scores", "transfers", "flows", "counterparties",
                                  "balances", "dwell", "co_users", "account_profile"])  # fmt: skip
def test_every_tool_answers_of_an_empty_ledger_and_of_nobody(
    make_ledger: Callable[..., Any], shop: Any, tool: str
) -> None:
    for ledger in (make_ledger(), shop):
        evidence = toolbox.call(ledger, tool, subjects("C-404", "0xNobody"))
        assert (evidence.status, evidence.rows, evidence.facts, evidence.truncated) == ("empty", (), (), "")
        assert evidence.searched.startswith("no ")
        assert toolbox.call(ledger, tool, ()).status == "empty"


def test_times_are_written_in_utc(shop: Any) -> None:
    assert timeline(shop, subjects("C-1", **FEBRUARY)).rows[0]["at"] == iso(clock.epoch("2025-02-01T08:00:00Z"))
