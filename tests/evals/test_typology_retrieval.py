"""Retrieval: what investigators might type finds the right typology; weights were set on the tuning half only."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from casewright.knowledge.embedder import Embedded
from casewright.knowledge.index import TypologyIndex
from casewright.knowledge.library import typologies
from casewright.tools.indicators import catalogue

pytestmark = pytest.mark.xdist_group("embedded")

QUESTIONS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("typology_questions.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    folder = tmp_path_factory.mktemp("index")
    with TypologyIndex(folder, typologies([], catalogue()), Embedded()) as index:
        return {
            half: [[hit.id for hit in hits] for hits in index.search_all([q["ask"] for q in asked], 10)]
            for half, asked in QUESTIONS.items()
        }


def measures(asked: Sequence[dict[str, Any]], found: Sequence[Sequence[str]]) -> tuple[float, float]:
    """The share of questions with a good answer among the first three, and the mean reciprocal rank of the first."""
    ranks = [
        min((hits.index(name) + 1 for name in question["find"] if name in hits), default=10**6)
        for question, hits in zip(asked, found, strict=True)
    ]
    return sum(rank <= 3 for rank in ranks) / len(ranks), sum(1 / rank for rank in ranks) / len(ranks)


@pytest.mark.parametrize("half", ["tuning", "held_out"])
def test_a_good_answer_is_among_the_first_three(half: str, found: dict[str, list[list[str]]]) -> None:
    top_three, mrr = measures(QUESTIONS[half], found[half])
    print(f"{half}: {len(QUESTIONS[half])} questions, top 3 {top_three:.3f}, MRR {mrr:.3f}")
    assert top_three >= 0.90
    assert mrr >= 0.80


def test_the_halves_share_no_typology_and_name_only_known_ones() -> None:
    known = set(typologies([], catalogue()))
    best = {half: {question["find"][0] for question in asked} for half, asked in QUESTIONS.items()}
    assert not best["tuning"] & best["held_out"]
    assert {name for asked in QUESTIONS.values() for question in asked for name in question["find"]} <= known
    assert sum(map(len, QUESTIONS.values())) >= 60
