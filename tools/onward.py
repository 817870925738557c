"""The legs that a trace may follow: read from the ledger when an account is first met, kept as sorted arrays.

Texts are what costs. So the legs of an account come as numbers first, and the far side's name is fetched by row number,
once, for the legs that are followed (200 accounts of 400,000, 5M transfers: 30 ms, against 103 ms in one go).
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from casewright.tools.warehouse import Ledger

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# What moves value from one account to another, of legs or transfers `l`.
FOLLOWED = "l.status = 'completed' and l.kind not in ('trade', 'fee')"
UNKNOWN = -1  # cents of a transfer without a value; also what was not fetched yet
NOWHERE = -2  # the far side of a leg that leads to the same account
TIME_BITS = 36  # of a time beside its account: 1,000 years around 1970 in seconds
FAR_TIME = 2 ** (TIME_BITS - 1) - 1

_CENTS = f"coalesce(cast(l.usd * 100 as bigint), {UNKNOWN}) as cents"
KNOWN = "greatest(l.epoch, l.known_epoch)"  # when a transfer became known: no sooner than it happened
_NUMBERS = """
select m.n, l.rowid as row, {moment} as epoch, {cents}
from legs l join (select unnest($numbers) as n, hash(unnest($names)) as key) m on l.key = m.key
where l.direction = $side and {what} and {moment} >= $since and {moment} < $until"""
_REST = f"""
select p.i, l.account, l.counterparty, {_CENTS}, coalesce(cast(l.local * 100 as bigint), {UNKNOWN}) as local_cents
from legs l join (select unnest($rows) as row, unnest($places) as i) p on l.rowid = p.row"""

_HASHES = """
select p.row, t.hash from legs l join (select unnest($rows) as row) p on l.rowid = p.row
    join transfers t on t.epoch = l.epoch and t.id = l.transfer where t.hash is not null"""


class Onward(Protocol):
    """What a trace follows, in one direction: legs sorted by account and time; a place is an index into them.

    Accounts have numbers. Times are epoch seconds, negated where the trace runs backward, so that "not before" is
    `>=` both ways. There are two: `LegsMet` asks the ledger for the accounts met, `Adjacency` has all mapped.
    """

    @property
    def names(self) -> Sequence[str]:
        """The accounts by number."""

    @property
    def cents(self) -> Ints:
        """Values by place, UNKNOWN where there is none."""

    @property
    def local_cents(self) -> Ints:
        """The same in the ledger's currency."""

    @property
    def rows(self) -> Ints:
        """Where in the ledger's legs they stand."""

    def number(self, names: Iterable[str]) -> Ints:
        """The numbers of these accounts."""

    def read(self, accounts: Ints) -> None:
        """Have the legs of these accounts here."""

    def labelled(self) -> Bools | None:
        """Which accounts bear any label; None where this is not known beforehand."""

    def place(self, accounts: Ints, times: Ints) -> Ints:
        """The place of each account's first leg at or after the time."""

    def window(self, accounts: Ints) -> tuple[Ints, Ints]:
        """Where the legs of each account begin, and where they end."""

    def near(self, places: Ints) -> Ints:
        """The accounts whose legs these are."""

    def far(self, places: Ints) -> Ints:
        """The other side's accounts, NOWHERE for a transfer to oneself."""

    def time(self, places: Ints) -> Ints:
        """When the transfers happened, negated where the trace runs backward."""

    def epochs(self, places: Ints) -> Ints:
        """When the transfers happened: epoch seconds."""

    def enough_before(self, least_cents: int) -> Ints:
        """For each place, how many legs before it have at least this value."""

    def same_transaction(self, places: Ints, others: Ints) -> Bools:
        """Which of these legs share their transaction's hash with the other leg beside them."""


