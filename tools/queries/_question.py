"""A question to the ledger about a set of subjects: its statements, and the answer made of what they found.

The question keeps the query as people may paste it, and says for each subject what was searched and what was cut off.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from casewright.knowledge.clock import local_date
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence, Fact, Share, Table
from casewright.knowledge.records import Subject, Subjects
from casewright.tools.warehouse import Ledger, literal

_TOLD = 5  # accounts whose cuts are told one by one


class Span(NamedTuple):
    """How many records were searched for one subject, and from when to when (epoch seconds)."""

    records: int
    first: int | None = None
    last: int | None = None


def spans_of(parts: Iterable[tuple[str, int, int, int]]) -> dict[str, Span]:
    """The span of each subject whose records were counted in parts: subject, records, first and last epoch."""
    spans: dict[str, Span] = {}
    for subject, records, first, last in parts:
        _, before, after = spans.get(subject, (0, first, last))
        ends = min(first if before is None else before, first), max(last if after is None else after, last)
        spans[subject] = Span(spans.get(subject, Span(0)).records + records, *ends)
    return spans


class Question:
    """One tool's question about one set of subjects."""

    def __init__(self, ledger: Ledger, subjects: Subjects, tool: str, asked: str) -> None:
        self.ledger, self.subjects, self.tool = ledger, subjects, tool
        self._said = [asked]
        self._kept: list[str] = []

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement and fetch everything. `near_legs` in it stands for the legs of the subjects."""
        return self.ledger.rows(self._say(query, parameters), **parameters)

    def dicts(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """The same, each row under its column names."""
        return self.ledger.dicts(self._say(query, parameters), **parameters)

    def keep(self, name: str, query: str, **parameters: Any) -> None:
        """Keep a statement's rows as the temporary table NAME until the question is answered."""
        self._kept.append(name)
        self.rows(f"create or replace temp table {name} as {query.strip()}", **parameters)

    def drop(self) -> None:
        """Forget the temporary tables."""
        for name in self._kept:
            self.ledger.rows(f"drop table if exists {name}")

    def answer(
        self,
        tables: Sequence[Table],
        facts: Sequence[Fact],
        spans: Mapping[str, Span],
        *,
        nouns: tuple[str, str] = ("leg", "legs"),
        found: Collection[str] | None = None,
        cut: Mapping[str, str] | None = None,
        from_start: bool = False,
    ) -> Evidence:
        """The evidence. SPANS says what was searched for each subject, CUT what a cap left out.

        FOUND are the subjects with something to show, else those with rows. FROM_START: the history before the
        windows was searched with them.
        """
        if from_start:
            subjects = tuple(subject.model_copy(update={"since": None}) for subject in self.subjects)
        else:
            subjects = self.subjects
        cut = cut or {}
        with_rows = {str(row["subject"]) for t in tables for row in t.rows} if found is None else set(found)
        answer = Evidence(
            tool=self.tool,
            query="\n".join(self._said),
            status="found" if with_rows else "empty",
            searched=_searched(self.ledger.timezone, subjects, spans, nouns),
            truncated=_told_cuts(cut, len(self.subjects)),
        ).model_copy(update={"tables": tuple(tables), "facts": tuple(facts)})
        if len(self.subjects) == 1:
            return answer
        shares = {}
        for subject in subjects:
            searched = _searched(self.ledger.timezone, (subject,), spans, nouns)
            shares[subject.id] = Share(
                "found" if subject.id in with_rows else "empty", searched, cut.get(subject.id, "")
            )
        return answer.with_shares(shares)

    def _say(self, query: str, parameters: Mapping[str, Any]) -> str:
        """Keep the statement for people, with its values in it and over all legs; what to run is returned."""
        text = query.strip().replace("near_legs", "legs")
        self._said.append(re.sub(r"\$(\w+)", lambda name: literal(parameters[name[1]]), text) + ";")
        return query.replace("near_legs", self.ledger.near_legs)


@contextmanager
def asking(ledger: Ledger, subjects: Subjects, tool: str) -> Iterator[Question]:
    """Ask about these subjects. Raises UsageError where one stands there with two windows: rows could not tell them."""
    seen: set[str] = set()
    for subject in subjects:
        if subject.id in seen:
            raise UsageError(f"{subject.id!r} is asked about twice", hint="ask about each subject once, in one window")
        seen.add(subject.id)
    with ledger.asked(subjects) as asked:
        question = Question(ledger, subjects, tool, asked)
        try:
            yield question
        finally:
            question.drop()


def counted(count: int, one: str, many: str) -> str:
    """`1 leg`, `1,204 legs`, `no legs`."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {many}" if count else f"no {many}"


def _searched(zone: str, subjects: Subjects, spans: Mapping[str, Span], nouns: tuple[str, str]) -> str:
    """`31 legs of 1 account, 2025-11-03 to 2025-11-19`: local days, the last one included."""
    records, firsts, lasts = 0, [], []
    for subject in subjects:
        count, first, last = _span(subject, spans)
        records += count
        firsts += [] if first is None else [first]
        lasts += [] if last is None else [last]
    first, last = min(firsts, default=None), max(lasts, default=None)
    start, end = ("" if moment is None else _day(moment, zone) for moment in (first, last))
    when = f", {start} to {end}" if start and end else f", from {start}" if start else f", up to {end}" if end else ""
    return f"{counted(records, *nouns)} of {counted(len(subjects), 'account', 'accounts')}{when}"


def _span(subject: Subject, spans: Mapping[str, Span]) -> Span:
    """The subject's window, its open ends as far as there were records."""
    found = spans.get(subject.id, Span(0))
    first = found.first if subject.since is None else subject.since
    return Span(found.records, first, found.last if subject.until is None else subject.until - 1)


def _told_cuts(cut: Mapping[str, str], subjects: int) -> str:
    if subjects == 1:
        return next(iter(cut.values()), "")
    told = [f"{subject}: {text}" for subject, text in list(cut.items())[:_TOLD]]
    return "; ".join(told + ([f"and {len(cut) - _TOLD:,} accounts more"] if len(cut) > _TOLD else []))


@cache
def _day(epoch: int, zone: str) -> str:
    try:
        return local_date(epoch, zone).isoformat()
    except (ValueError, OverflowError, OSError):  # beyond the calendar: milliseconds for seconds, say
        return str(epoch)
