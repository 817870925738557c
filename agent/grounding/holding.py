"""Indexing evidence: its facts, the cells of its rows, what was asked, and the counts of what was searched."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from casewright.agent.grounding.facts import Holding, Known, Line, day_of, epoch_of
from casewright.agent.grounding.lexicon import lexicon
from casewright.knowledge import clock
from casewright.knowledge.case import Case
from casewright.knowledge.evidence import Evidence, Fact, Kind, Row, Table
from casewright.knowledge.records import canonical_id

_IN_NAME = re.compile(r"(^|_)(in|inflow|received|credits?|traded_in|deposits?|incoming)(_|$)")
_OUT_NAME = re.compile(r"(^|_)(out|outflow|sent|traded_out|withdrawals?|withdrawn|outgoing|paid)(_|$)")
_SPAN_IN_NAME = re.compile(r"_(\d+)(s|m|min|h|d)(?=_|$)")
_SPAN_IN_WORDS = re.compile(r"(\d[\d,]*)[ -](second|minute|hour|day|week)s?\b")
_COUNT_IN_WORDS = re.compile(r"(?<![\w.,:-])(\d[\d,]*) ((?!to\b|of\b|and\b|in\b)[a-z][a-z-]+)")


def hold(evidence: Evidence, zone: str) -> Holding:
    """Index one evidence: its facts, its cells, what was asked, and the counts of what was searched."""
    told: list[Known] = []
    for fact in (*evidence.facts, *_asked(evidence, zone), *_searched(evidence)):
        told.append(_scalar(fact, evidence))
        told.extend(_derived(fact, evidence))
    told.extend(_scalar(fact, evidence) for fact in _spans(evidence, zone))
    return Holding(evidence, zone, told, partial(_rows, evidence, zone))


def _rows(evidence: Evidence, zone: str) -> tuple[list[Known], list[Line]]:
    """Every cell, and every row."""
    lines: dict[int, Line] = {}
    known: list[Known] = []
    number = 0
    for table in evidence.tables:
        kinds = {column.name: column.kind for column in table.columns}
        for row in table.rows:
            lines[number] = _line(evidence, table, row, number, zone, kinds)
            number += 1
    for cell in evidence.cells():
        line = lines[cell.row if cell.row is not None else -1]
        known.append(_cell(cell, evidence, line))
        known.extend(_derived(cell, evidence))
    return known, list(lines.values())


def _scalar(fact: Fact, evidence: Evidence) -> Known:
    side = fact.side or _side_of_name(fact)
    if evidence.tool == "trace" and not side and fact.kind in {"count", "money"}:
        side = "in" if evidence.arguments.get("direction") == "backward" else "out"
    src, dst = (fact.about, fact.other) if side == "out" else (fact.other, fact.about) if side == "in" else ("", "")
    return Known(fact, evidence.id, evidence.tool, None, src, dst, side)


def _cell(cell: Fact, evidence: Evidence, line: Line) -> Known:
    if line.table == "before":  # the same totals of the time before the window
        cell = cell.model_copy(update={"name": f"before_{cell.name}"})
    if cell.name == "amount_in" and line.value("asset_in"):
        cell = cell.model_copy(update={"unit": line.value("asset_in")})
    if not cell.about and (cell.name in {"id", "counterparty", "subject", "from", "to"} or cell.kind in {"id", "hash"}):
        cell = cell.model_copy(update={"about": str(cell.value)})
    side = line.side or (_side_of_name(cell) if cell.kind in {"money", "native", "count"} else "")
    src, dst = line.src, line.dst
    if evidence.tool == "co_users" and cell.name == "counterparty":
        src, dst = line.value("subject"), line.value("counterparty")  # it is there because the subject sends to it too
    if not src and not dst and side:
        src, dst = (cell.about, "") if side == "out" else ("", cell.about)
    return Known(cell, evidence.id, evidence.tool, line, src, dst, side)


def _side_of_name(fact: Fact) -> str:
    return _side_said(fact.name) if fact.kind in {"money", "native", "count", "share"} else ""


@lru_cache(maxsize=10_000)
def _side_said(name: str) -> str:
    return "in" if _IN_NAME.search(name) else "out" if _OUT_NAME.search(name) else ""


def _line(evidence: Evidence, table: Table, row: Row, number: int, zone: str, kinds: Mapping[str, Kind]) -> Line:
    texts = {name: str(value) for name, value in row.items() if value not in (None, "")}
    src, dst, side = _way(evidence, table, texts)
    moments, points, first, last = set(), set(), "", ""
    for name, value in texts.items():
        if kinds.get(name) not in {"time", "date"}:
            continue
        if name in {"label_at", "known_since"}:
            continue  # when something was learned is no day on which value moved
        day = day_of(kinds[name], value, zone)
        if kinds[name] == "time":
            moments.add(epoch_of(value))
        if name in {"first_at", "since", "first_date"}:
            first = day
        elif name in {"last_at", "until", "last_date"}:
            last = day
        else:
            points.add(day)
    hop = row.get("hop")
    reach = texts.get("reach") or ("" if not isinstance(hop, int) else "direct" if hop <= 1 else "indirect")
    transfers = row.get("transfers")
    many = isinstance(transfers, int) and transfers > 1
    if first and first == last:
        points.add(first)
    return Line(
        evidence=evidence.id, tool=evidence.tool, table=table.name, number=number, row=row, src=src, dst=dst,
        side=side, reach=reach if reach in {"direct", "indirect"} else "",
        ids=frozenset(value for name, value in texts.items() if kinds.get(name) in {"id", "hash"}),
        words=frozenset(v.casefold() for n, v in texts.items() if kinds.get(n) in {"word", "label"}),
        moments=frozenset(moments), point_days=frozenset(points), first_day=first, last_day=last, many=many,
    )  # fmt: skip


def _way(evidence: Evidence, table: Table, texts: Mapping[str, str]) -> tuple[str, str, str]:
    """Who sent and who received what the row tells, and the side that this is of the row's subject."""
    subject, bearer = texts.get("subject", ""), texts.get("id", "")
    if "from" in texts or "to" in texts:
        src, dst = texts.get("from", ""), texts.get("to", "")
        side = texts.get("direction") or ("out" if src == subject else "in" if dst == subject else "")
        return src, dst, side if side in {"in", "out"} else ""
    if evidence.tool == "co_users" and bearer and "counterparty" in texts:
        return bearer, texts["counterparty"], ""
    side = texts.get("direction", "")
    if not side and table.name == "ends":
        side = "in" if evidence.arguments.get("direction") == "backward" else "out"
        subject = subject or next(iter(Holding(evidence, "").subjects), "")
    other = texts.get("counterparty", "") or (bearer if bearer != subject else "")
    if side == "out":
        return subject, other, side
    return (other, subject, side) if side == "in" else ("", "", "")


