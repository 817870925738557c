"""What names an account or address bears: every label on it, with who says so and since when."""

from collections import Counter

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table
from casewright.knowledge.records import Subjects
from casewright.tools.warehouse import Ledger

COLUMNS = (
    Column(name="subject", kind="id"),
    Column(name="id", kind="id", means="the address that bears the label"),
    Column(name="label", kind="label", means="the label's name"),
    Column(name="category", kind="word", unit="category"),
    Column(name="label_source", kind="word", unit="source", means="who says so"),
    Column(name="label_at", kind="time", means="when the label was known"),
    Column(name="label_confidence", kind="word", unit="confidence"),
    Column(name="network", kind="word", unit="network"),
)
_SQL = """
select s.id as subject, l.id, l.name as label, l.category, l.source as label_source, l.known_epoch as label_at,
       l.confidence as label_confidence, l.network
from labels l join asked s on l.id = s.id
order by s.nr, l.known_epoch, l.source, l.name"""


def labels(ledger: Ledger, subjects: Subjects) -> Evidence:
    """List every label that each subject itself bears, with its category, source and date."""
    with ledger.asked(subjects) as asked:
        rows: list[Row] = [{**row, "label_at": iso(row["label_at"])} for row in ledger.dicts(_SQL)]
        searched = ledger.value("select count(*) from labels")
    borne = Counter(str(row["subject"]) for row in rows)
    facts = tuple(
        Fact(name="labels", value=count, kind="count", unit="labels", means="labels that it bears", about=subject)
        for subject, count in borne.items()
    )
    return Evidence(
        tool="labels",
        query=f"{asked}\n{_SQL.strip()}",
        tables=(Table(columns=COLUMNS, rows=tuple(rows)),),
        facts=facts,
        status="found" if rows else "empty",
        searched=f"{searched:,} labels",
    )
