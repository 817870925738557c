"""Peers and own past: held against a plain reading; who is alike, what is told, and that the future changes nothing."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from casewright.knowledge.indicator import Request
from casewright.knowledge.records import Subject
from casewright.tools import comparison, peer_groups
from casewright.tools.comparison import NO_CUSTOMER, Comparison, compared
from casewright.tools.indicators import peaks, values
from casewright.tools.peer_groups import Crowd
from casewright.tools.series import Series
from casewright.tools.warehouse import Ledger

DAY = 86400
START = 1_700_006_400  # 2023-11-15 00:00 UTC
Build = Callable[..., Path]


def _customer(
    name: str, kind: str = "person", country: str = "SG", opened: int = START - 400 * DAY
) -> dict[str, object]:
    return {"id": name, "kind": kind, "country": country, "opened_at": opened, "known_at": opened}


def _credit(name: str, at: int, usd: float, payer: str = "") -> dict[str, object]:
    return {"src": payer or f"P-{name}", "dst": name, "at": at, "usd": str(usd), "kind": "fiat_in"}


@pytest.fixture
def town(build_ledger: Build, tmp_path: Path) -> Path:
    """Sixty persons of one segment, of whom number n takes in n * 100 USD, ten from abroad, five companies."""
    people = [_customer(f"C-{n:03}") for n in range(60)]
    people += [_customer(f"F-{n:03}", country="MY") for n in range(10)]
    people += [_customer(f"K-{n:03}", kind="company") for n in range(5)]
    rows = [_credit(p["id"], START + n * 60, 100.0 * (n + 1)) for n, p in enumerate(people)]
    return build_ledger(tmp_path / "town.duckdb", rows, customers=people)


def _one(path: Path, subject: Subject, request: str = "inflow_usd") -> Comparison:
    with Ledger.open(path) as ledger:
        found = compared(ledger, (subject,), [[Request.model_validate(request)]])
    assert len(found) == 1
    return found[0]


def test_a_subject_is_told_what_share_of_its_group_stays_below(town: Path) -> None:
    found = _one(town, Subject(id="C-049", since=START - DAY, until=START + DAY))
    assert found.value == Decimal(5000)
    assert found.peers is not None
    assert found.peers.group == "persons in SG, account 1 to 3 years old, 1 to 9 transfers in the period"
    assert (found.peers.size, found.peers.lower, found.peers.percentile) == (59, 49, 83)  # of 59 others, 49 lower
    assert found.peers.quartiles == (Decimal(1500), Decimal(3000), Decimal(4500))
    assert found.peers.narrowest == ""


def test_a_small_group_gives_way_to_a_wider_one_and_says_so(town: Path) -> None:
    abroad = _one(town, Subject(id="F-003", since=START - DAY, until=START + DAY)).peers
    assert abroad is not None
    assert abroad.group == "persons, account 1 to 3 years old, 1 to 9 transfers in the period"
    assert (abroad.size, abroad.narrowest_size) == (69, 9)
    assert abroad.narrowest == "persons in MY, account 1 to 3 years old, 1 to 9 transfers in the period"
    company = _one(town, Subject(id="K-000", since=START - DAY, until=START + DAY)).peers
    assert company is not None
    assert (company.group, company.size) == ("customers with transfers in the period", 74)


def test_who_is_no_customer_has_no_peers_and_the_reason(town: Path) -> None:
    found = _one(town, Subject(id="P-C-003"), "outflow_usd")
    assert (found.peers, found.reason) == (None, NO_CUSTOMER)


def test_what_has_no_value_is_left_out(town: Path) -> None:
    with Ledger.open(town) as ledger:
        asked = (Subject(id="NOBODY"), Subject(id="C-001"))
        found = compared(ledger, asked, [[Request(indicator="inflow_usd")]] * 2)
    assert [one.place for one in found] == [1]


def test_peers_without_a_value_are_not_counted(build_ledger: Build, tmp_path: Path) -> None:
    people = [_customer(f"C-{n:03}") for n in range(80)]
    rows = [_credit(p["id"], START, 100.0) for p in people]
    rows += [{"src": f"C-{n:03}", "dst": f"0x{n}", "at": START + 60, "usd": "600"} for n in range(40)]
    path = build_ledger(tmp_path / "ledger.duckdb", rows, customers=people)
    found = _one(path, Subject(id="C-000"), "new_destination_share")
    assert found.peers is not None
    assert (found.peers.members, found.peers.size) == (79, 39)


def test_the_own_past_is_the_periods_of_the_same_length_before(build_ledger: Build, tmp_path: Path) -> None:
    sums = {-35: 70, -29: 100, -18: 300, -9: 200, 3: 900}  # days from the window's beginning; it is ten days long
    rows = [_credit("C-1", START + day * DAY, usd) for day, usd in sums.items()]
    path = build_ledger(tmp_path / "ledger.duckdb", rows, customers=[_customer("C-1")])
    asked = Subject(id="C-1", since=START, until=START + 10 * DAY)
    past = _one(path, asked, "inflow_usd(seconds=86400)").past
    assert past is not None
    assert (past.periods, past.valued, past.median, past.highest) == (3, 3, Decimal(200), Decimal(300))
    assert _one(path, asked.model_copy(update={"since": None})).past is None
    young = _one(path, Subject(id="C-1", since=START - 34 * DAY, until=START)).past
    assert young is not None
    assert (young.periods, young.valued, young.highest) == (0, 0, None)


def test_what_comes_later_changes_nothing(build_ledger: Build, tmp_path: Path) -> None:
    people = [_customer(f"C-{n:03}") for n in range(50)]
    rows = [_credit(p["id"], START + n * 3600, 50.0 * n + 10) for n, p in enumerate(people)]
    late = [_credit(p["id"], START + 30 * DAY, 99_000.0) for p in people]
    moved = [{**_customer(p["id"], country="DE"), "known_at": START + 30 * DAY} for p in people[:30]]
    asked = Subject(id="C-040", since=START - DAY, until=START + 10 * DAY)
    before = _one(build_ledger(tmp_path / "before.duckdb", rows, customers=people), asked)
    after = _one(build_ledger(tmp_path / "after.duckdb", rows + late, customers=people + moved), asked)
    assert before == after


@pytest.mark.parametrize("name", ["inflow_usd", "new_payers", "pass_through_ratio", "dormancy_days", "exposure_in_usd"])
def test_each_comparison_is_that_of_peaks_read_one_by_one(
    build_ledger: Build, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_groups, "SMALL", 5)
    monkeypatch.setattr(comparison, "SMALL", 5)
    draw = np.random.default_rng(7)
    people = [
        _customer(f"C-{n}", str(draw.choice(["person", "company"])), str(draw.choice(["SG", "MY"])),
                  START - int(draw.integers(1, 1500)) * DAY)
        for n in range(60)
    ]  # fmt: skip
    rows = []
    for _ in range(600):
        who, other = (f"C-{n}" for n in draw.choice(60, 2, replace=False))
        at, usd = START + int(draw.integers(0, 120)) * DAY, str(round(float(draw.lognormal(5, 1)), 2))
        rows.append({"src": who, "dst": other, "at": at, "usd": usd, "kind": "internal"})
    path = build_ledger(tmp_path / "ledger.duckdb", rows, customers=people)
    request = Request(indicator=name)
    asked = tuple(
        Subject(id=f"C-{n}", since=START + (n % 5) * 10 * DAY, until=START + (40 + n) * DAY) for n in range(60)
    )
    with Ledger.open(path) as ledger:
        together = {one.place: one for one in compared(ledger, asked, [[request]] * 60)}
        crowd = Crowd(ledger, asked)
        for place, subject in enumerate(asked):
            own = peaks(ledger, (request,), (subject,)).found
            assert (place in together) == bool(own)
            if not own:
                continue
            one = together[place]
            assert (one.value, one.at) == (own[0].value, own[0].at)
            segment = crowd.segment(subject.id, crowd.window(subject))
            assert segment is not None
            assert one.peers is not None
            wide = next(w for w in range(5) if segment.words(w) == one.peers.group)
            peers = tuple(subject.model_copy(update={"id": crowd.ids[n]}) for n in segment.members(wide))
            read = [peak.value for peak in peaks(ledger, (request,), peers).found]
            assert one.peers.size == len(read)
            assert one.peers.lower == sum(value < one.value for value in read)
            alone = compared(ledger, (subject,), [[request]])
            assert [(c.value, c.peers, c.past) for c in alone] == [(one.value, one.peers, one.past)]


def test_of_a_large_group_a_thousand_are_measured_and_of_many_customers_a_pool_is_drawn(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_groups, "SAMPLE", 40)
    monkeypatch.setattr(comparison, "SAMPLE", 40)
    found = _one(town, Subject(id="C-049", since=START - DAY, until=START + DAY)).peers
    assert found is not None
    assert (found.size, found.drawn_from) == (40, 59)
    monkeypatch.setattr(peer_groups, "_POOL", peer_groups._POOL.replace("limit 20000", "limit 35"))
    monkeypatch.setattr(peer_groups, "POOL", 35)
    with Ledger.open(town) as ledger:
        crowd = Crowd(ledger, (Subject(id="C-049"),))
        segment = crowd.segment("C-049", crowd.window(Subject(id="C-049")))
    assert segment is not None
    assert segment.sizes[-1] in (34, 35)


def test_the_peak_of_a_window_is_found_as_by_looking_at_every_value(town: Path) -> None:
    draw = np.random.default_rng(3)
    with Ledger.open(town) as ledger:
        rows = values(ledger, "inflow_usd")
    names = sorted(set(rows["account"].to_pylist()))
    series = Series(names, rows)
    plain = [row for row in rows.to_pylist() if row["value"] is not None]
    for highest in (True, False):
        accounts = draw.integers(0, len(names), 200)
        since = START + draw.integers(-100, 4000, 200)
        until = since + draw.integers(0, 4000, 200)
        found = series.peaks(accounts, since, until, highest=highest)
        for account, low, high, peak in zip(accounts, since, until, found, strict=True):
            told = [float(r["value"]) for r in plain if r["account"] == names[account] and low <= r["epoch"] < high]
            assert (np.isnan(peak) and not told) or peak == (max(told) if highest else min(told))
