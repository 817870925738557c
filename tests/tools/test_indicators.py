"""Indicators against a plain reading of their definitions, over small random ledgers with many equal seconds.

The reference below sees only the records that were known at the second it is asked about, so that agreeing with it is
also the proof that no indicator looks ahead; one test says so directly, by deleting what came later.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import Subject, subjects
from casewright.tools.indicators import Request, catalogue, indicator, peaks, values
from casewright.tools.indicators.hops import tables
from casewright.tools.warehouse import Ledger

HOUR, DAY = 3600, 86_400
CUSTOMERS, OUTSIDE = ("C-1", "C-2", "C-3"), ("0xaa", "0xbb", "0xcc", "BANK-1")
EVERYBODY = CUSTOMERS + OUTSIDE
LABELS = (("0xcc", "exchange", 6 * DAY),)

# Windows and limits short enough that the random ledgers cross them.
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "cancelled_attempts": {"seconds": DAY},
    "conversions": {"seconds": 2 * DAY},
    "credits_count": {"seconds": DAY, "kind": "fiat_in"},
    "distinct_destinations": {"seconds": 2 * DAY},
    "distinct_payers": {"seconds": 2 * DAY},
    "dormancy_days": {"seconds": DAY},
    "fast_turnaround_share": {"seconds": 2 * DAY, "within": 2 * HOUR, "floor_usd": 0},
    "inflow_usd": {"seconds": DAY},
    "largest_to_prior_max": {"seconds": DAY},
    "near_limit_credits": {"seconds": DAY, "limit": 1000},
    "near_limit_share": {"seconds": 2 * DAY, "limit": 1000, "credits": 1},
    "near_limit_withdrawals": {"seconds": DAY, "limit": 1000},
    "new_destination_share": {"seconds": DAY, "floor_usd": 0},
    "new_payers": {"seconds": DAY, "kind": "fiat_in"},
    "night_share": {"seconds": 2 * DAY, "transfers": 2},
    "outflow_usd": {"seconds": DAY, "kind": "withdrawal"},
    "pass_through_ratio": {"seconds": DAY},
    "recalls": {"seconds": DAY},
    "shared_destination_users": {"seconds": DAY},
    "shared_device_users": {"seconds": DAY},
    "turnover_to_income": {"seconds": 2 * DAY},
}


@dataclass
class World:
    """A small ledger as lists. A transfer is (happened, known, src, dst, kind, status, usd)."""

    transfers: list[tuple[int, int, str, str, str, str, Decimal | None]]
    customers: list[tuple[str, int, int, Decimal | None]] = field(default_factory=list)  # id, known, opened, income
    logins: list[tuple[str, int, str | None]] = field(default_factory=list)
    events: list[tuple[str, int, int, str]] = field(default_factory=list)  # subject, happened, known, kind

    def until(self, moment: int) -> "World":
        """The world as it was known at MOMENT."""
        return World(
            [t for t in self.transfers if max(t[:2]) <= moment],
            [c for c in self.customers if c[1] <= moment],
            [login for login in self.logins if login[1] <= moment],
            [e for e in self.events if max(e[1:3]) <= moment],
        )

    def legs(self, account: str) -> list["Leg"]:
        """The account's legs in order of when they became known."""
        found = []
        for happened, known, src, dst, kind, status, usd in self.transfers:
            at = max(happened, known)
            found += [Leg(at, "out", dst, kind, status, usd, src)] if src == account else []
            found += [Leg(at, "in", src, kind, status, usd, dst)] if dst == account else []
        return sorted(found, key=lambda leg: leg.at)


@dataclass
class Leg:
    at: int
    side: str
    other: str
    kind: str
    status: str
    usd: Decimal | None
    account: str

    @property
    def moved(self) -> bool:
        return self.status == "completed" and self.kind not in ("trade", "fee") and self.other != self.account

    @property
    def value(self) -> Decimal:
        return self.usd or Decimal(0)


