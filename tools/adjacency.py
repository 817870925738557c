"""Every transfer that a trace may follow, as memory-mapped arrays: what a batch of many traces walks along.

The arrays lie in a folder beside the ledger, sorted by account and time, once outgoing and once incoming. They are
made from the ledger in one pass, key range by key range, and are valid for the ledger they were made from alone: a
changed ledger or a damaged file has them made again. They hold nothing that the ledger does not.
"""

import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from casewright.knowledge.errors import DataError
from casewright.tools.edges import ITSELF, LAYOUT, write
from casewright.tools.onward import FAR_TIME, NOWHERE, TIME_BITS, UNKNOWN, Bools, Ints, same_transaction
from casewright.tools.warehouse import Ledger

Progress = Callable[[float], None]  # gets the share that is done, 0 to 1
MANY = 64  # accounts for which it pays to have all transfers mapped
_VERSION = 2
_PROBES = 64
_SEARCHED_AS_ASKED = 2**16  # places; more are looked for in their order, which finds what was read a moment ago
_CHUNK = 2**22
_TIME = 2**TIME_BITS - 1


class Names(Sequence[str]):
    """The accounts by number, those of the ledger from mapped bytes, those that it does not know from a list."""

    def __init__(self, offsets: Ints, text: Any) -> None:
        self._offsets, self._text, self.strangers = offsets, text, list[str]()
        self.known = len(offsets) - 1

    def __len__(self) -> int:
        return self.known + len(self.strangers)

    def __getitem__(self, number: Any) -> Any:
        if number >= self.known:
            return self.strangers[number - self.known]
        return bytes(self._text[self._offsets[number] : self._offsets[number + 1]]).decode()


class Adjacency:
    """The mapped transfers in one direction: an `Onward` that has read everything already.

    Accounts are numbered in the order of their hashes. An account that the ledger does not know gets a number behind.
    """

    def __init__(self, ledger: Ledger, folder: Path, *, backward: bool) -> None:
        side = "in" if backward else "out"
        self._ledger, self._sign = ledger, -1 if backward else 1
        self._keys = _mapped(folder, "keys")
        self.names = Names(_mapped(folder, "offsets"), _mapped(folder, "text"))
        self._codes, self._far = _mapped(folder, f"{side}-codes"), _mapped(folder, f"{side}-far")
        self.cents, self.local_cents = _mapped(folder, f"{side}-cents"), _mapped(folder, f"{side}-local")
        self.rows = _mapped(folder, f"{side}-rows")
        self._strangers: dict[str, int] = {}
        self._enough: dict[int, Ints] = {}
        self._labelled: Bools | None = None
        self._begin: Ints | None = None

    @staticmethod
    def pays(ledger: Ledger, accounts: int) -> bool:
        """Whether so many accounts are worth the arrays, and these can be written beside the ledger."""
        return accounts >= MANY and os.access(ledger.path.parent, os.W_OK)

    @classmethod
    def open(cls, ledger: Ledger, *, backward: bool = False, progress: Progress | None = None) -> Self:
        """Map the arrays of this ledger, made first where they are missing, stale or damaged (10 s at 5M transfers).

        Raises DataError where they cannot be written.
        """
        return cls(ledger, folder_of(ledger, progress), backward=backward)

    def number(self, names: Iterable[str]) -> Ints:
        """The numbers of these accounts; those that the ledger does not know are numbered behind the others."""
        wanted = list(names)
        found = self._found(wanted)
        for at in np.flatnonzero(found == UNKNOWN).tolist():
            new = len(self.names)
            found[at] = self._strangers.setdefault(wanted[at], new)
            if found[at] == new:
                self.names.strangers.append(wanted[at])
        return found

    def _found(self, names: list[str]) -> Ints:
        """The numbers of these accounts, UNKNOWN where the ledger knows none: by their hash, checked by their name."""
        found = np.full(len(names), UNKNOWN, np.int64)
        if not names:
            return found
        hashes = self._ledger.arrays(_HASH, names=names, places=np.arange(len(names)))
        keys = np.empty(len(names), np.uint64)
        keys[hashes["i"].astype(np.int64)] = hashes["key"]
        low, high = np.searchsorted(self._keys, keys), np.searchsorted(self._keys, keys, "right")
        for at, (name, first, end) in enumerate(zip(names, low.tolist(), high.tolist(), strict=True)):
            found[at] = next((number for number in range(first, end) if self.names[number] == name), UNKNOWN)
        return found

    def read(self, accounts: Ints) -> None:
        """Nothing to do: all is here."""

    def labelled(self) -> Bools:
        """Which accounts bear any label at all, one entry for each of the ledger's accounts."""
        if self._labelled is None:
            self._labelled = np.zeros(self.names.known, np.bool_)
            numbers = self._found([row[0] for row in self._ledger.rows("select distinct id from labels")])
            self._labelled[numbers[numbers != UNKNOWN]] = True
        return self._labelled

    def place(self, accounts: Ints, times: Ints) -> Ints:
        """The place of each account's first transfer at or after the time."""
        codes = (accounts << TIME_BITS) + np.clip(times, -FAR_TIME, FAR_TIME) + FAR_TIME
        if len(codes) < _SEARCHED_AS_ASKED:
            few: Ints = np.searchsorted(self._codes, codes).astype(np.int64)
            return few
        order, found = np.argsort(codes), np.empty(len(codes), np.int64)
        found[order] = np.searchsorted(self._codes, codes[order])
        return found

    def window(self, accounts: Ints) -> tuple[Ints, Ints]:
        """Where the transfers of each account begin, and where they end."""
        if self._begin is None:
            self._begin = np.searchsorted(self._codes, np.arange(self.names.known + 2) << TIME_BITS).astype(np.int64)
        known = np.minimum(accounts, self.names.known)
        return self._begin[known], self._begin[known + 1]

    def near(self, places: Ints) -> Ints:
        """The accounts whose transfers these are."""
        found: Ints = self._codes[places] >> TIME_BITS
        return found

    def far(self, places: Ints) -> Ints:
        """The other side's accounts, NOWHERE for a transfer to oneself."""
        far: Ints = self._far[places].astype(np.int64)
        far[far == ITSELF] = NOWHERE
        return far

    def time(self, places: Ints) -> Ints:
        """When the transfers happened, negated where the trace runs backward."""
        found: Ints = (self._codes[places] & _TIME) - FAR_TIME
        return found

    def epochs(self, places: Ints) -> Ints:
        """When the transfers happened: epoch seconds."""
        return self.time(places) * self._sign

    def enough_before(self, least_cents: int) -> Ints:
        """For each place, how many transfers before it have at least this value."""
        if least_cents not in self._enough:
            self._enough[least_cents] = np.concatenate([[0], np.cumsum(self.cents >= least_cents)])
        return self._enough[least_cents]

    def same_transaction(self, places: Ints, others: Ints) -> Bools:
        """Which of these transfers share their transaction's hash with the other one beside them."""
        return same_transaction(self._ledger, self.rows[places], self.rows[others])


