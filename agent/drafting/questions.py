"""What is asked beyond the base evidence: validated, kept inside the case by code, the innocent explanation first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from casewright.agent.asking.scope import parties
from casewright.agent.subjects import moment
from casewright.knowledge.case import Case
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, canonical_id
from casewright.tools import toolbox
from casewright.tools.pack import failed
from casewright.tools.warehouse import Ledger

LooksFor = Literal["the innocent explanation", "what speaks against", "what is open", "what speaks for"]
_ORDER = ("the innocent explanation", "what speaks against", "what is open", "what speaks for")
_OURS = {"ledger", "name", "subjects"}
MOST_SUBJECTS = 20  # in one question


class Question(BaseModel):
    """One question to one tool."""

    model_config = ConfigDict(extra="ignore")

    tool: str = Field(description="The tool's name, from the list.")
    looks_for: LooksFor = Field("what is open", description="What an answer would tell.")
    why: str = Field("", description="In a few words, what it would settle.")
    subjects: list[str] = Field([], description="Ids from the evidence; empty for the case's own subject.")
    since: str = Field("", description="First local day or moment; empty for the case's window.")
    until: str = Field("", description="First local day or moment after it; empty for the case's window.")
    options: dict[str, JsonValue] = Field({}, description="The tool's own options, by name.")

    @model_validator(mode="before")
    @classmethod
    def _meant(cls, data: Any) -> Any:
        """What is null is left out; what it looks for becomes the nearest known: only the order hangs on that."""
        if not isinstance(data, dict):
            return data
        kept = {name: value for name, value in data.items() if value is not None}
        if "looks_for" in kept:
            kept["looks_for"] = (get_close_matches(str(kept["looks_for"]), _ORDER, 1) or ["what is open"])[0]
        return kept


@dataclass(frozen=True)
class Declined:
    """A question that was not put to the data, and why."""

    question: Question
    why: str


@dataclass
class Answers:
    """What came of the questions: evidence under the case's next ids, and the questions that were not put."""

    evidence: list[Evidence] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)


def in_order(questions: Iterable[Question]) -> list[Question]:
    """The questions that could clear the customer before those that could not: a budget must not cut off the former."""
    return sorted(questions, key=lambda question: _ORDER.index(question.looks_for))


def ask(ledger: Ledger, case: Case, questions: Sequence[Question], budget: int) -> Answers:
    """Put at most BUDGET questions to the data; a tool that fails gives failed evidence with its reason.

    A question about an id that the case's evidence does not hold, or with arguments that cannot be meant, is declined
    and costs nothing. Nothing is asked about moments after the case's window: that was not known then.
    """
    scope, answers = Scope(case, ledger.timezone), Answers()
    asked = {_key(evidence) for evidence in case.evidence}
    for question in in_order(questions):
        if len(answers.evidence) >= budget:
            answers.declined.append(Declined(question, f"the budget of {budget} questions is spent"))
            continue
        try:
            subjects = scope.subjects(question)
            found = _put(ledger, question, subjects)
        except UsageError as error:
            answers.declined.append(Declined(question, str(error)))
            continue
        if _key(found) in asked:
            answers.declined.append(Declined(question, "the case holds this answer already"))
            continue
        asked.add(_key(found))
        answers.evidence.append(found.with_id(f"E{len(case.evidence) + len(answers.evidence) + 1}"))
    return answers


def _put(ledger: Ledger, question: Question, subjects: tuple[Subject, ...]) -> Evidence:
    """The tool's answer. Raises UsageError for arguments that cannot be meant."""
    if taken := _OURS & set(question.options):
        raise UsageError(f"{question.tool} has no option {min(taken)!r}", hint="subjects stand beside the options")
    try:
        return toolbox.call(ledger, question.tool, subjects, **question.options)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001  a question that fails must not cost the case its draft
        plain = {"subjects": [s.model_dump(exclude_none=True) for s in subjects], **question.options}
        return failed(question.tool, error).model_copy(update={"arguments": plain})


def _key(evidence: Evidence) -> tuple[str, str]:
    """What was asked: the tool and its arguments."""
    return evidence.tool, repr(sorted(evidence.arguments.items()))


@dataclass(frozen=True)
class Scope:
    """The ids and the time that questions of a case may be about."""

    case: Case
    zone: str

    def subjects(self, question: Question) -> tuple[Subject, ...]:
        """Whom the question is about, in its window. Raises UsageError for an id or a time outside the case."""
        known, first = self.ids(), self.case.subjects[0]
        names = [canonical_id(name) for name in question.subjects] or [subject.id for subject in self.case.subjects]
        if len(names) > MOST_SUBJECTS:
            raise UsageError(f"{len(names)} subjects, at most {MOST_SUBJECTS} are asked about at once")
        for name in names:
            if name not in known:
                raise UsageError(f"{name!r} is outside this case", hint="ask about an id that its evidence holds")
        try:
            since, until = moment(question.since, self.zone), moment(question.until, self.zone)
        except ValueError as error:
            raise UsageError(f"since {question.since!r}, until {question.until!r}: {error}") from error
        since = first.since if since is None else since
        until = first.until if until is None else until if first.until is None else min(until, first.until)
        if since is not None and until is not None and until <= since:
            raise UsageError("the window ends before it begins", hint="since, until (exclusive), inside the case's")
        return tuple(Subject(id=name, since=since, until=until) for name in dict.fromkeys(names))

    def ids(self) -> frozenset[str]:
        """The case's subjects, and every party that its evidence names; never one that an outsider's text names."""
        named = (name for evidence in self.case.evidence for name in parties(evidence))
        return frozenset({subject.id for subject in self.case.subjects} | set(named))
