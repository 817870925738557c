"""The mapped adjacency: the same traces as along the ledger, and never a stale, half or damaged one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.knowledge.errors import DataError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, subjects
from casewright.tools import adjacency, edges
from casewright.tools.adjacency import Adjacency
from casewright.tools.queries.trace import trace
from casewright.tools.trace import along, walks
from casewright.tools.traced import Caps, Stop
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
ACCOUNTS = "ABCDEF"
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "src": st.sampled_from(ACCOUNTS),
            "dst": st.sampled_from(ACCOUNTS),
            "at": st.integers(1_000, 1_006),
            "usd": st.one_of(st.none(), st.integers(1, 9)),
            "kind": st.sampled_from(["transfer", "transfer", "internal", "trade", "fee"]),
            "status": st.sampled_from(["completed", "completed", "completed", "held"]),
            "hash": st.sampled_from([None, "0xaa", "0xbb"]),
        }
    ),
    max_size=30,
)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger to be wiped and filled again."""
    with Ledger.create(tmp_path_factory.mktemp("adjacency") / "ledger.duckdb") as ledger:
        yield ledger


def fill(ledger: Ledger, rows: list[dict[str, Any]], labelled: dict[str, str], key: str = "hash(a)") -> None:
    """Put these transfers and labels in the place of all that was there."""
    for table in ("legs", "transfers", "labels"):
        ledger.rows(f"delete from {table}")
    for nr, row in enumerate(rows):
        ledger.rows(
            "insert into transfers values ($id, $at, $at, $src, $dst, $kind, $status, 'tron', 'USDT', null, $usd, null,"
            " null, null, $hash, null, 1, 1)", **row, id=f"T{nr}",
        )  # fmt: skip
    ledger.rows(
        f"insert into legs select {key}, a, epoch, epoch, side, b, id, kind, status, network, asset, amount, usd, local"
        " from transfers t, lateral (values (src, 'out', dst), (dst, 'in', src)) v(a, side, b)"
    )
    for name, category in labelled.items():
        ledger.rows("insert into labels values ($id, 'Basin', $what, 'test', 'high', '', 0, 1, 1)", id=name,
                    what=category)  # fmt: skip


def told(evidence: Evidence) -> list[Any]:
    return [evidence.status, evidence.searched, evidence.truncated, evidence.rows, evidence.table("ends").rows,
            evidence.table("other_labels").rows, evidence.facts]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, backward=st.booleans(), hops=st.integers(1, 6), min_usd=st.sampled_from([0, 0, 4]),
       labelled=st.dictionaries(st.sampled_from(ACCOUNTS), st.sampled_from(["exchange", "bridge", "scam"]), max_size=2),
       window=st.sampled_from([(None, None), (1_001, None), (None, 1_004), (1_002, 1_005)]),
       fan_out=st.sampled_from([1_000, 3, 1]),
       starts=st.lists(st.sampled_from([*ACCOUNTS, "Z"]), min_size=1, max_size=3, unique=True))  # fmt: skip
def test_a_trace_along_the_adjacency_tells_all_that_the_trace_along_the_ledger_tells(
    board: Ledger, monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, Any]], labelled: dict[str, str],
    window: tuple[int | None, int | None], backward: bool, hops: int, min_usd: int, fan_out: int, starts: list[str],
) -> None:  # fmt: skip
    fill(board, rows, labelled)
    asked = tuple(Subject(id=name, since=window[0], until=window[1]) for name in starts)

    def ask() -> Evidence:
        return trace(board, asked, direction="backward" if backward else "forward", hops=hops,
                     min_usd=Decimal(min_usd), fan_out=fan_out)  # fmt: skip

    along_the_ledger = ask()
    with monkeypatch.context() as patch:
        patch.setattr(adjacency, "MANY", 1)
        along_the_adjacency = ask()
    assert told(along_the_adjacency) == told(along_the_ledger)


CHAIN = [("Mill", "Dock", 1_000), ("Dock", "Loft", 1_010), ("Loft", "Mill", 1_020), ("Dock", "Dock", 1_005)]


def chain(ledger: Ledger, key: str = "hash(a)") -> None:
    rows = [{"src": src, "dst": dst, "at": at, "usd": 5, "kind": "transfer", "status": "completed", "hash": None}
            for src, dst, at in CHAIN]  # fmt: skip
    fill(ledger, rows, {}, key)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.create(tmp_path / ".casewright" / "ledger.duckdb") as made:
        chain(made)
        yield made


def moves(ledger: Ledger, start: str = "Mill") -> list[tuple[str, str, int]]:
    found = []
    for walk in along(Adjacency.open(ledger), ledger, subjects(start), Caps()):
        names, onward = walk.onward.names, walk.onward
        found += [(names[a], names[b], at) for a, b, at in zip(onward.near(walk.place).tolist(),
                  onward.far(walk.place).tolist(), onward.epochs(walk.place).tolist(), strict=True)]  # fmt: skip
    return found


def folders(ledger: Ledger) -> list[Path]:
    return sorted((ledger.path.parent / "adjacency").iterdir())