def reference(name: str, world: World, account: str, now: int, asked: Mapping[str, Any]) -> Decimal | float | None:
    """The value of an indicator for ACCOUNT at NOW, read literally off its definition."""
    world = world.until(now)
    legs = world.legs(account)
    window = [leg for leg in legs if leg.at > now - asked["seconds"]]
    chosen = asked.get("kind", "any")
    of_kind = [leg for leg in window if leg.moved and chosen in ("any", leg.kind)]
    credits, debits = ([leg for leg in of_kind if leg.side == side] for side in ("in", "out"))
    return READINGS[name](world, legs, window, credits, debits, now, asked)


def _total(legs: list[Leg]) -> Decimal:
    return sum((leg.value for leg in legs), Decimal(0))


def _pass_through(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg], now: int,
                  asked: Mapping[str, Any]) -> Any:  # fmt: skip
    came, went = _total(credits), _total(debits)
    return min(came, went) / came if came and came >= asked["floor_usd"] else None


def _fast(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg], now: int,
          asked: Mapping[str, Any]) -> Any:  # fmt: skip
    """A queue of lots, first in first out; within one second what comes in stands before what goes."""
    lots: list[list[Any]] = []
    fast: dict[int, Decimal] = {}
    moved = [leg for leg in legs if leg.moved]
    for second in sorted({leg.at for leg in moved}):
        lots += [[leg.at, leg.value] for leg in moved if leg.at == second and leg.side == "in"]
        going = _total([leg for leg in moved if leg.at == second and leg.side == "out"])
        while going and lots:
            part = min(going, lots[0][1])
            if lots[0][0] >= second - asked["within"]:
                fast[second] = fast.get(second, Decimal(0)) + part
            going -= part
            lots[0][1] -= part
            if not lots[0][1]:
                lots.pop(0)
    went = _total(debits)
    recent = sum((part for second, part in fast.items() if second > now - asked["seconds"]), Decimal(0))
    return recent / went if went and went >= asked["floor_usd"] else None


def _new_payers(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg], now: int,
                asked: Mapping[str, Any]) -> int:  # fmt: skip
    ever = [leg for leg in legs if leg.moved and leg.side == "in"]
    first = {leg.other: min(x.at for x in ever if x.other == leg.other) for leg in ever}
    return len({leg.other for leg in credits if leg.at == first[leg.other]})


def _new_destinations(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg],
                      now: int, asked: Mapping[str, Any]) -> Any:  # fmt: skip
    sent = [leg for leg in legs if leg.moved and leg.side == "out"]
    anew = [leg for leg in debits if min(x.at for x in sent if x.other == leg.other) > now - asked["seconds"]]
    went = _total(debits)
    return _total(anew) / went if went and went >= asked["floor_usd"] else None


def _largest(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg], now: int,
             asked: Mapping[str, Any]) -> Any:  # fmt: skip
    known = [leg.usd for leg in credits if leg.usd is not None]
    earlier = [leg for leg in legs if leg.at <= now - asked["seconds"] and leg.moved and leg.side == "in"]
    before = [leg.usd for leg in earlier if leg.usd is not None]
    return max(known) / max(Decimal(asked["floor_usd"]), max(before)) if known and before else None


def _dormancy(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg], now: int,
              asked: Mapping[str, Any]) -> int | None:  # fmt: skip
    acts = sorted({leg.at for leg in legs if leg.moved or (leg.status == "completed" and leg.kind == "trade")})
    gaps = [(later, later - earlier) for earlier, later in pairwise(acts)]
    account = legs[0].account if legs else ""
    opened = [o for who, known, o, _ in world.customers if acts and who == account and max(known, o) <= acts[0]]
    gaps += [(acts[0], acts[0] - max(opened))] if opened else []
    recent = [gap for at, gap in gaps if at > now - asked["seconds"]]
    return max(recent) // DAY if recent else None


def _income(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg], now: int,
            asked: Mapping[str, Any]) -> Any:  # fmt: skip
    account = legs[0].account if legs else ""
    versions = [(known, income) for who, known, _, income in world.customers if who == account]
    newest = [income for known, income in versions if known == max(k for k, _ in versions)]
    income = max((i for i in newest if i is not None), default=None)
    return _total(credits) / (income * asked["seconds"] / 31_536_000) if income else None


