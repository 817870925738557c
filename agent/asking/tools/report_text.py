"""The text of a report on the open case, in the form of a regime."""

from typing import Annotated

from pydantic import Field

from casewright.agent.asking.around import Around
from casewright.agent.filing.report import Report, report
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table


def report_text(
    around: Around, *, regime: str = "", characters: Annotated[int, Field(ge=0, le=100_000)] = 0
) -> Evidence:
    """Draft the text that a person may file on the open case, with what is missing and what was left out.

    It is made of the memo's checked sentences in other words: no citations, headings, scores, rules. Nothing is filed.
    regime: sg, fincen, uk, eu or generic; empty for the workspace's own.
    characters: at most so many, without losing a date or an amount; nought for the regime's own limit.
    """
    if around.case is None or around.store is None:
        raise UsageError("there is no open case to draft a report on", hint="open a case")
    found = report(around.workspace, around.store, around.case, regime, characters=characters or None)
    return Evidence(
        tool="report_text",
        query="",
        tables=_tables(found),
        facts=tuple(_facts(found)),
        status="found",
        searched=f"the memo of {around.case.id} and what was decided about it, for: {found.regime.name}",
    )


def _facts(found: Report) -> list[Fact]:
    facts = [
        Fact(name="characters", value=len(found.form.text), kind="count", unit="characters", means="of the text"),
        Fact(name="sentences", value=len(found.made.pieces), kind="count", unit="sentences", means="of the text"),
        Fact(name="left_out", value=len(found.made.lost), kind="count", unit="sentences", means="of the memo"),
        Fact(name="missing", value=len(found.missing), kind="count", unit="points", means="a person must tell"),
    ]
    if found.due and found.due.day:
        facts.append(Fact(name="report_due", value=str(found.due.day), kind="date", means="the last day to file"))
    if found.made.key_term:
        facts.append(Fact(name="key_term", value=found.made.key_term.term, kind="word", unit="key term"))
    return [*facts, Fact(name="text", value=found.form.text, kind="text", means="as it would be filed")]


def _tables(found: Report) -> tuple[Table, ...]:
    missing: tuple[Row, ...] = tuple({"what": m.what, "command": m.command} for m in found.missing)
    lost: tuple[Row, ...] = tuple({"sentence": one.sentence, "why": one.why} for one in found.made.lost)
    fields: tuple[Row, ...] = tuple({"field": code} for code in found.codes)
    return (
        Table(name="rows", columns=(Column(name="field", kind="text", means="of the form"),), rows=fields),
        Table(
            name="missing",
            columns=(
                Column(name="what", kind="text", means="only a person can tell"),
                Column(name="command", kind="text", means="that sets it"),
            ),
            rows=missing,
        ),
        Table(
            name="left_out",
            columns=(Column(name="sentence", kind="text", means="of the memo"), Column(name="why", kind="text")),
            rows=lost,
        ),
    )
