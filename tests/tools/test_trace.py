"""The trace against a plain reference: every transfer looked at, hop after hop, until nothing changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, subjects
from casewright.tools.queries.trace import trace
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
    ledger.rows("delete from legs")
    ledger.rows("delete from labels")
    ledger.rows("delete from transfers")
    legs = [leg for row in rows for leg in _legs(row)]
    if legs:
        ledger.connection.executemany(_LEG, legs)
        ledger.connection.executemany(_TRANSFER, [[row[name] for name in _NEEDED] for row in rows])
    for name, category in labelled.items():
        ledger.rows(_LABEL, id=name, category=category)


_LEG = """insert into legs values (hash($1), $1, $2, $2, $3, $4, $5, $6, $7, 'ethereum', 'USDT', $8, $8, $8)"""


_NEEDED = ("id", "at", "src", "dst", "kind", "status", "hash")
_TRANSFER = """insert into transfers
values ($1, $2, $2, $3, $4, $5, $6, 'ethereum', 'USDT', null, null, null, null, null, $7, null, 1, 1)"""
_LABEL = "insert into labels values ($id, 'Basin', $category, 'test', 'high', '', 0, 1, 1)"


def _legs(row: Values) -> list[list[Any]]:
    shared = [row["id"], row["kind"], row["status"], row["usd"]]
    return [[row["src"], row["at"], "out", row["dst"], *shared], [row["dst"], row["at"], "in", row["src"], *shared]]


def hops_of(evidence: Evidence, subject: str) -> dict[str, int]:
    return {str(row["transfer"]): int(str(row["hop"])) for row in evidence.rows if row["subject"] == subject}


def reason_in_short(row: dict[str, Any]) -> str:
    reason = str(row["reason"])
    return "labelled" if reason.startswith("labelled") else "nothing" if reason.startswith("no ") else reason


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
