"""The base evidence of many subjects at once: one pass a tool over all of them, then each gets its share."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.indicator import Request
from casewright.knowledge.records import Subject, Subjects
from casewright.tools import toolbox
from casewright.tools.queries.comparison import answer as compare
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
    "indicators",
)


class Asking(NamedTuple):
    """A tool and the options that are not its defaults."""

    tool: str
    options: Mapping[str, Any] = {}


def base(requests: Sequence[Request] = ()) -> tuple[Asking, ...]:
    """What every case begins with; REQUESTS are what the tool `indicators` is asked for, all of them without."""
    return tuple(Asking(tool, {"requests": tuple(requests)} if tool == "indicators" else {}) for tool in BASE)


def gather(ledger: Ledger, subjects: Subjects, asked: Sequence[Asking] = base()) -> dict[Subject, tuple[Evidence, ...]]:
    """The answers for each subject, as if each had been asked alone, in one pass a tool over all of them.

    One subject may stand there in several windows. A tool that fails is asked for each subject alone, so that it fails
    for those alone that it cannot answer for: these get failed evidence with the reason. Ids are left to the caller.
    Only tools that `toolbox.per_subject` can share out. Raises UsageError for an unknown tool.
    """
    for one in asked:
        toolbox.tool(one.tool)
    found: dict[Subject, tuple[Evidence, ...]] = {}
    with no_collector():
        for group in rounds(subjects):
            with ledger.narrowed(group):
                shared = [_each(ledger, group, one) for one in asked]
            found |= {subject: tuple(answers[subject.id] for answers in shared) for subject in group}
    return {subject: found[subject] for subject in subjects}


def _each(ledger: Ledger, group: Subjects, asked: Asking) -> dict[str, Evidence]:
    whole = ask(ledger, asked.tool, group, **asked.options)
    if whole.status == "failed" and len(group) > 1:
        return {subject.id: ask(ledger, asked.tool, (subject,), **asked.options) for subject in group}
    return toolbox.per_subject(whole, group)


def beside(ledger: Ledger, requests: Mapping[Subject, Sequence[Request]]) -> dict[Subject, Evidence]:
    """The answer of the tool `comparison` for each subject, asked for its own requests, in one pass."""
    found = {}
    for group in rounds(tuple(requests)):
        try:
            whole = compare(ledger, group, [list(requests[subject]) for subject in group])
        except Exception as error:  # noqa: BLE001  as in `ask`
            whole = failed("comparison", error)
        for subject, answer in zip(group, toolbox.per_subject(whole, group).values(), strict=True):
            own = [request.model_dump(mode="json") for request in requests[subject]]
            arguments = {"subjects": [subject.model_dump(exclude_none=True)], "names": [], "requests": own}
            found[subject] = answer.model_copy(update={"arguments": arguments})
    return found


def rounds(subjects: Subjects) -> Iterator[Subjects]:
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
        told = [subject.model_dump(exclude_none=True) for subject in subjects]
        return failed(tool, error).model_copy(update={"arguments": {"subjects": told}})


def failed(tool: str, error: Exception) -> Evidence:
    """The evidence that a question failed, with the reason."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return Evidence(tool=tool, query="", status="failed", reason=reason)


@contextmanager
def no_collector() -> Iterator[None]:
    """Hold the garbage collector: it would walk all facts made so far again and again, a third of the whole time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
