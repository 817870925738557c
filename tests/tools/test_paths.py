"""The latest departures of paths against a literal search over all chains of transfers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.tools.onward import LegsMet
from casewright.tools.paths import paths
from casewright.tools.warehouse import Ledger

ACCOUNTS = "ABCDE"
Edge = tuple[str, str, int]
EDGES = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(1_000, 1_008)), max_size=18
)
NEVER = 2**35 - 1


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.create(tmp_path_factory.mktemp("paths") / "ledger.duckdb") as ledger:
        yield ledger


def ours(ledger: Ledger, edges: list[Edge], closed: dict[str, int], hops: int, fan_out: int) -> set[Any]:
    """(start, transfer, hop, latest departure); transfers are named by their place in EDGES."""
    ledger.rows("delete from legs")
    for nr, (src, dst, at) in enumerate(edges):
        ledger.rows("insert into legs select hash($src), $src, $at, $at, 'out', $dst, $id, 'transfer', 'completed',"
                    " 'tron', 'USDT', null, 5, null", src=src, dst=dst, at=at, id=str(nr))  # fmt: skip
    onward = LegsMet(ledger, backward=False, since=0, until=2**40, valued=False)
    starts = onward.number(ACCOUNTS)
    found = paths(onward, starts, np.array([closed.get(name, NEVER) for name in ACCOUNTS]), hops=hops, fan_out=fan_out)
    names = dict(ledger.rows("select rowid, transfer from legs"))
    return {
        (ACCOUNTS[number], int(names[onward.rows[place]]), hop, started)
        for number, hop, place, started in zip(*(part.tolist() for part in found), strict=True)
    }


def plain(edges: list[Edge], closed: dict[str, int], hops: int, fan_out: int) -> set[Any]:
    found: dict[tuple[str, int, int], int] = {}

    def open_at(nr: int) -> bool:
        src, _, at = edges[nr]
        before = [n for n, e in enumerate(edges) if e[0] == src and (e[2], n) < (at, nr)]
        return len(before) < fan_out and at < closed.get(src, NEVER)

    def go(start: str, chain: list[int]) -> None:
        key = (start, chain[-1], len(chain))
        found[key] = max(found.get(key, 0), edges[chain[0]][2])
        _, here, at = edges[chain[-1]]
        for nr, (src, dst, then) in enumerate(edges):
            if len(chain) < hops and src == here and dst != src and then >= at and open_at(nr):
                go(start, [*chain, nr])

    for nr, (src, dst, _) in enumerate(edges):
        if src != dst:
            go(src, [nr])
    return {
        (start, nr, hop, at)
        for (start, nr, hop), at in found.items()
        if all(at > found.get((start, nr, fewer), 0) for fewer in range(1, hop))
    }


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=EDGES, hops=st.integers(1, 4), fan_out=st.sampled_from([1_000, 2]),
       closed=st.dictionaries(st.sampled_from(ACCOUNTS), st.integers(1_000, 1_008), max_size=2))  # fmt: skip
def test_each_transfer_has_the_latest_departure_of_every_chain_that_leads_to_it(
    board: Ledger, edges: list[Edge], hops: int, fan_out: int, closed: dict[str, int]
) -> None:
    assert ours(board, edges, closed, hops, fan_out) == plain(edges, closed, hops, fan_out)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=EDGES.map(lambda some: sorted(some, key=lambda e: e[2])), cut=st.integers(1_000, 1_008),
       fan_out=st.sampled_from([1_000, 2]))  # fmt: skip
def test_what_happens_later_changes_nothing_before(board: Ledger, edges: list[Edge], cut: int, fan_out: int) -> None:
    whole = ours(board, edges, {"B": 1_004}, 3, fan_out)
    before = [edge for edge in edges if edge[2] <= cut]
    assert ours(board, before, {"B": 1_004}, 3, fan_out) == {row for row in whole if edges[row[1]][2] <= cut}
