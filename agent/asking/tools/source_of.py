"""Where a figure comes from: the query behind an answer, and file and line of the records that it lists."""

from casewright.agent.asking.around import Around
from casewright.agent.asking.examined import everything
from casewright.knowledge.errors import NotFound, UsageError
from casewright.knowledge.evidence import Column, Evidence, Row, Table

COLUMNS = (
    Column(name="transfer", kind="hash", means="the record's id"),
    Column(name="file", kind="text", means="where it was imported from"),
    Column(name="line", kind="count", unit="line", means="of that file, the header counted"),
    Column(name="format", kind="word", unit="format"),
)
_MOST = 200
_SQL = """
select t.id as transfer, i.file, t.line, i.format
from transfers t join imports i on i.import_id = t.import_id
where t.id in (select unnest($ids)) order by t.epoch, t.id"""


def source_of(around: Around, *, evidence: str = "") -> Evidence:
    """Tell where an answer comes from: the query that gave it, to run by hand, and file and line of the transfers that
    it lists.

    evidence: the id of the answer, such as E3; empty for the last one
    """
    known = everything(around)
    if not known:
        raise UsageError("nothing was asked yet", hint="ask something first")
    wanted = evidence.strip().strip("[]").upper() or list(known)[-1]
    if wanted not in known:
        raise NotFound(f"there is no evidence {wanted!r} in this conversation")
    asked = known[wanted]
    ids = list(dict.fromkeys(
        str(row["transfer"]) for table in asked.tables for row in table.rows if row.get("transfer")
    ))  # fmt: skip
    rows: tuple[Row, ...] = tuple(around.ledger.dicts(_SQL, ids=ids[:_MOST])) if ids else ()
    return Evidence(
        tool="source_of",
        arguments={"evidence": wanted},
        query=asked.query,
        tables=(Table(columns=COLUMNS, rows=rows),),
        status="found",
        searched=f"{wanted}: {asked.tool}, {asked.searched}",
        truncated=f"{len(ids) - _MOST:,} of {len(ids):,} transfers left out" if len(ids) > _MOST else "",
        reason="" if ids else "it lists no single transfers; its query tells how it was counted",
    )
