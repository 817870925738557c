"""What made the peaks: the transfers, log-ins and events that are named behind a value."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge.records import subjects
from casewright.tools.indicators import Made, Peak, Request, catalogue, peaks, rows_of
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
DAY = 86_400


def made(ledger: Ledger, *asked: Request | str, who: Any = subjects("C-1")) -> list[Made]:
    """What made the peaks of these indicators."""
    requests = [Request.model_validate(request) for request in asked]
    return list(rows_of(ledger, requests, peaks(ledger, requests, who).found))


def credit(day: float, usd: float, src: str = "BANK-1", **more: Any) -> dict[str, Any]:
    """A bank credit of C-1."""
    return {"src": src, "dst": "C-1", "kind": "fiat_in", "at": int(day * DAY), "usd": usd, **more}


def test_every_indicator_names_the_rows_of_each_of_its_peaks(an_exchange: Any) -> None:
    ledger, requests = an_exchange.ledger, [Request(indicator=name) for name in catalogue()]
    found = peaks(ledger, requests, subjects(*an_exchange.accounts)).found
    told = rows_of(ledger, requests, found)
    assert [(m.subject, m.request, m.at) for m in told] == [(p.subject, p.request, p.at) for p in found]
    assert all(m.total for m, p in zip(told, found, strict=True) if p.value), "a value that nothing made"
    assert all(len(m.rows) == len(set(m.rows)) <= min(m.total, 20) and all(m.rows) for m in told)
    transfers = {row["id"] for row in an_exchange.transfers}
    others = {name.partition(" at ")[0] for m in told for name in m.rows if name not in transfers}
    assert others == {"login", "recall", "ticket"}


@pytest.mark.parametrize(
    "name", ["account_events", "cancelled_attempts", "conversions", "credits_count", "cycles_back_count",
             "debits_count", "near_limit_credits(limit=700)", "recalls", "reversed_credits", "small_credits"]
)  # fmt: skip
def test_a_count_is_the_number_of_its_rows(an_exchange: Any, name: str) -> None:
    requests = [Request.model_validate(name)]
    found = peaks(an_exchange.ledger, requests, subjects(*an_exchange.accounts)).found
    assert max(peak.value for peak in found) > 1
    assert [made.total for made in rows_of(an_exchange.ledger, requests, found)] == [peak.value for peak in found]


def test_each_peak_is_told_by_its_own_window_in_the_order_of_the_peaks(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([credit(1, 10), credit(2, 20), credit(9, 5), credit(9, 7, status="cancelled")])
    requests = [Request(indicator="inflow_usd", parameters={"seconds": DAY}), Request(indicator="credits_count")]
    asked = (Peak("C-1", 1, Decimal(2), 2 * DAY), Peak("C-1", 0, Decimal(20), 2 * DAY), Peak("C-1", 1, Decimal(1), DAY))
    assert [(m.request, m.at // DAY, m.rows, m.total) for m in rows_of(ledger, requests, asked)] == [
        (1, 2, ("T1", "T2"), 2), (0, 2, ("T2",), 1), (1, 1, ("T1",), 1),
    ]  # fmt: skip
    assert rows_of(ledger, requests, ()) == ()


def test_the_first_twenty_by_time_are_named_and_all_are_counted(make_ledger: MakeLedger) -> None:
    (told,) = made(make_ledger([credit(1 + n / 100, 10) for n in range(30)]), "inflow_usd")
    assert (told.rows[0], told.rows[-1], len(told.rows), told.total) == ("T1", "T20", 20, 30)


def test_parameters_choose_the_rows_too(make_ledger: MakeLedger) -> None:
    rows = [credit(1, 4_900), credit(1.5, 4_900, kind="deposit"), credit(1.6, 900), credit(2, 5_000)]
    (told,) = made(make_ledger(rows), "near_limit_credits(limit=1000)")
    assert told.rows == ("T3",)
    (told,) = made(make_ledger(rows), "near_limit_credits(kind=fiat_in)")
    assert told.rows == ("T1",)


def test_the_largest_is_named_and_not_what_it_was_compared_with(make_ledger: MakeLedger) -> None:
    rows = [credit(1, 900), credit(2, 1_000), credit(3, 999, src="BANK-2", memo="ONG BOON | invoice 4")]
    names = [{"id": "C-1", "at": 0, "name": "Tan Mei Ling"}]
    largest, strangers = made(make_ledger(rows, customers=names), "largest_credit_usd", "third_party_payers")
    assert (largest.rows, strangers.rows) == (("T2",), ("T3",))


def test_log_ins_and_events_are_named_by_kind_and_time(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(
        [credit(1, 10)],
        logins=[{"subject": who, "device": "d1", "at": day * DAY} for who, day in (("C-2", 1), ("C-1", 2), ("C-1", 3))],
        events=[{"subject": "C-1", "kind": "recall", "at": DAY, "known_at": 4 * DAY, "text": ""}],
    )
    device, recall = made(ledger, "shared_device_users", "recalls")
    assert device.rows == ("login at 1970-01-03T00:00:00Z",), "the peak was reached by the first, before the second"
    assert recall.rows == ("recall at 1970-01-05T00:00:00Z",)


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("exposure_out_usd", ("T1",)),
        ("direct_exposure_usd", ("T3", "T4")),
        ("direct_exposure_usd(category=scam)", ("T4",)),
        ("hops_to_label(category=hack)", ("T1",)),
        ("onward_chain_hops", ("T1",)),
        ("cycles_back_count", ("T3",)),
    ],
)
def test_over_hops_the_accounts_own_transfers_are_named(
    make_ledger: MakeLedger, asked: str, rows: tuple[str, ...]
) -> None:
    way = [("C-1", "0xaa"), ("0xaa", "0xbb"), ("0xbb", "C-1"), ("0xscam", "C-1")]
    transfers = [{"src": src, "dst": dst, "at": day * DAY, "usd": 100} for day, (src, dst) in enumerate(way, 1)]
    labels = [{"id": "0xbb", "category": "hack", "at": 0}, {"id": "0xscam", "category": "scam", "at": 0}]
    (told,) = made(make_ledger(transfers, labels=labels), asked)
    assert told.rows == rows
