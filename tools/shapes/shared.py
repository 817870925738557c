"""Scatter-gather and bipartite: accounts that lie between the same two, or deal with the same several."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from casewright.tools.onward import Ints
from casewright.tools.shapes.around import MOST, Around, Shape
from casewright.tools.shapes.chance import IN_ORDER, LEAST, choices
from casewright.tools.shapes.window import Edges, Floats

_BITS = 32
_MOST_OF = 0.5  # of a subject's payees (or payers) that a bipartite group must account for
_DIAMOND = 3.0  # held against a middle or side of two: it is soon met by chance
_OTHERS = 100  # accounts that are told to deal with the same several


class Pairs(NamedTuple):
    """Transfers next to the subjects' own: near is the counterparty, far whom it deals with. One entry each pair."""

    number: Ints
    near: Ints
    far: Ints
    chance: Floats  # logarithm of the chance of such a transfer, by the degrees of both
    fits: Floats  # logarithm of how well it goes with the subject's own transfer, as value passed on


def shared(around: Around) -> Iterator[Shape]:
    """The scatter-gathers with the subject at either end or in the middle, and the groups that deal alike."""
    out, into = around.out, around.into
    yield from _gathered(around, _beside(around, out, out=True, passes=True), source=True)
    yield from _gathered(around, _beside(around, into, out=False, passes=True), source=False)
    payers, payees = _beside(around, out, out=False), _beside(around, into, out=True)
    yield from _alike(around, payers, sender=True)
    yield from _alike(around, payees, sender=False)
    yield from _between(around, payees, payers)


def _beside(around: Around, own: Edges, *, out: bool, passes: bool = False) -> Pairs:
    """What the counterparties of these own transfers sent, or got; hubs among them are left out."""
    ways = around.ways
    pairs, at = np.unique((own.number << _BITS) + own.account, return_index=True)
    number, near = pairs >> _BITS, pairs & (2**_BITS - 1)
    far = (ways.out if out else ways.into).edges(number, near if out else ways.there(near), MOST)
    account = far.account if out else ways.here(far.account)
    away = account != around.starts[far.number]
    far, account = far.only(away), account[away]
    entry = at[far.entry]
    degree = np.bincount(far.entry, minlength=len(near)).astype(np.float64)[far.entry]
    chance = _chance(around, far.number, account, degree, out=out)
    fits = _fits(around, own, entry, far, forward=out) if passes else np.zeros(len(account))
    order = np.lexsort((-np.round(fits, 9), account, far.entry))
    keys = (far.entry[order] << _BITS) + account[order]
    first = order[np.unique(keys, return_index=True)[1]]
    return Pairs(far.number[first], near[far.entry[first]], account[first], chance[first], fits[first])


def _chance(around: Around, number: Ints, account: Ints, degree: Floats, *, out: bool) -> Floats:
    pairs, at = np.unique((number << _BITS) + account, return_inverse=True)
    subject, far = pairs >> _BITS, pairs & (2**_BITS - 1)
    ways = around.ways
    count = ways.into.count(subject, ways.there(far)) if out else ways.out.count(subject, far)
    found: Floats = np.log(np.minimum(degree * count[at] / around.everywhere[number], 1))
    return found


def _fits(around: Around, own: Edges, entry: Ints, far: Edges, *, forward: bool) -> Floats:
    ordered = own.epoch[entry] <= far.epoch if forward else own.epoch[entry] >= far.epoch
    fits = around.amounts.alike(own.cents[entry], far.cents)
    weight: Floats = fits + np.log(2 * np.where(ordered, IN_ORDER, 1 - IN_ORDER))
    return weight


class Groups(NamedTuple):
    """Pairs that share their subject and far side, sorted so; a group runs from low to high."""

    order: Ints
    low: Ints
    high: Ints


def _groups(number: Ints, far: Ints, tie: Ints) -> Groups:
    order = np.lexsort((tie, far, number))
    keys = (number[order] << _BITS) + far[order]
    _, low = np.unique(keys, return_index=True)
    high = np.append(low[1:], len(keys))
    several = high - low >= LEAST
    return Groups(order, low[several], high[several])


def _accounts(around: Around, number: Ints) -> Floats:
    """The logarithm of about how many accounts there are in the window: any of them could be the one found."""
    found: Floats = np.log(np.maximum(around.everywhere / around.usual, 2))[number]
    return found


def _gathered(around: Around, pairs: Pairs, *, source: bool) -> Iterator[Shape]:
    """Where several of a subject's payees pay one account, or one account paid several of its payers."""
    groups = _groups(pairs.number, pairs.far, pairs.near)
    best: dict[int, tuple[float, Ints, int]] = {}
    worth = pairs.fits - pairs.chance
    for low, high in zip(groups.low.tolist(), groups.high.tolist(), strict=True):
        at = groups.order[low:high]
        at = at[worth[at] > 0]
        number = int(pairs.number[groups.order[low]])
        if len(at) < LEAST:
            continue
        weight = float(worth[at].sum()) + _beforehand(around, number, len(at), out=source)
        end = int(pairs.far[at[0]])
        if number not in best or _before(around, (weight, end), (best[number][0], best[number][2])):
            best[number] = weight, at, end
    for number, (weight, at, end) in best.items():
        start, middle = int(around.starts[number]), _in_time(around, number, pairs.near[at], out=source)
        yield Shape(number, "scatter-gather", weight, [start, *middle, end] if source else [end, *middle, start])


