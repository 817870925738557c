"""The trace against a plain reference: every transfer looked at, hop after hop, until nothing changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.knowledge.clock import iso
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.queries.trace import trace
from casewright.tools.trace import walks
from casewright.tools.traced import Caps, Stop
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
Values = dict[str, Any]


@dataclass(frozen=True)
class Edge:
    """One transfer of the reference; TIME is negated where it runs backward, and the parties swapped."""

    id: str
    near: str
    far: str
    time: int
    usd: int | None
    hash: str | None = None


@dataclass(frozen=True)
class Question:
    """What the reference is asked."""

    start: str
    since: int | None = None
    until: int | None = None
    backward: bool = False
    hops: int = 5
    min_usd: int = 0
    fan_out: int = 1_000


class Plain:
    """The reference: each hop looks at every account known before it and at every transfer of the window."""

    def __init__(self, rows: list[Values], labels: dict[str, str], asked: Question) -> None:
        self.asked, self.labels = asked, labels
        since, until = asked.since or 0, asked.until or 2**40
        self.edges = [_edge(row, asked.backward) for row in rows if _moves_value(row) and since <= row["at"] < until]
        self.arrival: dict[str, float] = {asked.start: float("-inf")}
        self.improved: dict[str, int] = {}  # the hop that brought the arrival
        self.hop_of: dict[str, int] = {}
        for hop in range(1, asked.hops + 1):
            known, before = list(self.arrival.items()), set(self.hop_of)
            for account, arrived in known:
                for edge in self._followed(account, arrived, before):
                    self.hop_of.setdefault(edge.id, hop)
                    if edge.time < self.arrival.get(edge.far, float("inf")):
                        self.arrival[edge.far], self.improved[edge.far] = edge.time, hop

    def _onward(self, account: str, arrived: float, least: int) -> list[Edge]:
        steps = [e for e in self.edges if e.near == account and e.time >= arrived]
        return [e for e in steps if least == 0 or (e.usd is not None and e.usd >= least)]

    def _passed(self, edge: Edge, before: set[str]) -> bool:
        """Whether one of the transfers BEFORE came to where EDGE leaves, in the same transaction."""
        arrivals = [e for e in self.edges if e.id in before and e.far == edge.near and e.far != e.near]
        return any(e.time == edge.time and e.hash == edge.hash is not None for e in arrivals)

    def _followed(self, account: str, arrived: float, before: set[str]) -> list[Edge]:
        steps = self._onward(account, arrived, self.asked.min_usd)
        if account == self.asked.start:
            steps = sorted(steps, key=lambda e: (1 if e.usd is None else -e.usd, e.time))[: self.asked.fan_out]
        elif self.labels.get(account) == "bridge":
            steps = [e for e in steps if self._passed(e, before)]
        elif account in self.labels or len(steps) > self.asked.fan_out:
            return []
        return [e for e in steps if e.far != account]

    def reached(self) -> dict[str, tuple[int, str]]:
        """The moment at which each account was reached, and the reason it stopped there, empty where it went on."""
        by_id = {e.id: e for e in self.edges}
        went_on = {by_id[name].near for name in self.hop_of}
        found = {}
        for account in set(self.arrival) - {self.asked.start}:
            steps = self._onward(account, self.arrival[account], self.asked.min_usd)
            more = len(steps) < len(self._onward(account, self.arrival[account], 0))
            reason = "below min-usd" if more else "nothing"
            if account in self.labels:
                reason = "labelled" if self._something_stayed(account) else ""
            elif len(steps) > self.asked.fan_out:
                reason = "fan-out cap"
            elif account in went_on:
                reason = ""
            elif steps and self.improved[account] == self.asked.hops:
                reason = "hop limit"
            found[account] = (abs(int(self.arrival[account])), reason)
        return found

    def _something_stayed(self, account: str) -> bool:
        used = [e for e in self.edges if e.id in self.hop_of]
        arrivals = [e for e in used if e.far == account]
        on = [(e.time, e.hash) for e in used if e.near == account and self.labels[account] == "bridge"]
        return any(e.hash is None or (e.time, e.hash) not in on for e in arrivals)


def _edge(row: Values, backward: bool) -> Edge:
    near, far = (row["dst"], row["src"]) if backward else (row["src"], row["dst"])
    return Edge(row["id"], near, far, -row["at"] if backward else row["at"], row["usd"], row.get("hash"))


def _moves_value(row: Values) -> bool:
    return row.get("status", "completed") == "completed" and row.get("kind", "transfer") not in {"trade", "fee"}


def from_transfer_to_transfer(rows: list[Values], asked: Question) -> dict[str, int]:
    """A second reference, for traces without caps, ends and windows: breadth first over the transfers themselves."""
    edges = [_edge(row, asked.backward) for row in rows if _moves_value(row) and row["src"] != row["dst"]]
    found = {e.id: 1 for e in edges if e.near == asked.start}
    for hop in range(2, asked.hops + 1):
        last = [e for e in edges if found.get(e.id) == hop - 1]
        for e in edges:
            if any(e.near == before.far and e.time >= before.time for before in last):
                found.setdefault(e.id, hop)
    return found


ACCOUNTS = "ABCDEF"
moments = st.integers(1_000, 1_006)  # few moments, so that many transfers share a second
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "src": st.sampled_from(ACCOUNTS),
            "dst": st.sampled_from(ACCOUNTS),
            "at": moments,
            "usd": st.one_of(st.none(), st.integers(1, 9)),
            "kind": st.sampled_from(["transfer", "transfer", "transfer", "internal", "fee"]),
            "status": st.sampled_from(["completed", "completed", "completed", "completed", "held"]),
            "hash": st.sampled_from([None, "0xaa", "0xbb"]),
        }
    ),
    max_size=25,
).map(lambda rows: [{**row, "id": f"T{number}"} for number, row in enumerate(rows)])
WINDOWS = st.sampled_from([(None, None), (None, None), (1_001, None), (None, 1_004), (1_002, 1_005)])
LABELLED = st.dictionaries(st.sampled_from(ACCOUNTS), st.sampled_from(["exchange", "bridge"]), max_size=2)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger to be wiped and filled again."""
    with Ledger.create(tmp_path_factory.mktemp("trace") / "ledger.duckdb") as ledger:
        yield ledger