_HASH = "select i, hash(name) as key from (select unnest($names) as name, unnest($places) as i)"


def folder_of(ledger: Ledger, progress: Progress | None = None) -> Path:
    """The folder of this ledger's arrays, made first where there is none that is whole and of today."""
    home = ledger.path.parent / "adjacency"
    folder = home / _of(ledger)
    if _whole(folder):
        return folder
    unfinished = home / f"unfinished-{os.getpid()}"
    try:
        for old in home.glob("*"):  # of ledgers that were, and what killed builds left
            if not _at_work(old):
                shutil.rmtree(old)
        unfinished.mkdir(parents=True)
        write(ledger, unfinished, progress or (lambda share: None))
        _seal(unfinished)
        if not _whole(folder):  # another process may have been faster
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.rename(folder)
    except OSError as error:
        raise DataError(f"the transfers to trace along cannot be written ({error.strerror or error})", home,
                        hint="make room on this disk, or trace a few subjects at a time") from error  # fmt: skip
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def _of(ledger: Ledger) -> str:
    """A name that changes with every import, and where rows of the legs have moved."""
    first, end, count = ledger.rows("select min(rowid), max(rowid) + 1, count(*) from legs")[0]
    rows = sorted({first + (end - first) * nr // _PROBES for nr in range(_PROBES)} | {end - 1}) if count else []
    probes = [ledger.rows("select rowid, * from legs where rowid = $row", row=row) for row in rows]  # 30x a join
    told = repr((_VERSION, first, end, count, probes)).encode()
    return f"{ledger.fingerprint()}-{zlib.crc32(told):08x}"


def _at_work(folder: Path) -> bool:
    """Whether a process that still runs is building there."""
    pid = folder.name.removeprefix("unfinished-")
    if not pid.isdigit() or int(pid) == os.getpid() or pid == folder.name:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _seal(folder: Path) -> None:
    sums = {path.name: [path.stat().st_size, _sum(path)] for path in sorted(folder.iterdir())}
    (folder / "sums.json").write_text(json.dumps(sums), encoding="utf-8")


def _whole(folder: Path) -> bool:
    """Whether all is there and undamaged. What was summed is summed again only where it changed: 5 GB take seconds."""
    try:
        told = (folder / "sums.json").read_text(encoding="utf-8")
        sums = json.loads(told)
        states = {name: (folder / name).stat() for name in sums}
        seen = (folder, told, tuple((state.st_ino, state.st_size, state.st_mtime_ns) for state in states.values()))
        if seen in _summed:
            return True
        sizes = all(states[name].st_size == size for name, (size, _) in sums.items())
        found = sizes and set(sums) == set(LAYOUT) and all(_sum(folder / name) == s for name, (_, s) in sums.items())
    except (OSError, ValueError, TypeError, AttributeError):
        return False
    if found:
        _summed.add(seen)
    return found


_summed: set[tuple[Any, ...]] = set()  # what this process has found whole


def _sum(path: Path) -> int:
    found = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found = zlib.crc32(chunk, found)
    return found


def _mapped(folder: Path, name: str) -> Any:
    path = folder / name
    if not path.stat().st_size:
        return np.empty(0, LAYOUT[name])
    return np.asarray(np.memmap(path, LAYOUT[name], "r"))
