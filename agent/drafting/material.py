"""What a model is given to write from: the case and its evidence as text, cut to a stated size, and the cuts told."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from casewright.agent.memo.quote import in_words
from casewright.agent.privacy.untrusted import CLOSE, OPEN, plain, quoted
from casewright.knowledge import clock
from casewright.knowledge.case import Case
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table
from casewright.prompts import render

BUDGET = 48_000  # characters of evidence: some 16,000 tokens, which any model made for this work takes (ours)
_LONGEST_OUTSIDER = 160  # characters of a text that somebody outside wrote


class Level(NamedTuple):
    """How much is shown: rows of a table, facts of a piece of evidence, and whether a fact says what it means."""

    rows: int
    facts: int
    means: bool = True


# Tables give way before facts do, and the facts' meanings before the facts; what is cut is told at each.
LEVELS = (
    Level(12, 150),
    Level(6, 150),
    Level(3, 80),
    Level(3, 80, means=False),
    Level(0, 80, means=False),
    Level(0, 40, means=False),
    Level(0, 15, means=False),
    Level(0, 5, means=False),
)


@dataclass(frozen=True)
class Material:
    """The text that the model reads, and what of the evidence it was not shown, in a line for people."""

    text: str
    cut: str = ""


class Fitted(NamedTuple):
    """The evidence as text, a piece each; what was cut, in a line each; and the same in one line for people."""

    shown: tuple[str, ...]
    cut: tuple[str, ...]
    told: str


def material(case: Case, budget: int = BUDGET) -> Material:
    """The case for a model, its evidence in at most BUDGET characters.

    The program's own draft, the findings and the open points come on top of the budget; they are a few thousand.
    """
    evidence, cut, told = fitted(case, budget)
    subject = case.subjects[0]
    zone = case.versions.timezone
    ends = [clock.time_text(at, zone) if at is not None else "" for at in (subject.since, subject.until)]
    text = render(
        "case_material",
        case=case.id,
        subjects=", ".join(s.id for s in case.subjects),
        role=case.role,
        since=ends[0] or "the beginning of the ledger",
        until=ends[1] or "the end of the ledger",
        alert=case.alert.id if case.alert else "",
        zone=zone,
        currency=case.versions.currency,
        recommendation=case.recommendation,
        conclusion=case.narrative.sentences[-1].cited() if case.narrative.sentences else "",
        for_=[f for f in case.findings if f.speaks == "for"],
        against=[f for f in case.findings if f.speaks == "against"],
        typologies=case.typologies[:3],
        sections=case.narrative.sections,
        evidence=evidence,
        cut=cut,
    )
    return Material(text, told)


def fitted(case: Case, budget: int) -> Fitted:
    """The evidence at the fullest level that fits in BUDGET characters; where none does, its end is left out."""
    zone = case.versions.timezone
    own = case.subjects[0].id if len(case.subjects) == 1 else ""
    for level in LEVELS:
        told = [_evidence(evidence, level, zone, own) for evidence in case.evidence]
        if sum(len(text) for text, _ in told) <= budget:
            break
    shown, left, cut, rows, facts, gone = [], budget, [], [], [], []
    for evidence, (text, missing) in zip(case.evidence, told, strict=True):
        if len(text) > left:
            cut.append(f"{evidence.id} {evidence.tool}: not shown")
            gone.append(evidence.id)
            left = 0
            continue
        shown.append(text)
        left -= len(text)
        cut += [f"{evidence.id} {evidence.tool}: {missing}"] if missing else []
        rows += [evidence.id] if "rows of" in missing else []
        facts += [evidence.id] if "facts" in missing else []
    parts = [f"rows after the first {level.rows} of a table ({', '.join(rows)})" if rows else ""]
    parts += [f"some facts ({', '.join(facts)})" if facts else "", f"anything of {', '.join(gone)}" if gone else ""]
    return Fitted(tuple(shown), tuple(cut), "; ".join(filter(None, parts)))


def _evidence(evidence: Evidence, level: Level, zone: str, own: str) -> tuple[str, str]:
    """One piece of evidence as text, and what of it was left out."""
    lines, missing = [f"### {evidence.id} {evidence.tool}: {evidence.status}"], []
    told = [("Searched", evidence.searched), ("Cut off by the tool", evidence.truncated), ("Failed", evidence.reason)]
    lines += [f"{name}: {_plain(text, 300)}" for name, text in told if text]
    telling = [fact for fact in evidence.facts if fact.value != 0]
    lines += [_fact(fact, level, zone, own) for fact in telling[: level.facts]]
    if (more := len(telling) - level.facts) > 0:
        missing.append(f"{more:,} facts not shown")
    noughts = [_bare(fact, own) for fact in evidence.facts if fact.value == 0]
    if noughts and level.means:
        lines.append(f"- nought: {', '.join(noughts)}")
    elif noughts:
        missing.append(f"{len(noughts):,} facts that are nought not shown")
    for table in evidence.tables:
        if not table.rows:
            continue
        if level.rows:
            lines += _table(table, level.rows, zone)
        if (more := len(table.rows) - level.rows) > 0:
            missing.append(f"{more:,} of {len(table.rows):,} rows of `{table.name}` not shown")
    text = "; ".join(missing)
    return "\n".join([*lines, *([f"({text})"] if text else [])]) + "\n", text


def _fact(fact: Fact, level: Level, zone: str, own: str) -> str:
    """A fact in a line; what is about the case's own subject and completed says neither."""
    unit = f" {fact.unit}" if fact.kind == "count" and fact.unit else ""
    status = fact.status if fact.status != "completed" else ""
    marks = [f"side {fact.side}" if fact.side else "", status, fact.reach, fact.rank]
    marks += [f"of {fact.of:,}" if fact.of is not None else "", f"with {fact.other}" if fact.other else ""]
    marks += [f"about {fact.about}" if fact.about and fact.about != own else ""]
    told = ", ".join(filter(None, marks))
    means = f": {fact.means}" if level.means and fact.means else ""
    return f"- {fact.name} = {_value(fact, zone)}{unit}{f' ({told})' if told else ''}{means}"


