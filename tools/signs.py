"""What matching needs to know of subjects, asked for all of them in one pass a tool."""

from collections.abc import Iterable
from typing import Any

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, Subjects
from casewright.knowledge.typology import Typology
from casewright.tools import matching, toolbox
from casewright.tools.pack import ask, rounds
from casewright.tools.warehouse import Ledger

# The tools, and options that keep rows few: matching reads their facts, which count all.
_ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("customer", {}),
    ("labels", {}),
    ("timeline", {"days": 1}),
    ("exposure", {"hops": matching.HOPS, "limit": 1}),
)


def signs(ledger: Ledger, subjects: Subjects, typologies: Iterable[Typology]) -> dict[Subject, tuple[Evidence, ...]]:
    """The evidence that the approved typologies' red flags are read from, for each subject, numbered from E1.

    An account may stand there in several windows. A tool that fails gives failed evidence with the reason.
    """
    wanted = matching.requests(typologies)
    found: dict[Subject, tuple[Evidence, ...]] = {}
    for group in rounds(subjects):
        with ledger.narrowed(group):
            answers = [ask(ledger, "indicators", group, requests=wanted)] if wanted else []
            answers += [ask(ledger, tool, group, **options) for tool, options in _ASKED]
        shared = [toolbox.per_subject(answer, group) for answer in answers]
        for subject in group:
            own = (answers[subject.id] for answers in shared)
            found[subject] = tuple(answer.with_id(f"E{number}") for number, answer in enumerate(own, 1))
    return {subject: found[subject] for subject in subjects}
