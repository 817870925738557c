"""The steps of a trace: hop by hop, the accounts whose arrival has just improved, for all subjects at once."""

from typing import cast

import numpy as np

from casewright.knowledge.records import Subjects
from casewright.tools.labels import PASSING, Labels
from casewright.tools.onward import NOWHERE, UNKNOWN, Bools, Ints, Onward
from casewright.tools.paths import ranges
from casewright.tools.traced import ACCOUNT_BITS, Caps, Stop, Walk

ALWAYS = 2**62  # the open end of a window
_NEVER = np.iinfo(np.int64).max
_ACCOUNT = 2**ACCOUNT_BITS - 1
_PLACE_BITS = 40
_PLACE = 2**_PLACE_BITS - 1
_ENDS, _PASSES = 1, 2


class Ends:
    """Which accounts bear a label where a trace ends; each is looked up once."""

    def __init__(self, onward: Onward, labels: Labels) -> None:
        self._onward, self._labels = onward, labels
        self._known = np.empty(0, np.int64)  # UNKNOWN until looked up

    def among(self, accounts: Ints) -> Bools:
        """True for those that end a trace."""
        return self._kind(accounts) > 0

    def passing(self, accounts: Ints) -> Bools:
        """True for those of them that value may pass through within one transaction."""
        return cast(Bools, self._kind(accounts) == _PASSES)

    def _kind(self, accounts: Ints) -> Ints:
        fresh = np.full(len(self._onward.names) - len(self._known), UNKNOWN, np.int64)
        self._known = np.concatenate([self._known, fresh])
        missing = np.unique(accounts[self._known[accounts] == UNKNOWN])
        if (labelled := self._onward.labelled()) is not None:
            self._known[missing] = 0
            missing = missing[missing < len(labelled)]
            missing = missing[labelled[missing]]
        names = [self._onward.names[n] for n in missing]
        self._labels.look_up(names)
        found = (self._labels.ending(name) for name in names)
        self._known[missing] = [_PASSES if category in PASSING else _ENDS if category else 0 for category in found]
        return self._known[accounts]


# An account known to one subject's trace; the key is the subject's number and the account.
_KNOWN = np.dtype([(name, np.int64) for name in ("key", "arrival", "hop", "stop", "left")] + [("moved", np.bool_)])


