"""Whether a fact of the right value says what the clause says: each question tells what contradicts, or nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from casewright.agent.grounding.context import Context
from casewright.agent.grounding.facts import Index, Known
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.qualities import category, measure, predicate, reach, status
from casewright.agent.grounding.rows import day, party, quoted
from casewright.agent.grounding.ways import noun_side, way

Question = Callable[[Known, Figure | None, Context, Index], str]
_FIRST_NAMES = re.compile(r"(^|_)(first|since|opened|start)(_|$)")
_LAST_NAMES = re.compile(r"(^|_)(last|until|end)(_|$)")


@dataclass(frozen=True)
class Fit:
    """A fact beside a figure, and what speaks against it (empty: it fits)."""

    known: Known
    against: str = ""


def fit(known: Known, figure: Figure | None, context: Context, index: Index) -> Fit:
    """Ask everything of a fact; the first contradiction is told."""
    for question in QUESTIONS:
        against = question(known, figure, context, index)
        if against:
            return Fit(known, against)
    return Fit(known)


QUESTIONS: tuple[Question, ...] = (quoted, way, noun_side, party, day, status, reach, category, measure, predicate)


def is_first(known: Known) -> bool:
    """Whether a time begins something: the first of its kind, or the start of a window."""
    return known.fact.rank == "first" or bool(_FIRST_NAMES.search(known.fact.name))


def is_last(known: Known) -> bool:
    """Whether a time ends something."""
    return known.fact.rank == "last" or bool(_LAST_NAMES.search(known.fact.name))
