"""The way back to the source: the files and lines that an answer's rows were read from."""

from typing import Any, NamedTuple

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.warehouse import Ledger

MOST = 200  # lines that are looked up
_TOLD = 12  # lines told of a file
# Tools whose rows are one record each of another table than the transfers, and whose record it is there.
_RECORDS = {"customer": ("customers", "id"), "labels": ("labels", "id"), "scores": ("scores", "id"),
            "alerts": ("alerts", "subject"), "logins": ("logins", "subject")}  # fmt: skip


class Origin(NamedTuple):
    """A file that was imported, and the lines of it in order; `cut` where there are more than were looked up."""

    file: str
    lines: tuple[int, ...]
    cut: bool = False

    def told(self) -> str:
        """`data/transfers.csv: lines 12, 14, 18`."""
        shown = ", ".join(f"{line:,}" for line in self.lines[:_TOLD])
        more = len(self.lines) - _TOLD
        rest = f" and {more:,}{' or' if self.cut else ''} more" if more > 0 else ""
        return f"{self.file}: line{'' if len(self.lines) == 1 else 's'} {shown}{rest}"


def origins(ledger: Ledger, evidence: Evidence) -> tuple[Origin, ...]:
    """Where the rows of this evidence were read: those of its transfers, else all of its subjects in their windows.

    Empty for what was not asked of the ledger (earlier cases, notes).
    """
    table, column = _RECORDS.get(evidence.tool, ("transfers", ""))
    named = sorted({str(row["transfer"]) for t in evidence.tables for row in t.rows if row.get("transfer")})
    subjects = _subjects(evidence)
    if named and table == "transfers":
        found = _rows(ledger, "where t.id in (select unnest($ids::varchar[]))", "transfers", ids=named[:MOST])
    elif not subjects:
        return ()
    elif table == "transfers":
        found = _of_subjects(ledger, subjects)
    else:
        ids = [subject.id for subject in subjects]
        found = _rows(ledger, f"where t.{column} in (select unnest($ids::varchar[]))", table, ids=ids)
    lines: dict[str, list[int]] = {}
    for file, line in found[:MOST]:
        lines.setdefault(str(file), []).append(int(line))
    cut = len(found) > MOST or len(named) > MOST
    return tuple(Origin(file, tuple(sorted(numbers)), cut) for file, numbers in lines.items())


def _of_subjects(ledger: Ledger, subjects: Subjects) -> list[tuple[Any, ...]]:
    with ledger.asked(subjects):
        return ledger.rows(
            f"""
            select distinct i.file, t.line
            from asked a
            join legs l on l.key = a.key and l.account = a.id and l.epoch >= a.since and l.epoch < a.until
            join transfers t on t.id = l.transfer and t.epoch = l.epoch
            join imports i on i.import_id = t.import_id
            order by 1, 2 limit {MOST + 1}"""
        )


def _rows(ledger: Ledger, where: str, table: str, **values: Any) -> list[tuple[Any, ...]]:
    return ledger.rows(
        f"""
        select distinct i.file, t.line from {table} t join imports i on i.import_id = t.import_id {where}
        order by 1, 2 limit {MOST + 1}""",
        **values,
    )


def _subjects(evidence: Evidence) -> Subjects:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Subjects).validate_python(evidence.arguments.get("subjects", ()))
    except ValidationError:  # a tool that asks about something else than accounts
        return ()
