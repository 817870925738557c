"""The base evidence of many subjects at once: one pass a tool over all of them, then each gets its share."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, Subjects
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

# What every case begins with, in the order in which it is told.
BASE = (
    "account_profile",
    "customer",
    "labels",
    "flows",
    "counterparties",
    "payers",
    "timeline",
    "transfers",
    "balances",
    "dwell",
    "logins",
    "co_users",
    "scores",
)


def gather(ledger: Ledger, subjects: Subjects, tools: Sequence[str] = BASE) -> dict[Subject, tuple[Evidence, ...]]:
    """The answers of these tools, with their defaults, for each subject, as if each had been asked alone.

    One subject may stand there in several windows. A tool that fails gives failed evidence with the reason. Ids are
    left to the caller. Only tools that `toolbox.per_subject` can share out. Raises UsageError for an unknown tool.
    """
    for name in tools:
        toolbox.tool(name)
    found: dict[Subject, tuple[Evidence, ...]] = {}
    with _no_collector():
        for group in _rounds(subjects):
            with ledger.narrowed(group):
                shared = [toolbox.per_subject(ask(ledger, tool, group), group) for tool in tools]
            found |= {subject: tuple(answers[subject.id] for answers in shared) for subject in group}
    return {subject: found[subject] for subject in subjects}


def _rounds(subjects: Subjects) -> Iterator[Subjects]:
    """The subjects in groups in which every id stands once: rows could not tell two windows of one account apart."""
    left = list(dict.fromkeys(subjects))
    while left:
        group = {subject.id: subject for subject in reversed(left)}
        chosen = set(group.values())
        yield tuple(subject for subject in left if subject in chosen)
        left = [subject for subject in left if subject not in chosen]


def ask(ledger: Ledger, tool: str, subjects: Subjects, **options: object) -> Evidence:
    """The tool's answer; failed evidence with the reason where it fails."""
    try:
        return toolbox.call(ledger, tool, subjects, **options)
    except Exception as error:  # noqa: BLE001  a question that fails must not cost the cases their other evidence
        reason = " ".join(str(error).split()) or type(error).__name__
        return Evidence(tool=tool, query="", status="failed", reason=reason)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Hold the garbage collector: it would walk all facts made so far again and again, a third of the whole time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
