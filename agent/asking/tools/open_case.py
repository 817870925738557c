"""What the open case holds: the computed recommendation, what speaks for and against, what is still open."""

from collections.abc import Iterator

from casewright.agent.asking.around import Around
from casewright.knowledge.case import Case
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table

COLUMNS = (
    Column(name="part", kind="word", unit="part", means="recommendation, for, against, to do, unknowable or memo"),
    Column(
        name="statement", kind="word", unit="statement", means="a checked sentence, to be said with what it rests on"
    ),
    Column(name="rests_on", kind="word", unit="evidence", means="the ids of the evidence that hold it: cite these"),
    Column(name="weight", kind="word", unit="strength", means="weak, moderate or strong"),
    Column(name="section", kind="word", unit="section", means="of the memo"),
    Column(name="command", kind="word", unit="command", means="what a person runs to settle an open point"),
)


def open_case(around: Around) -> Evidence:
    """Tell what the open case holds: the computed recommendation with its reasons, every finding for and against
    suspicion, the open points, and the sentences of the draft memo.

    Each statement is checked already; say it with the ids that it rests on. Use it for a summary, a brief, innocent
    explanations, what speaks against, open questions, and what would rule suspicion out.
    """
    case = around.case
    if case is None:
        raise UsageError("no case is open", hint="open one by its id, or ask about an account")
    rows = tuple(_rows(case))
    counted = {side: sum(finding.speaks == side for finding in case.findings) for side in ("for", "against")}
    facts = tuple(
        Fact(name=f"findings_{side}", value=number, kind="count", unit="findings", means=f"that speak {side} suspicion")
        for side, number in counted.items()
    )
    return Evidence(
        tool="open_case",
        query=f"casewright cases show {case.id}",
        tables=(Table(columns=COLUMNS, rows=rows),),
        facts=facts,
        status="found",
        searched=f"the case {case.id}",
    )


def _rows(case: Case) -> Iterator[Row]:
    nothing: Row = {column.name: None for column in COLUMNS}
    yield {**nothing, "part": "recommendation", "statement": case.recommendation}
    for finding in case.findings:
        yield {**nothing, "part": finding.speaks, "statement": finding.statement, "weight": finding.strength,
               "rests_on": " ".join(finding.evidence)}  # fmt: skip
    for point in case.not_looked_at:
        part = "to do" if point.kind == "todo" else "unknowable"
        yield {**nothing, "part": part, "statement": point.what, "rests_on": " ".join(point.evidence),
               "command": point.command or None}  # fmt: skip
    for section in case.narrative.sections:
        for sentence in section.sentences:
            yield {**nothing, "part": "memo", "statement": sentence.text, "rests_on": " ".join(sentence.evidence),
                   "section": section.title}  # fmt: skip