def _bare(fact: Fact, own: str) -> str:
    """The name of a fact, with its whole and its party where they are not the usual ones."""
    whole = f" of {fact.of:,}" if fact.of else ""
    return f"{fact.name}{whole}{f' (about {fact.about})' if fact.about and fact.about != own else ''}"


def _table(table: Table, most: int, zone: str) -> Iterator[str]:
    """The first rows with the columns that hold anything; what stands in all of them alike is told once."""
    columns = [c for c in table.columns if any(row.get(c.name) not in (None, "") for row in table.rows)]
    same = [c for c in columns if len(table.rows) > 1 and len({str(row.get(c.name)) for row in table.rows}) == 1]
    told = "; ".join(f"{c.name} {_cell(table.rows[0], c, zone)}" for c in same)
    yield f"`{table.name}`" + (f" (in each row: {told})" if told else "")
    columns = [column for column in columns if column not in same]
    if columns:
        yield " | ".join(column.name for column in columns)
        yield from (" | ".join(_cell(row, column, zone) for column in columns).rstrip() for row in table.rows[:most])


def _cell(row: Row, column: Column, zone: str) -> str:
    value = row.get(column.name)
    if value is None or value == "":
        return ""
    if column.kind == "ratio" and row.get("unit"):  # an indicator's value, in the row's own unit
        return f"{Decimal(value).normalize():f} {row['unit']}"
    asset = "asset_in" if column.name == "amount_in" else "asset"
    unit = column.unit or (str(row.get(asset) or "") if column.kind == "native" else "")
    return _value(Fact(name=column.name, value=value, kind=column.kind, unit=unit), zone)


def _value(fact: Fact, zone: str) -> str:
    """The value as a memo writes it; what an outsider may have written is wrapped."""
    words = in_words(fact, zone)
    return quoted(words.replace("|", "/"), _LONGEST_OUTSIDER) if fact.kind in {"text", "label"} else _plain(words, 200)


def _plain(text: str, longest: int) -> str:
    """A text of the house in one line, without what could hide, or pass for a mark of a table or an outsider's text."""
    kept = plain(text.replace("|", "/").replace(OPEN, "[").replace(CLOSE, "]"))
    return kept if len(kept) <= longest else f"{kept[: longest - 1]}…"
