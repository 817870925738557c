"""Which plan a question means, learnt from the example questions, the tools' own words, and cues.

A plan's weight is fitted by kernel ridge regression over all examples, in closed form when the first question comes:
so examples of other plans speak against a plan too. Of the examples, a tenth left out in turn, it finds the tool of
0.77, where the nearest two and the middle of a plan's own examples find 0.75; of questions by another hand it finds
0.82 against 0.71 (`tests/evals`). How far a question is from all that is known is told by its nearest examples alone.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from casewright.agent.offline.data import table
from casewright.agent.offline.said import Said
from casewright.agent.offline.vectors import embedder, vectors
from casewright.knowledge.embedder import Vector

LEAST = 0.38  # a likeness below it says that the question is about something else (ours, from the tuning questions)
_CUE = 0.2  # what a plan's cue adds to its likeness (ours, chosen on the examples with each left out in turn)
_DOCSTRING = 0.85  # a docstring is no question: its likeness counts for less (ours)
_SURE = 0.5  # what a cue adds that leaves little doubt (ours)
_WIDTH, _RIDGE = 2.0, 0.6  # of the fit: chosen on the examples, among 0.5 to 2 and 0.1 to 1, which differ by 0.02


@dataclass(frozen=True)
class Meant:
    """A plan, its weight against the others, and how much the question is like its examples; a cue lifts both."""

    plan: str
    weight: float
    likeness: float
    sure: bool = False  # by a cue that leaves little doubt


def meant(question: Said, plans: Collection[str], docs: Mapping[str, str]) -> list[Meant]:
    """The plans, the likeliest first. DOCS are the first sentences of tools, by plan."""
    mine = np.array(embedder().embed([question.meaning or question.text])[0], dtype=np.float32)
    fitted = _fitted(tuple(sorted(docs.items())))
    weights = dict(zip(fitted.plans, _alike(fitted.texts, mine[None])[:, 0] @ fitted.weights, strict=True))
    found = []
    for plan in plans:
        likeness = _likeness(plan, mine)
        if plan in docs:
            likeness = max(likeness, _DOCSTRING * float(vectors([docs[plan]])[0] @ mine))
        cue = next((worth for worth, cues in _cues(plan) if any(one.search(question.meaning) for one in cues)), 0.0)
        found.append(Meant(plan, float(weights.get(plan, 0.0)) + cue, likeness + cue, cue >= _SURE))
    return sorted(found, key=lambda one: -one.weight)


@dataclass(frozen=True)
class _Fitted:
    """What was learnt: for each text (a row) how it weighs for each plan (a column)."""

    plans: tuple[str, ...]
    texts: Vector
    weights: Vector


@cache
def _fitted(docs: tuple[tuple[str, str], ...]) -> _Fitted:
    known = [(plan, text) for plan, told in table("examples").items() for text in told.get("ask", [])]
    known += [(plan, text) for plan, text in docs if plan not in table("examples")]
    plans = tuple(dict.fromkeys(plan for plan, _ in known))
    wanted = np.array([[plan == one for one in plans] for plan, _ in known], dtype=np.float64)
    texts = vectors([text for _, text in known])
    number = (wanted @ wanted.sum(axis=0)) / (len(known) / len(plans))  # of a plan with many examples each weighs less
    kernel = _alike(texts, texts).astype(np.float64) + np.diag(_RIDGE * number)
    return _Fitted(plans, texts, np.linalg.solve(kernel, wanted).astype(np.float32))


def _alike(texts: Vector, others: Vector) -> Vector:
    """How alike each text is to each of the others: 1 for the same, falling with their distance."""
    alike: Vector = np.exp(_WIDTH * (texts @ others.T - 1))
    return alike


def _likeness(plan: str, mine: Vector) -> float:
    """Half of it is that to the two nearest examples, half that to the middle of them all."""
    examples, middle = _examples(plan)
    if not len(examples):
        return 0.0
    nearest = np.sort(examples @ mine)[-2:]
    return float(nearest.mean() + middle @ mine) / 2


@cache
def _examples(plan: str) -> tuple[Vector, Vector]:
    found = vectors(table("examples").get(plan, {}).get("ask", []))
    middle = found.sum(axis=0)
    return found, middle / max(float(np.linalg.norm(middle)), 1e-9)


@cache
def _cues(plan: str) -> tuple[tuple[float, tuple[re.Pattern[str], ...]], ...]:
    """What its cues are worth, with the cues, those of most worth first."""
    told = table("examples").get(plan, {})
    return tuple(
        (worth, tuple(re.compile(cue, re.IGNORECASE) for cue in told.get(name, [])))
        for name, worth in (("sure", _SURE), ("cues", _CUE))
    )


def every_text() -> list[str]:
    """Every text whose vector is shipped: the example questions, and what the tools say of themselves."""
    from casewright.agent.asking.toolset import offered

    asked = [text for plan in table("examples").values() for text in plan.get("ask", [])]
    return [*asked, *(first_sentence(tool.description) for tool in offered().values())]


def first_sentence(doc: str) -> str:
    """What a docstring says first."""
    return " ".join(doc.split("\n\n")[0].split()).split(". ")[0].strip()
