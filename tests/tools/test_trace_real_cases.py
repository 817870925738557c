"""Traces of two real cases, against reachability computed from the files themselves."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import canonical_id, subjects
from casewright.tools import toolbox
from casewright.tools.importing import import_file
from casewright.tools.warehouse import Ledger


@dataclass(frozen=True)
class Heist:
    """A case as its files tell it."""

    sources: tuple[str, ...]
    terminals: frozenset[str]
    edges: tuple[tuple[str, str, int], ...]

    def connected(self) -> set[str]:
        """The terminal addresses that the edges connect in time with a source: from edge to edge, until none is new."""
        found = {edge for edge in self.edges if edge[0] in self.sources}
        last = found
        while last:
            last = {e for e in self.edges if any(e[0] == b[1] and e[2] >= b[2] for b in last)} - found
            found = found | last
        return {edge[1] for edge in found} & self.terminals


def read(folder: Path) -> Heist:
    with (folder / f"{folder.name}.csv").open(encoding="utf-8") as file:
        edges = tuple(
            (canonical_id(row["From"]), canonical_id(row["To"]),
             int(datetime.fromisoformat(row["Timestamp"]).replace(tzinfo=UTC).timestamp()))
            for row in csv.DictReader(file)
        )  # fmt: skip
    sources, terminals = (
        [canonical_id(line) for line in (folder / f"{name}_addresses.csv").read_text("utf-8").split()]
        for name in ("source", "terminal")
    )
    return Heist(tuple(sources), frozenset(terminals), edges)


@pytest.fixture(scope="module")
def ledger_of(heists: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The ledger of one case, imported as anybody would."""
    made: dict[str, Path] = {}

    def make(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name) / "ledger.duckdb"
            import_file(made[name], "transfers", heists / name / f"{name}.csv", "heist-csv")
        return made[name]

    return make


def reached(evidence: Evidence) -> set[str]:
    return {str(row["to"]) for row in evidence.rows}


@pytest.mark.parametrize(("name", "hops"), [("LIFI", 5), ("54m", 15)])
def test_a_trace_from_the_sources_reaches_the_terminal_addresses(
    heists: Path, ledger_of: Callable[[str], Path], name: str, hops: int
) -> None:
    heist = read(heists / name)
    connected = heist.connected()
    assert connected
    with Ledger.open(ledger_of(name)) as ledger:
        found = toolbox.call(ledger, "trace", subjects(*heist.sources), direction="forward", hops=hops)
    assert len(reached(found) & connected) >= 0.95 * len(connected)
    assert {row["id"] for row in found.table("ends").rows} >= reached(found) & connected


def test_five_hops_are_not_enough_for_one_case_and_that_is_told(heists: Path, ledger_of: Callable[[str], Path]) -> None:
    heist = read(heists / "54m")
    with Ledger.open(ledger_of("54m")) as ledger:
        found = toolbox.call(ledger, "trace", subjects(*heist.sources))
    missed = heist.connected() - reached(found)
    assert missed
    assert all(f"{source}: hop limit 5: onward transfers of" in found.truncated for source in heist.sources)


def test_back_from_a_mixer_stands_the_exploiter(heists: Path, ledger_of: Callable[[str], Path]) -> None:
    heist = read(heists / "LIFI")
    router = "0xd90e2f925da726b50c4ed8d0fb90ad053324f31b"
    with Ledger.open(ledger_of("LIFI")) as ledger:
        found = toolbox.call(ledger, "trace", subjects(router), direction="backward", hops=20)
        exposed = toolbox.call(ledger, "exposure", subjects(*heist.sources), hops=20)
    assert set(heist.sources) <= {str(row["from"]) for row in found.rows}
    mixers = {row["id"] for row in exposed.rows if row["category"] == "mixer" and row["direction"] == "out"}
    assert router in mixers
