"""The tool `indicators`: peaks as rows and facts, and what cannot be measured with its reason."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.indicators import catalogue
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
ROWS = [
    {"src": "BANK-1", "dst": "C-1", "kind": "fiat_in", "at": "2024-03-01T10:00:00", "usd": "900"},
    {"src": "BANK-2", "dst": "C-1", "kind": "fiat_in", "at": "2024-03-02T10:00:00", "usd": "600"},
    {"src": "C-1", "dst": "0xaa", "kind": "withdrawal", "at": "2024-03-02T11:00:00", "usd": "480"},
    {"src": "C-1", "dst": "0xaa", "kind": "withdrawal", "status": "cancelled", "at": "2024-03-02T12:00:00", "usd": "9"},
    {"src": "0xbb", "dst": "C-2", "kind": "deposit", "at": "2024-03-05", "usd": None},
]


def row_of(evidence: Any, indicator: str, table: str = "rows") -> dict[str, Any]:
    (row,) = [row for row in evidence.table(table).rows if row["indicator"] == indicator]
    return dict(row)


def test_each_indicator_is_a_row_and_a_fact_with_its_unit(make_ledger: MakeLedger) -> None:
    evidence = toolbox.call(make_ledger(ROWS), "indicators", subjects("C-1"))
    assert row_of(evidence, "inflow_usd") == {
        "subject": "C-1", "indicator": "inflow_usd", "settings": "", "reading": "highest", "value": Decimal(1500),
        "unit": "USD", "at": "2024-03-02T10:00:00Z", "means": "value that came in within 30 days",
    }  # fmt: skip
    told = {fact.name: fact for fact in evidence.facts}
    assert set(told) < set(catalogue())
    assert {fact.about for fact in evidence.facts} == {"C-1"}
    inflow, passed, payers = told["inflow_usd"], told["pass_through_ratio"], told["new_payers"]
    assert (str(inflow.value), inflow.kind, inflow.unit, inflow.side, inflow.status) == (
        "1500.00", "money", "USD", "in", "completed",
    )  # fmt: skip
    assert (str(passed.value), passed.kind, passed.unit) == ("0.8000", "share", "")
    assert (payers.value, payers.kind, payers.unit) == (2, "count", "payers")
    assert (told["cancelled_attempts"].value, told["cancelled_attempts"].status) == (1, "cancelled")


def test_the_window_bounds_the_peak_and_not_the_history(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(ROWS)
    window = Subject(id="C-1", since=1_709_373_600, until=1_709_373_601)  # the second credit alone
    evidence = toolbox.call(ledger, "indicators", (window,), names=("inflow_usd", "outflow_usd"))
    assert [row["value"] for row in evidence.rows] == [1500, 0]
    assert evidence.searched == "2 indicators at 1 event of 1 account, with all their history before"
    quiet = Subject(id="C-1", since=1_800_000_000)
    assert toolbox.call(ledger, "indicators", (quiet,)).status == "empty"


def test_what_cannot_be_measured_is_told_and_never_zero(make_ledger: MakeLedger) -> None:
    evidence = toolbox.call(make_ledger(ROWS), "indicators", subjects("C-1", "C-2"))
    reasons = {(row["subject"], row["indicator"]): row["reason"] for row in evidence.table("unmeasured").rows}
    assert reasons["C-1", "turnover_to_income"] == "this ledger holds no declared incomes"
    assert reasons["C-1", "shared_device_users"] == "this ledger holds no log-ins with a device"
    assert reasons["C-1", "recalls"] == "this ledger holds no events"
    assert reasons["C-1", "largest_to_prior_max"] == "nothing had come in before"
    assert reasons["C-2", "inflow_usd"] == "none of its transfers in the window has a known USD value"
    assert reasons["C-2", "night_share"] == "there never were 5 transfers within 30 days"
    measured = {(row["subject"], row["indicator"]) for row in evidence.rows}
    assert not measured & set(reasons)
    assert measured | set(reasons) == {(s, name) for s in ("C-1", "C-2") for name in catalogue()}


def test_a_reading_with_other_settings_stands_beside_the_default_one(make_ledger: MakeLedger) -> None:
    asked = ({"indicator": "credits_count", "reading": "lowest"}, "credits_count(kind=deposit)")
    evidence = toolbox.call(make_ledger(ROWS), "indicators", subjects("C-1"), names=("credits_count",), requests=asked)
    assert [(row["settings"], row["reading"], row["value"]) for row in evidence.rows] == [
        ("", "highest", 2), ("", "lowest", 1), ("kind=deposit", "highest", 0),
    ]  # fmt: skip
    assert evidence.rows[2]["means"] == "credits that came in within 7 days (kind deposit)"


def test_narrowing_the_ledger_changes_no_answer(make_ledger: MakeLedger) -> None:
    ledger, asked = make_ledger(ROWS), subjects("C-1", "C-2", "0xaa")
    plain = toolbox.call(ledger, "indicators", asked)
    with ledger.narrowed(asked):
        assert toolbox.call(ledger, "indicators", asked).tables == plain.tables


@pytest.mark.parametrize("name", ["recalls", "shared_device_users"])
def test_a_log_in_or_a_recall_is_an_event_of_its_own(make_ledger: MakeLedger, name: str) -> None:
    events = [{"subject": "C-1", "kind": "recall", "at": "2024-03-04", "known_at": "2024-03-09", "text": ""}]
    logins = [
        {"subject": "C-1", "device": "d1", "at": "2024-03-08"},
        {"subject": "C-2", "device": "d1", "at": "2024-03-01"},
    ]
    evidence = toolbox.call(
        make_ledger(ROWS, events=events, logins=logins), "indicators", subjects("C-1"), names=(name,)
    )
    when = {"recalls": "2024-03-09T00:00:00Z", "shared_device_users": "2024-03-08T00:00:00Z"}
    assert (row_of(evidence, name)["value"], row_of(evidence, name)["at"]) == (1, when[name])
