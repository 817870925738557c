"""What the house wrote about a subject before: earlier cases and reports filed, as evidence that a text may cite."""

from collections.abc import Sequence
from typing import NamedTuple

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table
from casewright.knowledge.records import Record, Subject, Subjects
from casewright.tools.store.cases import CaseRow, Store
from casewright.tools.store.filing import Act, Filed, filed_on

COLUMNS = (
    Column(name="subject", kind="id"),
    Column(name="case", kind="word", unit="case", means="the earlier case's id"),
    Column(name="at", kind="time", means="when its alert was raised, else when it was made"),
    Column(name="alert", kind="word", unit="alert", means="the alert that led to it"),
    Column(name="case_status", kind="word", unit="case status", means="how far its review is, by the acts on it"),
    Column(name="recommendation", kind="word", unit="recommendation", means="what its draft recommends"),
)
FILED = (
    Column(name="case", kind="word", unit="case", means="the case on which the filing was told"),
    Column(name="filed_on", kind="date"),
    Column(name="reference", kind="word", unit="reference", means="as the authority gave it"),
)
_SQL = """
select s.subject, c.id as "case", c.at, c.alert, c.recommendation,
  (select r.act from review_acts r where r.kind = 'case' and r.about = c.id
    and r.act in ('escalated', 'closed', 'approved', 'returned', 'reopened') order by r.audit desc limit 1) as last_act
from cases c join case_subjects s on s.case_id = c.id and s.version = c.version
where s.subject in ({subjects}) and c.id <> {leave_out}{before}
  and c.version = (select max(version) from cases where id = c.id)
order by c.at desc, c.id"""


class Before(NamedTuple):
    """Whose earlier cases are asked for: those about a moment before BEFORE (epoch seconds), but for one case."""

    subject: Subject
    before: int | None = None
    leave_out: str = ""


def earlier_cases(store: Store, subjects: Subjects, *, before: int | None = None, leave_out: str = "") -> Evidence:
    """List the cases on each subject in the case store, newest first, but for the case LEAVE_OUT.

    BEFORE (epoch seconds, exclusive) keeps to cases about an earlier moment: what was known then. The table `reports`
    holds every report that people told of as filed, those of the case LEAVE_OUT too.
    """
    found = store.cases([subject.id for subject in subjects], before=before, leave_out=leave_out)
    return _answer(subjects, found, filed_on(store, [subject.id for subject in subjects]), before, leave_out)


def earlier_of_each(store: Store, asked: Sequence[Before]) -> list[Evidence]:
    """The answers of `earlier_cases` to each of these, the store being read once."""
    by_subject: dict[str, list[CaseRow]] = {}
    for case in store.cases([one.subject.id for one in asked]):
        for name in case.subjects:
            by_subject.setdefault(name, []).append(case)
    any_filed = filed_on(store, [one.subject.id for one in asked])
    answers = []
    for one in asked:
        known = by_subject.get(one.subject.id, ())
        found = [c for c in known if c.id != one.leave_out and (one.before is None or c.at < one.before)]
        filed = filed_on(store, [one.subject.id]) if any_filed else ()
        answers.append(_answer((one.subject,), found, filed, one.before, one.leave_out))
    return answers


def _answer(
    subjects: Subjects, found: Sequence[CaseRow], reported: Sequence[Act], before: int | None, leave_out: str
) -> Evidence:
    rows: list[Row] = []
    facts = []
    for subject in subjects:
        own = [case for case in found if subject.id in case.subjects]
        rows += [
            {
                "subject": subject.id,
                "case": case.id,
                "at": iso(case.at),
                "alert": case.alert or None,
                "case_status": case.status,
                "recommendation": case.recommendation,
            }
            for case in own
        ]
        facts.append(
            Fact(
                name="earlier_cases",
                value=len(own),
                kind="count",
                unit="cases",
                means="earlier cases on it in the case store",
                about=subject.id,
            )
        )
    filed = {(act.what.day, act.what.reference): act.case for act in reported if isinstance(act.what, Filed)}
    reports: tuple[Row, ...] = tuple(
        {"case": case, "filed_on": str(day), "reference": reference} for (day, reference), case in filed.items()
    )
    return Evidence(
        tool="earlier_cases",
        arguments={
            "subjects": [subject.model_dump(exclude_none=True) for subject in subjects],
            "before": before,
            "leave_out": leave_out,
        },
        query=_SQL.strip().format(
            subjects=", ".join(_quoted(subject.id) for subject in subjects),
            leave_out=_quoted(leave_out),
            before="" if before is None else f" and c.at < {before}",
        ),
        tables=(Table(columns=COLUMNS, rows=tuple(rows)), Table(name="reports", columns=FILED, rows=reports)),
        facts=tuple(facts),
        status="found" if rows or reports else "empty",
        searched=f"the case store for {len(subjects)} account{'s' if len(subjects) != 1 else ''}",
    )


def earlier_cases_again(store: Store, evidence: Evidence) -> Evidence:
    """Ask again what `earlier_cases` answered, by its arguments. Raises ValidationError for others."""
    asked = _Asked.model_validate(evidence.arguments)
    answer = earlier_cases(store, asked.subjects, before=asked.before, leave_out=asked.leave_out)
    return answer.with_id(evidence.id)


class _Asked(Record):
    subjects: Subjects
    before: int | None
    leave_out: str


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
