"""Review in words: one thing with all that was done about it, and what came of closing many."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from casewright.agent.filing.deciding import clocks_asked, filed_before
from casewright.agent.memo.page import markdown
from casewright.agent.review.clocks import Clock, Clocks
from casewright.agent.review.deciding import kind_of
from casewright.agent.review.editing import Edited
from casewright.agent.review.late import arrived_on
from casewright.agent.review.listing import Failing, checks_of
from casewright.agent.settings import Workspace
from casewright.agent.typologies.history import history_of
from casewright.knowledge.clock import iso
from casewright.knowledge.errors import CasewrightError, NotFound, UsageError
from casewright.tools.store import Store, filing, reviews
from casewright.tools.store import typologies as kept_typologies
from casewright.tools.store.standing import OPEN, STATES, WAITING, Act, Standing


def refuse_unknown(states: Collection[str], kind: str) -> None:
    """Raise UsageError for a state or a kind that is none."""
    for state in states:
        if state not in (*STATES, "proposed"):
            raise UsageError(f"unknown state {state!r}", hint=f"there are {', '.join(STATES)}, proposed (typologies)")
    if kind not in ("", "case", "typology"):
        raise UsageError(f"unknown kind {kind!r}", hint="there are case, typology")


def days_left(days: int | None) -> str:
    """The days until a report is due in words."""
    return "" if days is None else _counted(days, "day") if days >= 0 else f"{_counted(-days, 'day')} late"


def shown(workspace: Workspace, store: Store, name: str, kind: str = "") -> tuple[dict[str, Any], str]:
    """One thing in review, for machines and for people. Raises NotFound."""
    if kind_of(store, name, kind) == "typology":
        return _typology(workspace, store, name)
    found = reviews.standing(store, name)
    case = store.load_case(name)
    clocks = Clocks(workspace, store)
    clock, due = clocks.of(found), clocks.due_of(found)
    failing: tuple[Failing, ...] = ()
    if found.state in OPEN | WAITING:
        reported = "report" in {reviews.proposes(found, one) for one in found.dispositions.values()}
        failing = checks_of(workspace, store, case, reported=reported)
    decided, rules = filing.decided(store, name), clocks.rules_of(name)
    asked = [] if clock.filed else list(clocks_asked(case, decided, rules, filed_before(store, case)))
    formed = decided.in_zone(rules.zone).suspicion()
    suspicion = {"formed": str(formed[0].formed), "by": formed[1].who, "reason": formed[0].reason} if formed else None
    arrivals = [arrival for one in arrived_on(workspace, store, name) for arrival in one.arrivals]
    payload = {
        **found.model_dump(mode="json", exclude={"acts", "makers", "seq"}),
        "id": name,
        "kind": "case",
        "state": found.state,
        "made_with": case.versions.model_dump(mode="json"),
        "makers": [{"name": maker.name, "did": maker.did} for maker in found.makers],
        "clock": {key: str(day) if day else None for key, day in clock.days().items()},
        "regime": rules.id,
        "due": due.told() if due else None,
        "asked": [{"what": one.what, "command": one.command} for one in asked],
        "gaps": clock.gaps(),
        "suspicion": suspicion,
        "checks": [one.model_dump() for one in failing],
        "arrived": [arrival.told() for arrival in arrivals],
        "acts": [act.model_dump(mode="json", exclude_defaults=True) | {"at": iso(act.at)} for act in found.acts],
    }
    since = [f"  came in after this text was made: {arrival.told()}" for arrival in arrivals]
    runs = [f"  {due.told()}"] if due and not clock.filed else []
    runs += [f"  tell {one.what}\n    {one.command}" for one in asked]
    return payload, "\n".join(
        [*_head(found, clock), *_suspected(suspicion), *runs, *_stops(failing), *since, "", markdown(case)]
    )


def _typology(workspace: Workspace, store: Store, name: str) -> tuple[dict[str, Any], str]:
    versions = kept_typologies.versions(store, name)
    if not versions:
        raise NotFound(f"nothing of {name} is proposed", hint=f"casewright typology propose {name}")
    last = versions[-1]
    payload = {"id": name, "kind": "typology", **last.model_dump(mode="json"), "acts": history_of(workspace, name).acts}
    lines = [f"{name}: version {last.version} is {last.state}, proposed by {last.who} on {iso(last.at)}"]
    lines += [f"  why: {last.why}"] if last.why else []
    return payload, "\n".join([*lines, f"  casewright typology diff {name} shows what it changes", "", last.text])


def _head(found: Standing, clock: Clock) -> list[str]:
    lines = [f"{found.case}: {found.state}, version {found.version}; its draft recommends: {found.recommendation}"]
    if len(found.dispositions) > 1:
        lines += [f"  {name}: {one.state}" for name, one in found.dispositions.items()]
    if found.assigned:
        lines.append(f"  {found.assigned}'s to look at")
    if found.decided_on() and found.version > found.decided_on():
        lines.append(f"  decided on version {found.decided_on()}; version {found.version} was drafted since")
    days = {name: day for name, day in clock.days().items() if day}
    lines.append("  " + "; ".join(f"{name} {day}" for name, day in days.items()) if days else "  no clock runs")
    lines += [
        f"  {_counted(days, 'day')} from {what}" for what, days in clock.gaps().items() if what != "filed after due"
    ]
    lines += [f"  {maker.name} {maker.did} it" for maker in found.makers]
    lines += [f"  {act_told(act)}" for act in found.acts]
    return lines


def act_told(act: Act) -> str:
    """An act in one line: when, who, what, on which version, why."""
    what = act.what
    about = f" {act.subject}" if act.subject else ""
    beside = [f"version {act.version}"]
    beside += [f"to {what.to}"] if what.to else []
    beside += [f"alert {what.alert}"] if what.alert else []
    beside += list(what.arrived)
    beside += ["alone"] if what.alone else []
    beside += ["drawn for a check"] if what.sampled else []
    beside += [f"logged in as {what.login}"] if what.login else []
    beside += [_counted(len(what.changes), "change")] if what.changes else []
    return f"{iso(act.at)} {act.who} {act.act}{about} ({', '.join(beside)}): {' '.join(what.reason.split())}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _stops(failing: Collection[Failing]) -> list[str]:
    return [f"  stops an approval: {one.id} {one.missing}" for one in failing]


def _suspected(suspicion: Mapping[str, str] | None) -> list[str]:
    if suspicion is None:
        return []
    return [f"  suspicion formed on {suspicion['formed']} by {suspicion['by']}: {suspicion['reason']}"]


def edited_answer(case: str, done: Edited, path: Path) -> tuple[dict[str, Any], str]:
    """What came of an edit, for machines and for people."""
    kinds = Counter(change.kind for change in done.changes)
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    payload = {
        "id": case,
        "version": done.version,
        "kept": not done.unsupported,
        "changes": [change.model_dump() for change in done.changes],
        "unsupported": [asdict(bad) for bad in done.unsupported],
    }
    if not done.unsupported:
        return payload, f"{case} version {done.version}: {counted}\n{done.folder}"
    lines = [
        f"nothing is kept: the evidence does not hold {_counted(len(done.unsupported), 'claim')} of the text ({path})"
    ]
    for bad in done.unsupported:
        nearest = f" (nearest: {bad.nearest})" if bad.nearest else ""
        lines += [bad.sentence, f"  {bad.figure or 'it'}: {bad.why}{nearest}"]
    return payload, "\n".join(lines)


def bulk_answer(found: Mapping[str, Standing | CasewrightError]) -> tuple[dict[str, Any], str]:
    """What came of closing many, for machines and for people."""
    closed = {name: one for name, one in found.items() if isinstance(one, Standing)}
    refused = {name: one for name, one in found.items() if isinstance(one, CasewrightError)}
    sampled = [name for name, one in closed.items() if one.state == "sampled"]
    payload = {
        "closed": list(closed),
        "sampled": sampled,
        "refused": [{"id": name, "why": error.message} for name, error in refused.items()],
    }
    drawn = f"{len(sampled)} of them drawn for a check: {', '.join(sampled) or 'none'}"
    lines = [f"{_counted(len(closed), 'case')} closed, {drawn}"]
    lines += [f"  stays open: {error.message}" for error in refused.values()]
    return payload, "\n".join(lines)