def _near(leg: Leg, asked: Mapping[str, Any]) -> bool:
    return leg.usd is not None and asked["limit"] * Decimal(str(asked["band"])) <= leg.usd < asked["limit"]


def _near_share(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg], now: int,
                asked: Mapping[str, Any]) -> Any:  # fmt: skip
    large = [leg for leg in credits if leg.value >= asked["limit"] * Decimal(str(asked["band"]))]
    return Decimal(sum(_near(leg, asked) for leg in large)) / len(large) if len(large) >= asked["credits"] else None


def _night(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg], now: int,
           asked: Mapping[str, Any]) -> Any:  # fmt: skip
    moved = [leg for leg in window if leg.moved]
    nightly = [leg for leg in moved if (leg.at // HOUR + 8) % 24 < asked["until_hour"]]  # Singapore
    return Decimal(len(nightly)) / len(moved) if len(moved) >= asked["transfers"] else None


def _shared_destination(world: World, legs: list[Leg], window: list[Leg], credits: list[Leg], debits: list[Leg],
                        now: int, asked: Mapping[str, Any]) -> int | None:  # fmt: skip
    def outside(leg: Leg) -> bool:
        service = any(name == leg.other and known <= leg.at for name, _, known in LABELS)
        return leg.moved and leg.side == "out" and leg.kind not in ("internal", "p2p") and not service

    sends = [leg for who in EVERYBODY for leg in world.legs(who) if outside(leg)]
    counts = [
        len({x.account for x in sends if x.other == leg.other and x.at <= leg.at} - {leg.account})
        for leg in window
        if outside(leg)
    ]
    return max(counts, default=None)


def _shared_device(world: World, account: str, now: int, seconds: int) -> int | None:
    counts = [
        len({who for who, at, device in world.logins if device == mine and at <= used} - {account})
        for name, used, mine in world.logins
        if name == account and mine and used > now - seconds
    ]
    return max(counts, default=None)


def _cancelled(leg: Leg) -> bool:
    return leg.status == "cancelled" and leg.side == "out" and leg.kind != "trade"


def _traded(leg: Leg) -> bool:
    return leg.status == "completed" and leg.kind == "trade" and leg.side == "out"


# Each takes: the world as known, all legs, those in the window, its credits and its debits, the second, the settings.
READINGS: Mapping[str, Callable[..., Any]] = {
    "cancelled_attempts": lambda world, legs, window, *_: sum(map(_cancelled, window)),
    "conversions": lambda world, legs, window, *_: sum(map(_traded, window)),
    "credits_count": lambda world, legs, window, credits, *_: len(credits),
    "distinct_destinations": lambda world, legs, window, credits, debits, *_: len({leg.other for leg in debits}),
    "distinct_payers": lambda world, legs, window, credits, *_: len({leg.other for leg in credits}),
    "dormancy_days": _dormancy,
    "fast_turnaround_share": _fast,
    "inflow_usd": lambda world, legs, window, credits, *_: _total(credits),
    "largest_to_prior_max": _largest,
    "near_limit_credits": lambda world, legs, window, credits, debits, now, asked: sum(
        _near(leg, asked) for leg in credits
    ),
    "near_limit_share": _near_share,
    "near_limit_withdrawals": lambda world, legs, window, credits, debits, now, asked: sum(
        _near(leg, asked) for leg in debits if leg.kind in ("withdrawal", "transfer")
    ),
    "new_destination_share": _new_destinations,
    "new_payers": _new_payers,
    "night_share": _night,
    "outflow_usd": lambda world, legs, window, credits, debits, *_: _total(debits),
    "pass_through_ratio": _pass_through,
    "recalls": lambda world, legs, window, credits, debits, now, asked: sum(
        kind == "recall" and max(at, known) > now - asked["seconds"] and who == asked["account"]
        for who, at, known, kind in world.events
    ),
    "shared_destination_users": _shared_destination,
    "shared_device_users": lambda world, legs, window, credits, debits, now, asked: _shared_device(
        world, asked["account"], now, asked["seconds"]
    ),
    "turnover_to_income": _income,
}


def moments(name: str, world: World, account: str) -> set[int]:
    """The seconds at which an indicator has a value: the account's legs, and log-ins or events where it reads them."""
    found = {leg.at for leg in world.legs(account)}
    if name == "shared_device_users":
        found |= {at for who, at, device in world.logins if who == account and device}
    if name == "recalls":
        found |= {max(at, known) for who, at, known, _ in world.events if who == account}
    return found


_MOMENT = st.one_of(st.integers(0, 12).map(lambda n: n * HOUR), st.integers(0, 60).map(lambda n: n * DAY // 4))
_SUMS = ("0.00", "0.01", "100", "899.99", "900", "950.5", "999.99", "1000", "2500")
_USD = st.sampled_from([None, *map(Decimal, _SUMS)])
_KIND = st.sampled_from(["fiat_in", "deposit", "withdrawal", "transfer", "internal", "trade", "fee", "fiat_out"])
_STATUS = st.sampled_from(["completed"] * 5 + ["cancelled", "reversed", "pending"])


@st.composite
def _transfer(draw: st.DrawFn) -> tuple[int, int, str, str, str, str, Decimal | None]:
    at, kind, src = draw(_MOMENT), draw(_KIND), draw(st.sampled_from(EVERYBODY))
    dst = src if kind == "trade" else draw(st.sampled_from(EVERYBODY))
    return at, at + draw(st.sampled_from([0, 0, 0, HOUR, 3 * DAY])), src, dst, kind, draw(_STATUS), draw(_USD)


WORLDS = st.builds(
    World,
    st.lists(_transfer(), max_size=40),
    st.lists(st.tuples(st.sampled_from(CUSTOMERS), _MOMENT, _MOMENT, _USD), max_size=4),
    st.lists(st.tuples(st.sampled_from(CUSTOMERS), _MOMENT, st.sampled_from(["d1", "d2", None])), max_size=8),
    st.lists(
        st.tuples(st.sampled_from(CUSTOMERS), _MOMENT, _MOMENT, st.sampled_from(["recall", "ticket"])), max_size=4
    ),
)
# No shrinking: each try asks the ledger 21 questions, and a failing world is small enough to read as it is.
SLOW = settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger to be filled again and again: making a new file for each example would take most of the time."""
    with Ledger.create(Path(tmp_path_factory.mktemp("ledger")) / "l.duckdb", timezone="Asia/Singapore") as ledger:
        yield ledger


def fill(ledger: Ledger, world: World) -> Ledger:
    """The ledger with this world in it."""
    with ledger.transaction():
        for table in ("transfers", "legs", "customers", "logins", "events", "labels"):
            ledger.rows(f"delete from {table}")
        tail = ", import_id, line"
        labels = [(*label, "Nordhaus", "test", "", "", 1, 1) for label in LABELS]
        _insert(ledger, f"labels (id, category, known_epoch, name, source, confidence, network{tail})", labels)
        transfers = [(*t, t[6], f"T{n}", "n", "USDT", 1, n) for n, t in enumerate(world.transfers)]
        columns = "epoch, known_epoch, src, dst, kind, status, usd, local, id, network, asset"
        _insert(ledger, f"transfers ({columns}{tail})", transfers)
        customers = [(*customer, 1, 1) for customer in world.customers]
        _insert(ledger, f"customers (id, known_epoch, opened_epoch, income_usd{tail})", customers)
        logins = [(*login, login[1], 1, 1) for login in world.logins]
        _insert(ledger, f"logins (subject, epoch, device, known_epoch{tail})", logins)
        events = [(*event, f"V{n}", 1, 1) for n, event in enumerate(world.events)]
        _insert(ledger, f"events (subject, epoch, known_epoch, kind, id{tail})", events)
        for direction, account, other in (("out", "src", "dst"), ("in", "dst", "src")):
            ledger.rows(
                f"insert into legs select hash({account}), {account}, epoch, known_epoch, '{direction}', {other}, id,"
                " kind, status, network, asset, amount, usd, local from transfers"
            )
    return ledger


def _insert(ledger: Ledger, into: str, rows: list[tuple[Any, ...]]) -> None:
    def literal(value: Any) -> str:
        return "null" if value is None else f"'{value}'" if isinstance(value, str) else str(value)

    if rows:
        ledger.rows(f"insert into {into} values {', '.join(f'({chr(44).join(map(literal, row))})' for row in rows)}")


def series(ledger: Ledger, name: str) -> dict[tuple[str, int], Any]:
    """Every value of an indicator, by account and second."""
    rows = values(ledger, name, subjects(*EVERYBODY), **SETTINGS[name]).to_pylist()
    found = {(row["account"], row["epoch"]): row["value"] for row in rows}
    assert len(found) == len(rows), "two values at one second"
    return found


def test_every_indicator_has_a_reading_here() -> None:
    assert {name for name, i in catalogue().items() if not tables(i.sql({}))} == set(SETTINGS) == set(READINGS)
    assert len(catalogue()) >= 16


@SLOW
@given(world=WORLDS)
def test_every_indicator_is_what_its_definition_says(empty: Ledger, world: World) -> None:
    fill(empty, world)
    for name in SETTINGS:
        found = series(empty, name)
        asked = indicator(name).bind(SETTINGS[name])
        expected = {
            (account, now): reference(name, world, account, now, {**asked, "account": account})
            for account in EVERYBODY
            for now in moments(name, world, account)
        }
        assert found.keys() == expected.keys(), name
        for key, value in expected.items():
            told = found[key]
            assert (told is None) == (value is None), (name, key, told, value)
            assert value is None or abs(float(told) - float(value)) < 1e-9 * max(1, float(value)), (name, key, told)


@settings(SLOW, max_examples=5)
@given(world=WORLDS, cut=_MOMENT)
def test_a_value_does_not_change_when_later_records_are_deleted(empty: Ledger, world: World, cut: int) -> None:
    whole = {name: series(fill(empty, world), name) for name in SETTINGS}
    fill(empty, world.until(cut))
    for name in SETTINGS:
        then = {key: value for key, value in whole[name].items() if key[1] <= cut}
        assert series(empty, name) == then, name


@settings(SLOW, max_examples=8)
@given(world=WORLDS, since=_MOMENT, until=_MOMENT, lowest=st.booleans())
def test_a_peak_is_the_extreme_of_the_series_in_the_window_at_the_first_second_it_is_reached(
    empty: Ledger, world: World, since: int, until: int, lowest: bool
) -> None:
    fill(empty, world)
    names = ("credits_count", "distinct_payers", "dormancy_days")
    end = "lowest" if lowest else "highest"
    requests = [Request(indicator=name, parameters=SETTINGS[name], reading=end) for name in names]
    asked = (Subject(id="C-1", since=since, until=until), Subject(id="0xaa"), Subject(id="C-1", since=until))
    expected = []
    for window in asked:
        for number, name in enumerate(names):
            rows = values(empty, name, (window,), **SETTINGS[name]).to_pylist()
            known = [(Decimal(row["value"]), row["epoch"]) for row in rows if row["value"] is not None]
            if known:
                best = min(known) if lowest else min(known, key=lambda pair: (-pair[0], pair[1]))
                expected.append((window.id, number, *best))
    found = peaks(empty, requests, asked).found
    assert [(peak.subject, peak.request, peak.value, peak.at) for peak in found] == expected


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
        ("near_limit_share", {"band": 1.2}, "band = 1.2, expected 0.5 .. 0.999"),
        ("night_share", {"until_hour": 5.5}, "until_hour = 5.5, expected a whole number"),
    ):
        with pytest.raises(UsageError) as raised:
            values(ledger, name, **asked)
        assert told in str(raised.value)
