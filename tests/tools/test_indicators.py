"""Indicators against a plain reading of their definitions, over small random ledgers with many equal seconds.

The readings see only the records that were known at the second they are asked about, so that agreeing with them is
also the proof that no indicator looks ahead; one test says so directly, by deleting what came later. Those over hops
have their own.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from reference import flows, parties
from reference.world import DAY, EVERYBODY, HOUR, View, World
from reference.worlds import MOMENTS, fill, world, worlds

from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import Subject, subjects
from casewright.tools.indicators import Request, catalogue, crossings, indicator, peaks, values
from casewright.tools.indicators.hops import tables
from casewright.tools.warehouse import Ledger

READINGS = {**flows.READINGS, **parties.READINGS}

# Limits and numbers that the random ledgers cross, besides a window of two days.
OWN_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "account_events": {"kind": "security_change"},
    "burst_inflow_share": {"burst": 2 * HOUR},
    "busiest_outflow_usd": {"burst": 2 * HOUR},
    "busiest_transfers": {"burst": 2 * HOUR},
    "cancelled_share": {"attempts": 1},
    "conversion_paths": {"seconds": 4 * DAY},
    "credit_gap_variation": {"seconds": 9 * DAY, "gaps": 2},
    "credits_count": {"kind": "fiat_in"},
    "debit_variation": {"debits": 2},
    "dispute_share": {"seconds": 5 * DAY, "orders": 1},
    "dormancy_days": {"seconds": DAY},
    "early_outflow_usd": {"early": 3 * DAY},
    "equal_amounts_share": {"transfers": 2},
    "fan_ratio": {"seconds": 5 * DAY},
    "fast_turnaround_share": {"within": 2 * HOUR},
    "foreign_login_share": {"log_ins": 1},
    "inflow_to_past": {"seconds": DAY},
    "largest_to_prior_max": {"seconds": DAY},
    "mirrored_pairs": {"within": DAY},
    "near_limit_credits": {"limit": 1000},
    "near_limit_share": {"limit": 1000, "credits": 1},
    "near_limit_withdrawal_share": {"limit": 1000, "withdrawals": 1},
    "near_limit_withdrawals": {"limit": 1000},
    "near_tier_cap_credits": {"basic": 1000, "standard": 101, "plus": 2501},
    "new_destination_share": {"seconds": DAY},
    "new_destinations": {"kind": "withdrawal"},
    "new_device_to_outflow": {"seconds": 4 * DAY},
    "new_payers": {"kind": "fiat_in"},
    "night_share": {"transfers": 2},
    "outflow_to_past": {"seconds": DAY},
    "outflow_usd": {"kind": "withdrawal"},
    "passed_on_loss_share": {"passed": Decimal("0.5")},
    "probe_then_large": {"floor_usd": 100},
    "round_share": {"transfers": 2},
    "single_use_share": {"destinations": 2},
    "sliced_usd": {"limit": 1000, "pieces": 2, "span": DAY},
    "small_credits": {"kind": "fiat_in"},
    "weekend_share": {"transfers": 2},
}
ALL = tuple(name for name, made in catalogue().items() if not tables(made.sql({})))


def _settings(name: str) -> Mapping[str, Any]:
    floor = {"floor_usd": 0} if any(p.name == "floor_usd" and not p.low for p in indicator(name).parameters) else {}
    return {"seconds": 2 * DAY, **floor, **OWN_SETTINGS.get(name, {})}


SETTINGS = {name: _settings(name) for name in ALL}


def moments(name: str, world: World, account: str) -> set[int]:
    """The seconds at which an indicator has a value: the account's legs, and its log-ins or events where it reads them.

    Every log-in counts, one without a device too.
    """
    read = set(re.findall(r"\b(?:from|join) (logins|events)\b", indicator(name).query))
    found = {leg.at for leg in world.legs(account)}
    if "logins" in read:
        found |= {login.at for login in world.logins if login.subject == account}
    if "events" in read:
        found |= {event.at for event in world.happenings if event.subject == account}
    return found


def expected(name: str, world: World) -> dict[tuple[str, int], Any]:
    """Every value of an indicator by account and second, read literally off its definition."""
    asked = indicator(name).bind(SETTINGS[name])
    return {
        (account, now): READINGS[name](View(world.until(now), account, now, asked))
        for account in EVERYBODY
        for now in moments(name, world, account)
    }


def series(ledger: Ledger, name: str) -> dict[tuple[str, int], Any]:
    """Every value of an indicator, by account and second."""
    rows = values(ledger, name, subjects(*EVERYBODY), **SETTINGS[name]).to_pylist()
    found = {(row["account"], row["epoch"]): row["value"] for row in rows}
    assert len(found) == len(rows), "two values at one second"
    return found


# No shrinking: each try asks the ledger all questions, and a failing world is small enough to read as it is.
SLOW = settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
PARTS = pytest.mark.parametrize("part", range(4))  # of all indicators, so that several can be tried at once


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger to be filled again and again: making a new file for each example would take most of the time."""
    with Ledger.create(tmp_path_factory.mktemp("ledger") / "l.duckdb", timezone="Asia/Singapore") as ledger:
        yield ledger


