"""Peer groups: which customers an account is like at the end of a window, from the narrowest group to the widest.

A segment is KYC kind, country, age of the account (as known at the window's end) and activity (transfers of value in
the window). A group that is too small is widened in this order: any country, any age, any activity, any kind; those
with and those without transfers never meet. The subject itself is left out.

Of more than 20,000 customers those with the lowest hashes stand for all: their legs lie side by side in the ledger. Of
a group of more than 1,000 as many are measured, drawn by the MD5 of their ids. Both are told with the group.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from casewright.knowledge.records import Subject, Subjects
from casewright.tools.series import Moments, Numbers
from casewright.tools.warehouse import Ledger, asked_text

SMALL = 30  # peers; a smaller group gives way to a wider one (ours)
SAMPLE = 1_000  # peers that are measured of a larger group (ours)
POOL = 20_000  # customers among whom peers are sought (ours)

_DAY = 86400
_AGE_ENDS = (90 * _DAY, 365 * _DAY, 3 * 365 * _DAY)
_AGES = ("under 3 months", "3 to 12 months", "1 to 3 years", "over 3 years", "of unknown age")
_UNKNOWN_AGE = len(_AGES) - 1
_ACTIVITY_ENDS = (1, 10, 100, 1000)
_ACTIVITIES = (
    "no transfers",
    "1 to 9 transfers",
    "10 to 99 transfers",
    "100 to 999 transfers",
    "1,000 or more transfers",
)
_KINDS = {"": "customers of unknown kind", "person": "persons", "company": "companies"}
OPEN = -(2**62)  # the beginning of a window that has none
WIDEST = 4  # the number of the widest group; the narrowest is 0

# What stands in the ledger of the customers among whom peers are sought, and of their transfers that moved value.
_POOL = f"""
create or replace temp table peer_pool as
select distinct id, hash(id) as key from (
    select id from (select distinct id, hash(id) as key from customers) c order by key, id limit {POOL}
) drawn union select distinct c.id, hash(c.id) as key from customers c join asked a on a.id = c.id"""
_VERSIONS = """
select c.id, c.known_epoch, coalesce(c.opened_epoch, -1) as opened, coalesce(c.kind, '') as kind,
       coalesce(c.country, '') as country
from customers c join peer_pool p on p.id = c.id order by c.id, c.known_epoch, c.import_id, c.line"""
_MOVES = """
select l.account, greatest(l.epoch, l.known_epoch) as epoch, case when l.usd is null then 0 else 1 end as usd,
       case when l.local is null then 0 else 1 end as local
from legs l join peer_pool p on p.key = l.key and p.id = l.account
where l.status = 'completed' and l.kind not in ('trade', 'fee') and l.counterparty <> l.account"""


class Window(NamedTuple):
    """Seconds from SINCE up to, not with, UNTIL."""

    since: int
    until: int


@dataclass(frozen=True)
class Segment:
    """What a subject is at its window's end, and which customers are how much like it.

    `likeness` holds for each of `peers` (their numbers) the narrowest group that holds both.
    """

    kind: str
    country: str
    age: int  # a place in _AGES
    activity: int  # a place in _ACTIVITIES
    peers: Numbers
    likeness: Numbers

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many peers each group holds, from the narrowest to the widest."""
        return tuple(int((self.likeness <= wide).sum()) for wide in range(WIDEST + 1))

    def narrowest(self, least: int = SMALL) -> int:
        """The narrowest group with that many peers, else the widest."""
        return next((wide for wide, size in enumerate(self.sizes) if size >= least), WIDEST)

    def wider(self, wide: int) -> int | None:
        """The next group that holds more peers than this one."""
        return next((n for n in range(wide + 1, WIDEST + 1) if self.sizes[n] > self.sizes[wide]), None)

    def members(self, wide: int) -> Numbers:
        """The numbers of the peers of a group that are measured, at most 1,000."""
        return self.peers[self.likeness <= wide][:SAMPLE]

    def words(self, wide: int) -> str:
        """The group in words: `persons in SG, account 3 to 12 months old, 10 to 99 transfers in the period`."""
        who = _KINDS.get(self.kind, f"customers of kind {self.kind}") if wide < WIDEST else "customers"
        where = (f" in {self.country}" if self.country else " of unknown country") if wide == 0 else ""
        if wide >= WIDEST - 1:
            return f"{who} with{'' if self.activity else 'out'} transfers in the period"
        old = "" if self.age == _UNKNOWN_AGE else " old"
        age = f", account {_AGES[self.age]}{old}" if wide < 2 else ""
        return f"{who}{where}{age}, {_ACTIVITIES[self.activity]} in the period"


