"""Chains through a subject: a walk onward and one backward from it that pass no account twice."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from casewright.tools.onward import Ints
from casewright.tools.shapes.around import Around, Shape
from casewright.tools.shapes.chance import GOES_ON, IN_ORDER, LEAST_HOPS, total
from casewright.tools.shapes.walks import Walks
from casewright.tools.shapes.window import Floats

_PAIRS = 40_000  # of a subject's payers and payees that are held together at most
_BEST = 8  # of them whose walks are laid out
_WALKS = 40  # of each side of a pair
_SLACK = 1.5  # what all other chains may add to the best


class Begun(NamedTuple):
    """The walks of one subject on one side, by the own transfer that they begin with."""

    own: Ints  # the transfers
    summed: Floats  # weight of all walks that begin with each
    walks: Ints  # the walks, those of one transfer together, the weightiest first
    low: Ints  # where each transfer's walks begin in `walks`
    weight: Floats  # of the walks
    whole: Floats  # the same, not held down by their weakest places: it tells how far a chain goes


def chains(around: Around, onward: Walks, backward: Walks) -> Iterator[Shape]:
    """The best chain of each subject that has one of enough hops."""
    after = _begun(around, onward, out=True)
    before = _begun(around, backward, out=False)
    for number, (came, went) in enumerate(zip(before, after, strict=True)):
        start = int(around.starts[number])
        if not len(came.own) and not len(went.own):
            continue
        if len(came.own) and len(went.own):
            weight, halves = _through(around, came, went, onward, backward)
        elif len(went.own):
            weight, members = _end(went, onward)
            halves = [], members
        else:
            weight, members = _end(came, backward)
            halves = members, []
        if len(halves[0]) + len(halves[1]) >= LEAST_HOPS:
            rest = around.fewer(np.array([number]), bool(halves[0]) + 0, bool(halves[1]) + 0)[0]
            yield Shape(number, "chain", float(weight + rest), [*halves[0][::-1], start, *halves[1]])


def _begun(around: Around, walked: Walks, *, out: bool) -> Iterator[Begun]:
    """For each subject."""
    own = around.out if out else around.into
    count = np.maximum(np.bincount(own.number, minlength=len(around.starts)), 1)
    beside = np.log(count)[walked.number] + (walked.hop - 1) * np.log(GOES_ON) + np.log(1 - GOES_ON)
    weight, whole = walked.worth() + beside, walked.weight + beside
    order = np.lexsort((-np.round(whole, 9), walked.first, walked.number))
    number, first, weight, whole = walked.number[order], walked.first[order], weight[order], whole[order]
    bounds = np.searchsorted(number, np.arange(len(around.starts) + 1)).tolist()
    for at, end in itertools.pairwise(bounds):
        which, low = np.unique(first[at:end], return_index=True)
        some = weight[at:end]
        summed = np.log(np.maximum(np.add.reduceat(np.exp(some), low), 1e-300)) if len(low) else some
        yield Begun(which, summed, order[at:end], np.append(low, end - at), some, whole[at:end])


def _end(begun: Begun, walked: Walks) -> tuple[float, list[int]]:
    """The weight of the chains that begin or end with the subject, and the best of enough hops."""
    at = np.flatnonzero(walked.hop[begun.walks] >= LEAST_HOPS)
    if not len(at):
        return -np.inf, []
    best = at[np.argmax(np.round(begun.whole[at], 9))]
    weight = total(begun.summed) - np.log(len(begun.own)) + np.log(1 - GOES_ON)
    return weight, walked.members(int(begun.walks[best]))


def _through(
    around: Around, came: Begun, went: Begun, onward: Walks, backward: Walks
) -> tuple[float, tuple[list[int], list[int]]]:
    """The weight of the chains through the subject, and the two halves of the best."""
    most = int(_PAIRS**0.5)
    one, other = (np.argsort(-np.round(side.summed, 9), kind="stable")[:most] for side in (came, went))
    one, other = (part.ravel() for part in np.meshgrid(one, other, indexing="ij"))
    here, there = came.own[one], went.own[other]
    fits = around.amounts.alike(around.into.cents[here], around.out.cents[there])
    ordered = around.into.epoch[here] <= around.out.epoch[there]
    fits = fits + np.log(2 * np.where(ordered, IN_ORDER, 1 - IN_ORDER)) - np.log(float(len(came.own)) * len(went.own))
    weight = fits + came.summed[one] + went.summed[other]
    best: tuple[float, tuple[list[int], list[int]]] = (-np.inf, ([], []))
    for at in np.argsort(-np.round(weight, 9), kind="stable")[:_BEST].tolist():
        found = _halves(came, int(one[at]), went, int(other[at]), onward, backward)
        if found and found[0] + fits[at] > best[0]:
            best = found[0] + float(fits[at]), found[1]
    return min(total(weight), max(best[0] + _SLACK, 0.0)), best[1]


def _halves(
    came: Begun, one: int, went: Begun, other: int, onward: Walks, backward: Walks
) -> tuple[float, tuple[list[int], list[int]]] | None:
    """The best walk backward and onward along these two transfers that have no account in common."""
    back = slice(came.low[one], min(came.low[one + 1], came.low[one] + _WALKS))
    on = slice(went.low[other], min(went.low[other + 1], went.low[other] + _WALKS))
    weight = (came.weight[back][:, None] + went.weight[on][None, :]).ravel()
    whole = (came.whole[back][:, None] + went.whole[on][None, :]).ravel()
    hops = (backward.hop[came.walks[back]][:, None] + onward.hop[went.walks[on]][None, :]).ravel()
    sides = [backward.members(int(at)) for at in came.walks[back]], [onward.members(int(at)) for at in went.walks[on]]
    for at in np.argsort(-np.round(whole, 9), kind="stable").tolist():
        halves = sides[0][at // len(sides[1])], sides[1][at % len(sides[1])]
        if hops[at] >= LEAST_HOPS and set(halves[0]).isdisjoint(halves[1]):
            return float(weight[at]), halves
    return None