def _before(around: Around, one: tuple[float, int], other: tuple[float, int]) -> bool:
    """Whether one weight and account comes before the other: the heavier, of equal ones the first by name."""
    names = around.ways.out.onward.names
    return (-round(one[0], 9), names[one[1]]) < (-round(other[0], 9), names[other[1]])


def _beforehand(around: Around, number: int, size: int, *, out: bool) -> float:
    """The weight against a shape of so many of a subject's payees (or payers), whichever they are, and any far end."""
    which = np.array([number])
    of = around.payees[which] if out else around.payers[which]
    taken = np.minimum(np.array([float(size)]), of)
    weight = around.fewer(which, 0 if out else taken, taken if out else 0) - choices(of, taken)
    return float((weight - _accounts(around, which))[0] - np.log(7.0 * size) - (_DIAMOND if size < 3 else 0))


def _in_time(around: Around, number: int, accounts: Ints, *, out: bool) -> list[int]:
    """These counterparties in the order of their first transfer with the subject."""
    own = around.out if out else around.into
    own = own.only(own.number == number)
    order = np.lexsort((around.names(own.account), own.epoch))
    wanted = set(accounts.tolist())
    return [a for a in dict.fromkeys(own.account[order].tolist()) if a in wanted]


def _alike(around: Around, pairs: Pairs, *, sender: bool) -> Iterator[Shape]:
    """Who else pays several of a subject's payees, or is paid by several of its payers."""
    groups = _groups(pairs.number, pairs.far, pairs.near)
    found: dict[int, list[tuple[float, Ints]]] = {}
    for low, high in zip(groups.low.tolist(), groups.high.tolist(), strict=True):
        at = groups.order[low:high]
        weight = -float(pairs.chance[at].sum())
        if weight > 0:
            found.setdefault(int(pairs.number[at[0]]), []).append((weight, at))
    for number, others in found.items():
        others.sort(key=lambda other: (-round(other[0], 9), around.ways.out.onward.names[int(pairs.far[other[1][0]])]))
        common = set(pairs.near[others[0][1]].tolist())
        worth = -float(_accounts(around, np.array([number]))[0])
        weight = _beforehand(around, number, len(common), out=sender) - worth
        with_it: list[int] = []
        for _, at in others[:_OTHERS]:
            same = at[np.isin(pairs.near[at], list(common))]
            more = worth - float(pairs.chance[same].sum())
            if len(same) >= LEAST and (more > 0 or not with_it):
                weight += more
                with_it.append(int(pairs.far[at[0]]))
        dealt = around.payees[number] if sender else around.payers[number]
        if len(common) < dealt * _MOST_OF:
            continue
        side = [int(around.starts[number]), *with_it]
        middle = _in_time(around, number, np.array(sorted(common)), out=sender)
        yield Shape(number, "bipartite", weight, [*side, *middle] if sender else [*middle, *side])


def _between(around: Around, onward: Pairs, backward: Pairs) -> Iterator[Shape]:
    """Others that got from a payer of the subject and paid one of its payees: it lies in the middle with them."""
    keys, others = ((some.number << _BITS) + some.far for some in (onward, backward))
    order = np.argsort(others, kind="stable")
    low, high = np.searchsorted(others[order], keys), np.searchsorted(others[order], keys, "right")
    rows = np.repeat(np.arange(len(keys)), high - low)
    places = np.arange(len(rows)) - np.repeat(np.cumsum(high - low) - (high - low), high - low) + low[rows]
    back = order[places]
    number, source, sink = onward.number[rows], onward.near[rows], backward.near[back]
    apart = (source != sink) & (onward.far[rows] != sink) & (onward.far[rows] != source)
    rows, back, number, source, sink = rows[apart], back[apart], number[apart], source[apart], sink[apart]
    worth = -onward.chance[rows] - backward.chance[back]
    ends, at = np.unique(np.stack([number, source, sink]), axis=1, return_inverse=True)
    at = at.ravel()
    each = worth - _accounts(around, number)
    weight = np.bincount(at, np.maximum(each, 0), minlength=ends.shape[1])
    best: dict[int, int] = {}
    for nr in np.lexsort((-np.round(weight, 9), ends[0])).tolist():
        best.setdefault(int(ends[0][nr]), nr)
    for subject, nr in best.items():
        which = np.array([subject])
        if weight[nr] > 0:
            whole = float(weight[nr]) + float(around.fewer(which, 1, 1)[0])
            whole -= float(np.log(np.maximum(around.payers * around.payees, 1))[subject])
            between = set(onward.far[rows[(at == nr) & (each > 0)]].tolist())
            middle = sorted(between, key=around.ways.out.onward.names.__getitem__)
            start = int(around.starts[subject])
            yield Shape(subject, "scatter-gather", whole, [int(ends[1][nr]), start, *middle, int(ends[2][nr])])
