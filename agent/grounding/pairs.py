"""Figures that belong together: an amount and its count, an amount and its value, an amount and its day or hops."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from casewright.agent.grounding.context import Context
from casewright.agent.grounding.facts import Known, Line
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.parties import Problem
from casewright.agent.grounding.reading import Group, Reading

_WORTH = {"of", "worth", "totalling", "totaling", "for", "at"}  # `31 transfers of SGD 5.00`
_IN = {"in", "over", "across", "through", "by"}  # `SGD 5.00 in 31 transfers`


def problems(
    reading: Reading, contexts: Mapping[int, Context], supported: Mapping[int, list[Known]]
) -> Iterator[tuple[Figure, Problem]]:
    """Figures that the clause puts together and no row, and no pair of totals, has both of."""
    for group in reading.groups:
        figures = [f for f in group.figures if f.kind in {"amount", "count"} and id(f) in supported]
        for left, right in pairwise(figures):
            if _joined(left, right, reading) and not _agree(supported[id(left)], supported[id(right)]):
                yield right, Problem(f"does not belong to {left.text}: no row and no pair of totals has both")
        yield from _of_one_row(group, reading, contexts[id(group)], supported)


def _joined(left: Figure, right: Figure, reading: Reading) -> bool:
    between = reading.words[left.last : right.first]
    if left.kind == "count":
        between = between[len(left.adjectives) + 1 :] if left.noun_text else between
        return right.kind == "amount" and len(between) == 1 and between[0] in _WORTH
    if right.kind == "count":
        units = right.noun.units if right.noun else frozenset()
        return "transfers" in units and len(between) <= 2 and bool(_IN.intersection(between))
    return between == ["("]


def _agree(left: list[Known], right: list[Known]) -> bool:
    return any(_same(one, other) for one in left for other in right)


def _same(one: Known, other: Known) -> bool:
    """Whether two facts are cells of one row, or totals of the same party, side, status and time."""
    if one.line is not None or other.line is not None:
        return one.line is other.line
    before = one.fact.name.startswith("before_") == other.fact.name.startswith("before_")
    status = (one.fact.status or "completed") == (other.fact.status or "completed")
    side = not one.side or not other.side or one.side == other.side
    return one.fact.about == other.fact.about and before and status and side


def _of_one_row(
    group: Group, reading: Reading, context: Context, supported: Mapping[int, list[Known]]
) -> Iterator[tuple[Figure, Problem]]:
    """Where an amount is of single rows only, the hops and the days told with it are of those rows."""
    amounts = [f for f in group.of_kind("amount") if id(f) in supported]
    lines = [known.line for f in amounts for known in supported[id(f)] if known.line is not None]
    if not lines or len(lines) < sum(len(supported[id(f)]) for f in amounts):
        return
    points = {id(when.figure) for when in context.whens if when.role == "point"}
    for figure in (f for g in reading.clause(group.clause) for f in g.figures):
        hops = figure.kind == "count" and figure.noun is not None and "hops" in figure.noun.units
        day = id(figure) in points
        found = [known.line for known in supported.get(id(figure), ())]
        if not found or not (hops or day) or any(line in lines for line in found):
            continue
        if not (day and _on(figure, context, lines)):
            nearest = supported[id(amounts[0])][0].told()
            yield figure, Problem(f"is not of the row that says {amounts[0].text}", nearest)


def _on(figure: Figure, context: Context, lines: list[Line]) -> bool:
    days = {when.day for when in context.whens if when.figure is figure}
    return any(days & (line.point_days | {line.first_day, line.last_day}) for line in lines)