def test_every_indicator_has_a_reading_here() -> None:
    assert set(ALL) == set(READINGS)
    assert set(OWN_SETTINGS) <= set(ALL)
    assert len(catalogue()) >= 50


@PARTS
@SLOW
@given(made=worlds())
def test_every_indicator_is_what_its_definition_says(empty: Ledger, part: int, made: World) -> None:
    fill(empty, made)
    for name in ALL[part::4]:
        found, known = series(empty, name), expected(name, made)
        assert found.keys() == known.keys(), name
        for key, value in known.items():
            told = found[key]
            assert (told is None) == (value is None), (name, key, told, value)
            assert value is None or abs(float(told) - float(value)) < 1e-9 * max(1, float(value)), (name, key, told)


@PARTS
@settings(SLOW, max_examples=8)
@given(made=worlds(), cut=st.sampled_from(MOMENTS))
def test_a_value_does_not_change_when_later_records_are_deleted(
    empty: Ledger, part: int, made: World, cut: int
) -> None:
    fill(empty, made)
    whole = {name: series(empty, name) for name in ALL[part::4]}
    fill(empty, made.until(cut))
    for name in ALL[part::4]:
        then = {key: value for key, value in whole[name].items() if key[1] <= cut}
        assert series(empty, name) == then, name


def test_the_random_worlds_give_every_indicator_something_to_find() -> None:
    missing = set(ALL)
    for number in range(100):
        for name in sorted(missing):
            if any(expected(name, world(number)).values()):
                missing.discard(name)
    assert missing == set()


@settings(SLOW, max_examples=3)
@given(found=worlds(), since=st.sampled_from(MOMENTS), until=st.sampled_from(MOMENTS), lowest=st.booleans())
def test_a_peak_is_the_extreme_of_the_series_in_the_window_at_the_first_second_it_is_reached(
    empty: Ledger, found: World, since: int, until: int, lowest: bool
) -> None:
    fill(empty, found)
    end = "lowest" if lowest else "highest"
    requests = [Request(indicator=name, parameters=SETTINGS.get(name, {}), reading=end) for name in catalogue()]
    asked = (Subject(id="C-1", since=since, until=until), Subject(id="0xaa"), Subject(id="C-2", since=until))
    read = peaks(empty, requests, asked)
    unmeasured = {(u.subject, u.request) for u in read.unmeasured if indicator(requests[u.request].indicator).needs}
    known = set()
    for window in asked:
        for number, request in enumerate(requests):
            rows = values(empty, request.indicator, (window,), **request.parameters).to_pylist()
            told = [(_rounded(row["value"]), row["epoch"]) for row in rows if row["value"] is not None]
            if told and (window.id, number) not in unmeasured:
                best = min(told) if lowest else min(told, key=lambda pair: (-pair[0], pair[1]))
                known.add((window.id, number, *best))
    assert {(peak.subject, peak.request, peak.value, peak.at) for peak in read.found} == known


def _rounded(value: Any) -> Decimal:
    return Decimal(value).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def at(day: float) -> int:
    return int(day * DAY)


ROW = {"src": "0xaa", "dst": "C-1", "kind": "deposit"}


