"""A case asked again, for people: what differs, a line each; for machines all of it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from casewright.agent.grounding import Moved
from casewright.agent.replay import Answer, Found, Replay
from casewright.knowledge.case import Versions

Table = Callable[[list[dict[str, Any]]], str]

_VERSIONS = {
    "program": "casewright",
    "writer": "writer",
    "model": "model",
    "prompts": "prompts",
    "data": "ledger",
    "typologies": "typologies",
    "rules": "rules",
    "indicators": "indicators",
}
_MOST = 6  # differences of one answer that are shown to people


def payload(done: Replay) -> dict[str, Any]:
    """For machines."""
    snapshot = done.snapshot
    return {
        "case": done.case.id,
        "version": done.version,
        "snapshot": {
            "id": snapshot.id, "imports": snapshot.imports, "held": snapshot.held, "imports_since": snapshot.since
        },
        "same": done.same,
        "versions": {row["made with"]: _version(row) for row in _versions(done.case.versions, done.now)},
        "evidence": [_answer(answer) for answer in done.answers],
        "findings": _findings(done.found),
    }  # fmt: skip


def text(done: Replay, table: Table) -> str:
    """For people; TABLE lays out the versions."""
    number = f" version {done.version}" if done.version else ""
    lines = [f"{done.case.id}{number}, made from the data of {done.case.versions.made_at}", "", *_then(done)]
    lines += ["", *_today(done), "", *_told(done.found)]
    return "\n".join([*lines, "", table(_versions(done.case.versions, done.now))])


def _then(done: Replay) -> Iterator[str]:
    snapshot = done.snapshot
    if not snapshot.held:
        upto = f", imports up to {snapshot.imports}" if snapshot.imports else ""
        yield f"The ledger does not hold the data of then (snapshot {snapshot.id}{upto}): made anew, or an import of"
        yield "then is gone or replaced. Only today's data are asked."
        return
    asked = [answer for answer in done.answers if answer.then is not None]
    differ = [answer for answer in asked if answer.then]
    told = f"On the data of then (snapshot {snapshot.id}, imports up to {snapshot.imports}): {len(asked)} answers"
    yield f"{told}, {len(differ)} changed under the same data:" if differ else f"{told}, all as they were."
    for answer in differ:
        yield from _differences(answer, answer.then or ())


def _today(done: Replay) -> Iterator[str]:
    asked = [answer for answer in done.answers if answer.today is not None]
    differ = [answer for answer in asked if _fresh(answer)]
    count = done.snapshot.since
    since = f" ({count or 'no'} later import{'s' if count != 1 else ''})" if done.snapshot.held else ""
    told = f"On today's data{since}: {len(asked)} answers"
    also = " beside that" if any(answer.then for answer in asked) else ""
    yield f"{told}, {len(differ)} otherwise{also}:" if differ else f"{told}, none otherwise{also}."
    for answer in differ:
        yield from _differences(answer, _fresh(answer))
    left = [f"{answer.evidence} {answer.tool} ({answer.why})" for answer in done.answers if answer.why]
    if left:
        yield f"Not asked again: {', '.join(left)}"


def _fresh(answer: Answer) -> Sequence[Moved]:
    """What is otherwise today and was not told of the data of then."""
    return [moved for moved in answer.today or () if moved not in (answer.then or ())]


def _differences(answer: Answer, moved: Sequence[Moved]) -> Iterator[str]:
    """A line each, whole rows first."""
    yield f"  {answer.evidence} {answer.tool}"
    whole_first = sorted(moved, key=lambda one: one.change == "changed")
    for one in whole_first[:_MOST]:
        if one.change == "changed":
            yield f"    {one.what}: {one.was} -> {one.now}"
        else:
            yield f"    {one.change}: {one.what}: {one.now or one.was}"
    if len(moved) > _MOST:
        yield f"    {len(moved) - _MOST} more; --json tells all"


def _told(found: Found) -> Iterator[str]:
    if found.same:
        yield "An investigation today would find the same."
        return
    yield "An investigation today would find otherwise:"
    then, today = found.recommendation
    yield f"  recommendation: {then}{f' -> {today}' if today != then else ', as it was'}"
    for name, (was, now) in found.typologies.items():
        yield f"  typology {name}: {_score(was)} -> {_score(now)}"
    for word, findings in (("no longer", found.gone), ("now", found.new)):
        yield from (f"  {word}: {one.statement} ({one.speaks}, {one.strength})" for one in findings)


def _score(score: float | None) -> str:
    return "no match" if score is None else f"{score:.3f}"


def _versions(then: Versions, now: Versions) -> list[dict[str, str]]:
    rows = []
    for told, name in _VERSIONS.items():
        was, today = getattr(then, name), getattr(now, name)
        differs = "differs" if was and was != today else ""
        rows.append({"made with": told, "then": was or "(not told)", "now": today, "": differs})
    return rows


def _version(row: dict[str, str]) -> dict[str, Any]:
    return {"then": None if row["then"] == "(not told)" else row["then"], "now": row["now"], "differs": bool(row[""])}


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.evidence,
        "tool": answer.tool,
        "then": _listed(answer.then),
        "today": _listed(answer.today),
        "not_asked": answer.why,
    }


def _listed(moved: Sequence[Moved] | None) -> list[dict[str, Any]] | None:
    if moved is None:
        return None
    return [{"change": one.change, "what": one.what, "was": one.was, "now": one.now} for one in moved]


def _findings(found: Found) -> dict[str, Any]:
    then, today = found.recommendation
    return {
        "gone": [finding.model_dump(mode="json") for finding in found.gone],
        "new": [finding.model_dump(mode="json") for finding in found.new],
        "typologies": [{"id": name, "then": was, "now": now} for name, (was, now) in found.typologies.items()],
        "recommendation": {"then": then, "now": today, "differs": then != today},
    }
