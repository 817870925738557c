"""The shapes of many subjects, some at a time: the best of each name, heaviest first, with what hubs kept shut."""

from collections.abc import Iterator
from math import isfinite, log
from typing import NamedTuple

from casewright.knowledge.records import Subject, Subjects
from casewright.tools.adjacency import Progress
from casewright.tools.onward import Onward
from casewright.tools.shapes.around import MOST, Around, Shape, around
from casewright.tools.shapes.chance import BEFOREHAND
from casewright.tools.shapes.hubs import hubs
from casewright.tools.shapes.rounds import rounds
from casewright.tools.shapes.shared import shared
from casewright.tools.shapes.walks import BUSY
from casewright.tools.shapes.window import onwards, ways
from casewright.tools.warehouse import Ledger

_AT_ONCE = 200  # subjects: bounds the memory of a batch
_DIGITS = 2


class Told(NamedTuple):
    """One shape of a subject. The score is the power of ten by which it is likelier than ordinary transfers alone."""

    name: str
    score: float
    members: list[str]


class Surveyed(NamedTuple):
    """What was found of one subject."""

    subject: Subject
    transfers_out: int
    transfers_in: int
    payees: int
    payers: int
    first: int | None
    last: int | None
    shapes: list[Told]
    cuts: list[str]


def surveyed(ledger: Ledger, subjects: Subjects, progress: Progress | None = None) -> Iterator[Surveyed]:
    """The shapes around every subject in its own window."""
    if not subjects:
        return
    onward = onwards(ledger, subjects, progress)
    for first in range(0, len(subjects), _AT_ONCE):
        yield from _some(ledger, onward, subjects[first : first + _AT_ONCE])


def _some(ledger: Ledger, onward: tuple[Onward, Onward], subjects: Subjects) -> Iterator[Surveyed]:
    near = around(ledger, subjects, ways(onward, subjects))
    turning, shut = rounds(near)
    found: list[dict[str, Shape]] = [{} for _ in subjects]
    for shape in (*hubs(near), *turning, *shared(near)):
        known = found[shape.number].get(shape.name)
        if isfinite(shape.weight) and (known is None or shape.weight > known.weight):
            found[shape.number][shape.name] = shape
    closed = set(shut.tolist())
    for number, (subject, shapes) in enumerate(zip(subjects, found, strict=True)):
        epochs = [*near.out.epoch[near.out.number == number].tolist()]
        epochs += near.into.epoch[near.into.number == number].tolist()
        best = sorted(shapes.values(), key=lambda shape: (-round(_worth(shape), 9), shape.name))
        told = [Told(s.name, round(_worth(s), _DIGITS) + 0.0, [onward[0].names[n] for n in s.members]) for s in best]
        yield Surveyed(
            subject,
            int(near.seen_out[number]), int(near.seen_in[number]), int(near.payees[number]), int(near.payers[number]),
            min(epochs, default=None), max(epochs, default=None),
            told, list(_cuts(near, number, walked=number not in closed)),
        )  # fmt: skip


def _worth(shape: Shape) -> float:
    return (shape.weight + BEFOREHAND[shape.name]) / log(10)


def _cuts(near: Around, number: int, *, walked: bool) -> Iterator[str]:
    """What was not looked at, in words."""
    for seen, word in ((near.seen_in, "incoming"), (near.seen_out, "outgoing")):
        if seen[number] > MOST:
            yield f"a hub: of its own {seen[number]:,} {word} transfers {MOST:,} looked at, evenly spread"
    if busy := int(near.busy[number]):
        yield f"{busy:,} of its counterparties have more than {MOST:,} transfers: not looked through"
    if not walked:
        yield f"chains and cycles not followed through accounts of more than {BUSY} transfers"
