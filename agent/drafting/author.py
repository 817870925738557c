"""Who words a memo, as the steps of drafting see it; and the embedded writer, who needs no model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from casewright.agent.asking.events import ModelCall, Usage
from casewright.agent.drafting.objections import Objection
from casewright.agent.drafting.questions import Declined, Question
from casewright.knowledge.case import Case, Section, Sentence
from casewright.knowledge.errors import CasewrightError

Rewording = Mapping[int, tuple[Sentence, ...]]  # by an objection's number; no sentence where it is withdrawn


class CutOff(CasewrightError):
    """A run that did not come to its end: a limit, a timeout, a dropped stream, an answer too long or unreadable."""

    code = "cut_off"


class Author(Protocol):
    """Whoever words a memo. Each step may raise CutOff; then nothing of the run is kept."""

    @property
    def name(self) -> str:
        """As the case's versions name the writer."""

    @property
    def made_with(self) -> Mapping[str, str]:
        """The writer, model and prompts, as the case's versions tell them."""

    @property
    def usage(self) -> Usage:
        """What the run has cost so far."""

    @property
    def calls(self) -> tuple[ModelCall, ...]:
        """The calls of models that the run has made so far."""

    def plan(self, case: Case, budget: int, declined: Sequence[Declined]) -> tuple[Question, ...]:
        """What to ask beyond the evidence of the case, at most BUDGET questions; DECLINED are those of before."""

    def draft(self, case: Case) -> tuple[Section, ...]:
        """The sections of the memo; an unreadable answer raises CutOff."""

    def revise(self, case: Case, objections: Sequence[Objection]) -> Rewording:
        """Other words for the sentences objected to; those left out stay as they are."""

    def remarks(self) -> tuple[str, ...]:
        """What a person should know of the run, such as what of the evidence the author was not shown."""


@dataclass(frozen=True)
class Embedded:
    """The embedded writer: its sentences are composed of quotations already, so it asks and rewords nothing."""

    name: str

    @property
    def made_with(self) -> Mapping[str, str]:
        """Itself: no model, no prompts."""
        return {"writer": self.name, "model": "embedded", "prompts": "none"}

    @property
    def usage(self) -> Usage:
        """Nothing."""
        return Usage()

    @property
    def calls(self) -> tuple[ModelCall, ...]:
        """None."""
        return ()

    def plan(self, case: Case, budget: int, declined: Sequence[Declined]) -> tuple[Question, ...]:
        """Nothing: what it can word is what every case asks."""
        return ()

    def draft(self, case: Case) -> tuple[Section, ...]:
        """The sections as the investigation composed them."""
        return case.narrative.sections

    def revise(self, case: Case, objections: Sequence[Objection]) -> Rewording:
        """Nothing: it has no other words."""
        return {}

    def remarks(self) -> tuple[str, ...]:
        """None."""
        return ()
