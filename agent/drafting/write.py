"""The way of a draft, the same for every author: plan, ask, word, check, send back twice at most, strike, complete."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from casewright.agent.asking.events import ModelCall, Struck, Usage
from casewright.agent.drafting.author import Author, CutOff, Embedded
from casewright.agent.drafting.mandatory import STILL_DUE, completed
from casewright.agent.drafting.objections import Examiner, Objection
from casewright.agent.drafting.questions import Answers, Declined, ask
from casewright.agent.models.paid import Awaited
from casewright.knowledge.case import Case, NotLookedAt, Section, Sentence
from casewright.knowledge.evidence import Evidence
from casewright.tools.warehouse import Ledger

QUESTIONS = 6  # that a plan may put to the data beyond what every case asks
PLANS = 2  # the second only where a question of the first could not be put
REVISIONS = 2


@dataclass(frozen=True)
class Written:
    """A case with its narrative, and how that came about.

    `kept_because` says why the embedded writer's draft stands although another author was asked; empty otherwise.
    `restored` counts the sentences that the author had left out and the embedded writer's words brought back.
    """

    case: Case
    author: str
    by_model: bool = False
    struck: tuple[Struck, ...] = ()
    revisions: int = 0
    restored: int = 0
    asked: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    kept_because: str = ""
    usage: Usage = field(default_factory=Usage)
    calls: tuple[ModelCall, ...] = ()
    cut_by: BaseException | None = field(default=None, compare=False)  # what kept the model's run from its end


def write(case: Case, author: Author, ledger: Ledger, tell: Callable[[str], None] = lambda line: None) -> Written:
    """The case in the author's words, as far as the evidence holds them; in the embedded writer's where a run is cut.

    CASE comes from the investigation, with the embedded writer's narrative. The findings and the recommendation stay
    as computed there: no question that a model thinks of may move them. TELL hears of each step.
    Raises Awaited where the model is asked later: then the case is to be written again.
    """
    try:
        return _written(case, author, ledger, tell)
    except CutOff as why:
        if isinstance(why.__cause__, Awaited):
            raise why.__cause__ from None
        kept = _written(case, Embedded(case.versions.writer), ledger, lambda line: None)
        told = Written(
            kept.case, author.name, True, kept.struck, kept_because=str(why), usage=author.usage, calls=author.calls,
            cut_by=why.__cause__ or why,
        )  # fmt: skip
        tell(f"the embedded writer's draft is kept: {why}")
        return told


def _written(case: Case, author: Author, ledger: Ledger, tell: Callable[[str], None]) -> Written:
    answers = _asked(case, author, ledger, tell)
    whole = case.model_copy(update={"evidence": (*case.evidence, *answers.evidence)})
    examiner = Examiner(whole)
    sections, revisions = _revised(author.draft(whole), author, examiner, tell)
    objections = examiner.object(sections)
    sections, restored = without(sections, objections), 0
    points, by_model = _failures(answers.evidence, whole), not isinstance(author, Embedded)
    if by_model:
        own = with_todo(case.narrative.sections, points)
        sections, restored = completed(sections, without(own, examiner.object(own)), whole)
    narrative = case.narrative.model_copy(update={"sections": sections})
    versions = case.versions.model_copy(update=dict(author.made_with))
    open_points = (*case.not_looked_at, *points)
    update = {"narrative": narrative, "versions": versions, "not_looked_at": open_points}
    return Written(
        whole.model_copy(update=update),
        author.name,
        by_model,
        tuple(Struck(o.sentence.text, "; ".join(o.reasons)) for o in objections),
        revisions,
        restored,
        tuple(f"{evidence.id} {evidence.tool}" for evidence in answers.evidence),
        tuple(f"{d.question.tool}: {d.why}" for d in answers.declined),
        author.remarks(),
        usage=author.usage,
        calls=author.calls,
    )


def _asked(case: Case, author: Author, ledger: Ledger, tell: Callable[[str], None]) -> Answers:
    """The answers to what the author plans to ask; what could not be put is planned once more."""
    answers = Answers()
    mended: Sequence[Declined] = ()
    for _ in range(PLANS):
        left = QUESTIONS - len(answers.evidence)
        so_far = case.model_copy(update={"evidence": (*case.evidence, *answers.evidence)})
        questions = author.plan(so_far, left, mended) if left else ()
        if not questions:
            break
        found = ask(ledger, so_far, questions, left)
        for evidence in found.evidence:
            tell(f"asked {evidence.tool}: {evidence.status}, {evidence.searched or evidence.reason}")
        answers.evidence += found.evidence
        answers.declined += found.declined
        mended = found.declined
        if not mended:
            break
    return answers


def _revised(
    sections: tuple[Section, ...], author: Author, examiner: Examiner, tell: Callable[[str], None]
) -> tuple[tuple[Section, ...], int]:
    """The draft after what was objected to went back to its author, and how often it did."""
    for number in range(REVISIONS):
        objections = examiner.object(sections)
        if not objections:
            return sections, number
        reworded = author.revise(examiner.case, objections)
        if not reworded:
            return sections, number
        tell(f"sent back {len(objections)} sentence(s) that the evidence does not hold")
        sections = _replaced(sections, {n: words for n, words in reworded.items() if _is_due(n, objections)})
    return sections, REVISIONS


def _is_due(number: int, objections: Sequence[Objection]) -> bool:
    """Only a sentence objected to is reworded: what was checked and stood is not touched again."""
    return any(objection.number == number for objection in objections)


def _replaced(sections: Sequence[Section], reworded: dict[int, tuple[Sentence, ...]]) -> tuple[Section, ...]:
    number, made = 0, []
    for section in sections:
        sentences: list[Sentence] = []
        for sentence in section.sentences:
            number += 1
            sentences += reworded.get(number, (sentence,))
        made.append(section.model_copy(update={"sentences": tuple(sentences)}))
    return tuple(made)


def without(sections: Sequence[Section], objections: Sequence[Objection]) -> tuple[Section, ...]:
    """The sections without the sentences objected to, wherever their very words stand."""
    bad = {objection.sentence.text for objection in objections}
    if not bad:
        return tuple(sections)
    return tuple(
        section.model_copy(update={"sentences": tuple(s for s in section.sentences if s.text not in bad)})
        for section in sections
    )


def with_todo(sections: Sequence[Section], points: Sequence[NotLookedAt]) -> tuple[Section, ...]:
    """The sections with these points among what is still to do."""
    if not points:
        return tuple(sections)
    found = next((section.sentences for section in sections if section.title == STILL_DUE), ())
    added = (Sentence(text=f"{point.what}: `{point.command}`.", evidence=point.evidence) for point in points)
    return (*(s for s in sections if s.title != STILL_DUE), Section(title=STILL_DUE, sentences=(*found, *added)))


def _failures(evidence: Sequence[Evidence], case: Case) -> list[NotLookedAt]:
    """A question of the plan that failed is an open point, as one of the investigation's own is."""
    return [
        NotLookedAt(
            what=f"Ask again what failed ({found.tool})",
            kind="todo",
            command=f"casewright query {found.tool} {case.subjects[0].id}",
            evidence=(found.id,),
        )
        for found in evidence
        if found.status == "failed"
    ]
