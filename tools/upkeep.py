"""What the ledger holds, what was not taken into it, and putting both layouts back into full order."""

from collections.abc import Callable
from typing import Any

from casewright.knowledge.clock import iso
from casewright.tools.warehouse import SCHEMA, Ledger

RECORDS = ("transfers", "customers", "labels", "alerts", "outcomes", "logins", "events", "scores")
ORDERS = {"transfers": "epoch, id", "legs": "key, epoch, transfer, direction"}
MOST = 20  # entries of a breakdown, the largest; the rest is told as `others`


def describe(ledger: Ledger) -> dict[str, Any]:
    """Counts of every kind of record, the period, breakdowns of the transfers, labels' reach, imports and rejects."""
    counts = {name: int(ledger.value(f"select count(*) from {name}")) for name in RECORDS}
    first, last = ledger.rows("select min(epoch), max(epoch) from transfers")[0]
    return {
        "currency": ledger.currency,
        "timezone": ledger.timezone,
        "records": counts,
        "since": None if first is None else iso(first),
        "until": None if last is None else iso(last),
        "accounts": int(ledger.value("select count(distinct key) from legs")),
        **{column: _breakdown(ledger, column) for column in ("kind", "status", "asset", "network")},
        "usd_unknown": int(ledger.value("select count(*) from transfers where usd is null")),
        "counterparties": _labelled(ledger),
        "rejects": _rejects_by_reason(ledger),
        "imports": _imports(ledger),
    }


def _breakdown(ledger: Ledger, column: str) -> dict[str, int]:
    rows = ledger.rows(f"select {column}, count(*) from transfers group by 1 order by 2 desc, 1")
    found = dict(rows[:MOST])
    rest = sum(count for _, count in rows[MOST:])
    return {**found, "others": rest} if rest else found


def _labelled(ledger: Ledger) -> dict[str, Any]:
    """Parties that are no customers of the house, and how many of them bear a label."""
    parties, labelled = ledger.rows(
        """with parties as (
            select distinct account from legs anti join customers on legs.account = customers.id)
        select count(*), count(*) filter (where account in (select id from labels)) from parties"""
    )[0]
    return {"all": parties, "labelled": labelled, "share": round(labelled / parties, 4) if parties else None}


def _rejects_by_reason(ledger: Ledger) -> dict[str, Any]:
    """How many rows were rejected, by reason with the values in quotes left out."""
    rows = ledger.rows(
        """select regexp_replace(reason, '''[^'']*''', '...', 'g') as why, count(*) from rejects
        group by 1 order by 2 desc, 1"""
    )
    return {"all": sum(count for _, count in rows), "reasons": dict(rows[:MOST])}


def _imports(ledger: Ledger) -> list[dict[str, Any]]:
    rows = ledger.dicts(
        """select import_id as id, at_epoch as at, kind, format, file, read, stored, duplicates, rejected, sha256
        from imports order by import_id"""
    )
    return [{**row, "at": iso(row["at"])} for row in rows]


def rejects(ledger: Ledger, *, limit: int, import_id: int | None = None) -> dict[str, Any]:
    """The rows that were not stored, newest import first: where each stands, why, and what it says."""
    where = "" if import_id is None else f"where r.import_id = {import_id}"
    rows = ledger.dicts(
        f"""select r.import_id as import, i.kind, i.file, r.line, r.reason, r.text
        from rejects r join imports i on i.import_id = r.import_id {where}
        order by r.import_id desc, r.line limit {limit}"""
    )
    return {"all": int(ledger.value(f"select count(*) from rejects r {where}")), "rejects": rows}


def compact(ledger: Ledger, tell: Callable[[float], None] = lambda share: None) -> dict[str, int]:
    """Write both layouts anew in full order, all or nothing; answers their rows.

    Each import is appended in order by itself; after many of them an account's legs lie in many places. What the old
    order held is free for the next import, so the file does not grow again.
    """
    counts = {}
    with ledger.transaction():
        for nr, (table, order) in enumerate(ORDERS.items()):
            tell(nr / len(ORDERS))
            ledger.rows(f"create table {table}_in_order ({SCHEMA[table]})")
            ledger.rows(f"insert into {table}_in_order select * from {table} order by {order}")
            ledger.rows(f"drop table {table}")
            ledger.rows(f"alter table {table}_in_order rename to {table}")
            counts[table] = int(ledger.value(f"select count(*) from {table}"))
    ledger.rows("checkpoint")
    tell(1.0)
    return counts
