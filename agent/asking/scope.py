"""Whom a conversation may ask about: held by code, whatever a model was talked into."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from casewright.agent.asking.around import Around
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import canonical_id

_PARTS = re.compile(r"[^\s\"'`,;()\[\]{}<>?!]+")


@dataclass
class Scope:
    """The ids that a person typed, those of the open case, and those that the evidence asked for so far names.

    An id that a model made up, or took from a text that somebody outside wrote, is in none of them.
    """

    around: Around
    _typed: set[str] = field(default_factory=set)
    _named: set[str] = field(default_factory=set)
    _read: int = 0

    def hear(self, text: str) -> None:
        """Know the ids of what a person typed."""
        self._typed |= {part.strip(".:").casefold() for part in _PARTS.findall(text)}

    def allow(self, name: str) -> None:
        """Raises UsageError for an id that may not be asked about."""
        self._grow()
        if name.casefold() not in self._typed and name not in self._named:
            where = f"case {self.around.case.id}" if self.around.case else "this conversation"
            raise UsageError(
                f"{name!r} is outside {where}",
                hint="only ids that the person named, or that the evidence holds, can be asked about",
            )

    def knows(self, figure: str) -> bool:
        """Whether a person typed an id or a day, or the evidence names that id."""
        self._grow()
        parts = [part.strip(".:").casefold() for part in _PARTS.findall(figure)]
        return (
            figure in self._named or canonical_id(figure) in self._named or all(part in self._typed for part in parts)
        )

    def _grow(self) -> None:
        case = self.around.case
        if not self._read and case:
            self._named |= {subject.id for subject in case.subjects} | ({case.alert.id} if case.alert else set())
            for evidence in case.evidence:
                self._named |= set(parties(evidence))
        fresh = list(self.around.evidence.values())[max(self._read - 1, 0) :]
        for evidence in fresh:
            self._named |= set(parties(evidence))
        self._read = len(self.around.evidence) + 1


def parties(evidence: Evidence) -> Iterator[str]:
    """The accounts, addresses, transfers and alerts that an answer names in its own columns: never what a memo says."""
    for fact in (*evidence.facts, *evidence.cells()):
        yield from (name for name in (fact.about, fact.other) if name)
        if fact.kind in {"id", "hash"} or fact.unit == "alert":
            yield str(fact.value)
