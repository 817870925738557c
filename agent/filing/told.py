"""What people decided, as evidence that a sentence may cite: roles, when suspicion was formed, reports filed before."""

import re
from collections.abc import Iterable, Iterator

from casewright.agent.filing.due import Due
from casewright.knowledge.case import Case
from casewright.knowledge.evidence import Evidence, Fact
from casewright.tools.store.filing import Act, ActionTaken, CodesSet, Decided, Filed, RoleSet

_ROLE_WORDS = {"mule": "mule", "victim": "victim", "subject": "subject", "related": "related person", "unknown": ""}


def told_evidence(case: Case, decided: Decided, due: Due | None, earlier: tuple[Act, ...] = ()) -> Evidence:
    """The acts on this case, and the reports of other cases on its subjects, under the id after the case's last."""
    facts: list[Fact] = []
    for person, act in decided.roles().items():
        word = _ROLE_WORDS[act.what.role] if isinstance(act.what, RoleSet) else ""
        if word:
            facts.append(Fact(name="role", value=word, kind="label", about=person, means="as a person decided"))
    suspicion = decided.suspicion()
    if suspicion:
        found, _ = suspicion
        facts.append(Fact(name="suspicion_formed", value=str(found.formed), kind="date"))
        if found.noticed:
            facts.append(Fact(name="first_noticed", value=str(found.noticed), kind="date"))
    if due and due.day:
        facts.append(Fact(name="report_due", value=str(due.day), kind="date"))
    for filed in known_reports(decided, earlier):
        facts.append(Fact(name="filed_at", value=str(filed.day), kind="date"))
        facts.append(Fact(name="filed_reference", value=filed.reference, kind="word", unit="reference"))
    for act in decided.acts:
        if isinstance(act.what, CodesSet):
            words = ", ".join(act.what.codes) or "none"
            facts.append(Fact(name="codes", value=words, kind="text", means=f"of the form of {act.what.regime}"))
        if isinstance(act.what, ActionTaken):
            facts.append(Fact(name="action_at", value=str(act.what.day), kind="date"))
            facts.append(Fact(name="action_taken", value=act.what.what, kind="text"))
    return Evidence(
        id=f"E{_last(case) + 1}",
        tool="decided",
        query=f"select * from filing_acts where case_id = '{case.id.replace(chr(39), chr(39) * 2)}'",
        facts=tuple(facts),
        status="found" if facts else "empty",
        searched=f"{len(decided.acts)} decisions on the case, {len(earlier)} reports of other cases on its subjects",
    )


def known_reports(decided: Decided, before: Iterable[Act] = ()) -> tuple[Filed, ...]:
    """Every report that is known on the case's subjects, each once: told of before the case, of others, and its own."""
    own = decided.filed()
    filed = [*decided.earlier(), *(act.what for act in before if isinstance(act.what, Filed)), *([own] if own else [])]
    return tuple({(one.day, one.reference): one for one in sorted(filed, key=lambda one: one.day)}.values())


def earlier_reports(told: Evidence) -> Iterator[tuple[str, str]]:
    """The day and the reference of each report filed before."""
    yield from _pairs(told, "filed_at", "filed_reference")


def actions(told: Evidence) -> Iterator[tuple[str, str]]:
    """The day and the words of each action that a person told."""
    yield from _pairs(told, "action_at", "action_taken")


def _pairs(told: Evidence, first: str, second: str) -> Iterator[tuple[str, str]]:
    one, other = ([str(fact.value) for fact in told.facts if fact.name == name] for name in (first, second))
    yield from zip(one, other, strict=True)


def _last(case: Case) -> int:
    numbers = [int(found.group(1)) for e in case.evidence if (found := re.fullmatch(r"E(\d+)", e.id))]
    return max(numbers, default=0)


def with_told(case: Case, decided: Decided, evidence: Evidence) -> Case:
    """The case as it is known with the decisions: their evidence, and the role of its first subject."""
    role = decided.role(case.subjects[0].id) if case.subjects else "unknown"
    return case.model_copy(update={"evidence": (*case.evidence, evidence), "role": role})
