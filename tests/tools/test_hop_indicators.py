"""Indicators over hops against a literal search over all chains of transfers, in small worlds with many equal seconds.

The search sees only what was known at the second it is asked about, so that agreeing with it is also the proof that no
value looks ahead; one test says so directly, by deleting what came later.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from casewright.knowledge.categories import categories
from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import subjects
from casewright.knowledge.rule import Rule
from casewright.tools import adjacency, rules, surroundings
from casewright.tools.indicators import Request, catalogue, hops, indicator, peaks, values
from casewright.tools.warehouse import Ledger

HOUR, DAY = 3600, 86_400
EVERYBODY = ("C-1", "C-2", "C-3", "0xaa", "0xbb")
RISK = {name for name, category in categories().items() if category.risk}
ENDS = {name for name, category in categories().items() if category.ends}
LABELLED = ("reached_", "sources_")


@dataclass(frozen=True)
class Move:
    """A transfer: NR is its place in the ledger, AT the second from which on it was known."""

    nr: int
    at: int
    src: str
    dst: str
    kind: str
    status: str
    usd: Decimal | None

    @property
    def followed(self) -> bool:
        return self.status == "completed" and self.kind not in ("trade", "fee")

    @property
    def value(self) -> Decimal:
        return self.usd or Decimal(0)


@dataclass(frozen=True)
class World:
    """Transfers in the ledger's order, and labels: id, category, known from."""

    moves: tuple[Move, ...]
    labels: tuple[tuple[str, str, int], ...] = ()

    def until(self, now: int) -> "World":
        return World(
            tuple(m for m in self.moves if m.at <= now), tuple(label for label in self.labels if label[2] <= now)
        )


@dataclass(frozen=True)
class Search:
    """Chains of transfers in a world as it was known, read literally off the definitions."""

    world: World
    cap: int

    def known(self, name: str, among: set[str]) -> int | None:
        return min((at for who, category, at in self.world.labels if who == name and category in among), default=None)

    def closed(self, name: str, at: int) -> bool:
        since = self.known(name, ENDS)
        return since is not None and since <= at

    def moved(self) -> list[Move]:
        return [m for m in self.world.moves if m.followed and m.src != m.dst]

    def goes_on(self, move: Move) -> bool:
        """Whether value that had come to its sender is followed into this transfer."""
        before = [m for m in self.world.moves if m.followed and m.src == move.src and (m.at, m.nr) < (move.at, move.nr)]
        return len(before) < self.cap and not self.closed(move.src, move.at)

    def onward(self, chain: list[Move], longest: int) -> Iterator[list[Move]]:
        yield chain
        for move in self.moved() if len(chain) < longest else ():
            if move.src == chain[-1].dst and move.at >= chain[-1].at and self.goes_on(move):
                yield from self.onward([*chain, move], longest)

    def behind(self, chain: list[Move], longest: int) -> Iterator[list[Move]]:
        """Chains that lead to a transfer, the latest first."""
        yield chain
        last = chain[-1]
        came = [m for m in self.world.moves if m.followed and m.dst == last.src and m.at <= last.at]
        if len(chain) < longest and len(came) <= self.cap and not self.closed(last.src, last.at):
            for move in came:
                if move.src != move.dst:
                    yield from self.behind([*chain, move], longest)

    def fewest(self, own: Move, side: str, asked: Mapping[str, Any]) -> int | None:
        """The fewest hops from an own transfer to such a label, or from one."""
        among = RISK if asked["category"] == "any" else {asked["category"]}
        chains = (self.onward if side == "out" else self.behind)([own], asked["hops"])
        ends = ((c, c[-1].dst if side == "out" else c[-1].src) for c in chains)
        return min((len(c) for c, end in ends if self.known(end, among) is not None), default=None)

    def back(self, account: str, asked: Mapping[str, Any]) -> list[Move]:
        """The transfers by which value came back in time, each once."""
        found = {
            chain[-1]
            for first in self.moved()
            if first.src == account
            for chain in self.onward([first], asked["hops"])
            if chain[-1].dst == account and chain[-1].at - first.at <= asked["within"]
        }
        return sorted(found, key=lambda m: m.nr)

    def chain(self, own: Move, asked: Mapping[str, Any]) -> int:
        """How many transfers in a row pass an own transfer's value on in one piece, itself the first."""
        met, here, length = [own.src, own.dst], own, 1
        while length < asked["hops"]:
            next_ones = [m for m in self.moved() if m.src == here.dst and m.at >= here.at and self.goes_on(m)]
            if not next_ones:
                break
            then = min(next_ones, key=lambda m: (m.at, m.nr))
            kept = then.value / here.value if here.value else Decimal(0)
            if then.at - here.at > asked["within"] or not Decimal(str(asked["keep"])) <= kept <= 1 or then.dst in met:
                break
            met, here, length = [*met, then.dst], then, length + 1
        return length


