"""How well planted typologies are matched: the committed page is what the demo gives, and it is good enough."""

from pathlib import Path

import pytest
from evals import matching
from evals.matching import Story

from casewright.agent.demo import Step
from casewright.tools.matching import FITS
from casewright.tools.simulate.exchange import modules

pytestmark = pytest.mark.xdist_group("demo")
Exchange = tuple[Path, list[Step]]


@pytest.fixture(scope="module")
def found(demo_exchange: Exchange) -> matching.Measured:
    return matching.measured(demo_exchange[0])


def test_the_page_is_what_the_demo_gives(found: matching.Measured) -> None:
    assert matching.PAGE.read_text(encoding="utf-8") == matching.told(found), "run `make matching`"


def test_planted_typologies_come_first_and_look_alikes_do_not(found: matching.Measured) -> None:
    planted, alike = found.planted(), found.look_alikes()
    assert {story.scenario for story in planted} == {module.PAIR.name for module in modules()}
    assert matching.first(planted) >= 0.8 * len(planted)
    assert matching.in_first_three(planted) >= 0.95 * len(planted)
    assert matching.as_such(alike) >= 0.7 * len(alike)


def test_few_customers_without_a_story_are_fitted_by_a_typology(found: matching.Measured) -> None:
    assert found.others == matching.OTHERS
    assert found.others_fitted <= 0.05 * found.others


def story(*ranking: tuple[str, float], planted: bool = True) -> Story:
    return Story("C-1", "peel", planted, "peel-chain", False, ranking)


@pytest.mark.parametrize(
    ("ranking", "place"),
    [
        ([("peel-chain", 0.7), ("mixer-exposure", 0.6)], 1),
        ([("mixer-exposure", 0.7), ("peel-chain", 0.7)], 2),  # a tie is the worse place, whatever the order
        ([("peel-chain", 0.7), ("mixer-exposure", 0.7)], 2),
        ([("mixer-exposure", 0.7)], 0),
    ],
)
def test_the_place_of_a_planted_typology(ranking: list[tuple[str, float]], place: int) -> None:
    assert story(*ranking).place == place


@pytest.mark.parametrize(
    ("ranking", "misled"),
    [
        ([("peel-chain", FITS)], True),
        ([("peel-chain", FITS - 0.01)], False),
        ([("mixer-exposure", 0.7), ("peel-chain", 0.7)], True),
        ([("mixer-exposure", 0.8), ("peel-chain", 0.7)], False),
        ([], False),
    ],
)
def test_a_look_alike_is_matched_as_such_where_what_it_resembles_does_not_come_first(
    ranking: list[tuple[str, float]], misled: bool
) -> None:
    assert story(*ranking, planted=False).misled is misled
