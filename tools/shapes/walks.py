"""Ways onward from subjects, transfer by transfer, each weighed by the choices left open and by what it passed on."""

import itertools
from typing import NamedTuple

import numpy as np

from casewright.tools.onward import NOWHERE, Bools, Ints
from casewright.tools.paths import ranges
from casewright.tools.shapes.chance import IN_ORDER, Amounts
from casewright.tools.shapes.window import Edges, Floats, Way

KEPT = 200  # walks of a subject that are followed on, the weightiest
RESCUE = 4.0  # what a walk may gain after its weakest place: beyond it lies a chain of others
BUSY = 200  # transfers of an account in the window through which no walk is followed


class Walks(NamedTuple):
    """One entry for each walk from a subject; it goes one transfer further than its parent."""

    number: Ints
    first: Ints  # index of its first transfer among the subjects' own
    parent: Ints  # index of an entry, -1 for a first transfer
    hop: Ints
    account: Ints  # where it leads
    epoch: Ints
    cents: Ints
    weight: Floats
    least: Floats  # the lowest weight on its way

    def worth(self) -> Floats:
        """The weights, held down to what their weakest places allow."""
        return np.minimum(self.weight, self.least + RESCUE)

    def only(self, which: Bools | Ints) -> "Walks":
        """Some of them."""
        return Walks._make(part[which] for part in self)

    def members(self, at: int) -> list[int]:
        """The accounts of one walk in their order, the subject left out."""
        found = []
        while at >= 0:
            found.append(int(self.account[at]))
            at = int(self.parent[at])
        return found[::-1]


def walks(way: Way, starts: Ints, own: Edges, amounts: Amounts, hops: int) -> tuple[Walks, Ints]:
    """The weightiest walks of at most HOPS transfers along OWN transfers and on, and the subjects who met a hub.

    Each step weighs what the amounts say, less the number of transfers among which it was chosen. A walk passes an
    account once, never the subject; it may go back in time, at a price.
    """
    count = np.bincount(own.number, minlength=len(starts))
    hop = np.ones(len(own.number), np.int64)
    weight = -np.log(np.maximum(count, 1))[own.number]
    layer = Walks(own.number, np.arange(len(hop)), -hop, hop, own.account, own.epoch, own.cents, weight, weight)
    layer = layer.only(_weightiest(layer))
    found, before, hubs = [layer], 0, [np.empty(0, np.int64)]
    for _ in range(1, hops):
        following, shut = _next(way, starts, found, layer, before, amounts)
        hubs.append(shut)
        before += len(layer.number)
        layer = following.only(_weightiest(following))
        if not len(layer.number):
            break
        found.append(layer)
    return Walks._make(np.concatenate(part) for part in zip(*found, strict=True)), np.unique(np.concatenate(hubs))


def _weightiest(layer: Walks) -> Ints:
    """The KEPT weightiest of each subject, whose walks stand together; sorting those alone that can be among them."""
    worth = -np.round(layer.weight, 9)
    able = np.ones(len(worth), np.bool_)
    bounds = np.flatnonzero(np.diff(layer.number, prepend=-1, append=-1)).tolist()
    for low, high in itertools.pairwise(bounds):
        if high - low > KEPT:
            able[low:high] = worth[low:high] <= np.partition(worth[low:high], KEPT - 1)[KEPT - 1]
    some = np.flatnonzero(able)
    order = some[np.lexsort((layer.cents[some], layer.epoch[some], worth[some], layer.number[some]))]
    number = layer.number[order]
    rank = np.arange(len(order)) - np.searchsorted(number, number)
    kept: Ints = order[rank < KEPT]
    return kept


def _next(
    way: Way, starts: Ints, found: list[Walks], layer: Walks, before: int, amounts: Amounts
) -> tuple[Walks, Ints]:
    """The walks one transfer longer than this layer's, which begins at BEFORE, and whose walks met a hub."""
    onward = way.onward
    low, high = way.bounds(layer.number, layer.account)
    shut = high - low > BUSY
    rows, places = ranges(low, np.where(shut, low, high))
    far = onward.far(places)
    away = (far != NOWHERE) & (far != starts[layer.number[rows]])
    rows, places, far = rows[away], places[away], far[away]
    fresh = ~_passed(found, layer, before, rows, far)
    rows, places, far = rows[fresh], places[fresh], far[fresh]
    turn = np.clip(onward.place(layer.account, layer.epoch * way.sign), low, high)
    later = onward.time(places) >= layer.epoch[rows] * way.sign
    among = np.where(later, (high - turn)[rows], (turn - low)[rows])
    number, cents = layer.number[rows], onward.cents[places]
    weight = layer.weight[rows] + np.log(np.where(later, IN_ORDER, 1 - IN_ORDER) / np.maximum(among, 1))
    weight += amounts.alike(layer.cents[rows], cents)
    following = Walks(number, layer.first[rows], before + rows, layer.hop[rows] + 1, far, onward.epochs(places), cents,
                      weight, np.minimum(layer.least[rows], weight))  # fmt: skip
    return following, layer.number[shut]


def _passed(found: list[Walks], layer: Walks, before: int, rows: Ints, far: Ints) -> Bools:
    """Which of these lead to an account that their walk has passed already."""
    passed: Bools = layer.account[rows] == far
    at, offset = layer.parent[rows], before
    for earlier in reversed(found[:-1]):
        offset -= len(earlier.number)
        passed |= earlier.account[at - offset] == far
        at = earlier.parent[at - offset]
    return passed
