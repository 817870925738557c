"""Replaying a case: each tool is asked again with its stored arguments, and what moved is told."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

from casewright.agent.grounding.report import Moved
from casewright.knowledge.case import Case
from casewright.knowledge.evidence import Evidence, Fact, Table
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

Key = tuple[str, ...]
# Made from the case store or the typologies as they were then, by a person, or in a conversation: the ledger alone
# cannot be asked for them again.
_CONVERSATION = Path(__file__).parents[1] / "asking" / "tools"
_ELSEWHERE = {"earlier_cases", "typology", "note", "sql"} | {path.stem for path in _CONVERSATION.glob("[a-z]*.py")}


def replay_moved(case: Case, ledger: Ledger) -> tuple[Moved, ...]:
    """The facts and cells of a case that LEDGER answers otherwise now, in the order of its evidence.

    No query text of the case is run: the tools are called by name with validated arguments. A tool or an argument
    that does not exist (a case from elsewhere, or tampered with) is told as moved.
    """
    asked = (evidence for evidence in case.evidence if asked_again(evidence))
    return tuple(moved for evidence in asked for moved in moved_in_answer(evidence, partial(toolbox.replay, ledger)))


def asked_again(evidence: Evidence) -> bool:
    """Whether it is an answer of the ledger's tools, or claims to be one."""
    return evidence.tool not in _ELSEWHERE


def moved_in_answer(evidence: Evidence, again: Callable[[Evidence], Evidence]) -> Iterator[Moved]:
    """What one answer tells otherwise now that its question is put AGAIN; nothing of one that failed."""
    if evidence.status == "failed":
        return
    try:
        now = again(evidence)
    except Exception as error:  # noqa: BLE001  (one bad evidence of a foreign case must not hide what the others tell)
        yield Moved(
            evidence.id, f"tool {evidence.tool!r}", "answered", f"cannot be asked again: {str(error).splitlines()[0]}"
        )
        return
    if now.status != evidence.status:
        yield Moved(evidence.id, "status", evidence.status, now.status)
    yield from _facts(evidence, now)
    yield from _rows(evidence, now)


def _facts(was: Evidence, now: Evidence) -> Iterator[Moved]:
    before, after = _by_key(was.facts), _by_key(now.facts)
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield Moved(was.id, " ".join(filter(None, key)), _shown(old), _shown(new))


def _by_key(facts: tuple[Fact, ...]) -> dict[Key, tuple[str, ...]]:
    found: dict[Key, list[str]] = {}
    for fact in facts:
        key = (fact.name, fact.about, fact.other, fact.side, fact.status, fact.reach, fact.rank, fact.unit)
        whole = f" of {fact.of}" if fact.of is not None else ""
        found.setdefault(key, []).append(f"{_plain(fact.value)}{whole}")
    return {key: tuple(values) for key, values in found.items()}


def _shown(values: tuple[str, ...] | None) -> str | None:
    return None if values is None else ", ".join(values)


def _rows(was: Evidence, now: Evidence) -> Iterator[Moved]:
    """Rows that vanished, appeared or changed; a row that has one of the same parties and time is told as changed."""
    for name in dict.fromkeys(table.name for table in (*was.tables, *now.tables)):
        before, after = _lines(was, name), _lines(now, name)
        gone, fresh = list((before - after).elements()), list((after - before).elements())
        for old in sorted(gone):
            new = next((other for other in fresh if _alike(old, other)), None)
            if new is not None:
                fresh.remove(new)
                yield from _cells(was.id, name, old, new)
            else:
                yield Moved(was.id, _row_of(name), _line(old), None)
        for new in sorted(fresh):
            yield Moved(was.id, _row_of(name), None, _line(new))


def _row_of(table: str) -> str:
    return "a row" if table == _UNNAMED else f"a row of {table}"


Line = tuple[tuple[str, str], ...]
_UNNAMED = Table().name
_NAMING = ("subject", "id", "from", "to", "counterparty", "direction", "kind", "asset", "network", "status", "transfer",
           "date", "indicator", "device", "alert")  # fmt: skip


def _lines(evidence: Evidence, name: str) -> Counter[Line]:
    rows = evidence.table(name).rows
    return Counter(tuple((column, _plain(value)) for column, value in row.items() if value is not None) for row in rows)


def _alike(old: Line, new: Line) -> bool:
    one, other = dict(old), dict(new)
    named = [name for name in _NAMING if name in one or name in other]
    return bool(named) and all(one.get(name) == other.get(name) for name in named)


def _cells(evidence: str, table: str, old: Line, new: Line) -> Iterator[Moved]:
    one, other = dict(old), dict(new)
    named = " ".join(one[name] for name in _NAMING if name in one and len(one[name]) <= 80)
    for name in dict.fromkeys([*one, *other]):
        if one.get(name) != other.get(name):
            yield Moved(evidence, f"{name} in {_row_of(table)}: {named}", one.get(name), other.get(name))


def _line(line: Line) -> str:
    return ", ".join(f"{name} {value}" for name, value in line)[:300]


def _plain(value: object) -> str:
    """A value as text; numbers by their size, however many noughts they carry."""
    text = str(value)
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
    return text
