"""An answer outside a chat: as text with its sources below, and for machines."""

from collections.abc import Callable, Iterable
from typing import Any

from casewright.agent.asking.events import Answer, Event
from casewright.agent.chat.tables import below
from casewright.agent.chat.wording import source
from casewright.knowledge.evidence import Evidence

Evidences = Callable[[str], Evidence]


def answered(events: Iterable[Event]) -> Answer:
    """The answer at the end of what happened."""
    *_, last = events
    assert isinstance(last, Answer), "a turn ends in its answer"
    return last


def cited(answer: Answer) -> list[str]:
    """The ids of the evidence that the answer rests on or shows, in order."""
    names = [*(name for sentence in answer.sentences for name in sentence.evidence), *answer.shown]
    return list(dict.fromkeys(names))


def payload(answer: Answer, evidence: Evidences) -> dict[str, Any]:
    """For machines. `answer` is the text with its citations; what was struck or cut off is no part of it."""
    sources = [evidence(name) for name in cited(answer)]
    return {
        "answer": answer.refused or "\n".join(sentence.cited() for sentence in answer.sentences),
        "sources": [
            {"id": s.id, "tool": s.tool, "query": s.query, "arguments": s.arguments, "status": s.status,
             "searched": s.searched, "truncated": s.truncated} for s in sources
        ],
        "refused": bool(answer.refused),
        "cut_off": answer.cut_off,
        "failed": [{"id": s.id, "tool": s.tool, "why": s.reason} for s in map(evidence, answer.failed)],
        "struck": [{"sentence": struck.sentence, "why": struck.why} for struck in answer.struck],
        "not_established": list(answer.not_established),
        "follow_ups": list(answer.follow_ups),
        "notes": list(answer.notes),
        "usage": {"tokens": answer.usage.tokens_in + answer.usage.tokens_out, "usd": answer.usage.usd},
    }  # fmt: skip


def text(answer: Answer, evidence: Evidences, zone: str, width: int) -> str:
    """For people: the sentences, what is open, tables of at most WIDTH characters, and where each claim comes from."""
    told = [answer.refused] if answer.refused else [sentence.cited() for sentence in answer.sentences]
    told += [f"not established: {line}" for line in answer.not_established]
    if answer.cut_off:
        told.append(f"cut off: {answer.cut_off}")
    if not told:
        told.append("Nothing that the data hold could be said of it; ask for something more particular.")
    for struck in answer.struck:
        told += [f"struck: {struck.sentence}", f"  why: {struck.why}"]
    told += [f"note: {line}" for line in answer.notes]
    for name in answer.shown:
        told += ["", f"{name}  {source(evidence(name), zone)}", below(evidence(name), zone, width)]
    names = [*(name for name in cited(answer) if name not in answer.shown), *answer.failed]
    sources = [f"{name}  {source(evidence(name), zone)}" for name in dict.fromkeys(names)]
    further = [f"next: {line}" for line in answer.follow_ups]
    return "\n".join([*told, *([""] if sources else []), *sources, *([""] if further else []), *further])
