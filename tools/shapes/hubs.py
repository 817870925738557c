"""Fan-in, fan-out and gather-scatter: more payers, payees or both than an account has that deals both ways alike."""

from collections.abc import Iterator

import numpy as np

from casewright.tools.onward import Ints
from casewright.tools.shapes.around import Around, Shape
from casewright.tools.shapes.chance import LEAST, LEAST_FAN, choices, ordinary, sizes, total
from casewright.tools.shapes.window import Edges, Floats

_MOMENTS = 16  # at which gathering may have ended and scattering begun


def hubs(around: Around) -> Iterator[Shape]:
    """The fans and gather-scatters of every subject that has payers or payees enough."""
    for number in range(len(around.starts)):
        came = _firsts(around, around.into.only(around.into.number == number), first=True)
        went = _firsts(around, around.out.only(around.out.number == number), first=False)
        payers, payees = float(len(came[0])), float(len(went[0]))
        usual = float(around.usual[number])
        whole = float(ordinary(np.array([payers]), np.array([payees]), usual)[0])
        for name, many, few in (("fan-in", payers, payees), ("fan-out", payees, payers)):
            if many >= LEAST_FAN:
                size, prior = sizes(LEAST_FAN, int(many))
                weight = total(prior + ordinary(many - size, np.full(len(size), few), usual)) - whole
                start = int(around.starts[number])
                yield Shape(number, name, weight, [*came[0], start] if name == "fan-in" else [start, *went[0]])
        if payers >= LEAST and payees >= LEAST:
            yield _gather_scatter(around, number, came, went, whole)


def _firsts(around: Around, edges: Edges, *, first: bool) -> tuple[list[int], Ints]:
    """The accounts on the far side in the order of their first transfer, and their first or last moment."""
    order = np.lexsort((around.names(edges.account), edges.epoch))
    account, epoch = edges.account[order], edges.epoch[order]
    _, at = np.unique(account, return_index=True)
    last = {int(a): int(t) for a, t in zip(account, epoch, strict=True)}
    at = np.sort(at)
    names = account[at].tolist()
    return names, epoch[at] if first else np.array([last[name] for name in names], np.int64)


def _gather_scatter(
    around: Around, number: int, came: tuple[list[int], Ints], went: tuple[list[int], Ints], whole: float
) -> Shape:
    """Payers before a moment and payees after it, over all moments and sizes; the members are those of the best."""
    (payers, first), (payees, last) = came, went
    many, more = float(len(payers)), float(len(payees))
    gathered, before = sizes(LEAST, len(payers))
    scattered, behind = sizes(LEAST, len(payees))
    rest = (
        ordinary((many - gathered)[:, None], (more - scattered)[None, :], around.usual[number])
        + before[:, None]
        + behind[None, :]
    )
    every = np.sort(np.concatenate([first, last]))
    moments = np.unique(every[np.linspace(0, len(every) - 1, _MOMENTS + 1).astype(np.int64)])
    weights, best, cut = [], -np.inf, int(every[0])
    for moment in moments.tolist():
        early, late = float((first <= moment).sum()), float((last >= moment).sum())
        share = ((every <= moment).mean() + (every < moment).mean()) / 2
        if early >= LEAST and late >= LEAST:
            sooner = _chosen(gathered, early, many, max(share, 0.02))
            later = _chosen(scattered, late, more, max(1 - share, 0.02))
            weight = total((rest + sooner[:, None] + later[None, :]).ravel()) - whole
            weights.append(weight)
            if weight > best:
                best, cut = weight, moment
    if not weights:
        return Shape(number, "gather-scatter", -np.inf, [])
    members = [name for name, at in zip(payers, first.tolist(), strict=True) if at <= cut]
    members += [int(around.starts[number])]
    members += [name for name, at in zip(payees, last.tolist(), strict=True) if at >= cut]
    return Shape(number, "gather-scatter", total(np.array(weights)) - float(np.log(len(moments))), members)


def _chosen(size: Floats, fitting: float, of: float, chance: float) -> Floats:
    """The weight of so many all standing on one side of a moment, whichever they are of those that do."""
    fits = size <= fitting
    taken = np.minimum(size, fitting)
    weight = choices(np.full(len(size), fitting), taken) - choices(np.full(len(size), of), taken)
    return np.where(fits, weight - size * np.log(chance), -np.inf)