def _derived(fact: Fact, evidence: Evidence) -> Sequence[Known]:
    """What a fact says beside its value: the whole of a part, its share, the spans in its name and meaning."""
    if fact.of is None and not _spans_said(fact.name, fact.means):
        return ()
    more: list[Fact] = []
    before = "before_" if fact.name.startswith("before_") else ""
    if fact.of is not None and fact.kind == "count":
        base: dict[str, Any] = {"about": fact.about, "side": fact.side, "status": fact.status}
        more.append(
            Fact.model_construct(**_blank, **base, name=f"{before}whole", value=fact.of, kind="count", unit=fact.unit)
        )
        if fact.of:
            share = Decimal(str(fact.value)) / fact.of
            more.append(Fact.model_construct(**_blank, **base, name=fact.name, value=share, kind="share", unit=""))
    for size in _spans_said(fact.name, fact.means):
        base = {"about": fact.about, "side": "", "status": ""}
        more.append(Fact.model_construct(**_blank, **base, name="span", value=size, kind="duration", unit="seconds"))
    return [Known(made, evidence.id, evidence.tool, None, *_ends_of(made), made.side) for made in more]


@lru_cache(maxsize=10_000)
def _spans_said(name: str, means: str) -> tuple[int, ...]:
    """The seconds that a fact's name and meaning tell: the same for every case."""
    sizes = lexicon().spans
    found = (*_SPAN_IN_NAME.findall(name), *_SPAN_IN_WORDS.findall(means))
    units = {"m": "min", "d": "day"}
    return tuple(int(str(number).replace(",", "")) * sizes.get(units.get(unit, unit), 1) for number, unit in found)


_blank: dict[str, Any] = {"means": "", "other": "", "reach": "", "rank": "", "of": None, "row": None}


def _ends_of(fact: Fact) -> tuple[str, str]:
    return (
        (fact.about, fact.other) if fact.side == "out" else (fact.other, fact.about) if fact.side == "in" else ("", "")
    )


def _asked(evidence: Evidence, zone: str) -> Iterator[Fact]:
    """The subjects, their windows and the numbers among the options that a tool was asked with."""
    for name, value in evidence.arguments.items():
        if name == "subjects" and isinstance(value, list):
            for subject in value:
                if isinstance(subject, dict):
                    yield from _window(subject, zone)
        elif isinstance(value, bool):
            continue
        elif isinstance(value, int | float | str) and re.fullmatch(r"\d+(\.\d+)?", str(value)):
            if name.endswith("_usd"):
                yield Fact(name=f"asked_{name}", value=str(value), kind="money", unit="USD")
            elif "." not in str(value):
                yield Fact(name=f"asked_{name}", value=str(value), kind="count", unit=name)


def _window(subject: Mapping[str, Any], zone: str) -> Iterator[Fact]:
    name = canonical_id(str(subject.get("id", "")))
    yield Fact(name="subject", value=name, kind="id", about=name)
    since, until = subject.get("since"), subject.get("until")
    if isinstance(since, int):
        yield Fact(name="since", value=clock.iso(since), kind="time", about=name, rank="first")
    if isinstance(until, int):
        yield Fact(name="until", value=clock.iso(until - 1), kind="time", about=name, rank="last")
    if isinstance(since, int) and isinstance(until, int):
        days = (clock.local_date(until - 1, zone) - clock.local_date(since, zone)).days + 1
        yield Fact(name="window_days", value=days, kind="count", unit="days", about=name)


def _spans(evidence: Evidence, zone: str) -> Iterator[Fact]:
    """The days from the first to the last of something, both counted: `over 17 days`."""
    for first in evidence.facts:
        if first.kind == "time" and "first" in first.name and not first.name.startswith("before_"):
            last = evidence.fact(first.name.replace("first", "last"), first.about)
            if (
                last is not None
                and last.kind == "time"
                and max(epoch_of(str(first.value)), epoch_of(str(last.value))) > 0
            ):
                days = (clock.local_date(str(last.value), zone) - clock.local_date(str(first.value), zone)).days + 1
                yield Fact(name="window_days", value=days, kind="count", unit="days", about=first.about)


def _searched(evidence: Evidence) -> Iterator[Fact]:
    for text in (evidence.searched, evidence.truncated):
        for number, noun in _COUNT_IN_WORDS.findall(text):
            yield Fact(name="searched", value=number.replace(",", ""), kind="count", unit=noun)


def index(case: Case) -> dict[str, Holding]:
    """Every evidence of a case by its id."""
    return {evidence.id: hold(evidence, case.versions.timezone) for evidence in case.evidence}
