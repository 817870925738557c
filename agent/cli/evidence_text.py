"""Evidence for a person at a terminal: what was searched, the tables, then the facts about each subject."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from casewright.agent.cli.contract import printable
from casewright.agent.cli.contract import table as aligned
from casewright.agent.memo.quote import in_words, one_of
from casewright.knowledge import clock
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table

ROWS = 50  # of a table
SUBJECTS = 5  # whose facts are told
_BEFORE = "before_"
_IN_COUNTERPARTY = {"from", "to"}  # said by direction and counterparty already


def text(evidence: Evidence, zone: str, *, query: bool = False) -> str:
    """The whole answer; times are on ZONE's clock. QUERY adds the statement that people may paste."""
    told = {"searched": evidence.searched, "cut": evidence.truncated, "reason": evidence.reason}
    parts = [f"{evidence.tool}: {evidence.status}", *(f"  {name}: {words}" for name, words in told.items() if words)]
    shown = [table for table in evidence.tables if table.rows]
    if any(column.kind == "time" for table in shown for column in table.columns):
        parts.append(f"  times: {clock.zone_name(zone)}")
    for table in shown:
        parts.append("\n" + _table(table, zone, titled=len(evidence.tables) > 1))
    parts += ["\n" + told for told in _facts(evidence.facts, zone)]
    if query:
        parts.append("\n" + evidence.query)
    return "\n".join(printable(part) for part in parts)


def _table(table: Table, zone: str, *, titled: bool) -> str:
    columns = worth_showing(table)
    lines = [{heading(column): cell(column, row, zone) for column in columns} for row in table.rows[:ROWS]]
    more = len(table.rows) - ROWS
    note = f"\n... and {more:,} more rows; --json gives them all" if more > 0 else ""
    return (f"{table.name}\n" if titled else "") + aligned(lines) + note


def worth_showing(table: Table) -> list[Column]:
    """The columns that tell something: not empty, not the one subject again and again, no party twice."""
    names = {column.name for column in table.columns}
    one_subject = len({row.get("subject") for row in table.rows}) == 1
    return [
        column
        for column in table.columns
        if any(row[column.name] not in (None, "") for row in table.rows[:ROWS])
        and not (column.name == "subject" and one_subject)
        and not (column.name in _IN_COUNTERPARTY and "counterparty" in names)
    ]


def heading(column: Column) -> str:
    """What stands above a column: its name in words, money by its currency."""
    name = column.name.replace("_", " ")
    if column.kind == "money":
        return column.unit if column.name in {"usd", "local"} else f"{name.removesuffix(' usd')} {column.unit}"
    return name


def cell(column: Column, row: Row, zone: str) -> str:
    """What a row holds in that column, for people; times on ZONE's clock."""
    value = row[column.name]
    if value is None:
        return ""
    match column.kind:
        case "money":
            return f"{value:,.2f}"
        case "time":
            return clock.local(str(value), zone).strftime("%Y-%m-%d %H:%M:%S")
        case "native" | "rate":
            return _plain(Decimal(value))
        case "share" | "duration":
            return in_words(Fact(name=column.name, value=value, kind=column.kind), zone)
        case "text" | "label" | "word":
            return " ".join(str(value).split())
        case _:
            return str(value)


def _plain(amount: Decimal) -> str:
    digits = f"{amount:,f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _facts(facts: Sequence[Fact], zone: str) -> list[str]:
    """A block for each subject: a line a fact, that of the time before the window beside it."""
    about: dict[str, list[Fact]] = {}
    for fact in facts:
        about.setdefault(fact.about, []).append(fact)
    blocks = [_block(subject, told, zone) for subject, told in list(about.items())[:SUBJECTS]]
    more = len(about) - SUBJECTS
    return blocks + ([f"... and the facts about {more:,} more accounts; --json gives them all"] if more > 0 else [])


def facts_about(evidence: Evidence, zone: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Of each subject, at most so many: the name, the value and the meaning of its facts."""
    about: dict[str, list[tuple[str, str, str]]] = {}
    for fact in evidence.facts:
        about.setdefault(fact.about, []).append((_name(fact.name), _value(fact, zone), fact.means))
    return list(about.items())[:SUBJECTS]


def _block(subject: str, facts: Sequence[Fact], zone: str) -> str:
    lines: dict[Any, dict[str, str]] = {}
    before = any(fact.name.startswith(_BEFORE) for fact in facts)
    for fact in facts:
        name = fact.name.removeprefix(_BEFORE)
        line = lines.setdefault((name, fact.side, fact.unit, fact.other if not before else ""), {"fact": _name(name)})
        line["before" if name != fact.name else "value"] = _value(fact, zone)
        if name == fact.name or "means" not in line:
            line["means"] = fact.means
    wanted = ["fact", "value", *(["before"] if before else []), "means"]
    return f"About {subject}\n" + aligned([{key: line.get(key, "") for key in wanted} for line in lines.values()])


def _name(name: str) -> str:
    return name.removesuffix("_usd").removesuffix("_local").replace("_", " ")


def _value(fact: Fact, zone: str) -> str:
    told = " ".join(in_words(fact, zone).split())
    if fact.kind == "count":
        told += f" of {fact.of:,}" if fact.of is not None else ""
        told += f" {fact.unit if fact.value != 1 or fact.of is not None else one_of(fact.unit)}"
    return f"{told} ({fact.other})" if fact.other and fact.kind == "money" else told