class Crowd:
    """The customers among whom the peers of some subjects are sought, and these subjects where they are customers."""

    def __init__(self, ledger: Ledger, subjects: Subjects) -> None:
        """Read them."""
        with ledger.asked(subjects):
            ledger.rows(_POOL)
            try:
                versions, moves = ledger.arrays(_VERSIONS), ledger.arrays(_MOVES)
                drawn = [row[0] for row in ledger.rows("select id from peer_pool order by key, id")]
            finally:
                ledger.rows("drop table if exists peer_pool")
        self.ids: list[str] = sorted(drawn, key=lambda name: hashlib.md5(name.encode()).digest())
        self.number: Mapping[str, int] = {name: number for number, name in enumerate(self.ids)}
        self._pool = np.isin(np.arange(len(self.ids)), [self.number[name] for name in drawn[:POOL]])
        self._now = ledger.now()
        self._versions = Moments(self._numbers(versions["id"]), versions["known_epoch"])
        self._told = {name: versions[name][self._versions.order] for name in ("opened", "kind", "country")}
        numbers, epochs = self._numbers(moves["account"]), moves["epoch"]
        self._moves = Moments(numbers, epochs)
        priced = {name: moves[name] == 1 for name in ("usd", "local")}
        self._priced = {name: Moments(numbers[kept], epochs[kept]) for name, kept in priced.items()}
        self._known: dict[Window, dict[str, Any]] = {}

    def window(self, subject: Subject) -> Window:
        """The subject's window; an open one ends with the newest transfer."""
        since = OPEN if subject.since is None else subject.since
        return Window(since, self._now + 1 if subject.until is None else subject.until)

    def segment(self, name: str, window: Window) -> Segment | None:
        """The segment of the account at the window's end; None where it was no customer by then."""
        own = self.number.get(name)
        state = self._at(window)
        if own is None or not state["known"][own]:
            return None
        same = {field: state[field] == state[field][own] for field in ("kind", "country", "age", "activity")}
        mixed = (state["activity"] > 0) == (state["activity"][own] > 0)
        eligible = state["known"] & self._pool & mixed
        eligible[own] = False
        likeness = np.select(
            [~same["kind"], ~same["activity"], ~same["age"], ~same["country"]], [WIDEST, 3, 2, 1], default=0
        )
        return Segment(
            kind=str(state["kind"][own]),
            country=str(state["country"][own]),
            age=int(state["age"][own]),
            activity=int(state["activity"][own]),
            peers=np.flatnonzero(eligible),
            likeness=likeness[eligible],
        )

    def unpriced(self, numbers: Numbers, column: str, until: int) -> npt.NDArray[np.bool_]:
        """Whether these customers had moved value by then, none of it with a known value in COLUMN (usd or local)."""
        moved = self._moves.before(numbers, until) > self._moves.first(numbers)
        none: npt.NDArray[np.bool_] = self._priced[column].before(numbers, until) == self._priced[column].first(numbers)
        return moved & none

    def _numbers(self, names: Sequence[str]) -> Numbers:
        return np.fromiter((self.number[name] for name in names), np.int64, len(names))

    def _at(self, window: Window) -> dict[str, Any]:
        """What every customer of the crowd was at that window's end."""
        if window in self._known:
            return self._known[window]
        everybody = np.arange(len(self.ids))
        last = self._versions.before(everybody, window.until) - 1
        known = last >= self._versions.first(everybody)
        told = {name: column[np.maximum(last, 0)] for name, column in self._told.items()}
        age = np.digitize(min(window.until, self._now) - told["opened"], _AGE_ENDS)
        made = self._moves.before(everybody, window.until) - self._moves.before(everybody, window.since)
        self._known = {
            window: {  # the last one only: windows that are alike are asked about one after the other
                "known": known,
                "kind": told["kind"],
                "country": told["country"],
                "age": np.where(told["opened"] < 0, _UNKNOWN_AGE, age),
                "activity": np.digitize(made, _ACTIVITY_ENDS),
            }
        }
        return self._known[window]


def text(subjects: Subjects) -> str:
    """The statements that tell whom peers are drawn from, their KYC as it became known, and their transfers."""
    return f"{asked_text(subjects)}\n{_POOL.strip()};\n{_VERSIONS.strip()};\n{_MOVES.strip()};"
