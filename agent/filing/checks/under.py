"""What a check looks at, and what it answers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from casewright.agent.filing.particulars import dossier_of
from casewright.agent.filing.report import Report
from casewright.agent.grounding.narrative import split
from casewright.agent.memo.dossier import Cells, Dossier
from casewright.knowledge.case import Case

_REASON = re.compile(r"\bsuspicion rests on \w|\bis the suspected loss\b", re.IGNORECASE)


class Found(NamedTuple):
    """How much of what is asked is there, 0..1; None where code cannot measure it. What is missing, what to do."""

    share: float | None
    missing: str = ""
    todo: str = ""


@dataclass(frozen=True)
class Under:
    """A report under check, with the text to the customer that goes with it and the files attached to it.

    `before` is the text that was reported before, where this one continues it: what it tells need not be told again.
    `refused` says why no text to the customer can be drafted; `secret` are the words that none may hold.
    """

    report: Report
    to_customer: str = ""
    attachments: tuple[Path, ...] = ()
    before: str = ""
    refused: str = ""
    secret: tuple[str, ...] | None = None

    @property
    def case(self) -> Case:
        """The case, without what people decided."""
        return self.report.case

    @property
    def text(self) -> str:
        """The report's text in its form."""
        return self.report.form.text

    @cached_property
    def dossier(self) -> Dossier:
        """The evidence, ready to be quoted."""
        return dossier_of(self.case)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects' ids."""
        return tuple(subject.id for subject in self.case.subjects)

    def says(self, words: str) -> bool:
        """Whether the text, or the one before it, holds these very words, as words of their own."""
        wanted = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
        return bool(words) and any(wanted.search(text) for text in (self.text, self.before))

    def told(self) -> list[str]:
        """The sentences of the text, and of the one before it."""
        return [sentence.text for sentence in self.report.made.sentences()] + self.told_before()

    def told_before(self) -> list[str]:
        """The sentences of the text before it."""
        return [text for text, _ in split(" ".join(self.before.split()))] if self.before else []

    def reasoned(self, part: str = "") -> bool:
        """Whether the text, or this part of it, says what suspicion rests on."""
        pieces = self.report.made.pieces
        return any(_REASON.search(piece.sentence.text) for piece in pieces if part in ("", piece.part))

    def moved(self) -> list[Cells]:
        """The completed movements, without trades' inner legs and fees."""
        rows = [c for c in self.dossier.cells("transfers") if c.text("status") == "completed"]
        return [c for c in rows if c.text("kind") not in {"fee", "reward"}]

    def command(self, words: str) -> str:
        """A command of ours on this case."""
        return f"casewright {words.format(case=self.case.id)}"


def all_of(wanted: Iterable[tuple[str, bool]], todo: str = "") -> Found:
    """Which of several things are there; missing ones are told."""
    told = list(wanted)
    lacking = [name for name, there in told if not there]
    if not told:
        return Found(1.0)
    return Found(1 - len(lacking) / len(told), _listed(lacking), todo if lacking else "")


def _listed(names: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
