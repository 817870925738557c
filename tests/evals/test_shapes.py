"""Shapes: AMLworld's attempts among ordinary transfers are told first at least as often as is asked for."""

from pathlib import Path

import pytest
from evals import shapes

SEED = 7


@pytest.fixture(scope="module")
def some(data_folder: Path) -> list[shapes.Attempt]:
    source = data_folder / "amlworld" / "HI-Small_Patterns.txt"
    if not source.is_file():
        pytest.skip(f"AMLworld's attempts are not here ({source.name})")
    return shapes.attempts(source)


def test_the_attempts_measured_are_those_that_an_account_can_show(some: list[shapes.Attempt]) -> None:
    assert len(some) == 184
    assert {attempt.shape for attempt in some} == set(shapes.NAMES.values())


@pytest.mark.parametrize(("density", "least"), [("none", 0.95), ("3 each", 0.90), ("3 each, skewed", 0.90)])
def test_planted_attempts_are_told_first(some: list[shapes.Attempt], density: str, least: float) -> None:
    shares = shapes.measured(some, shapes.DENSITIES[density], SEED)
    print(f"\n{shapes.table({density: shares}, some)}")
    assert shapes.macro(shares) >= least
