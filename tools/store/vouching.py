"""Whether the log is whole, and whether what it vouches for is what was stored: changed, removed and moved rows told.

The log and all tables whose rows were stored with an entry are read side by side, some entries at a time.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from casewright.knowledge.records import Record
from casewright.tools.store.audit import FIRST, digest, digest_of, hash_of
from casewright.tools.store.tables import audit, metadata, tombstones

VOUCHED = tuple(table for table in metadata.sorted_tables if "audit" in table.c)
_AT_ONCE = 100  # entries, each with all that was stored with it
# What entries of before revision 0006 were stored with: they hold the hash of the content alone, or tell a decision.
_BEFORE = {
    "case saved": "cases",
    "typology proposed": "typology_versions",
    **{f"typology {act}": "typology_decisions" for act in ("approved", "returned", "retired", "rolled back")},
    **{f"{act} told": "filing_acts" for act in ("role", "suspicion", "action", "filed")},
}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


class BrokenLink(Record):
    """The first entry that does not hold, and why."""

    seq: int
    why: str


class Checked(Record):
    """How many entries the log has, the hash of the last one, and the first that does not hold, if any."""

    entries: int
    head: str
    first_bad: BrokenLink | None = None


def check(connection: sa.Connection, noted: str = "") -> Checked:
    """Read the log and all that it vouches for. The connection should see one moment of the store throughout.

    NOTED is a hash that was the head once: one of the entries must bear it, else the log was cut.
    """
    count = connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one()
    deleted = set(connection.execute(sa.select(tombstones.c.entry)).scalars())
    seen = dict.fromkeys((table.name for table in VOUCHED), 0)
    previous, number = FIRST, 0
    after = sa.select(audit).order_by(audit.c.seq).limit(_AT_ONCE)
    while chunk := connection.execute(after.where(audit.c.seq > number)).mappings().all():
        stored = _stored(connection, number, chunk[-1]["seq"], seen)
        for entry in map(dict[str, Any], chunk):
            number += 1
            why = broken_link(entry, number, previous) or _not_vouched(entry, stored.get(number, {}), number in deleted)
            if why:
                return Checked(entries=count, head=previous, first_bad=BrokenLink(seq=number, why=why))
            previous = entry["hash"]
    why = _left_over(connection, count, number, seen) or _cut(connection, noted)
    return Checked(entries=count, head=previous, first_bad=BrokenLink(seq=number + 1, why=why) if why else None)


def unknown_head(noted: str) -> str:
    """Why a log is not whole, no entry of which bears a hash that was NOTED as its head once."""
    return f"no entry bears the hash {noted}: the log was cut short, or made anew, after that was noted"


def broken_link(entry: Mapping[str, Any], number: int, previous: str) -> str:
    """Why the NUMBERth entry does not hold after the one with the hash PREVIOUS; empty where it does."""
    if entry["seq"] != number:
        return f"entry {number} is missing; the next is {entry['seq']}"
    if entry["previous"] != previous:
        return "it does not follow the entry before it"
    if entry["hash"] != hash_of(entry):
        return "its content is not what its hash was made of"
    return ""


def _stored(connection: sa.Connection, after: int, last: int, seen: dict[str, int]) -> dict[int, dict[str, Any]]:
    """By entry, AFTER exclusive to LAST, the rows of each table that were stored with it; counts them as SEEN."""
    found: dict[int, dict[str, Any]] = {}
    for table in VOUCHED:
        query = sa.select(table).where(table.c.audit > after, table.c.audit <= last).order_by(table.c.audit)
        rows = connection.execute(query).mappings().all()
        seen[table.name] += len(rows)
        for entry, own in groupby(rows, key=lambda row: int(row["audit"])):
            found.setdefault(entry, {})[table.name] = list(own)
    return found


def _not_vouched(entry: Mapping[str, Any], rows: Rows, deleted: bool) -> str:
    """Why the rows are not those that the entry was stored with; empty where they are. DELETED ones may be gone."""
    payload = json.loads(entry["payload"])
    named = f"{entry['what']}, {entry['about']}"
    told = payload.get("vouches")
    if told is None:
        before = _BEFORE.get(entry["what"])
        told = {table: None for table in (before, *rows) if table is not None}
    for table in dict.fromkeys((*told, *rows)):
        if table not in rows:
            if not deleted:
                return f"{named}: what was stored with it in {table} is gone"
        elif told.get(table, "") is None:
            if not all(_as_before(entry, payload, table, row) for row in rows[table]):
                return f"{named}: what {table} holds is not what was stored with it"
        elif digest_of(rows[table]) != told.get(table):
            return f"{named}: what {table} holds is not what was stored with it"
    return ""


def _as_before(entry: Mapping[str, Any], payload: Mapping[str, Any], table: str, row: Mapping[str, Any]) -> bool:
    """Whether a row is the one that an entry without hashes of rows was stored with, as far as the entry tells."""
    about = metadata.tables[table].info.get("about", "")
    if row.get(about) != entry["about"] or payload.get("version", row.get("version")) != row.get("version"):
        return False
    act = row.get("decision") or row.get("act") or ""
    if entry["what"] in _BEFORE and act not in entry["what"]:
        return False
    return "content" not in row or payload.get("sha256") == digest(row["content"])


def _cut(connection: sa.Connection, noted: str) -> str:
    if noted in ("", FIRST) or connection.execute(sa.select(audit.c.seq).where(audit.c.hash == noted)).first():
        return ""
    return unknown_head(noted)


def _left_over(connection: sa.Connection, count: int, last: int, seen: Mapping[str, int]) -> str:
    """Why the store holds more than a log of LAST entries that were read in order; empty where it does not."""
    if count != last:
        return f"the log holds {count} entries, of which {last} follow one another"
    for table in VOUCHED:
        if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() != seen[table.name]:
            beyond = connection.execute(sa.select(sa.func.max(table.c.audit))).scalar()
            return f"the log ends at {last}, but {table.name} holds a row that was stored with entry {beyond}"
    return ""
