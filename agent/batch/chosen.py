"""Which alerts a batch is about: those that fulfil conditions, those of a list of ids, else all without a case."""

import difflib
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from casewright.agent.subjects import moment
from casewright.knowledge import clock
from casewright.knowledge.errors import DataError, UsageError
from casewright.knowledge.records import canonical_id
from casewright.tools.warehouse import Ledger

# What a condition may name, and the column that it means; others than these compare as words.
_COLUMNS = {"id": "id", "rule": "rule", "subject": "subject", "severity": "severity", "source": "source",
            "score": "score", "at": "epoch"}  # fmt: skip
_ORDERED = {"score", "at"}
_CONDITION = re.compile(r"\s*(\w+)\s*(!=|>=|<=|=|>|<)\s*+(?![=<>!])(.*?)\s*")
_HINT = 'such as --where "severity = high", --where "rule = NAME,NAME", --where "at >= 2025-12-01"'


class Row(NamedTuple):
    """An alert of the ledger as a batch orders it: when (epoch seconds), how grave, how risky; `known` its subject."""

    alert: str
    subject: str
    at: int
    severity: str
    risk: float
    known: bool


_ALERTS = """
select a.id, a.subject, a.epoch, coalesce(a.severity, '') as severity,
    coalesce((select max_by(s.score, s.epoch) from scores s where s.id = a.subject and s.epoch <= a.epoch), 0)
        as model_score, coalesce(a.score, 0) as score,
    (a.subject in (select id from customers) or a.subject in (select id from labels)
        or a.subject in (select account from legs)) as known
from alerts a where {where} order by a.id"""


def alerts_where(ledger: Ledger, conditions: Sequence[str], timezone: str) -> list[Row]:
    """The alerts that fulfil all of these, all alerts without any. Raises UsageError for a condition it cannot read.

    A condition is `FIELD OP VALUE`: rule, subject, severity, source and id are = or != one of several values with
    commas between; score and at (a day or moment of TIMEZONE) are also >, >=, < or <=.
    """
    clauses: list[str] = []
    values: dict[str, object] = {}
    for number, text in enumerate(conditions):
        clause, value = _read(text, f"v{number}", timezone)
        clauses.append(clause)
        values |= value
    return _rows(ledger, " and ".join(clauses) or "true", values)


def alerts_named(ledger: Ledger, ids: Sequence[str]) -> list[Row]:
    """Those of these alerts that the ledger holds."""
    return _rows(ledger, "a.id in (select unnest($ids))", {"ids": list(ids)})


def ids_in(path: Path, lines: Iterable[str]) -> list[str]:
    """The ids of a file, one a line; a line may go on after a comma or tab, and what begins with # is left out.

    A heading `id` or `alert` is none. Raises DataError for a file without any.
    """
    words = (re.split(r"[,;\t]", line.strip().lstrip("\ufeff"))[0].strip().strip('"') for line in lines)
    ids = [word for word in words if word and not word.startswith("#")]
    if ids and ids[0].casefold() in {"id", "alert", "alert_id"}:
        ids = ids[1:]
    if not ids:
        raise DataError("there are no ids in this file", path, hint="one alert's id a line")
    return list(dict.fromkeys(ids))


def _rows(ledger: Ledger, where: str, values: dict[str, object]) -> list[Row]:
    found = ledger.rows(_ALERTS.format(where=where), **values)
    return [
        Row(alert, subject, at, severity, float(scored or score or 0), bool(known))
        for alert, subject, at, severity, scored, score, known in found
    ]


def _read(text: str, name: str, timezone: str) -> tuple[str, dict[str, object]]:
    found = _CONDITION.fullmatch(text)
    if found is None or not found[3]:
        raise UsageError(f"{text!r} is no condition", hint=_HINT)
    field, op, value = found[1].casefold(), found[2], found[3].strip("\"'")
    if field not in _COLUMNS:
        close = difflib.get_close_matches(field, _COLUMNS, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(_COLUMNS)}"
        raise UsageError(f"alerts have no {field!r} to choose by", hint=hint)
    column = f"a.{_COLUMNS[field]}"
    if field not in _ORDERED:
        if op not in {"=", "!="}:
            raise UsageError(f"{field} is a word: = or !=, not {op}", hint=_HINT)
        words = [word.strip() for word in value.split(",") if word.strip()]
        given = [canonical_id(word) for word in words] if field == "subject" else words
        known = "not " if op == "!=" else ""
        return f"{known}coalesce({column}, '') in (select unnest(${name}))", {name: given}
    if field == "score":
        if (number := _number(value)) is None:
            raise UsageError(f"{value!r} is no number to compare a score with", hint=_HINT)
        return f"{column} {op} ${name}", {name: number}
    return _of_time(column, op, value, name, timezone)


def _number(value: str) -> float | None:
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _next_day(day: str, timezone: str) -> int:
    return clock.epoch((date.fromisoformat(day) + timedelta(days=1)).isoformat(), timezone)


def _of_time(column: str, op: str, value: str, name: str, timezone: str) -> tuple[str, dict[str, object]]:
    """A day stands for all its seconds: after it is from the next day on."""
    whole_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None
    try:
        first = moment(value, timezone)
    except ValueError as error:
        raise UsageError(f"{value!r} is no time to compare with: {error}", hint=_HINT) from None
    assert first is not None
    after = _next_day(value, timezone) if whole_day else first + 1
    low, high = {name: first}, {name: after}
    match op:
        case ">=":
            return f"{column} >= ${name}", dict(low)
        case "<":
            return f"{column} < ${name}", dict(low)
        case ">":
            return f"{column} >= ${name}", dict(high)
        case "<=":
            return f"{column} < ${name}", dict(high)
    other = f"{name}_end"
    within = f"({column} >= ${name} and {column} < ${other})"
    return within if op == "=" else f"not {within}", {name: first, other: after}
