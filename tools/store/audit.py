"""The log of who did what: append-only, each entry hashed over the one before, so that a change shows where it is."""

import hashlib
import json
import time
from collections.abc import Iterator

import sqlalchemy as sa
from pydantic import JsonValue

from casewright.knowledge.records import Record
from casewright.tools.store.tables import audit, cases, filing_acts, typology_decisions, typology_versions

DECISIONS = ("approved", "returned", "retired", "rolled back")  # on a typology; the log tells them so
FILING_ACTS = ("role", "suspicion", "action", "filed")  # towards a report
FIRST = "0" * 64  # what the first entry takes for the hash before it


class Entry(Record):
    """One act: at which second (since 1970 UTC), by whom, what, about which case, alert or file."""

    seq: int
    at: int
    who: str
    what: str
    about: str
    payload: dict[str, JsonValue]
    hash: str


class BrokenLink(Record):
    """The first entry that does not hold, and why."""

    seq: int
    why: str


def append(connection: sa.Connection, who: str, what: str, about: str, payload: dict[str, JsonValue]) -> int:
    """Add an entry in the caller's transaction, which must hold the write lock; tells its number."""
    last = connection.execute(sa.select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    row = {
        "seq": last.seq + 1 if last else 1,
        "at": int(time.time()),
        "who": who,
        "what": what,
        "about": about,
        "payload": json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
        "previous": last.hash if last else FIRST,
    }
    connection.execute(audit.insert().values(**row, hash=_hash(row)))
    return int(row["seq"])


def entries(connection: sa.Connection, about: str = "") -> Iterator[Entry]:
    """The entries in order, all or those about one thing."""
    query = sa.select(audit).order_by(audit.c.seq)
    for row in connection.execute(query.where(audit.c.about == about) if about else query).mappings():
        values = {name: row[name] for name in Entry.model_fields}
        yield Entry(**values | {"payload": json.loads(row["payload"])})


def first_broken(connection: sa.Connection) -> BrokenLink | None:
    """The first entry that was changed, removed or moved, or that vouches for what was; None if all is whole."""
    return (
        _broken_chain(connection)
        or _broken_case(connection)
        or _broken_typology(connection)
        or _broken_filing(connection)
    )


def _broken_chain(connection: sa.Connection) -> BrokenLink | None:
    previous, number = FIRST, 0
    rows = connection.execution_options(yield_per=1000).execute(sa.select(audit).order_by(audit.c.seq))
    for number, row in enumerate(rows.mappings(), 1):
        if row["seq"] != number:
            return BrokenLink(seq=number, why=f"entry {number} is missing; the next is {row['seq']}")
        if row["previous"] != previous:
            return BrokenLink(seq=number, why="it does not follow the entry before it")
        if row["hash"] != _hash(dict(row)):
            return BrokenLink(seq=number, why="its content is not what its hash was made of")
        previous = row["hash"]
    last = connection.execute(sa.select(sa.func.max(cases.c.audit))).scalar() or 0
    if last > number:
        return BrokenLink(seq=number + 1, why=f"the log ends at {number}, but a case was stored with entry {last}")
    return None


def _broken_case(connection: sa.Connection) -> BrokenLink | None:
    query = (
        sa.select(cases.c.id, cases.c.version, cases.c.content, audit.c.seq, audit.c.about, audit.c.payload)
        .join(audit, cases.c.audit == audit.c.seq)
        .order_by(cases.c.audit)
    )
    for row in connection.execution_options(yield_per=50).execute(query):
        vouched = json.loads(row.payload)
        if row.about != row.id or vouched.get("version") != row.version:
            return BrokenLink(seq=row.seq, why=f"it does not vouch for version {row.version} of case {row.id}")
        if vouched.get("sha256") != digest(row.content):
            return BrokenLink(seq=row.seq, why=f"version {row.version} of case {row.id} is not what was stored with it")
    return None


def _broken_typology(connection: sa.Connection) -> BrokenLink | None:
    """The first act on a typology of which the tables tell another story: its text, or the decision itself."""
    kept = [column for column in typology_versions.c if column.name != "audit"]
    versions = sa.select(*kept, audit).join(audit, typology_versions.c.audit == audit.c.seq)
    for row in connection.execute(versions.order_by(audit.c.seq)).mappings():
        vouched = json.loads(row["payload"])
        if (row["about"], vouched.get("version")) != (row["typology"], row["version"]):
            return BrokenLink(seq=row["seq"], why=f"it vouches for no version {row['version']} of {row['typology']}")
        if vouched.get("sha256") != digest(row["content"]):
            why = f"version {row['version']} of typology {row['typology']} is not what was stored with it"
            return BrokenLink(seq=row["seq"], why=why)
    decided = audit.outerjoin(typology_decisions, typology_decisions.c.audit == audit.c.seq)
    acts = audit.c.what.in_([f"typology {decision}" for decision in DECISIONS])
    either = sa.or_(acts, typology_decisions.c.audit.is_not(None))
    columns = [*(column for column in typology_decisions.c if column.name != "audit"), *audit.c]
    rows = connection.execute(sa.select(*columns).select_from(decided).where(either).order_by(audit.c.seq))
    for row in rows.mappings():
        told = (row["about"], json.loads(row["payload"]).get("version"), row["what"])
        if told != (row["typology"], row["version"], f"typology {row['decision']}"):
            return BrokenLink(seq=row["seq"], why=f"the decision on typology {row['about']} is not what it tells")
    return None


def _broken_filing(connection: sa.Connection) -> BrokenLink | None:
    """The first act towards a report that is not what was stored, or that is missing."""
    acts = audit.c.what.in_([f"{act} told" for act in FILING_ACTS])
    joined = audit.outerjoin(filing_acts, filing_acts.c.audit == audit.c.seq)
    columns = [*(column for column in filing_acts.c if column.name != "audit"), *audit.c]
    either = sa.or_(acts, filing_acts.c.audit.is_not(None))
    rows = connection.execute(sa.select(*columns).select_from(joined).where(either).order_by(audit.c.seq))
    for row in rows.mappings():
        vouched = json.loads(row["payload"]).get("sha256")
        told = (row["about"], row["what"], vouched)
        if told != (row["case_id"], f"{row['act']} told", digest(row["content"] or "")):
            return BrokenLink(seq=row["seq"], why=f"the {row['what']} of case {row['about']} is not what was stored")
    return None


def digest(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hash(row: dict[str, object]) -> str:
    return digest(json.dumps([row[name] for name in ("seq", "at", "who", "what", "about", "payload", "previous")]))
