"""The ledger of a night, built once, and a workspace with it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import nights
import pytest
from killed import evidence

from casewright.agent.settings import Workspace


@pytest.fixture(scope="session")
def night_ledger(tmp_path_factory: pytest.TempPathFactory, build_ledger: Callable[..., Path]) -> Path:
    """The ledger with the twelve alerts."""
    return nights.exchange(tmp_path_factory.mktemp("night") / "ledger.duckdb", build_ledger)


@pytest.fixture
def night_workspace(workspace: Workspace, night_ledger: Path) -> Workspace:
    """A workspace of its own with that ledger."""
    return nights.furnished(workspace, night_ledger)


@pytest.fixture
def evidence_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file with what investigations of the night's ledger found; each target is investigated once."""
    file = tmp_path_factory.getbasetemp() / "evidence"
    with evidence(file):
        yield file
