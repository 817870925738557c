"""What sets typologies apart: the committed page is what the demo gives, and no indicator is idle there."""

from decimal import Decimal
from pathlib import Path

import pytest
from evals import separation

from casewright.agent.demo import Step
from casewright.knowledge.indicator import Request
from casewright.tools.indicators import catalogue, peaks
from casewright.tools.simulate.exchange import modules
from casewright.tools.warehouse import Ledger

pytestmark = pytest.mark.xdist_group("demo")
Exchange = tuple[Path, list[Step]]


def numbers(*values: int | None) -> list[Decimal | None]:
    return [None if value is None else Decimal(value) for value in values]


def test_the_page_is_what_the_demo_gives(demo_exchange: Exchange) -> None:
    assert separation.PAGE.read_text(encoding="utf-8") == separation.page(demo_exchange[0]), "run `make separation`"


def test_every_pair_is_measured_and_every_chosen_measure_belongs_to_one() -> None:
    names = {module.PAIR.name for module in modules()}
    assert names >= set(separation.CHOSEN)
    page = separation.PAGE.read_text(encoding="utf-8")
    assert [module.PAIR.name for module in modules() if f"| {module.PAIR.typology} / " not in page] == []


def test_no_indicator_says_the_same_of_everybody(demo_exchange: Exchange) -> None:
    requests = [Request(indicator=name) for name in catalogue()]
    found: dict[int, set[Decimal]] = {number: set() for number in range(len(requests))}
    with Ledger.open(demo_exchange[0] / ".casewright" / "ledger.duckdb") as ledger:
        for peak in peaks(ledger, requests, separation.customers(ledger)).found:
            found[peak.request].add(peak.value)
    assert [requests[number].indicator for number, values in found.items() if len(values) < 2] == []


@pytest.mark.parametrize(
    ("planted", "look_alikes", "at"),
    [
        ((5, 6, 9), (1, 2, 4), 5),
        ((5, 6, 9), (1, 2, 5), 5),  # all and one is as good as two and none: the lower
        ((3, 8, 9), (1, 4, 5), 8),
        ((5, None, 9), (None, None, 4), 5),  # without a value, none is reached
        ((5, 5), (5, 7), None),
        ((None, None), (1, 2), None),
    ],
)
def test_the_best_threshold_leaves_the_widest_margin(
    planted: tuple[int | None, ...], look_alikes: tuple[int | None, ...], at: int | None
) -> None:
    assert separation.best(numbers(*planted), numbers(*look_alikes)) == at