class Steps:
    """One walk in the making."""

    def __init__(self, subjects: Subjects, onward: Onward, ends: Ends, caps: Caps, *, backward: bool) -> None:
        self.subjects, self.onward, self.ends, self.caps, self.backward = subjects, onward, ends, caps, backward
        since = np.array([-ALWAYS if s.since is None else s.since for s in subjects], np.int64)
        until = np.array([ALWAYS if s.until is None else s.until for s in subjects], np.int64)
        self.closes = -since if backward else until - 1
        self.starts = onward.number(s.id for s in subjects)
        self.known = np.zeros(len(subjects), _KNOWN)  # sorted by key
        self.known["key"] = (np.arange(len(subjects)) << ACCOUNT_BITS) + self.starts
        self.known["arrival"] = 1 - until if backward else since
        self.below, self.unfollowed, self.late, self.halted, self.used = np.zeros((5, len(subjects)), np.int64)
        self.moves: list[tuple[Ints, Ints, Ints]] = []
        # Transfers to where value passes through, and those on from there in the same transaction: all that were found,
        # and those that the next hop takes. A subject's number and a place in one integer.
        self.into = self.on = self.taken = self.waiting = np.empty(0, np.int64)

    def all(self, labels: Labels) -> Walk:
        """Take hop after hop until nothing improves or the hop limit is there."""
        keys, before = self.known["key"], np.full(len(self.known), _NEVER, np.int64)
        for hop in range(1, self.caps.hops + 2):
            if not len(keys) and not len(self.waiting):
                break
            keys, before = self._hop(hop, keys, before)
        return self._walk(labels)

    def _hop(self, hop: int, keys: Ints, before: Ints) -> tuple[Ints, Ints]:
        """Follow what these accounts open by arriving now instead of BEFORE; the keys that improve by it."""
        number, account = keys >> ACCOUNT_BITS, keys & _ACCOUNT
        at = np.searchsorted(self.known["key"], keys)
        self.onward.read(account)
        low = self.onward.place(account, self.known["arrival"][at])
        high = self.onward.place(account, self.closes[number] + 1)
        until = np.minimum(high, self.onward.place(account, before))
        left, fresh = self._followable(low, high), self._followable(low, until)
        nothing = np.where(high - low > left, Stop.BELOW_MIN_USD, Stop.NOTHING_ONWARD)
        stop = np.where(left > 0, Stop.WENT_ON, nothing)
        if hop <= self.caps.hops:
            self.below += _sums(number, until - low - fresh, len(self.below))
        if hop > 1:
            stop[left > self.caps.fan_out] = Stop.FAN_OUT
        else:
            self.unfollowed += np.maximum(left - self.caps.fan_out, 0)
            fresh = np.minimum(fresh, self.caps.fan_out)
        self._cap(hop, number, at, stop, fresh)
        goes = (stop == Stop.WENT_ON) & (fresh > 0)
        rows, places = self._legs(hop, low[goes], until[goes])
        improved = self._arrive(hop, number[goes][rows], places)
        at = np.searchsorted(self.known["key"], keys)  # arrivals have moved them
        self.known["stop"][at] = np.where((stop == Stop.WENT_ON) & ~self.known["moved"][at], nothing, stop)
        self.known["left"][at] = np.where(stop == Stop.WENT_ON, 0, left)
        return improved

    def _cap(self, hop: int, number: Ints, at: Ints, stop: Ints, fresh: Ints) -> None:
        """Turn going on into a stop, and its transfers into none, where the hop limit or the size cap is reached."""
        going, moved = stop == Stop.WENT_ON, self.known["moved"][at]
        if hop > self.caps.hops:
            self.late += _sums(number, going & moved & (fresh > 0), len(self.late))
            routers = np.unique(
                ((self.waiting >> _PLACE_BITS) << ACCOUNT_BITS) + self.onward.near(self.waiting & _PLACE)
            )
            self.late += _sums(routers >> ACCOUNT_BITS, np.ones_like(routers), len(self.late))
            self.waiting = self.waiting[:0]
            stop[going & ~moved] = Stop.HOPS
            fresh[:] = 0
            return
        needs = _sums(number, np.where(going, fresh, 0), len(self.used))
        self.halted[(needs > 0) & (self.used + needs > self.caps.transfers)] = hop
        halted = self.halted[number] > 0
        stop[going & halted & ~moved] = Stop.SIZE
        fresh[halted] = 0

    def _enough(self, places: Ints) -> Bools:
        if self.caps.least_cents == UNKNOWN:
            return np.ones(len(places), np.bool_)
        return self.onward.cents[places] >= self.caps.least_cents

    def _followable(self, low: Ints, high: Ints) -> Ints:
        """How many legs from LOW to HIGH have the least value."""
        if self.caps.least_cents == UNKNOWN:
            return high - low
        before = self.onward.enough_before(self.caps.least_cents)
        return before[high] - before[low]

    def _legs(self, hop: int, low: Ints, until: Ints) -> tuple[Ints, Ints]:
        """Every followable leg from LOW to UNTIL: which of the two it belongs to, and its place."""
        rows, places = ranges(low, until)
        keep = self._enough(places)
        rows, places = rows[keep], places[keep]
        if hop == 1 and np.any(self.unfollowed):
            self.onward.far(places)  # for the values
            order = np.lexsort((places, -self.onward.cents[places], rows))
            rank = np.empty(len(rows), np.int64)
            rank[order] = np.arange(len(rows)) - np.searchsorted(rows, rows)  # within each subject, largest first
            rows, places = rows[rank < self.caps.fan_out], places[rank < self.caps.fan_out]
        return rows, places

    def _arrive(self, hop: int, number: Ints, places: Ints) -> tuple[Ints, Ints]:
        """Note these transfers, those that pass on, and their arrivals; what improved, and what it was before."""
        number = np.concatenate([number, self.waiting >> _PLACE_BITS])
        places = np.concatenate([places, self.waiting & _PLACE])
        away = self.onward.far(places) != NOWHERE
        number, places = number[away], places[away]
        near, far = self.onward.near(places), self.onward.far(places)
        self.known["moved"][np.searchsorted(self.known["key"], (number << ACCOUNT_BITS) + near)] = True
        self.moves.append((number, np.full(len(number), hop, np.int64), places))
        self.used += _sums(number, np.ones_like(number), len(self.used))
        self._pass_on(number, places, far)
        times, keys = self.onward.time(places), (number << ACCOUNT_BITS) + far
        order = np.lexsort((times, keys))
        keys, first = np.unique(keys[order], return_index=True)
        return self._improve(hop, keys, times[order][first])

    def _pass_on(self, number: Ints, places: Ints, far: Ints) -> None:
        """Have the next hop take what goes on in the same transaction: a contract that routes value mixes nothing."""
        self.waiting = self.waiting[:0]
        here = self.ends.passing(far) & (far != self.starts[number])
        number, places, far = number[here], places[here], far[here]
        if not len(far):
            return
        self.onward.read(far)
        times = self.onward.time(places)
        rows, on = ranges(self.onward.place(far, times), self.onward.place(far, times + 1))
        same = self.onward.same_transaction(places[rows], on) & self._enough(on)
        rows, on = rows[same], (number[rows[same]] << _PLACE_BITS) + on[same]
        self.into = np.concatenate([self.into, (number[rows] << _PLACE_BITS) + places[rows]])
        self.on = np.concatenate([self.on, on])
        self.waiting = np.setdiff1d(on, self.taken)
        self.taken = np.union1d(self.taken, on)

    def _improve(self, hop: int, keys: Ints, times: Ints) -> tuple[Ints, Ints]:
        at = np.minimum(np.searchsorted(self.known["key"], keys), len(self.known) - 1)
        known = self.known["key"][at] == keys
        before = np.where(known, self.known["arrival"][at], _NEVER)
        better = times < before
        keys, times, known, before, at = keys[better], times[better], known[better], before[better], at[better]
        self.known["arrival"][at[known]] = times[known]
        ended = self.ends.among(keys & _ACCOUNT)
        new = np.zeros(int((~known).sum()), _KNOWN)
        new["key"], new["arrival"], new["hop"] = keys[~known], times[~known], hop
        new["stop"] = np.where(ended[~known], Stop.LABELLED, Stop.NOTHING_ONWARD)
        self.known = np.concatenate([self.known, new])
        self.known = self.known[np.argsort(self.known["key"], kind="stable")]
        return keys[~ended], before[~ended]

    def _walk(self, labels: Labels) -> Walk:
        none = np.empty(0, np.int64)
        number, hop, place = (np.concatenate(part) for part in zip((none, none, none), *self.moves, strict=True))
        order = np.lexsort((self.onward.rows[place], self.onward.epochs(place), hop, number))
        number, hop, place = number[order], hop[order], place[order]
        moves = (number << _PLACE_BITS) + place
        passed = np.isin(moves, self.into[np.isin(self.on, moves)])
        reached = self.known[self.known["hop"] > 0]
        stayed = (number[~passed] << ACCOUNT_BITS) + self.onward.far(place[~passed])
        reached["stop"][(reached["stop"] == Stop.LABELLED) & ~np.isin(reached["key"], stayed)] = Stop.WENT_ON
        return Walk(
            subjects=self.subjects,
            onward=self.onward,
            labels=labels,
            number=number,
            hop=hop,
            place=place,
            passed=passed,
            reached_number=reached["key"] >> ACCOUNT_BITS,
            reached=reached["key"] & _ACCOUNT,
            reached_hop=reached["hop"],
            reached_at=reached["arrival"] * (-1 if self.backward else 1),
            stop=reached["stop"],
            left=reached["left"],
            below=self.below,
            unfollowed=self.unfollowed,
            late=self.late,
            halted=self.halted,
        )


def _sums(number: Ints, values: Ints | Bools, length: int) -> Ints:
    """VALUES added up by subject."""
    total = np.zeros(length, np.int64)
    np.add.at(total, number, values.astype(np.int64))
    return total