def test_one_subject_is_traced_without_it_and_many_with_it(ledger: Ledger) -> None:
    list(walks(ledger, subjects("Mill"), Caps()))
    assert not (ledger.path.parent / "adjacency").exists()
    shares: list[float] = []
    list(walks(ledger, subjects(*(f"Quay {nr}" for nr in range(63)), "Mill"), Caps(), progress=shares.append))
    assert len(folders(ledger)) == 1
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_beside_a_ledger_where_nothing_can_be_written_many_are_traced_all_the_same(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # file modes do not bind the superuser
    found = list(walks(ledger, subjects(*(f"Quay {nr}" for nr in range(63)), "Mill"), Caps()))
    assert sum(len(walk.place) for walk in found) == 3
    assert not (ledger.path.parent / "adjacency").exists()


def test_it_is_made_once_and_again_when_the_ledger_has_changed(ledger: Ledger) -> None:
    assert moves(ledger) == CHAIN[:3]
    made, stamp = folders(ledger)[0], folders(ledger)[0].stat().st_mtime_ns
    assert moves(ledger) == CHAIN[:3]
    assert made.stat().st_mtime_ns == stamp
    for near, side, far in (("Mill", "out", "Pier"), ("Pier", "in", "Mill")):
        ledger.rows("insert into legs select hash($near), $near, 1030, 1030, $side, $far, 'T9', 'transfer',"
                    " 'completed', 'tron', 'USDT', null, 7, null", near=near, side=side, far=far)  # fmt: skip
    assert ("Mill", "Pier", 1_030) in moves(ledger)
    assert len(folders(ledger)) == 1
    assert folders(ledger) != [made]


@pytest.mark.parametrize("name", sorted(edges.LAYOUT))
def test_a_damaged_or_missing_file_has_it_made_again(ledger: Ledger, name: str) -> None:
    wanted = moves(ledger)
    file = folders(ledger)[0] / name
    content = file.read_bytes()
    file.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    assert moves(ledger) == wanted
    assert file.read_bytes() == content
    file.unlink()
    assert moves(ledger) == wanted
    (folders(ledger)[0] / "sums.json").write_text(json.dumps([1]))
    assert moves(ledger) == wanted


def test_a_killed_build_leaves_nothing_half_and_the_next_clears_it_away(ledger: Ledger, tmp_path: Path) -> None:
    path = ledger.path
    ledger.connection.close()
    script = ("import os, sys, pathlib; from casewright.tools import adjacency; from casewright.tools.warehouse import "
              "Ledger\nadjacency.folder_of(Ledger.open(pathlib.Path(sys.argv[1])), lambda _: os._exit(9))")  # fmt: skip
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode == 9
    with Ledger.open(path) as again:
        assert [folder.name.split("-")[0] for folder in folders(again)] == ["unfinished"]
        assert moves(again) == CHAIN[:3]
        assert [folder.name.split("-")[0] == "unfinished" for folder in folders(again)] == [False]


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(adjacency, "_seal", full)
    with pytest.raises(DataError, match="cannot be written \\(No space left on device\\)"):
        Adjacency.open(ledger)
    assert folders(ledger) == []


def test_accounts_of_equal_hash_are_told_apart_by_their_names(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    chain(ledger, key="hash(a) % 2")
    monkeypatch.setattr(edges, "_EDGES", edges._EDGES.replace("hash(l.counterparty)", "hash(l.counterparty) % 2"))
    monkeypatch.setattr(adjacency, "_HASH", adjacency._HASH.replace("hash(name)", "hash(name) % 2"))
    assert moves(ledger) == CHAIN[:3]
    assert moves(ledger, "Loft") == [("Loft", "Mill", 1_020)]
    assert moves(ledger, "Nobody") == []


def test_a_transfer_with_one_side_alone_is_refused(ledger: Ledger) -> None:
    ledger.rows("delete from legs where account = 'Loft'")
    with pytest.raises(DataError, match="one side alone"):
        Adjacency.open(ledger)
    assert folders(ledger) == []


def test_an_empty_ledger_and_an_unknown_subject_are_traced_to_nothing(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "ledger.duckdb") as empty:
        assert moves(empty) == []
        found = trace(empty, subjects(*(f"Quay {nr}" for nr in range(70))))
    assert found.status == "empty"


def test_a_hub_of_a_hundred_thousand_transfers_is_told_and_not_walked_through(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "ledger.duckdb") as ledger:
        ledger.rows(
            "insert into legs select hash(a), a, e, e, 'out', b, id, 'transfer', 'completed', 'tron', 'USDT',"
            " null, 5, null from (select 'Hub' as a, 'Far ' || i as b, 2000 + i as e, 'H' || i as id from"
            " range(100000) r(i) union all select 'Quay ' || i, 'Hub', 1000, 'Q' || i from range(100) r(i))"
        )
        ledger.rows("insert into legs select hash(counterparty), counterparty, epoch, epoch, 'in', account,"
                    " transfer, kind, status, network, asset, amount, usd, local from legs")  # fmt: skip
        found = list(walks(ledger, subjects(*(f"Quay {nr}" for nr in range(100))), Caps(hops=3)))
    assert sum(len(walk.place) for walk in found) == 100
    assert all((walk.stop == Stop.FAN_OUT).all() and (walk.left == 100_000).all() for walk in found)