def reference(name: str, world: World, account: str, now: int, asked: Mapping[str, Any], cap: int) -> Any:
    """The value of an indicator for ACCOUNT at NOW."""
    world = world.until(now)
    if "ring" in name:
        world = World(tuple(m for m in world.moves if m.kind in ("internal", "p2p")), world.labels)
    search = Search(world, cap)
    recent = [m for m in search.moved() if m.at > now - asked["seconds"]]
    own = {"out": [m for m in recent if m.src == account], "in": [m for m in recent if m.dst == account]}
    if name == "onward_chain_hops":
        return max((search.chain(m, asked) for m in own["out"]), default=0)
    if name.startswith(("cycles", "internal")):
        back = [m for m in search.back(account, asked) if m.at > now - asked["seconds"]]
        return len(back) if name.endswith("count") else _total(back, own["in"], name, asked)
    if name == "direct_exposure_usd":
        sides = ["in", "out"] if asked["side"] == "any" else [asked["side"]]
        return sum((m.value for s in sides for m in own[s] if search.fewest(m, s, {**asked, "hops": 1})), Decimal(0))
    side = "in" if "_in_" in name or "_from_" in name else "out"
    if name.startswith("hops"):
        return min((h for m in own[side] if (h := search.fewest(m, side, asked))), default=None)
    return _total([m for m in own[side] if search.fewest(m, side, asked)], own[side], name, asked)


def _total(some: list[Move], every: list[Move], name: str, asked: Mapping[str, Any]) -> Decimal | None:
    total, of = (sum((m.value for m in moves), Decimal(0)) for moves in (some, every))
    if name.endswith("usd"):
        return total
    return total / of if of and of >= asked["floor_usd"] else None


