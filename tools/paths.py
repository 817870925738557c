"""The transfers that value of an account can have taken, each with the latest moment at which it can have left there.

What hop indicators need: whether a transfer lies within a trailing window of the account's own is decided by that
moment alone. Nothing later than a transfer bears on it: an address is a hub from its transfer on that passes the cap,
and closed from when its label was known, so that what was followed before stays followed.
"""

from typing import NamedTuple

import numpy as np

from casewright.tools.onward import FAR_TIME, NOWHERE, Ints, Onward

_BITS = 32
_SPARSE = 16  # fewer than one in so many: sorting them is cheaper than marking


class Paths(NamedTuple):
    """One entry for each start, transfer and number of hops that allows a later departure than fewer hops do."""

    number: Ints  # of the account among the starts
    hop: Ints
    place: Ints  # of the transfer
    started: Ints  # epoch of the first transfer of the path: the latest possible


def paths(
    onward: Onward, starts: Ints, closed: Ints, *, hops: int = 3, fan_out: int = 1_000, within: int = FAR_TIME
) -> Paths:
    """Every transfer that value of each start can have taken within so many hops; ONWARD must run forward.

    CLOSED tells for each account from which epoch on nothing is followed out of it; it does not bind a start's own
    first transfers. Only the first FAN_OUT transfers of an account are followed, a start's own first hop excepted, and
    none that stands more than WITHIN seconds after the latest departure.
    """
    onward.read(starts)
    low, end = onward.window(starts)
    rows, places = ranges(low, end)
    number, started = rows, onward.time(places)
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    best = np.empty(0, np.int64), np.empty(0, np.int64)  # start and place in one integer, and its latest departure
    for hop in range(1, hops + 1):
        away = onward.far(places) != NOWHERE
        number, places, started = number[away], places[away], started[away]
        number, places, started, best = _later(number, places, started, best)
        found.append((number, np.full(len(number), hop, np.int64), places, started))
        if hop < hops and len(number):
            number, places, started = _next(onward, number, places, started, closed, fan_out)
            soon = onward.time(places) - started <= within
            number, places, started = number[soon], places[soon], started[soon]
    return Paths(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _next(
    onward: Onward, number: Ints, places: Ints, started: Ints, closed: Ints, fan_out: int
) -> tuple[Ints, Ints, Ints]:
    """The transfers on from where these arrived, each with the latest departure of what had arrived by then."""
    far, times = onward.far(places), onward.time(places)
    keys = (number << _BITS) + far
    order = np.lexsort((times, keys))
    keys, times, started = keys[order], times[order], started[order]
    pairs, first = np.unique(keys, return_index=True)
    accounts = pairs & (2**_BITS - 1)
    onward.read(accounts)
    begin, end = onward.window(accounts)
    end = np.minimum(end, begin + fan_out)
    limit = np.full(len(accounts), FAR_TIME, np.int64)
    known = accounts < len(closed)
    limit[known] = closed[accounts[known]]
    end = np.minimum(end, np.maximum(onward.place(accounts, limit), begin))
    low = np.minimum(onward.place(accounts, times[first]), end)
    rows, on = ranges(low, end)
    last = np.append(first[1:], len(keys))
    latest = _running_maximum(started, first)
    # Among the arrivals of each pair, the last that is not after the transfer.
    base = int(times.min())
    span = int(max(times.max(), onward.time(on).max() if len(on) else base)) - base + 2
    arrived = np.repeat(np.arange(len(pairs)), last - first) * span + (times - base)
    at = np.searchsorted(arrived, rows * span + (onward.time(on) - base), "right") - 1
    return pairs[rows] >> _BITS, on, latest[at]


def _later(
    number: Ints, places: Ints, started: Ints, best: tuple[Ints, Ints]
) -> tuple[Ints, Ints, Ints, tuple[Ints, Ints]]:
    """Those that left later than any path of fewer hops allows, and the best of all by now."""
    keys = (number << 40) + places
    known, before = best
    seen = np.isin(keys, known)
    at = np.searchsorted(known, keys[seen])
    better = np.ones(len(keys), np.bool_)
    better[seen] = started[seen] > before[at]
    number, places, started, keys = number[better], places[better], started[better], keys[better]
    every, latest = np.concatenate([known, keys]), np.concatenate([before, started])
    order = np.lexsort((-latest, every))
    every, first = np.unique(every[order], return_index=True)
    return number, places, started, (every, latest[order][first])


def _running_maximum(values: Ints, first: Ints) -> Ints:
    """The greatest value so far within each group; FIRST tells where the groups begin."""
    if not len(values):
        return values
    group = np.zeros(len(values), np.int64)
    group[first[1:]] = 1
    lift = np.cumsum(group) * (int(values.max()) - int(values.min()) + 1)
    found: Ints = np.maximum.accumulate(values + lift) - lift
    return found


def ranges(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Every place from LOW to HIGH: which of the two it belongs to, and the place."""
    return np.repeat(np.arange(len(low)), high - low), within(low, high)


def within(low: Ints, high: Ints) -> Ints:
    """Every place from LOW to HIGH, one range after the other."""
    lengths = high - low
    ends = np.cumsum(lengths)
    found = np.repeat(low - ends + lengths, lengths)
    found += np.arange(len(found))
    return found


def distinct(numbers: Ints, below: int) -> Ints:
    """These numbers in order, each once; all are less than BELOW.

    Marking them is several times faster than sorting where they are many for their range.
    """
    if len(numbers) * _SPARSE < below:
        return np.unique(numbers)
    seen = np.zeros(below, np.bool_)
    seen[numbers] = True
    return np.flatnonzero(seen)
