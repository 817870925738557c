"""Shapes: each planted alone is told first, whatever the names and the order of rows; hubs are told as hubs."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.importing import import_file
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
HOUR = 3_600
Move = tuple[str, str, int, float]  # from, to, hour, USD


def rows(moves: list[Move]) -> list[dict[str, Any]]:
    return [{"src": src, "dst": dst, "at": hour * HOUR, "usd": usd} for src, dst, hour, usd in moves]


def fan(size: int) -> list[Move]:
    return [(f"P{nr}", "HUB", nr + 1, 100 + 37 * nr) for nr in range(size)]


def turned(moves: list[Move]) -> list[Move]:
    return [(dst, src, 100 - hour, usd) for src, dst, hour, usd in moves]


def line(size: int) -> list[Move]:
    return [(f"L{nr}", f"L{nr + 1}", nr + 1, 1_000 - nr) for nr in range(size)]


SCATTER = [("HUB", f"Q{nr}", 50 + nr, 90 + 41 * nr) for nr in range(6)]
PLANTED: dict[str, tuple[str, str, list[Move]]] = {
    "fan-in": ("fan-in", "HUB", fan(6)),
    "fan-out": ("fan-out", "HUB", turned(fan(6))),
    "gather-scatter": ("gather-scatter", "HUB", [*fan(5), *SCATTER]),
    "cycle": ("cycle", "L1", [*line(4), ("L4", "L0", 9, 995)]),
    "chain": ("chain", "L2", line(6)),
    "scatter-gather from its source": ("scatter-gather", "S", []),
    "scatter-gather from its sink": ("scatter-gather", "T", []),
    "scatter-gather from its middle": ("scatter-gather", "M1", []),
    "bipartite from a payer": ("bipartite", "P0", [(f"P{i}", f"Q{j}", 9 * i + j, 50 + 7 * i + 31 * j) for i in range(4)
                                                   for j in range(4)]),
    "bipartite from a payee": ("bipartite", "Q1", [(f"P{i}", f"Q{j}", 9 * i + j, 50 + 7 * i + 31 * j) for i in range(4)
                                                   for j in range(4)]),
}  # fmt: skip
MIDDLES = [
    move for nr in range(5) for move in (("S", f"M{nr}", nr, 200 + 61 * nr), (f"M{nr}", "T", 20 + nr, 200 + 60 * nr))
]
FAR = [(f"X{nr}", f"Y{nr % 47}", nr % 200, 10 + 13 * (nr % 71)) for nr in range(150)]  # what goes on elsewhere


def planted(case: str) -> tuple[str, str, list[Move]]:
    name, subject, moves = PLANTED[case]
    return name, subject, [*(moves or MIDDLES), *FAR]


def first(ledger: Ledger, subject: str) -> dict[str, Any]:
    found = toolbox.call(ledger, "shape", subjects(subject))
    assert found.status == "found"
    return dict(found.rows[0])


@pytest.mark.parametrize("case", PLANTED)
def test_each_shape_on_its_own_is_told_first(make_ledger: MakeLedger, case: str) -> None:
    name, subject, moves = planted(case)
    row = first(make_ledger(rows(moves)), subject)
    assert row["shape"] == name
    assert subject in row["members"].split(", ")


def test_members_stand_in_the_order_of_the_shape(make_ledger: MakeLedger) -> None:
    wanted = {
        "fan-in": "P0, P1, P2, P3, P4, P5, HUB", "chain": "L0, L1, L2, L3, L4, L5, L6", "cycle": "L1, L2, L3, L4, L0",
        "scatter-gather from its source": "S, M0, M1, M2, M3, M4, T",
        "scatter-gather from its sink": "S, M0, M1, M2, M3, M4, T",
        "gather-scatter": "P0, P1, P2, P3, P4, HUB, Q0, Q1, Q2, Q3, Q4, Q5",
    }  # fmt: skip
    for case, members in wanted.items():
        _, subject, moves = planted(case)
        ledger = make_ledger(rows(moves))
        assert first(ledger, subject)["members"] == members
        named = toolbox.call(ledger, "shape", subjects(subject)).table("members").rows
        shape = first(ledger, subject)["shape"]
        assert [row["id"] for row in named if row["shape"] == shape] == members.split(", ")


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=st.sampled_from(sorted(PLANTED)), seed=st.integers(0, 10_000))
def test_names_and_the_order_of_rows_change_nothing(
    build_ledger: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, case: str, seed: int
) -> None:
    _, subject, moves = planted(case)
    rng = random.Random(seed)
    known = sorted({name for src, dst, *_ in moves for name in (src, dst)})
    other = dict(zip(known, rng.sample([f"C-{nr}" for nr in range(10_000)], len(known)), strict=True))
    again = [(other[src], other[dst], hour, usd) for src, dst, hour, usd in rng.sample(moves, len(moves))]
    folder = tmp_path_factory.mktemp("renamed")
    told = []
    for nr, (some, name) in enumerate(((moves, subject), (again, other[subject]))):
        with Ledger.open(build_ledger(folder / f"{nr}.duckdb", rows(some))) as ledger:
            told.append([(row["shape"], row["score"]) for row in toolbox.call(ledger, "shape", subjects(name)).rows])
    assert told[0] == told[1]


def test_one_pass_tells_of_many_what_each_is_told_alone(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(rows([*planted("cycle")[2], *fan(6), *MIDDLES]))
    asked = subjects("L1", "HUB", "S", "T", "M1", "NOBODY", *(f"X{nr}" for nr in range(80)))
    together = toolbox.call(ledger, "shape", asked)
    shared = toolbox.per_subject(together, asked)
    for name in ("L1", "HUB", "S", "T", "M1"):
        alone = toolbox.call(ledger, "shape", subjects(name))
        assert alone.rows == shared[name].rows
        assert alone.facts == shared[name].facts
    assert shared["NOBODY"].status == "empty"


def test_only_the_window_counts(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(rows([*fan(6), *FAR]))
    found = toolbox.call(ledger, "shape", (Subject(id="HUB", since=0, until=3 * HOUR),))
    assert (found.rows, found.status) == ((), "found")
    fact = found.fact("payers")
    assert fact is not None
    assert fact.value == 2


def test_equal_seconds_transfers_to_oneself_and_unknown_values_do_not_disturb(make_ledger: MakeLedger) -> None:
    at_once = [(src, dst, 5, usd) for src, dst, _, usd in [*line(4), ("L4", "L0", 9, 995)]]
    unvalued = {"src": "L1", "dst": "L2", "at": 5 * HOUR, "usd": None, "amount": 3}
    itself = [("L1", "L1", 5, 1_000), ("L1", "L1", 6, 7)]
    ledger = make_ledger([*rows([*at_once, *itself, *FAR]), unvalued])
    assert first(ledger, "L1")["shape"] == "cycle"
    alone = make_ledger(rows([("A", "A", 1, 5), ("A", "A", 2, 5)]))
    found = toolbox.call(alone, "shape", subjects("A"))
    assert found.rows == ()


def test_a_hub_of_100000_transfers_is_told_as_a_hub(tmp_path: Path) -> None:
    text = "id,at,src,dst,usd,amount,asset\n" + "".join(
        f"T{nr},{1_700_000_000 + nr},P{nr % 40_000},HUB,{nr % 900 + 1},{nr % 900 + 1},USD\n" for nr in range(100_000)
    )
    (tmp_path / "t.csv").write_text(text + "Z1,1700000500,P7,N,5,5,USD\nZ2,1700000600,N,P9,5,5,USD\n")
    import_file(tmp_path / "l.duckdb", "transfers", tmp_path / "t.csv", "table", currency="USD", timezone="UTC")
    with Ledger.open(tmp_path / "l.duckdb") as ledger:
        began = time.monotonic()
        found = toolbox.call(ledger, "shape", subjects("HUB"))
        beside = toolbox.call(ledger, "shape", subjects("P7"))
        assert time.monotonic() - began < 20
    assert found.rows[0]["shape"] == "fan-in"
    assert "a hub: of its own 100,000 incoming transfers 1,000 looked at" in found.truncated
    fact = found.fact("transfers_in")
    assert fact is not None
    assert fact.value == 100_000
    assert "1 of its counterparties have more than 1,000 transfers: not looked through" in beside.truncated


def test_the_limit_names_fewer_accounts_and_says_so(make_ledger: MakeLedger) -> None:
    found = toolbox.call(make_ledger(rows([*fan(6), *FAR])), "shape", subjects("HUB"), limit=2)
    assert found.rows[0]["members"] == "P0, P1"
    assert found.rows[0]["accounts"] == 7
    assert found.truncated == "the first 2 accounts of each shape named"
