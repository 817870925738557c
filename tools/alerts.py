"""Alerts in the ledger: storing those that rules raise, once each, and listing them by weight."""

import base64
import difflib
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from casewright.knowledge import clock
from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import canonical_id
from casewright.tools.warehouse import Ledger

if TYPE_CHECKING:
    import pyarrow as pa

SOURCE = "rules"  # what an alert's `source` and its import's `format` say of those that rules raised
_SEVERITY = "case severity when 'high' then 0 when 'medium' then 1 when 'low' then 2 else 3 end"
_WEIGHT = f"{_SEVERITY}, score desc nulls last, epoch desc"
_LISTED = """
select id, subject, epoch, since_epoch, rule, title, severity, round(score, 2) as score, reason, source
from alerts
where ($rule is null or rule = $rule) and ($subject is null or subject = $subject)
order by {order}, id limit $limit"""


def known_rule(ledger: Ledger, rule: str) -> None:
    """Raises UsageError with the nearest one where no alert of this ledger was raised by RULE."""
    rules = [row[0] for row in ledger.rows("select distinct rule from alerts where rule is not null order by rule")]
    if rule not in rules:
        close = difflib.get_close_matches(rule, rules, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(rules)}" if rules else ""
        raise UsageError(f"no alert was raised by a rule {rule!r}", hint=hint)


@dataclass(frozen=True)
class NewAlert:
    """An alert about to be stored. Times are epoch seconds; `score` is how far past its thresholds it went (1 = on)."""

    rule: str
    subject: str
    at: int
    since: int
    title: str
    reason: str
    severity: str
    score: float


def store(ledger: Ledger, alerts: Sequence[NewAlert]) -> tuple[str, ...]:
    """Store these alerts as an import of their own, all or nothing, and tell their ids in order."""
    if not alerts:
        return ()
    taken = {row[0] for row in ledger.rows("select id from alerts")}
    ids = []
    for alert in alerts:
        ids.append(_name(alert, taken))
        taken.add(ids[-1])
    content = json.dumps([list(vars(alert).values()) for alert in alerts])
    digest = hashlib.sha256(content.encode()).hexdigest()
    newest = max(alert.at for alert in alerts)  # the ledger's time, not the clock's, so that a run can be repeated
    ledger.connection.register("new_alerts", _table(alerts, ids))
    try:
        with ledger.transaction():
            number = ledger.value("select coalesce(max(import_id), 0) + 1 from imports")
            ledger.rows(
                "insert into imports values ($number, 'alerts', $format, $file, $digest, $at, $count, $count, 0, 0)",
                number=number, format=SOURCE, file=", ".join(sorted({a.rule for a in alerts})), digest=digest,
                at=newest, count=len(alerts),
            )  # fmt: skip
            ledger.rows("insert into alerts by name select *, $number as import_id from new_alerts", number=number)
    finally:
        ledger.connection.unregister("new_alerts")
    return tuple(ids)


def raised_before(ledger: Ledger, rules: Iterable[str]) -> dict[tuple[str, str], list[int]]:
    """When each rule has raised an alert on each subject: epoch seconds by (rule, subject)."""
    found: dict[tuple[str, str], list[int]] = {}
    query = "select rule, subject, epoch from alerts where list_contains($rules, rule) and source = $source"
    for rule, subject, epoch in ledger.rows(query, rules=list(rules), source=SOURCE):
        found.setdefault((rule, subject), []).append(epoch)
    return found


def listed(
    ledger: Ledger, *, limit: int = 20, rule: str = "", subject: str = "", newest: bool = False
) -> list[dict[str, Any]]:
    """The alerts by weight: severity, then score, then newest first; by time alone where NEWEST. Times are ISO, UTC."""
    order = "epoch desc" if newest else _WEIGHT
    asked = {"rule": rule or None, "subject": canonical_id(subject) or None, "limit": limit}
    rows = ledger.dicts(_LISTED.format(order=order), **asked)
    for row in rows:
        at, since = row.pop("epoch"), row.pop("since_epoch")
        row |= {"at": clock.iso(at), "since": None if since is None else clock.iso(since)}
    return rows


def by_weight(ledger: Ledger, ids: Sequence[str]) -> dict[str, int]:
    """The place of each of these alerts by weight, from 0: severity, then score, then newest first, then by id."""
    query = f"""
select id from alerts where id in (select unnest($ids))
order by {_WEIGHT}, id"""
    return {row[0]: place for place, row in enumerate(ledger.rows(query, ids=list(ids)))}


def _name(alert: NewAlert, taken: set[str]) -> str:
    """A short id, the same for the same alert: six letters and digits, more where six are another alert's."""
    digest = hashlib.sha256(f"{alert.rule}\0{alert.subject}\0{alert.at}".encode()).digest()
    letters = base64.b32encode(digest).decode()
    return next(name for size in range(6, 40) if (name := f"A-{letters[:size]}") not in taken)


def _table(alerts: Sequence[NewAlert], ids: Sequence[str]) -> "pa.Table":
    import pyarrow as pa

    return pa.table({
        "id": pa.array(ids, pa.string()),
        "subject": pa.array([alert.subject for alert in alerts], pa.string()),
        "epoch": pa.array([alert.at for alert in alerts], pa.int64()),
        "known_epoch": pa.array([alert.at for alert in alerts], pa.int64()),
        "since_epoch": pa.array([alert.since for alert in alerts], pa.int64()),
        "rule": pa.array([alert.rule for alert in alerts], pa.string()),
        "title": pa.array([alert.title for alert in alerts], pa.string()),
        "reason": pa.array([alert.reason for alert in alerts], pa.string()),
        "source": pa.array([SOURCE] * len(alerts), pa.string()),
        "severity": pa.array([alert.severity for alert in alerts], pa.string()),
        "score": pa.array([alert.score for alert in alerts], pa.float64()),
        "line": pa.array(range(1, len(alerts) + 1), pa.int64()),
    })  # fmt: skip