def fill(ledger: Ledger, rows: list[Values], labelled: dict[str, str]) -> None:
    """Put these transfers and labels in the place of all that was there."""
    for table in ("legs", "transfers", "labels"):
        ledger.rows(f"delete from {table}")
    if rows:
        columns = {
            name: [row[name] for row in rows] for name in ("id", "at", "src", "dst", "kind", "status", "usd", "hash")
        }
        ledger.rows(_TRANSFERS, **columns)
        ledger.rows(_LEGS)
    for name, category in labelled.items():
        ledger.rows(_LABEL, id=name, category=category)


_TRANSFERS = """
insert into transfers select unnest($id), unnest($at) as epoch, epoch, unnest($src), unnest($dst), unnest($kind),
    unnest($status), 'ethereum', 'USDT', null, unnest($usd), null, null, null, unnest($hash), null, 1, 1"""
_LEGS = """
insert into legs select hash(a), a, epoch, epoch, side, b, id, kind, status, network, asset, amount, usd, local
from transfers t, lateral (values (src, 'out', dst), (dst, 'in', src)) v(a, side, b)"""
_LABEL = "insert into labels values ($id, 'Basin', $category, 'test', 'high', '', 0, 1, 1)"


def hops_of(evidence: Evidence, subject: str) -> dict[str, int]:
    return {str(row["transfer"]): int(str(row["hop"])) for row in evidence.rows if row["subject"] == subject}


def reason_in_short(row: dict[str, Any]) -> str:
    reason = str(row["reason"])
    return "labelled" if reason.startswith("labelled") else "nothing" if reason.startswith("no ") else reason


@settings(max_examples=70, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, labelled=LABELLED, window=WINDOWS, backward=st.booleans(), hops=st.integers(1, 7),
       min_usd=st.sampled_from([0, 0, 4]), fan_out=st.sampled_from([1_000, 3, 1]),
       starts=st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=3, unique=True))  # fmt: skip