def test_values_of_all_accounts_are_those_of_the_customers_else_of_all_but_the_house(
    make_ledger: Callable[..., Ledger],
) -> None:
    rows = [{**ROW, "at": at(1), "usd": 10}, {"src": "C-1", "dst": "0xhot", "at": at(2), "usd": 5}]
    house = [{"id": "0xhot", "category": "own", "at": 0}]
    everyone = values(make_ledger(rows, labels=house), "inflow_usd")
    assert set(everyone.column("account").to_pylist()) == {"C-1", "0xaa"}
    customers = values(make_ledger(rows, labels=house, customers=[{"id": "C-1", "at": 0}]), "inflow_usd")
    assert set(customers.column("account").to_pylist()) == {"C-1"}
    assert customers.num_rows == 2


def test_an_account_that_exists_only_as_a_counterparty_is_measured_like_any_other(
    make_ledger: Callable[..., Ledger],
) -> None:
    ledger = make_ledger([{**ROW, "at": at(1), "usd": 10}])
    (peak,) = peaks(ledger, [Request(indicator="outflow_usd")], subjects("0xaa")).found
    assert (peak.value, peak.at) == (Decimal(10), at(1))


def test_the_trailing_window_leaves_out_its_far_end(make_ledger: Callable[..., Ledger]) -> None:
    ledger = make_ledger([{**ROW, "at": 0, "usd": 10}, {**ROW, "at": DAY - 1, "usd": 1}, {**ROW, "at": DAY, "usd": 5}])
    told = values(ledger, "inflow_usd", subjects("C-1"), seconds=DAY).to_pylist()
    assert [row["value"] for row in told] == [10, 11, 6]


def test_an_unknown_name_or_parameter_tells_the_nearest_and_a_nonsense_value_its_unit(
    make_ledger: Callable[..., Ledger],
) -> None:
    ledger = make_ledger()
    for name, asked, told in (
        ("inflw_usd", {}, "unknown indicator 'inflw_usd'; did you mean 'inflow_usd'?"),
        ("inflow_usd", {"secnds": 5}, "inflow_usd has no parameter 'secnds'; did you mean 'seconds'?"),
        ("inflow_usd", {"seconds": -HOUR}, "seconds = -3600 seconds, expected 3600 .. 31536000 seconds"),
        ("inflow_usd", {"seconds": "soon"}, "seconds = 'soon' is no number, expected 3600 .. 31536000 seconds"),
        ("inflow_usd", {"seconds": True}, "seconds = True is no number, expected 3600"),
        ("inflow_usd", {"seconds": "NaN"}, "seconds = NaN seconds, expected 3600"),
        ("inflow_usd", {"kind": "cash"}, "kind = 'cash', expected one of any, fiat_in"),
        ("near_limit_share", {"band": 1.2}, "band = 1.2, expected a share of 0.5 .. 0.999"),
        ("night_share", {"until_hour": 5.5}, "until_hour = 5.5, expected a whole number"),
    ):
        with pytest.raises(UsageError) as raised:
            values(ledger, name, **asked)
        assert told in str(raised.value)


CROSSING = [name for name, made in catalogue().items() if made.crossing]


@settings(SLOW, max_examples=15)
@given(made=worlds(), part=st.integers(0, 4))
def test_crossings_are_the_values_that_reach_the_threshold(empty: Ledger, made: World, part: int) -> None:
    fill(empty, made)
    for name in ["holding_time", *CROSSING]:  # one without a crossing query too
        known = {key: round(Decimal(value), 6) for key, value in series(empty, name).items() if value is not None}
        levels = [Decimal(0), *sorted(set(known.values()))]
        threshold = levels[len(levels) * part // 5]
        request = Request(indicator=name, parameters=SETTINGS[name])
        rows = crossings(empty, request, threshold, subjects(*EVERYBODY)).to_pylist()
        found = {(row["account"], row["epoch"]): row["value"] for row in rows}
        assert found == {key: value for key, value in known.items() if value >= threshold}, (name, threshold)


@given(made=worlds())
@settings(SLOW, max_examples=3)
def test_crossings_of_all_customers_stand_under_their_names(empty: Ledger, made: World) -> None:
    fill(empty, made)
    whole = values(empty, "credits_count").to_pylist()
    assert crossings(empty, Request(indicator="credits_count"), Decimal(2)).to_pylist() == [
        row for row in whole if row["value"] >= 2
    ]
