"""What is wrong with an answer: sentences that its evidence does not hold, tables that are not there, loose figures."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from casewright.agent.asking.around import Around
from casewright.agent.asking.replies import Reply
from casewright.agent.drafting.objections import Examiner
from casewright.knowledge.case import Case, Narrative, Versions
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject


@dataclass(frozen=True)
class Fault:
    """A line of an answer as it stands there, citations included, and each reason why it cannot."""

    text: str
    reasons: tuple[str, ...]


@dataclass
class Examined:
    """Examines the answers of one conversation against all that it asked. KNOWS tells ids and days that were named."""

    around: Around
    knows: Callable[[str], bool] = lambda figure: False
    _known: int = -1
    _examiner: Examiner | None = field(default=None)

    def object(self, reply: Reply) -> list[Fault]:
        """The objections to an answer, in its order."""
        return [*self._sentences(reply), *self._others(reply)]

    def _sentences(self, reply: Reply) -> Iterator[Fault]:
        examiner = self._of_now()
        for sentence in reply.sentences:
            if reasons := examiner.reasons(sentence):
                yield Fault(sentence.cited(), reasons)

    def _others(self, reply: Reply) -> Iterator[Fault]:
        evidence = everything(self.around)
        for name in reply.shown:
            if name not in evidence:
                yield Fault(name, ("is no evidence of this conversation",))
        for line in reply.not_established:
            if figures := self._loose(line):
                yield Fault(line, (f"{figures[0]}: a figure in a line that cites nothing",))

    def may_be_suggested(self, question: str) -> bool:
        """Whether a question that a model suggests claims nothing: no figure or id that nobody named, no accusation."""
        return not self._loose(question) and not self._of_now().checker.accusing(question)

    def _loose(self, line: str) -> list[str]:
        """The figures of a line that cites nothing, but for ids and days that were named and lengths of time."""
        checker = self._of_now().checker
        return [figure for figure in checker.figures_of(_LENGTH.sub(" ", line)) if not self.knows(figure)]

    def _of_now(self) -> Examiner:
        if self._examiner is None or self._known != len(self.around.evidence):
            self._known = len(self.around.evidence)
            self._examiner = Examiner(as_case(self.around))
        return self._examiner


def everything(around: Around) -> Mapping[str, Evidence]:
    """All evidence by id: the open case's, then the conversation's."""
    own = {evidence.id: evidence for evidence in around.case.evidence} if around.case else {}
    return {**own, **around.evidence}


def as_case(around: Around) -> Case:
    """What the conversation knows as a case, so that it is checked as a memo is."""
    evidence = tuple(_checkable(one) for one in everything(around).values())
    return held_as_case(evidence, around.case, around.ledger.timezone, around.ledger.currency)


def held_as_case(
    evidence: tuple[Evidence, ...], case: Case | None, zone: str, currency: str = "USD", subjects: Iterable[str] = ()
) -> Case:
    """The evidence as a case, which is what the check reads: the open CASE with it, else one of its own on SUBJECTS."""
    if case is not None:
        return case.model_copy(update={"evidence": evidence})
    versions = Versions(
        casewright="", writer="", ledger="", typologies="", made_at="", timezone=zone, currency=currency
    )
    known = tuple(Subject(id=name) for name in subjects)
    return Case(
        id="conversation", subjects=known, evidence=evidence, narrative=Narrative(sections=()), versions=versions
    )


def _checkable(evidence: Evidence) -> Evidence:
    """The evidence, but for sentences that it only repeats: those hold nothing up, what they cite does."""
    return evidence.model_copy(update={"tables": ()}) if evidence.tool in _REPEATS else evidence


_LENGTH = re.compile(r"\b\d{1,3} (?:minute|hour|day|week|month|year|hop)s?\b")
_REPEATS = {"open_case", "check_text"}