def test_a_trace_of_any_small_graph_is_that_of_the_plain_reference(
    board: Ledger, rows: list[Values], labelled: dict[str, str], window: tuple[int | None, int | None], backward: bool,
    hops: int, min_usd: int, fan_out: int, starts: list[str],
) -> None:  # fmt: skip
    fill(board, rows, labelled)
    asked = tuple(Subject(id=name, since=window[0], until=window[1]) for name in starts)
    found = trace(board, asked, direction="backward" if backward else "forward", hops=hops,
                  min_usd=Decimal(min_usd), fan_out=fan_out)  # fmt: skip
    for name in starts:
        plain = Plain(rows, labelled, Question(name, *window, backward, hops, min_usd, fan_out))
        assert hops_of(found, name) == plain.hop_of
        ends = {str(row["id"]): (row["at"], reason_in_short(row))
                for row in found.table("ends").rows if row["subject"] == name}  # fmt: skip
        wanted = {name: (iso(at), reason) for name, (at, reason) in plain.reached().items() if reason}
        assert ends == (wanted if plain.hop_of else {})


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, labelled=LABELLED, backward=st.booleans(), hops=st.integers(1, 5),
       starts=st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=2, unique=True))  # fmt: skip
def test_the_statement_shown_to_people_finds_the_same_transfers(
    board: Ledger, rows: list[Values], labelled: dict[str, str], backward: bool, hops: int, starts: list[str]
) -> None:
    fill(board, rows, labelled)
    found = trace(board, subjects(*starts), direction="backward" if backward else "forward", hops=hops)
    for part in found.query.split(";\n"):
        shown = board.dicts(part)
    ours = [(row["subject"], row["hop"], row["from"], row["to"], row["transfer"]) for row in found.rows]
    theirs = [(row["subject"], row["hop"], row["from"], row["to"], row["transfer"]) for row in shown]
    assert sorted(ours, key=str) == sorted(theirs, key=str)
    if not labelled:
        for name in starts:
            assert hops_of(found, name) == from_transfer_to_transfer(rows, Question(name, None, None, backward, hops))


# What people see: rows, ends, reasons, and what the caps left out.

MILL, DOCK, LOFT, YARD, PIER = (f"0x{digit * 40}" for digit in "abcde")


def sent(src: str, dst: str, at: str, usd: float | None, **more: Any) -> Values:
    return {"src": src, "dst": dst, "at": f"2025-03-{at}", "usd": usd, **more}


def ends_of(evidence: Evidence) -> dict[str, tuple[Any, ...]]:
    return {str(row["id"]): (row["label"], row["category"], row["reason"]) for row in evidence.table("ends").rows}


def fact(evidence: Evidence, name: str, about: str = "") -> Any:
    found = evidence.fact(name, about)
    return None if found is None else found.value


