"""The log of who did what: append-only, each entry hashed over the one before, so that a change shows where it is.

An entry vouches for the rows that were stored with it, whichever table they are in: its payload holds their hash by
table under `vouches`, and each row holds the entry's number in its column `audit`.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa
from pydantic import JsonValue

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Record
from casewright.tools.store.tables import audit

FIRST = "0" * 64  # what the first entry takes for the hash before it
_HASHED = ("seq", "at", "who", "what", "about", "payload", "previous")
_AT_ONCE = 1000
Row = Mapping[str, object]


class Entry(Record):
    """One act: at which second (since 1970 UTC), by whom, what, about which case, alert or file."""

    seq: int
    at: int
    who: str
    what: str
    about: str
    payload: dict[str, JsonValue]
    previous: str
    hash: str


def append(
    connection: sa.Connection,
    who: str,
    what: str,
    about: str,
    payload: Mapping[str, JsonValue],
    rows: Mapping[sa.Table, Sequence[Row]] | None = None,
) -> int:
    """Add an entry in the caller's transaction, which must hold the write lock; tells its number.

    ROWS are stored with it, by table, without their column `audit`: the entry vouches for them.
    """
    last = connection.execute(sa.select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    stored = {table: list(given) for table, given in (rows or {}).items() if given}
    vouched: dict[str, JsonValue] = {table.name: digest_of(given) for table, given in stored.items()}
    told = {**payload, "vouches": vouched} if vouched else dict(payload)
    entry = {
        "seq": last.seq + 1 if last else 1,
        "at": int(time.time()),
        "who": who,
        "what": what,
        "about": about,
        "payload": written(told),
        "previous": last.hash if last else FIRST,
    }
    connection.execute(audit.insert().values(**entry, hash=hash_of(entry)))
    for table, given in stored.items():
        connection.execute(table.insert(), [{**row, "audit": entry["seq"]} for row in given])
    return int(entry["seq"])


class Wanted(Record):
    """Which entries of the log: those of which all of this is so; moments are epoch seconds, UNTIL exclusive."""

    about: str = ""
    who: str = ""
    what: str = ""
    since: int | None = None
    until: int | None = None


def entries(connection: sa.Connection, wanted: Wanted) -> Iterator[Entry]:
    """The entries in order, read some at a time."""
    query = sa.select(audit).order_by(audit.c.seq).limit(_AT_ONCE)
    for name in ("about", "who", "what"):
        if value := getattr(wanted, name):
            query = query.where(audit.c[name] == value)
    if wanted.since is not None:
        query = query.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.at < wanted.until)
    last = -1
    while rows := connection.execute(query.where(audit.c.seq > last)).mappings().all():
        for row in rows:
            yield Entry(**{**row, "payload": json.loads(row["payload"])})
        last = rows[-1]["seq"]


def hash_of(entry: Row) -> str:
    """The hash of an entry: over all that it holds, the hash before it included."""
    return digest(json.dumps([entry[name] for name in _HASHED], default=str))


def digest_of(rows: Iterable[Row]) -> str:
    """The hash of rows, whatever their order. What is null is left out, as is a column that is added later."""
    return digest("".join(sorted(digest(_text(row)) for row in rows)))


def digest(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def written(value: JsonValue | Mapping[str, JsonValue]) -> str:
    """JSON as the log holds it: the same value is the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def answer_told(evidence: Evidence) -> JsonValue:
    """A tool's answer as the log tells it: its id, the tool, how it ended, the SHA-256 of its JSON as cases hold it."""
    return [evidence.id, evidence.tool, evidence.status, digest(evidence.model_dump_json())]


def _text(row: Row) -> str:
    held = {name: value for name, value in row.items() if name != "audit" and value is not None}
    return json.dumps(held, sort_keys=True, ensure_ascii=False, default=str)
