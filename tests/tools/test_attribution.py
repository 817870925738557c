"""Attribution: nothing created, nothing lost, and each method's order against coins that are moved one by one."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.tools.attribution import METHODS, Book, Event, Method, most_lots, order
from casewright.tools.lots import FIRST, OPENING, TOGETHER, Lot, split

_KINDS = ("credit", "credit", "credit", "trade", "trade", "debit", "debit", "fee")
_ASSETS = ("SGD", "USDT", "BTC")
_LARGE = st.one_of(st.integers(0, 30), st.integers(0, 10**38))


def _events(amounts: st.SearchStrategy[int], size: int = 30) -> st.SearchStrategy[list[Event]]:
    """Any history, in order: trades that give or get nothing, withdrawals of more than is there, equal seconds."""
    one = st.tuples(st.integers(0, 9), st.sampled_from(_KINDS), st.sampled_from(_ASSETS), amounts,
                    st.sampled_from(_ASSETS), amounts)  # fmt: skip

    def made(rows: list[Any]) -> list[Event]:
        found = [Event(at, kind, f"T{nr:03d}", asset, amount, *((into, got) if kind == "trade" else ()))
                 for nr, (at, kind, asset, amount, into, got) in enumerate(rows)]  # fmt: skip
        return sorted(found, key=order)

    return st.lists(one, max_size=size).map(made)


def _booked(method: Method, events: Iterable[Event], lots: int = 1_000) -> tuple[Book, list[tuple[Event, list[Lot]]]]:
    book = Book(method, lots)
    return book, [(event, book.happen(event)) for event in events]


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=150)
@given(events=_events(_LARGE), lots=st.sampled_from([2, 3, 1_000]))
def test_of_each_asset_all_that_came_is_gone_or_held_to_the_last_unit(
    method: Method, events: list[Event], lots: int
) -> None:
    book, booked = _booked(method, events, lots)
    came, went = Counter(book.opening), Counter[str]()
    for event, taken in booked:
        if event.kind == "credit":
            came[event.asset] += event.amount
            assert taken == []
            continue
        assert sum(lot.amount for lot in taken) == event.amount
        assert all(lot.amount > 0 and lot.behind >= 0 for lot in taken)
        assert len({lot.source for lot in taken}) == len(taken)
        went[event.asset] += event.amount
        if event.kind == "trade":
            came[event.asset_in] += event.amount_in
    for asset, lot in book.held():
        assert lot.amount > 0
        went[asset] += lot.amount
    assert +came == +went


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=150)
@given(events=_events(_LARGE), lots=st.sampled_from([2, 3, 1_000]))
def test_of_each_deposit_every_unit_is_accounted_for(method: Method, events: list[Event], lots: int) -> None:
    book, booked = _booked(method, events, lots)
    held, withdrawn, fees = Counter[int](), Counter[int](), Counter[int]()
    for _, lot in book.held():
        held[lot.source] += lot.behind
    for event, taken in booked:
        for lot in taken:
            (withdrawn if event.kind == "debit" else fees)[lot.source] += lot.behind * (event.kind != "trade")
    deposits = [event for event in events if event.kind == "credit"]
    assert held[OPENING] == held[TOGETHER] == 0
    for source, deposit in enumerate(deposits, FIRST):
        fate = book.fate(source)
        assert fate.amount == deposit.amount == fate.spent + held[source]
        assert (fate.withdrawn, fate.fees) == (withdrawn[source], fees[source])
        assert min(fate.lost, fate.together, held[source]) >= 0
        assert fate.together == 0 or lots < 1_000


def _coins(events: list[Event], *, newest_first: bool) -> list[Counter[int]]:
    """Each coin is a thing of its own with the number of its deposit upon it: the plainest way to hold a line."""
    held: dict[str, list[int]] = defaultdict(list)  # the next to leave stands first
    taken: list[Counter[int]] = []
    deposits = 0

    def put(asset: str, coins: list[int]) -> None:
        held[asset] = coins + held[asset] if newest_first else held[asset] + coins

    for event in events:
        if event.kind == "credit":
            put(event.asset, [FIRST + deposits] * event.amount)
            deposits += 1
            taken.append(Counter())
            continue
        coins = [held[event.asset].pop(0) if held[event.asset] else OPENING for _ in range(event.amount)]
        taken.append(Counter(coins))
        if event.kind == "trade":
            coins = [source for source in dict.fromkeys(coins) for _ in range(coins.count(source))]
            # The coin got stands for that coin given at which its place in the row falls.
            at = (-(-(nr + 1) * event.amount // event.amount_in) - 1 for nr in range(event.amount_in))
            put(event.asset_in, [coins[place] for place in at] if coins else [OPENING] * event.amount_in)
    return taken


@pytest.mark.parametrize(("method", "newest_first"), [("fifo", False), ("lifo", True)])
@settings(max_examples=200)
@given(events=_events(st.integers(0, 25), size=16))
def test_a_line_moves_as_coins_would_one_by_one(method: Method, newest_first: bool, events: list[Event]) -> None:
    _, booked = _booked(method, events)
    found = [Counter({lot.source: lot.amount for lot in taken}) for _, taken in booked]
    assert found == _coins(events, newest_first=newest_first)


@settings(max_examples=150)
@given(events=_events(_LARGE))
def test_pro_rata_takes_of_each_its_share_to_within_one_unit(events: list[Event]) -> None:
    book = Book("pro_rata", 1_000)
    for event in events:
        held = {lot.source: lot.amount for asset, lot in book.held() if asset == event.asset}
        total = sum(held.values())
        taken = {lot.source: lot.amount for lot in book.happen(event)}
        for source, amount in held.items() if event.kind != "credit" and event.amount <= total else ():
            assert abs(taken.get(source, 0) - Fraction(amount * event.amount, total)) < 1
            assert taken.get(source, 0) <= amount


@pytest.mark.parametrize("method", METHODS)
@given(events=_events(_LARGE), until=st.integers(0, 30))
def test_what_comes_later_changes_no_answer(method: Method, events: list[Event], until: int) -> None:
    assert _booked(method, events[:until])[1] == _booked(method, events)[1][:until]


@pytest.mark.parametrize("method", METHODS)
@given(events=_events(_LARGE))
def test_methods_agree_on_what_never_came_where_nothing_is_traded(method: Method, events: list[Event]) -> None:
    plain = [event for event in events if event.kind != "trade"]
    assert _booked(method, plain)[0].opening == _booked("fifo", plain)[0].opening


@given(whole=_LARGE, weights=st.lists(_LARGE, max_size=12))
def test_a_whole_is_split_into_parts_that_add_to_it(whole: int, weights: list[int]) -> None:
    total = sum(weights)
    parts = list(split(whole, weights, total))
    assert sum(parts) == (whole if total else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(whole * weight, total or 1)) < 1 if total else part == 0


def test_in_the_same_second_credits_come_first_then_trades_then_withdrawals_and_fees() -> None:
    events = [
        Event(5, "fee", "a", "BTC", 1),
        Event(5, "debit", "b", "BTC", 9),
        Event(5, "trade", "c", "SGD", 100, "BTC", 10),
        Event(5, "credit", "d", "SGD", 100),
        Event(4, "debit", "e", "SGD", 1),
    ]
    placed = sorted(events, key=order)
    assert [event.transfer for event in placed] == ["e", "d", "c", "b", "a"]
    _, booked = _booked("fifo", placed)
    assert [[lot.source for lot in taken] for _, taken in booked] == [[OPENING], [], [FIRST], [FIRST], [FIRST]]


@pytest.mark.parametrize("method", METHODS)
def test_a_lot_remembers_its_way_through_assets_and_fees(method: Method) -> None:
    events = [
        Event(1, "credit", "a", "SGD", 1_000),
        Event(2, "trade", "b", "SGD", 1_000, "USDT", 740),
        Event(3, "trade", "c", "USDT", 740, "BTC", 10),
        Event(4, "fee", "d", "BTC", 1),
        Event(5, "debit", "e", "BTC", 9),
    ]
    book, booked = _booked(method, events)
    (fee,), (sent,) = booked[3][1], booked[4][1]
    assert (fee.behind, sent.behind) == (100, 900)
    assert sent.way is not None
    assert (sent.way.assets(), sent.way.trades) == (["SGD", "USDT"], 2)
    assert (book.fate(FIRST).withdrawn, book.fate(FIRST).fees) == (900, 100)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_given_for_nothing_is_lost_and_what_is_got_for_nothing_is_no_deposit(method: Method) -> None:
    book, booked = _booked(method, [
        Event(1, "credit", "a", "SGD", 50),
        Event(2, "trade", "b", "SGD", 50, "DUST", 0),
        Event(3, "trade", "c", "SGD", 0, "BTC", 7),
        Event(4, "debit", "d", "BTC", 7),
    ])  # fmt: skip
    assert book.fate(FIRST).lost == 50
    assert book.opening == {}
    assert [lot.source for lot in booked[-1][1]] == [OPENING]


def test_beyond_the_cap_the_smallest_lots_are_told_together() -> None:
    events = [Event(nr, "credit", f"T{nr:02d}", "SGD", 1 + nr) for nr in range(10)]
    book, booked = _booked("pro_rata", [*events, Event(99, "debit", "X", "SGD", 55)], lots=8)
    taken = {lot.source: lot.amount for lot in booked[-1][1]}
    apart = {FIRST + nr for nr in range(10) if book.fate(FIRST + nr).together == 0}
    assert taken[TOGETHER] == sum(1 + nr for nr in range(10) if FIRST + nr not in apart)
    assert set(taken) == {TOGETHER, *apart}
    assert FIRST + 9 in apart
    assert FIRST not in apart


def test_all_lots_are_told_apart_in_all_but_the_largest_accounts() -> None:
    assert most_lots(0) > 1_000
    assert most_lots(2_000) >= 2_000
    assert most_lots(10**7) == most_lots(10**9) > 10