def test_a_trace_tells_each_transfer_each_end_and_why_it_ended_there(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(
        [sent(MILL, DOCK, "01T10:00:00", 900, id="T1", hash="0x01"), sent(DOCK, LOFT, "01T11:00:00", 500, id="T2"),
         sent(DOCK, YARD, "01T09:00:00", 70, id="T3"), sent(DOCK, PIER, "02T12:00:00", 380, id="T4")],
        labels=[{"id": LOFT, "name": "Basin 9", "category": "mixer", "source": "list", "known_at": "2025-06-01"}],
    )  # fmt: skip
    found = toolbox.call(ledger, "trace", subjects(MILL))
    assert found.status == "found"
    assert found.truncated == ""
    assert found.searched == "3 transfers followed forward within 5 hops of 1 account, 2025-03-01 to 2025-03-02"
    steps = [(row["hop"], row["from"], row["to"], row["usd"], row["at"], row["transfer"]) for row in found.rows]
    assert steps == [
        (1, MILL, DOCK, Decimal("900.00"), "2025-03-01T10:00:00Z", "T1"),
        (2, DOCK, LOFT, Decimal("500.00"), "2025-03-01T11:00:00Z", "T2"),  # T3 went before anything had arrived
        (2, DOCK, PIER, Decimal("380.00"), "2025-03-02T12:00:00Z", "T4"),
    ]
    assert (found.rows[1]["id"], found.rows[1]["label"], found.rows[1]["category"]) == (LOFT, "Basin 9", "mixer")
    assert found.rows[1]["amount"] == Decimal(500)
    assert ends_of(found) == {
        LOFT: ("Basin 9", "mixer", "labelled mixer; value cannot be followed through it"),
        PIER: (None, "unresolved", "no onward transfer in the data"),
    }
    labelled = found.table("ends").rows[0]
    assert (labelled["hop"], labelled["transfers"], labelled["usd"]) == (2, 1, Decimal("500.00"))
    assert (labelled["label_source"], labelled["label_at"]) == ("list", "2025-06-01T00:00:00Z")  # known later: told
    counts = {name: fact(found, name) for name in ("reached", "transfers_followed", "hops", "ends")}
    assert counts == {"reached": 3, "transfers_followed": 3, "hops": 2, "ends": 2}
    unresolved = found.fact("unresolved")
    assert unresolved is not None
    assert (unresolved.value, unresolved.of) == (1, 2)
    assert fact(found, "first_hop_usd") == Decimal("900.00")
    assert fact(found, "mixer_usd") == Decimal("500.00")
    assert fact(found, "unresolved_usd") == Decimal("380.00")
    assert (fact(found, "first_at"), fact(found, "last_at")) == ("2025-03-01T10:00:00Z", "2025-03-02T12:00:00Z")


def test_backward_finds_where_value_came_from(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(
        [sent(PIER, DOCK, "01T08:00:00", 300), sent(LOFT, DOCK, "03T08:00:00", 100),
         sent(DOCK, MILL, "02T08:00:00", 250)],
        labels=[{"id": PIER, "name": "Quill", "category": "scam"}],
    )  # fmt: skip
    found = trace(ledger, subjects(MILL), direction="backward")
    assert [(row["from"], row["to"], row["id"]) for row in found.rows] == [(DOCK, MILL, DOCK), (PIER, DOCK, PIER)]
    assert ends_of(found) == {PIER: ("Quill", "scam", "no earlier transfer in the data")}
    first = found.fact("first_hop_usd")
    assert first is not None
    assert (first.value, first.side) == (Decimal("250.00"), "in")


def test_trades_fees_and_what_was_not_completed_are_not_followed(make_ledger: MakeLedger) -> None:
    trade = {"kind": "trade", "asset": "USDT", "asset_in": "ETH", "amount_in": 1}
    ledger = make_ledger(
        [sent(MILL, MILL, "01T10:00:00", 900, **trade), sent(MILL, DOCK, "01T10:00:01", 9, kind="fee"),
         sent(MILL, LOFT, "01T10:00:02", 800, status="cancelled"), sent(MILL, YARD, "01T10:00:03", 700, status="held")]
    )  # fmt: skip
    found = toolbox.call(ledger, "trace", subjects(MILL, "0x" + "9" * 40))
    assert found.status == "empty"
    assert found.rows == found.table("ends").rows == found.facts == ()
    assert found.searched == "no transfers followed forward within 5 hops of 2 accounts"


def test_each_subject_has_its_own_window_and_the_reason_names_it(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([sent(MILL, DOCK, "01T10:00:00", 1), sent(MILL, DOCK, "05T10:00:00", 2),
                          sent(DOCK, LOFT, "06T00:00:00", 3), sent(YARD, DOCK, "05T23:59:59", 4)])  # fmt: skip
    day = 1_740_787_200  # 2025-03-01
    asked = (Subject(id=MILL, since=day + 86_400, until=day + 5 * 86_400), Subject(id=YARD))
    found = trace(ledger, asked)
    assert [(row["subject"], row["usd"]) for row in found.rows] == [
        (MILL, Decimal("2.00")), (YARD, Decimal("4.00")), (YARD, Decimal("3.00"))]  # fmt: skip
    reasons = [(row["subject"], row["id"], row["reason"]) for row in found.table("ends").rows]
    assert reasons == [(MILL, DOCK, "no onward transfer in the window"), (YARD, LOFT, "no onward transfer in the data")]


def test_every_cap_that_bites_is_told(make_ledger: MakeLedger) -> None:
    rows = [sent(MILL, DOCK, "01T10:00:00", 100), sent(MILL, LOFT, "01T10:00:00", 3),
            sent(DOCK, YARD, "01T11:00:00", 90), sent(YARD, PIER, "01T12:00:00", 80)]  # fmt: skip
    rows += [sent(LOFT, f"0x{number:040x}", "02T10:00:00", 1) for number in range(1, 5)]
    ledger = make_ledger(rows)
    short = trace(ledger, subjects(MILL), hops=2)
    assert short.truncated == "hop limit 2: onward transfers of 1 address not followed"
    assert ends_of(short)[YARD] == (None, "unresolved", "hop limit")
    narrow = trace(ledger, subjects(MILL), fan_out=3)
    assert narrow.truncated == f"fan-out cap 3: not followed through {LOFT} (4 onward transfers)"
    assert ends_of(narrow)[LOFT] == (None, "unresolved", "fan-out cap")
    assert next(row["left_out"] for row in narrow.table("ends").rows if row["id"] == LOFT) == 4
    large = trace(ledger, subjects(MILL), min_usd=Decimal("2.50"))
    assert large.truncated == "min-usd 2.50: 4 transfers left out"
    assert ends_of(large)[LOFT] == (None, "unresolved", "below min-usd")
    own = trace(ledger, subjects(LOFT), fan_out=3)
    assert own.truncated == "fan-out cap 3: of its own 4 transfers only the largest followed"
    listed = trace(ledger, subjects(MILL), limit=2)
    assert (
        listed.truncated == "2 of 8 transfers listed, the nearest hops first; 2 of 5 ends listed, labelled ones first"
    )
    assert (len(listed.rows), fact(listed, "transfers_followed")) == (2, 8)


def test_the_size_of_one_trace_is_bounded_and_told(make_ledger: MakeLedger) -> None:
    chain = [f"0x{number:040x}" for number in range(40)]
    rows = [sent(here, there, "01T10:00:00", 1) for here, there in pairwise(chain)]
    (walk,) = walks(make_ledger(rows), subjects(chain[0]), Caps(fan_out=1, hops=30))
    assert (len(walk.place), walk.halted.tolist()) == (20, [21])
    assert walk.stop.tolist() == [*[Stop.WENT_ON] * 19, Stop.SIZE]


def test_a_hub_of_a_hundred_thousand_transfers_is_told_and_not_followed(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "ledger.duckdb") as ledger:
        ledger.rows(
            "insert into legs select hash(a), a, epoch, epoch, side, b, id, 'transfer', 'completed', 'ethereum',"
            " 'USDT', 1, 1, 1 from ("
            " select 'T' || i as id, 'HUB' as s, 'X' || i as d, 2000 + i as epoch from range(100000) r(i)"
            " union all select 'T', 'MILL', 'HUB', 1000) t, lateral (values (s, 'out', d), (d, 'in', s)) v(a, side, b)"
            " order by hash(a), epoch"
        )
        found = trace(ledger, subjects("MILL"))
        assert found.truncated == "fan-out cap 1,000: not followed through HUB (100,000 onward transfers)"
        assert ends_of(found) == {"HUB": (None, "unresolved", "fan-out cap")}
        own = trace(ledger, subjects("HUB"))
        assert own.truncated.startswith("fan-out cap 1,000: of its own 100,000 transfers only the largest followed")
        assert fact(own, "transfers_followed") == 1_000
        many = trace(ledger, subjects(*(f"X{number}" for number in range(3_000))), direction="backward", limit=5)
        assert fact(many, "transfers_followed", "X0") == 2  # one payer, and the hub's own


def test_a_subject_with_a_label_still_starts_and_may_see_its_value_come_back(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([sent(MILL, DOCK, "01T10:00:00", 10), sent(DOCK, MILL, "01T11:00:00", 9)],
                         labels=[{"id": MILL, "name": "Alder", "category": "exchange"}])  # fmt: skip
    found = trace(ledger, subjects(MILL))
    assert [(row["from"], row["to"], row["label"]) for row in found.rows] == [(MILL, DOCK, None), (DOCK, MILL, "Alder")]
    assert ends_of(found) == {}
    assert fact(found, "reached") == 1


def test_the_house_s_own_addresses_end_a_trace(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([sent(MILL, DOCK, "01T10:00:00", 10), sent(DOCK, LOFT, "01T11:00:00", 9)],
                         labels=[{"id": DOCK, "name": "Hot 1", "category": "own"},
                                 {"id": DOCK, "name": "Alder 7", "category": "exchange"}])  # fmt: skip
    found = trace(ledger, subjects(MILL))
    assert ends_of(found) == {DOCK: ("Hot 1", "own", "labelled own; value cannot be followed through it")}
    assert [(row["id"], row["label"]) for row in found.table("other_labels").rows] == [(DOCK, "Alder 7")]


def test_a_sanctioned_mixer_counts_as_both(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([sent(MILL, DOCK, "01T10:00:00", 10)],
                         labels=[{"id": DOCK, "name": "Basin", "category": "mixer"},
                                 {"id": DOCK, "name": "List 4", "category": "sanctioned"}])  # fmt: skip
    found = trace(ledger, subjects(MILL))
    assert ends_of(found)[DOCK][:2] == ("List 4", "sanctioned")
    assert fact(found, "sanctioned_usd") == fact(found, "mixer_usd") == Decimal("10.00")
    assert (fact(found, "ends"), fact(found, "mixer_ends"), fact(found, "labelled_ends")) == (1, 1, 1)


def test_value_passes_through_a_bridge_within_one_transaction_only(make_ledger: MakeLedger) -> None:
    rows = [sent(MILL, DOCK, "01T10:00:00", 100, hash="0x01"), sent(DOCK, LOFT, "01T10:00:00", 99, hash="0x01"),
            sent(DOCK, YARD, "01T10:00:00", 50, hash="0x02"),
            sent(DOCK, PIER, "01T12:00:00", 40, hash="0x03")]  # fmt: skip
    for category, reached in (("bridge", [DOCK, LOFT]), ("mixer", [DOCK])):
        ledger = make_ledger(rows, labels=[{"id": DOCK, "name": "Span", "category": category}])
        found = trace(ledger, subjects(MILL))
        assert [row["to"] for row in found.rows] == reached
        assert list(ends_of(found)) == reached[-1:]  # what passed on did not end at the bridge


def test_values_that_are_not_known_are_followed_and_left_out_of_sums(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([sent(MILL, DOCK, "01T10:00:00", None, amount=Decimal("1.5"), asset="ETH"),
                          sent(MILL, DOCK, "01T11:00:00", 20), sent(MILL, LOFT, "01T12:00:00", None)])  # fmt: skip
    found = trace(ledger, subjects(MILL))
    assert [row["usd"] for row in found.rows] == [None, Decimal("20.00"), None]
    assert {row["id"]: row["usd"] for row in found.table("ends").rows} == {DOCK: Decimal("20.00"), LOFT: None}
    assert fact(found, "first_hop_usd") == Decimal("20.00")
    assert len(trace(ledger, subjects(MILL), min_usd=Decimal(1)).rows) == 1


def test_local_values_stand_beside_those_in_dollars(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([sent(MILL, DOCK, "01T10:00:00", 100, local=Decimal("134.50"))], currency="SGD")
    found = toolbox.call(ledger, "trace", subjects(MILL))
    assert (found.rows[0]["usd"], found.rows[0]["local"]) == (Decimal("100.00"), Decimal("134.50"))
    assert found.table("ends").rows[0]["local"] == Decimal("134.50")
    local = found.fact("first_hop_local")
    assert local is not None
    assert (local.value, local.unit) == (Decimal("134.50"), "SGD")


def test_one_of_many_subjects_gets_what_it_would_get_alone(make_ledger: MakeLedger) -> None:
    rows = [sent(f"0x{a:040x}", f"0x{(a * 7 + b) % 40:040x}", f"{1 + (a + b) % 28:02d}T10:00:00", a + b)
            for a in range(40) for b in range(1, 5)]  # fmt: skip
    ledger = make_ledger(rows, labels=[{"id": f"0x{9:040x}", "name": "Quay", "category": "bridge"}])
    asked = subjects(*(f"0x{number:040x}" for number in range(40)))
    together = toolbox.per_subject(toolbox.call(ledger, "trace", asked, hops=3, fan_out=3, limit=7), asked)
    for subject in asked:
        assert together[subject.id] == toolbox.call(ledger, "trace", (subject,), hops=3, fan_out=3, limit=7)


@pytest.mark.parametrize(
    "options", [{"hops": 0}, {"hops": 21}, {"min_usd": -1}, {"direction": "sideways"}, {"fan_out": 0}]
)
def test_options_that_cannot_be_meant_are_usage_errors(make_ledger: MakeLedger, options: Values) -> None:
    with pytest.raises(UsageError):
        toolbox.call(make_ledger(), "trace", subjects(MILL), **options)


def test_a_subject_in_two_windows_is_a_usage_error(make_ledger: MakeLedger) -> None:
    with pytest.raises(UsageError, match="asked about twice"):
        trace(make_ledger(), (Subject(id=MILL), Subject(id=MILL, since=1)))
