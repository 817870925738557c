"""Alerts that join a case which is there already, and subjects that a person splits off into a case of their own."""

from collections.abc import Iterable
from typing import NamedTuple

from casewright.agent.grounding import check
from casewright.agent.investigate import resolve
from casewright.agent.ledgers import open_ledger
from casewright.agent.memo import page
from casewright.agent.review.people import login_of
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case, Section, Sentence
from casewright.knowledge.errors import NotFound, PolicyError, UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.four_eyes import reasoned
from casewright.tools.store import Store, reviews
from casewright.tools.store.standing import FROM, Particulars, Standing


class Split(NamedTuple):
    """The two cases, and the sentences that neither of them can hold."""

    left: Standing
    own: Case
    lost: tuple[Sentence, ...]


def join(workspace: Workspace, store: Store, case: str, alert: str, who: str, reason: str) -> Standing:
    """Keep that an alert of the ledger belongs to a case on its subject; a decided case is reopened by it.

    Raises NotFound for an alert that is not in the ledger, UsageError for one on nobody of the case, PolicyError for
    one that has a case.
    """
    found = store.load_case(case)
    with open_ledger(workspace) as ledger:
        target = resolve(ledger, alert)
    if target.alert is None:
        raise NotFound(f"there is no alert {alert!r}", hint="casewright alerts list")
    subjects = [subject.id for subject in found.subjects]
    if target.subject.id not in subjects:
        raise UsageError(
            f"alert {alert} is on {target.subject.id}, and {case} is about {', '.join(subjects)}",
            hint=f"casewright investigate {alert}",
        )
    return reviews.join(store, case, who, Particulars(reason=reason, login=login_of(who), alert=target.alert.id))


def split(workspace: Workspace, store: Store, name: str, subject: str, who: str, reason: str) -> Split:
    """Take a subject out of a case into one of its own, each with its evidence and the sentences that still hold.

    Raises NotFound for a subject that is not in the case, PolicyError for the only one, for the one that the alert is
    on, and for a case that is decided.
    """
    reasoned(reason)
    before = reviews.standing(store, name)
    case = store.load_case(name, before.version)
    subjects = [one.id for one in case.subjects]
    if subject not in subjects:
        raise NotFound(f"{name} has no subject {subject!r}", hint=f"there are {', '.join(subjects)}")
    if len(subjects) == 1:
        raise PolicyError(f"{subject} is the only subject of {name}: there is nothing to split")
    if case.alert is not None and case.alert.subject == subject:
        raise PolicyError(f"the alert of {name} is on {subject}", hint="split the others off")
    others = set(subjects) - {subject}
    own = _part(case, {subject}, others).model_copy(
        update={
            "id": f"{name}-{subjects.index(subject) + 1}",
            "alert": None,
            "recommendation": "more information needed",
        }
    )
    left = _part(case, others, {subject})
    what = Particulars(reason=reason, login=login_of(who), to=own.id)
    if before.state not in FROM["split"]:
        reviews.act(store, name, "split", who, what)  # refused, in words
    store.save_case(own, who)
    kept = reviews.save_edited(store, left, before.version, "split", who, what, subject)
    for one in (own, left):
        page.write(one, workspace.out)
    texts = {sentence.text for one in (own, left) for sentence in one.narrative.sentences}
    return Split(kept, own, tuple(s for s in case.narrative.sentences if s.text not in texts))


def _part(case: Case, stay: set[str], go: set[str]) -> Case:
    """The case of those who STAY, without what is about those who GO alone, and without sentences that then fail."""
    evidence = tuple(one for one in case.evidence if not (named := _named(one, stay | go)) or named & stay)
    ids = {one.id for one in evidence}
    whole = case.model_copy(
        update={
            "subjects": tuple(one for one in case.subjects if one.id in stay),
            "evidence": evidence,
            "findings": tuple(f for f in case.findings if f.about not in go and set(f.evidence) <= ids),
            "typologies": tuple(match for match in case.typologies if set(match.evidence) <= ids),
            "not_looked_at": tuple(point for point in case.not_looked_at if set(point.evidence) <= ids),
        }
    )
    sections = [_only(section, section.sentences, ids) for section in case.narrative.sections]
    said = [sentence for section in sections for sentence in section.sentences]
    bad = {found.sentence for found in check(said, whole).unsupported}
    kept = [_only(section, (s for s in section.sentences if s.text not in bad), ids) for section in sections]
    narrative = case.narrative.model_copy(update={"sections": tuple(section for section in kept if section.sentences)})
    return whole.model_copy(update={"narrative": narrative})


def _only(section: Section, sentences: Iterable[Sentence], ids: set[str]) -> Section:
    return section.model_copy(update={"sentences": tuple(s for s in sentences if set(s.evidence) <= ids)})


def _named(evidence: Evidence, subjects: set[str]) -> set[str]:
    """The subjects that a piece of evidence asks about or tells of."""
    asked = evidence.arguments.get("subjects")
    listed = asked if isinstance(asked, list | tuple) else ()
    ids = {str(one.get("id")) for one in listed if isinstance(one, dict)}
    return (ids | {fact.about for fact in evidence.facts}) & subjects
