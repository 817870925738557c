"""The followed transfers of a ledger written as plain arrays, one key range after the other, so that memory stays flat.

Legs are stored in the order of their account's hash, so that a range of hashes is read without the rest, and all legs
of an account lie in one range. Texts are never read but the accounts' own names, once; the far side is found by hash.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np

from casewright.knowledge.errors import DataError
from casewright.tools.onward import FAR_TIME, FOLLOWED, TIME_BITS, UNKNOWN, Ints
from casewright.tools.warehouse import Ledger

LAYOUT: dict[str, Any] = {"keys": np.uint64, "offsets": np.int64, "text": np.uint8} | {
    f"{side}-{name}": kind
    for side in ("out", "in")
    for name, kind in {
        "codes": np.int64, "far": np.uint32, "cents": np.int64, "local": np.int64, "rows": np.int64
    }.items()
}  # fmt: skip
_PER_RANGE = 2_000_000  # legs read at a time
ITSELF = 2**32 - 1  # the far side of a transfer to oneself

_ACCOUNTS = f"""
select account, key from legs l where {FOLLOWED} and key between $low and $high group by all order by key, account"""
_EDGES = f"""
select l.key, hash(l.counterparty) as far, l.epoch, l.rowid as row, l.direction = 'out' as out,
    coalesce(cast(l.usd * 100 as bigint), {UNKNOWN}) as cents,
    coalesce(cast(l.local * 100 as bigint), {UNKNOWN}) as local
from legs l where {FOLLOWED} and l.key between $low and $high"""
_PARTIES = "select rowid as row, account, counterparty from legs where rowid in (select unnest($rows))"


def write(ledger: Ledger, folder: Path, progress: Callable[[float], None]) -> None:
    """Write the files of LAYOUT into FOLDER; PROGRESS gets the share that is done. Raises OSError on a full disk."""
    ranges = _ranges(int(ledger.value("select count(*) from legs")))
    with ExitStack() as stack:
        files = {name: stack.enter_context((folder / name).open("wb")) for name in LAYOUT}
        files["offsets"].write(np.zeros(1, np.int64).tobytes())
        end = 0
        keys = [np.empty(0, np.uint64)]
        for nr, (low, high) in enumerate(ranges):
            found = ledger.arrays(_ACCOUNTS, low=low, high=high)
            end = _write_names(files, found["account"], end)
            keys.append(found["key"].astype(np.uint64))
            progress((nr + 1) / len(ranges) / 4)
        accounts = np.concatenate(keys)
        files["keys"].write(accounts.tobytes())
        shared = np.unique(accounts[1:][accounts[1:] == accounts[:-1]])  # hashes of more than one account
        numbers = _shared(ledger, accounts, shared)
        for nr, (low, high) in enumerate(ranges):
            _write_edges(ledger, files, ledger.arrays(_EDGES, low=low, high=high), accounts, shared, numbers)
            progress(1 / 4 + (nr + 1) / len(ranges) * 3 / 4)


def _ranges(legs: int) -> list[tuple[int, int]]:
    count = max(1, -(-legs // _PER_RANGE))
    return [(2**64 * nr // count, 2**64 * (nr + 1) // count - 1) for nr in range(count)]


def _write_names(files: Mapping[str, IO[bytes]], names: Any, end: int) -> int:
    encoded = [name.encode() for name in names]
    offsets = end + np.cumsum([len(text) for text in encoded], dtype=np.int64)
    files["text"].write(b"".join(encoded))
    files["offsets"].write(offsets.tobytes())
    return int(offsets[-1]) if len(offsets) else end


def _shared(ledger: Ledger, accounts: Any, shared: Any) -> dict[str, int]:
    """The numbers of accounts whose hash is that of another account too: next to never any."""
    found: dict[str, int] = {}
    for key in shared.tolist():
        names = ledger.arrays(_ACCOUNTS, low=key, high=key)["account"]
        found |= {name: int(np.searchsorted(accounts, np.uint64(key))) + nr for nr, name in enumerate(names)}
    return found


def _write_edges(
    ledger: Ledger, files: Mapping[str, IO[bytes]], found: dict[str, Any], accounts: Any, shared: Any,
    numbers: dict[str, int],
) -> None:  # fmt: skip
    near = np.searchsorted(accounts, found["key"].astype(np.uint64)).astype(np.int64)
    far = np.searchsorted(accounts, found["far"].astype(np.uint64)).astype(np.int64)
    if not np.array_equal(accounts[np.minimum(far, len(accounts) - 1)], found["far"]):
        raise DataError("the ledger holds transfers with one side alone", ledger.path, hint="import them again")
    if len(shared):
        _by_name(ledger, found, near, far, shared, numbers)
    for side, sign in (("out", 1), ("in", -1)):
        here = np.flatnonzero(found["out"] == (side == "out"))
        times = np.clip(found["epoch"][here] * sign, -FAR_TIME, FAR_TIME)
        codes: Ints = (near[here] << TIME_BITS) + times + FAR_TIME
        order = np.lexsort((found["row"][here], codes))
        at = here[order]
        others = np.where(far[at] == near[at], ITSELF, far[at])
        columns = {"codes": codes[order], "far": others, "cents": found["cents"][at], "local": found["local"][at],
                   "rows": found["row"][at]}  # fmt: skip
        for name, values in columns.items():
            file = f"{side}-{name}"
            files[file].write(np.asarray(values).astype(LAYOUT[file]).tobytes())


def _by_name(
    ledger: Ledger, found: dict[str, Any], near: Ints, far: Ints, shared: Any, numbers: dict[str, int]
) -> None:
    """Set right the numbers of accounts that share their hash."""
    unsure = np.flatnonzero(np.isin(found["key"], shared) | np.isin(found["far"], shared))
    if not len(unsure):
        return
    parties = ledger.arrays(_PARTIES, rows=found["row"][unsure])
    at = unsure[np.argsort(found["row"][unsure])]
    order = np.argsort(parties["row"])
    for place, account, other in zip(at, parties["account"][order], parties["counterparty"][order], strict=True):
        near[place], far[place] = numbers.get(account, near[place]), numbers.get(other, far[place])