NAMES = tuple(name for name, made in catalogue().items() if hops.tables(made.sql({})))
_MOMENTS = (*range(0, 8 * HOUR, HOUR), *range(DAY, 3 * DAY, DAY // 2))
_MOMENT = st.sampled_from(_MOMENTS)
_USD = (None, *map(Decimal, ("0.00", "0.01", *("90", "95", "100") * 4, "2500.55")))
_KINDS = (*("withdrawal", "transfer", "internal", "p2p") * 3, "trade", "fee")


@st.composite
def _worlds(draw: st.DrawFn) -> World:
    """Dense enough that chains form, meet labels on their way, and come back: hypothesis alone draws few of them."""
    some = random.Random(draw(st.integers(0, 2**32)))
    moves = []
    for nr in range(some.randrange(12, 28)):
        src = some.choice(EVERYBODY)
        dst = src if some.random() < 0.05 else some.choice(EVERYBODY)
        status = "cancelled" if some.random() < 0.05 else "completed"
        moves.append(Move(nr, some.choice(_MOMENTS), src, dst, some.choice(_KINDS), status, some.choice(_USD)))
    known = (0, 0, *_MOMENTS)
    labels = [
        (name, some.choice(["mixer", "scam", "exchange", "dex"]), some.choice(known))
        for name in some.choices(EVERYBODY, k=some.randrange(1, 4))
    ]
    return World(tuple(moves), tuple(labels))


SETTINGS = st.fixed_dictionaries(
    {"seconds": st.sampled_from([6 * HOUR, 2 * DAY]), "within": st.sampled_from([HOUR, DAY]),
     "hops": st.integers(2, 4), "category": st.sampled_from(["any", "any", "any", "exchange"]),
     "side": st.sampled_from(["any", "in", "out"]), "floor_usd": st.just(0), "keep": st.just(0.9)}
)  # fmt: skip
SLOW = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.create(tmp_path_factory.mktemp("hops") / "ledger.duckdb") as ledger:
        yield ledger


@pytest.fixture
def cap(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], int]:
    def set_to(fan_out: int) -> int:
        monkeypatch.setattr(hops, "FAN_OUT", fan_out)
        return fan_out

    return set_to


def fill(ledger: Ledger, world: World, late: int = 0) -> Ledger:
    """The ledger with this world in it; each transfer happened up to LATE seconds before it was known."""
    columns = {"n": "nr", "t": "at", "src": "src", "dst": "dst", "kind": "kind", "status": "status", "usd": "usd"}
    given = {name: [getattr(m, field) for m in world.moves] for name, field in columns.items()}
    with ledger.transaction():
        for table in ("legs", "labels"):
            ledger.rows(f"delete from {table}")
        for direction, near, far in (("out", "src", "dst"), ("in", "dst", "src")):
            ledger.rows(
                f"insert into legs select hash({near}), {near}, t - (n % 3) * $late, t, '{direction}', {far},"
                " 'T' || n, kind, status, 'n', 'USDT', null, usd, usd from (select unnest($n::bigint[]) as n,"
                " unnest($t::bigint[]) as t, unnest($src::varchar[]) as src, unnest($dst::varchar[]) as dst,"
                " unnest($kind::varchar[]) as kind, unnest($status::varchar[]) as status,"
                " unnest($usd::decimal(18,2)[]) as usd) order by n",
                late=late, **given,
            )  # fmt: skip
        for name, category, at in world.labels:
            ledger.rows("insert into labels values ($id, 'Nordhaus', $category, 'list', 'high', '', $at, 1, 1)",
                        id=name, category=category, at=at)  # fmt: skip
    return ledger


def taken(name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the settings that this indicator takes."""
    own = {parameter.name for parameter in indicator(name).parameters}
    return {key: value for key, value in asked.items() if key in own}


def series(ledger: Ledger, name: str, asked: Mapping[str, Any], who: Any = EVERYBODY) -> dict[tuple[str, int], Any]:
    """Every value of an indicator, by account and second."""
    rows = values(ledger, name, subjects(*who) if who else None, **taken(name, asked)).to_pylist()
    found = {(row["account"], row["epoch"]): row["value"] for row in rows}
    assert len(found) == len(rows), "two values at one second"
    return found


def test_there_are_at_least_eight_of_them_and_each_names_every_category_that_a_trace_tells() -> None:
    assert len(NAMES) >= 8
    told = RISK | {name for name in ENDS if name not in ("own", "custodial")}
    for name in NAMES:
        words = {word for p in indicator(name).parameters if p.name == "category" for word in p.words}
        assert words in ({"any", *told}, set()), name


@SLOW
@given(world=_worlds(), asked=SETTINGS, fan_out=st.sampled_from([1_000, 1_000, 2]), late=st.sampled_from([0, DAY]))
def test_every_one_is_what_its_definition_says(
    empty: Ledger, cap: Callable[[int], int], world: World, asked: dict[str, Any], fan_out: int, late: int
) -> None:
    fill(empty, world, late)
    cap(fan_out)
    for name in NAMES:
        found = series(empty, name, asked)
        expected = {
            (account, move.at): reference(name, world, account, move.at, asked, fan_out)
            for move in world.moves
            for account in (move.src, move.dst)
        }
        assert found.keys() == expected.keys(), name
        for key, value in expected.items():
            told = found[key]
            assert (told is None) == (value is None), (name, key, told, value)
            assert value is None or abs(float(told) - float(value)) < 1e-9, (name, key, told, value)


@settings(SLOW, max_examples=12)
@given(world=_worlds(), asked=SETTINGS, cut=_MOMENT, fan_out=st.sampled_from([1_000, 2]))
def test_no_value_changes_when_later_transfers_and_labels_are_deleted(
    empty: Ledger, cap: Callable[[int], int], world: World, asked: dict[str, Any], cut: int, fan_out: int
) -> None:
    cap(fan_out)
    whole = {name: series(fill(empty, world), name, asked) for name in NAMES}
    fill(empty, world.until(cut))
    for name in NAMES:
        then = {key: value for key, value in whole[name].items() if key[1] <= cut}
        assert series(empty, name, asked) == then, name


@settings(SLOW, max_examples=6)
@given(world=_worlds(), asked=SETTINGS, fan_out=st.sampled_from([1_000, 2]))
def test_one_account_is_told_the_same_as_all_and_along_mapped_transfers_as_along_the_ledger(
    empty: Ledger, cap: Callable[[int], int], monkeypatch: pytest.MonkeyPatch, world: World, asked: dict[str, Any],
    fan_out: int,
) -> None:  # fmt: skip
    fill(empty, world)
    cap(fan_out)
    for name in NAMES:
        monkeypatch.setattr(adjacency, "MANY", 64)
        whole = series(empty, name, asked)
        alone = {key: value for who in EVERYBODY for key, value in series(empty, name, asked, (who,)).items()}
        assert alone == whole, name
        monkeypatch.setattr(adjacency, "MANY", 0)
        for few in (0, 20):  # whether all that is mapped is looked at, or what lies around
            monkeypatch.setattr(surroundings, "FEW", few)
            assert series(empty, name, asked) == whole, (name, few)
        assert series(empty, name, asked, None) == whole, name


def chain(*parties: str, usd: float = 100, start: int = DAY, kind: str = "transfer") -> list[dict[str, Any]]:
    """A transfer from each party to the next, an hour apart."""
    pairs = pairwise(parties)
    return [{"src": a, "dst": b, "usd": usd, "at": start + n * HOUR, "kind": kind} for n, (a, b) in enumerate(pairs)]


def last(ledger: Ledger, name: str, account: str, also: tuple[str, ...] = (), **asked: Any) -> Any:
    """The value at the account's last event, asked for ALSO others at once."""
    rows = values(ledger, name, subjects(account, *also), **asked).to_pylist()
    return [row["value"] for row in rows if row["account"] == account][-1]


def test_a_label_counts_from_when_it_was_known_and_at_the_accounts_own_events_only(
    make_ledger: Callable[..., Ledger],
) -> None:
    rows = [*chain("C-1", "0xaa", "0xbb"), {"src": "0xzz", "dst": "C-1", "usd": 1, "at": 9 * DAY}]
    ledger = make_ledger(rows, labels=[{"id": "0xbb", "category": "scam", "at": 5 * DAY}])
    told = values(ledger, "exposure_out_usd", subjects("C-1")).to_pylist()
    assert [(row["epoch"], row["value"]) for row in told] == [(DAY, 0), (9 * DAY, 100)]
    assert last(ledger, "hops_to_label", "C-1") == 2
    assert last(ledger, "hops_to_label", "C-1", hops=1) is None
    assert last(ledger, "hops_to_label", "C-1", category="mixer") is None


def test_an_account_known_as_a_counterparty_alone_is_measured_and_an_unknown_one_has_no_value(
    make_ledger: Callable[..., Ledger],
) -> None:
    ledger = make_ledger(chain("C-1", "0xaa", "0xbb"), labels=[{"id": "C-1", "category": "hack", "at": 0}])
    assert last(ledger, "exposure_in_share", "0xbb") == 1
    assert last(ledger, "hops_from_label", "0xbb") == 2
    assert last(ledger, "direct_exposure_usd", "0xaa", side="in") == 100
    assert values(ledger, "exposure_in_share", subjects("0xnobody")).num_rows == 0


@pytest.mark.parametrize(("known", "told"), [(0, 0), (DAY + HOUR, 0), (DAY + HOUR + 1, 100)])
def test_nothing_is_followed_through_an_exchange_from_when_it_was_known_as_one(
    make_ledger: Callable[..., Ledger], known: int, told: int
) -> None:
    labels = [{"id": "0xex", "category": "exchange", "at": known}, {"id": "0xbad", "category": "scam", "at": 0}]
    rows = [*chain("C-1", "0xex", "0xbad"), *chain("C-1", "0xend", start=9 * DAY)]
    out, back = "exposure_out_usd", "exposure_in_usd"
    ledger = make_ledger(rows, labels=labels)
    assert last(ledger, out, "C-1") == last(ledger, out, "C-1", also=("0xex",)) == told
    rows = [*chain("0xbad", "0xex", "C-1"), *chain("C-1", "0xend", start=9 * DAY)]
    ledger = make_ledger(rows, labels=labels)
    assert last(ledger, back, "C-1") == last(ledger, back, "C-1", also=("0xex",)) == told


def test_a_hub_passes_nothing_on_from_the_transfer_that_passes_the_cap(
    make_ledger: Callable[..., Ledger], cap: Callable[[int], int]
) -> None:
    rows = [*chain("C-1", "0xhub", "0xaa"), *chain("0xhub", "0xmixer", start=2 * DAY), *chain("C-1", "0xend", start=9),
            *chain("C-1", "0xend", start=3 * DAY)]  # fmt: skip
    ledger = make_ledger(rows, labels=[{"id": "0xmixer", "category": "mixer", "at": 0}])
    cap(2)
    assert last(ledger, "exposure_out_usd", "C-1") == 100
    cap(1)
    assert last(ledger, "exposure_out_usd", "C-1") == 0
    assert last(ledger, "exposure_out_usd", "0xhub") == 100, "its own transfers all count"


def test_a_chain_of_passing_on_is_counted_to_where_the_value_is_split(make_ledger: Callable[..., Ledger]) -> None:
    rows = [*chain("C-1", "0xaa", "0xbb", "0xcc"), *chain("0xcc", "0xdd", usd=40, start=DAY + 3 * HOUR),
            *chain("0xaa", "0xaa", start=DAY), *chain("C-1", "0xee", usd=1, start=2 * DAY)]  # fmt: skip
    ledger = make_ledger(rows)
    assert last(ledger, "onward_chain_hops", "C-1") == 3
    assert last(ledger, "onward_chain_hops", "C-1", within=HOUR - 1) == 1
    assert last(ledger, "onward_chain_hops", "0xdd") == 0


def test_a_ring_is_of_accounts_of_the_house_and_a_cycle_of_any(make_ledger: Callable[..., Ledger]) -> None:
    ring = chain("C-1", "C-2", "C-3", "C-1", kind="internal")
    around = chain("C-4", "0xaa", "C-4", kind="withdrawal")
    ledger = make_ledger([*ring, *around])
    assert last(ledger, "internal_ring_usd", "C-1") == last(ledger, "internal_ring_usd", "C-2") + 100 == 100
    assert last(ledger, "internal_ring_count", "C-1", hops=2) == 0
    assert (last(ledger, "cycles_back_count", "C-4"), last(ledger, "internal_ring_count", "C-4")) == (1, 0)
    assert last(ledger, "cycles_back_share", "C-4", within=HOUR) == 1
    assert last(ledger, "cycles_back_share", "C-4", within=HOUR - 1) == 0


def test_what_needs_labels_or_values_says_so_where_there_are_none(make_ledger: Callable[..., Ledger]) -> None:
    wanted = [Request(indicator="exposure_out_share"), Request(indicator="cycles_back_share")]
    read = peaks(make_ledger(chain("C-1", "0xaa")), wanted[:1], subjects("C-1"))
    assert [u.reason for u in read.unmeasured] == ["this ledger holds no labels of addresses"]
    unpriced = [{"src": "C-1", "dst": "0xaa", "usd": None, "at": DAY}, *chain("C-9", "C-8")]
    (silent,) = peaks(make_ledger(unpriced), wanted[1:], subjects("C-1")).unmeasured
    assert silent.reason == "none of its transfers in the window has a known USD value"


def test_peaks_and_rules_read_them_and_leave_no_table_behind(make_ledger: Callable[..., Ledger]) -> None:
    ledger = make_ledger(
        [*chain("C-1", "0xaa", "0xbb"), *chain("C-1", "0xend", start=9 * DAY)],
        labels=[{"id": "0xbb", "category": "scam", "at": 5 * DAY}],
    )
    lowest = Request(indicator="hops_to_label", reading="lowest")
    read = peaks(ledger, [lowest, Request(indicator="onward_chain_hops")], subjects("C-1"))
    assert [(p.request, p.value, p.at) for p in read.found] == [(0, 2, 9 * DAY), (1, 2, 9 * DAY)]
    by_hand = [ledger.connection.execute(s) for s in ledger.connection.extract_statements(read.query)][-1].fetchall()
    assert sorted((number, *reading) for number, _, reading in by_hand) == [(0, 2, 9 * DAY), (1, 2, -9 * DAY)]
    for name in ("asked", "reached_any3", "chains_5"):
        ledger.rows(f"drop table if exists {name}")
    rule = Rule.model_validate({
        "id": "on-its-way", "title": "Value on its way to risk", "risk": "Layering.", "severity": "high",
        "when": {"indicator": "exposure_out_usd", "at_least": 50, "rationale": "A trial."}, "look_back_days": 30,
        "cool_down_days": 30, "known_false_positives": ["None."], "owner": "Desk", "status": "live", "version": 1,
    })  # fmt: skip
    found, _ = rules.crossings(ledger, rule)
    assert [(c.account, c.epoch) for c in found] == [("C-1", 9 * DAY)]
    left = ledger.rows("select table_name from duckdb_tables() where temporary")
    assert left == []


def test_more_hops_or_an_unknown_category_are_refused(make_ledger: Callable[..., Ledger]) -> None:
    ledger = make_ledger(chain("C-1", "0xaa"))
    with pytest.raises(UsageError, match=r"hops = 6, expected 1 \.\. 5"):
        values(ledger, "exposure_out_share", hops=6)
    with pytest.raises(UsageError, match="category = 'tax', expected one of any, sanctioned"):
        values(ledger, "exposure_out_share", category="tax")