class LegsMet:
    """The legs of all accounts met so far, in one direction, within the widest window of all subjects.

    Accounts are numbered in the order met. Times are epoch seconds, negated where the trace runs backward, so that
    "not before" is `>=` both ways. Legs are sorted by account and time; a place is an index into them. Values are
    here (in cents) once the far side was asked for, or from the start where VALUED. WHAT tells in SQL which legs `l`
    are followed, MOMENT the second at which each stands.
    """

    def __init__(
        self, ledger: Ledger, *, backward: bool, since: int, until: int, valued: bool,
        what: str = FOLLOWED, moment: str = "l.epoch",
    ) -> None:  # fmt: skip
        self.names: list[str] = []
        self.cents = self.local_cents = self.rows = self._times = self._codes = np.empty(0, np.int64)
        self._far = np.empty(0, np.int64)
        self._near = np.empty(0, np.int64)
        self._ledger, self._sign = ledger, -1 if backward else 1
        self._query = _NUMBERS.format(cents=_CENTS if valued else f"{UNKNOWN} as cents", what=what, moment=moment)
        self._asked = {"side": "in" if backward else "out", "since": since, "until": until}
        self._numbers: dict[str, int] = {}
        self._rank = np.empty(0, np.int64)  # of an account among those read; UNKNOWN until then
        self._read = 0

    def number(self, names: Iterable[str]) -> Ints:
        """The numbers of these accounts; new ones are numbered."""
        known = self._numbers
        found = np.fromiter((known.setdefault(name, len(known)) for name in names), np.int64)
        if len(known) > len(self.names):
            self.names.extend(list(known)[len(self.names) :])
            fresh = np.full(len(known) - len(self._rank), UNKNOWN, np.int64)
            self._rank = np.concatenate([self._rank, fresh])
        return found

    def read(self, accounts: Ints) -> None:
        """Have the legs of these accounts here, as numbers."""
        fresh = np.unique(accounts[self._rank[accounts] == UNKNOWN])
        if not len(fresh):
            return
        self._rank[fresh] = self._read + np.arange(len(fresh))
        self._read += len(fresh)
        names = [self.names[n] for n in fresh]
        found = self._ledger.arrays(self._query, numbers=fresh, names=names, **self._asked)
        times = found["epoch"] * self._sign
        codes = self._code(found["n"], times)
        order = np.lexsort((found["row"], codes))
        unknown = np.full(len(order), UNKNOWN, np.int64)
        self._codes = np.concatenate([self._codes, codes[order]])
        self._times = np.concatenate([self._times, times[order]])
        self.cents = np.concatenate([self.cents, found["cents"][order].astype(np.int64)])
        self.local_cents = np.concatenate([self.local_cents, unknown])
        self.rows = np.concatenate([self.rows, found["row"][order]])
        self._near = np.concatenate([self._near, found["n"][order]])
        self._far = np.concatenate([self._far, unknown])

    def place(self, accounts: Ints, times: Ints) -> Ints:
        """The place of each account's first leg at or after the time; the accounts must have been read."""
        return np.searchsorted(self._codes, self._code(accounts, times)).astype(np.int64)

    def window(self, accounts: Ints) -> tuple[Ints, Ints]:
        """Where the legs of each account begin, and where they end; the accounts must have been read."""
        least = np.full(len(accounts), -FAR_TIME, np.int64)
        return self.place(accounts, least), self.place(accounts, -least)

    def near(self, places: Ints) -> Ints:
        """The accounts whose legs these are."""
        return self._near[places]

    def far(self, places: Ints) -> Ints:
        """The other side's accounts, NOWHERE for a transfer to oneself; from here on the values are known."""
        missing = np.unique(places[self._far[places] == UNKNOWN])
        if len(missing):
            found = self._ledger.arrays(_REST, rows=self.rows[missing], places=missing)
            order = np.argsort(found["i"])  # numbering must not hang on the order in which rows come
            at, owners, others = found["i"][order], found["account"][order], found["counterparty"][order]
            self.cents[at], self.local_cents[at] = found["cents"][order], found["local_cents"][order]
            far = self.number(others)
            # Another account with the same hash: its legs are none of ours.
            stranger = np.fromiter((self.names[n] for n in self._near[at]), object, len(at)) != owners
            self._far[at] = np.where(stranger | (far == self._near[at]), NOWHERE, far)
        return self._far[places]

    def same_transaction(self, places: Ints, others: Ints) -> Bools:
        """Which of these legs share their transaction's hash with the other leg beside them."""
        return same_transaction(self._ledger, self.rows[places], self.rows[others])

    def labelled(self) -> Bools | None:
        """Not known: accounts are looked up as they are met."""
        return None

    def time(self, places: Ints) -> Ints:
        """When the transfers happened, negated where the trace runs backward."""
        return self._times[places]

    def enough_before(self, least_cents: int) -> Ints:
        """For each place, how many legs before it have at least this value."""
        return np.concatenate([[0], np.cumsum(self.cents >= least_cents)])

    def epochs(self, places: Ints) -> Ints:
        """When the transfers happened: epoch seconds."""
        return self._times[places] * self._sign

    def _code(self, accounts: Ints, times: Ints) -> Ints:
        codes: Ints = (self._rank[accounts] << TIME_BITS) + np.clip(times, -FAR_TIME, FAR_TIME) + FAR_TIME
        return codes


def same_transaction(ledger: Ledger, rows: Ints, others: Ints) -> Bools:
    """Which of these rows of the legs share their transaction's hash with the other row beside them."""
    every = np.unique(np.concatenate([rows, others]))
    found = ledger.arrays(_HASHES, rows=every) if len(every) else {"row": [], "hash": []}
    hashes = dict(zip(found["row"], found["hash"], strict=True))
    pairs = ((hashes.get(one), hashes.get(other)) for one, other in zip(rows, others, strict=True))
    return np.fromiter((one is not None and one == other for one, other in pairs), np.bool_, len(rows))
