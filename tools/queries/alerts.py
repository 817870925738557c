"""Why somebody looks: the alerts on a subject."""

from collections import Counter

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Share, Table
from casewright.knowledge.records import Subjects
from casewright.tools.warehouse import Ledger

COLUMNS = (
    Column(name="subject", kind="id"),
    Column(name="at", kind="time", means="when the alert was raised"),
    Column(name="alert", kind="word", unit="alert", means="the alert's id"),
    Column(name="rule", kind="word", unit="rule", means="the rule that raised it"),
    Column(name="title", kind="word", unit="title", means="what the rule looks for"),
    Column(name="reason", kind="text", means="the values that raised it"),
    Column(name="source", kind="word", unit="source"),
)
_SQL = """
select a.subject, a.epoch as at, a.id as alert, a.rule, a.title, a.reason, a.source
from alerts a join asked s on a.subject = s.id and a.epoch >= s.since and a.epoch < s.until
order by s.nr, a.epoch, a.id"""


def alerts(ledger: Ledger, subjects: Subjects) -> Evidence:
    """List the alerts on each subject in its window, oldest first."""
    with ledger.asked(subjects) as asked:
        rows: list[Row] = [{**row, "at": iso(row["at"])} for row in ledger.dicts(_SQL)]
    counts = Counter(str(row["subject"]) for row in rows)
    facts = tuple(
        Fact(
            name="alerts", value=count, kind="count", unit="alerts", means="alerts raised in the window", about=subject
        )
        for subject, count in counts.items()
    )
    answer = Evidence(
        tool="alerts",
        query=f"{asked}\n{_SQL.strip()}",
        tables=(Table(columns=COLUMNS, rows=tuple(rows)),),
        facts=facts,
        status="found" if rows else "empty",
        searched=f"the alerts on {len(subjects)} account{'s' if len(subjects) != 1 else ''}",
    )
    if len(subjects) == 1:
        return answer
    alone = "the alerts on 1 account"
    return answer.with_shares({s.id: Share("found" if counts[s.id] else "empty", alone) for s in subjects})
