"""What an account's own transfers lead to or come from: labelled addresses within some hops, and chains of passing on.

Every figure carries the moment from which on it was known, so that a measure at an earlier moment can leave it out.
"""

from typing import NamedTuple

import numpy as np

from casewright.tools.onward import FAR_TIME, NOWHERE, UNKNOWN, Ints, Onward
from casewright.tools.paths import paths, ranges
from casewright.tools.surroundings import Marks, Surroundings

MILLION = 1_000_000
LONGEST_GAP = 2_592_000  # seconds between the transfers of a chain, or from leaving to coming back: 30 days
LEAST_KEPT = 500_000  # of a million that came: passing on less is no chain
_STARTS_AT_ONCE = 200  # bounds the memory of walks
_EXACT = 2**42  # cents that a million fold without overflow


class Reached(NamedTuple):
    """One entry for each own transfer and number of hops that reaches such a label sooner than fewer hops do."""

    account: Ints  # its number
    place: Ints  # of the own transfer
    moved: Ints  # epoch of the own transfer
    hop: Ints
    epoch: Ints  # from when on it was known


class Chains(NamedTuple):
    """One entry for each own outgoing transfer and each further hop that its value was passed on in one piece."""

    account: Ints
    place: Ints
    moved: Ints
    hop: Ints
    epoch: Ints  # when the last transfer of the chain stands
    gap: Ints  # seconds, the longest between two of its transfers
    kept: Ints  # of a million, the least that one of them passed on of the one before


class Returns(NamedTuple):
    """One entry for each transfer into an account by which value that had left there can have come back."""

    account: Ints
    place: Ints  # of the last transfer, in the direction that leaves the other side
    epoch: Ints  # of the last transfer
    started: Ints  # epoch of the latest departure of a path that leads to it


def reached(around: Surroundings, category: str, hops: int) -> Reached:
    """The own transfers whose value can have gone to, or backward come from, an address of that CATEGORY.

    A label counts from when it was known, so that an old transfer may be known to have reached one years later only.
    """
    known = around.marks.known(category)[around.far]
    own = around.own()
    near = around.onward.near(around.places[own])
    first = np.where(known < FAR_TIME, np.maximum(around.moment, known), FAR_TIME)
    found, now, before = [], first, np.full(len(first), FAR_TIME, np.int64)
    for hop in range(1, hops + 1):
        if hop > 1:
            on = around.least_from(now)
            before, now = now, np.minimum(first, np.where(on < FAR_TIME, np.maximum(on, around.moment), FAR_TIME))
            now = np.minimum(now, before)
        sooner = now[own] < before[own]
        at = own[sooner]
        hop_of = np.full(len(at), hop, np.int64)
        found.append((near[sooner], around.places[at], around.moment[at], hop_of, now[at]))
    return Reached(*(np.concatenate(part) for part in zip(*found, strict=True)))


def chains(onward: Onward, marks: Marks, starts: Ints, *, hops: int, fan_out: int) -> Chains:
    """How far the value of each transfer out of STARTS was passed on in one piece, up to so many hops.

    The next of a chain is the first transfer that leaves the address at or after the arrival (equal seconds in the
    ledger's order), of no more value and at least half of it, within 30 days, to an address that the chain has not met.
    """
    onward.read(starts)
    _, places = ranges(*onward.window(np.unique(starts)))
    places = places[onward.far(places) != NOWHERE]
    number, start, here, moved = onward.near(places), places, places, onward.time(places)
    met = [number, onward.far(places)]
    gap, kept = np.zeros(len(places), np.int64), np.full(len(places), MILLION, np.int64)
    found = []
    for hop in range(1, hops + 1):
        found.append((number, start, moved, np.full(len(here), hop, np.int64), onward.time(here), gap, kept))
        rows, then = _first_on(onward, marks, here, fan_out)
        before, far = here[rows], onward.far(then)
        wait = onward.time(then) - onward.time(before)
        part = _part(onward.cents[then], onward.cents[before])
        goes = (part >= LEAST_KEPT) & (onward.cents[then] <= onward.cents[before]) & (wait <= LONGEST_GAP)
        goes &= ~np.logical_or.reduce([one[rows] == far for one in met])
        rows, here = rows[goes], then[goes]
        gap, kept = np.maximum(gap[rows], wait[goes]), np.minimum(kept[rows], part[goes])
        number, start, moved = number[rows], start[rows], moved[rows]
        met = [*(one[rows] for one in met), far[goes]]
    return Chains(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _first_on(onward: Onward, marks: Marks, here: Ints, fan_out: int) -> tuple[Ints, Ints]:
    """The first transfer that leaves from where each of these arrived, of those that are followed: row and place."""
    far = onward.far(here)
    onward.read(far)
    marks.look_up(far)
    begin, end = onward.window(far)
    end = np.minimum(end, begin + fan_out)
    end = np.minimum(end, np.maximum(onward.place(far, marks.closed()[far]), begin))
    then = onward.place(far, onward.time(here))
    rows = np.flatnonzero(then < end)
    while len(own := rows[onward.far(then[rows]) == NOWHERE]):  # past transfers to oneself
        then[own] += 1
        rows = np.flatnonzero(then < end)
    return rows, then[rows]


def returns(onward: Onward, starts: Ints, closed: Ints, *, hops: int, fan_out: int) -> Returns:
    """The transfers by which value came back to each of STARTS through others, at most 30 days after it left."""
    starts, found = np.unique(starts), [np.empty((4, 0), np.int64)]
    for first in range(0, len(starts), _STARTS_AT_ONCE):
        some = starts[first : first + _STARTS_AT_ONCE]
        walked = paths(onward, some, closed, hops=hops, fan_out=fan_out, within=LONGEST_GAP)
        back = np.flatnonzero(onward.far(walked.place) == some[walked.number])
        account, place, started = some[walked.number[back]], walked.place[back], walked.started[back]
        order = np.lexsort((-started, place, account))
        account, place, started = account[order], place[order], started[order]
        fresh = np.flatnonzero(np.diff(account, prepend=UNKNOWN) | np.diff(place, prepend=UNKNOWN))
        found.append(np.stack([account, place, onward.epochs(place), started])[:, fresh])
    return Returns(*np.concatenate(found, axis=1))


def _part(cents: Ints, of: Ints) -> Ints:
    """How much CENTS are of OF, in millionths, cut off; 0 where either is unknown or nothing."""
    shift = np.where(np.maximum(of, cents) > _EXACT, 20, 0)
    known = (cents > 0) & (of > 0)
    part: Ints = np.where(known, (cents >> shift) * MILLION // np.maximum(of >> shift, 1), 0)
    return part
