"""Chains through a subject and cycles back to it: walks onward and backward from it that fit together."""

from collections.abc import Iterator

import numpy as np

from casewright.tools.onward import Ints
from casewright.tools.paths import ranges
from casewright.tools.shapes.around import Around, Shape
from casewright.tools.shapes.chains import chains
from casewright.tools.shapes.chance import GOES_ON, IN_ORDER, LEAST_HOPS
from casewright.tools.shapes.walks import Walks, walks
from casewright.tools.shapes.window import Floats

HOPS = 12  # of the longest chain or cycle
_BITS = 32


def rounds(around: Around) -> tuple[list[Shape], Ints]:
    """The chains and cycles, and the subjects for whom a hub stood in the way."""
    onward, shut = walks(around.ways.out, around.starts, around.out, around.amounts, HOPS - 1)
    theirs = around.ways.there(around.starts)
    own = around.into._replace(account=around.ways.there(around.into.account))
    backward, shut_too = walks(around.ways.into, theirs, own, around.amounts, HOPS - 1)
    backward = backward._replace(account=around.ways.here(backward.account))
    shapes = [*chains(around, onward, backward), *_cycles(around, onward, backward)]
    return shapes, np.union1d(shut, shut_too)


def _cycles(around: Around, onward: Walks, backward: Walks) -> Iterator[Shape]:
    """Where a walk onward and one backward meet."""
    keys, others = ((some.number << _BITS) + some.account for some in (onward, backward))
    order = np.argsort(others, kind="stable")
    low, high = np.searchsorted(others[order], keys), np.searchsorted(others[order], keys, "right")
    one, places = ranges(low, high)
    other = order[places]
    hops = onward.hop[one] + backward.hop[other]
    kept = (hops >= LEAST_HOPS) & (hops <= HOPS)
    one, other, hops = one[kept], other[kept], hops[kept]
    number, meeting = onward.number[one], onward.account[one]
    weight = onward.worth()[one] + backward.worth()[other] - np.log(hops - 1)
    sent, got = onward.first[one], backward.first[other]
    weight += around.amounts.alike(onward.cents[one], backward.cents[other])
    weight += around.amounts.alike(around.into.cents[got], around.out.cents[sent])
    turns = (around.into.epoch[got] > around.out.epoch[sent]) + 0
    turns += onward.epoch[one] > backward.epoch[other]
    weight += np.log(np.where(turns == 1, IN_ORDER, 1 - IN_ORDER))
    weight += (hops - 1) * np.log(GOES_ON) + np.log(1 - GOES_ON)
    weight += _closing(around, number, meeting)
    weight += around.fewer(number, 1, 1)
    yield from _apart(around, number, weight, one, other, onward, backward)


def _closing(around: Around, number: Ints, meeting: Ints) -> Floats:
    """How much likelier a walk onward and one backward meet at this account in a cycle than by chance."""
    if not len(number):
        return np.empty(0)
    pairs, at = np.unique((number << _BITS) + meeting, return_inverse=True)
    subject, account = pairs >> _BITS, pairs & (2**_BITS - 1)
    went = np.maximum(around.ways.out.count(subject, account), 1)
    came = np.maximum(around.ways.into.count(subject, around.ways.there(account)), 1)
    usual = np.minimum(around.usual[subject], np.sqrt(went * came))
    weight: Floats = np.log(around.everywhere[subject] * usual / (went * came))
    return weight[at]


def _apart(
    around: Around, number: Ints, weight: Floats, one: Ints, other: Ints, onward: Walks, backward: Walks
) -> Iterator[Shape]:
    """The best cycle of each subject that passes no account twice."""
    order = np.lexsort((-np.round(weight, 9), number))
    bounds = np.searchsorted(number[order], np.arange(len(around.starts) + 1))
    for nr, (low, high) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
        for at in order[low : min(high, low + 50)].tolist():
            away, back = onward.members(int(one[at])), backward.members(int(other[at]))[::-1]
            line = [int(around.starts[nr]), *away, *back[1:]]
            if len(set(line)) == len(line):
                yield Shape(nr, "cycle", float(weight[at]), line)
                break
