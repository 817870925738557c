"""What came into the ledger about subjects after a case was drafted from it: known by the import that brought it."""

import hashlib
from collections.abc import Iterable

from casewright.knowledge.records import Record
from casewright.tools.warehouse import Ledger

# Rows about something that happened within the case's period; what is told of a party counts whenever it happened.
_QUERIES = {
    "transfers": """
        select a.id as subject, t.id as name from asked_late a join transfers t on t.src = a.id or t.dst = a.id
        where t.import_id > a.after and t.epoch < a.until""",
    "logins": """
        select a.id as subject, l.ip as name from asked_late a join logins l on l.subject = a.id
        where l.import_id > a.after and l.epoch < a.until""",
    "alerts": """
        select a.id as subject, l.id as name from asked_late a join alerts l on l.subject = a.id
        where l.import_id > a.after""",
    "events": """
        select a.id as subject, e.kind as name from asked_late a join events e on e.subject = a.id
        where e.import_id > a.after""",
    "customers": """
        select a.id as subject, c.id as name from asked_late a join customers c on c.id = a.id
        where c.import_id > a.after""",
    "labels": """
        select distinct a.id as subject, l.id as name from asked_late a
        join legs g on g.key = hash(a.id) and g.account = a.id and g.epoch < a.until
        join labels l on l.id = g.counterparty where l.import_id > a.after""",
}
_ASKED = """
    with asked_late as (select unnest($ids::varchar[]) as id, unnest($afters::bigint[]) as after,
        unnest($untils::bigint[]) as until)"""
_FOREVER = 1 << 60
_SHOWN = 3


class Asked(Record):
    """A subject, the import after which something is late, and the end of the period (epoch seconds, exclusive)."""

    subject: str
    after: int
    until: int | None = None


class Arrival(Record):
    """Rows of one kind that came late about a subject: how many, and what the first of them are called."""

    subject: str
    kind: str
    count: int
    names: tuple[str, ...]

    def told(self) -> str:
        """In a few words."""
        more = ", ..." if len(set(self.names)) > _SHOWN else ""
        kind = self.kind.removesuffix("s") if self.count == 1 else self.kind
        return f"{self.count} {kind} on {self.subject} ({', '.join(self.names[:_SHOWN])}{more})"


def last_import(ledger: Ledger) -> int:
    """The number of the newest import."""
    return int(ledger.value("select coalesce(max(import_id), 0) from imports"))


def imports_of(ledger: Ledger) -> dict[str, int]:
    """The newest import that was there, by the ledger's fingerprint at that time."""
    found, before = {}, hashlib.md5(usedforsecurity=False)
    rows = ledger.rows("select import_id, sha256, stored from imports order by import_id")
    for number, (import_id, sha256, stored) in enumerate(rows):
        before.update(f"{',' if number else ''}{sha256}:{stored}".encode())
        found[before.hexdigest()[:12]] = int(import_id)
    return found


def imported_by(ledger: Ledger, at: int) -> int:
    """The newest import of that moment (epoch seconds) or before."""
    return int(ledger.value("select coalesce(max(import_id), 0) from imports where at_epoch <= $at", at=at))


def arrived(ledger: Ledger, asked: Iterable[Asked], most: int = 3) -> list[Arrival]:
    """What came late about each subject, by kind; at most MOST names of each."""
    wanted = list(asked)
    ids, afters = [one.subject for one in wanted], [one.after for one in wanted]
    untils = [_FOREVER if one.until is None else one.until for one in wanted]
    found = []
    for kind, query in _QUERIES.items() if wanted else ():
        names: dict[str, list[str]] = {}
        rows = ledger.rows(f"{_ASKED}\n{query}\norder by subject, name", ids=ids, afters=afters, untils=untils)
        for subject, name in rows:
            names.setdefault(subject, []).append(name or "")
        found += [
            Arrival(subject=subject, kind=kind, count=len(own), names=tuple(dict.fromkeys(own))[:most])
            for subject, own in names.items()
        ]
    return found
