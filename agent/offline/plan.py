"""Plans: which tools a question needs, in what order, with which arguments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from casewright.agent.offline.data import table
from casewright.agent.offline.intent import Intent
from casewright.agent.offline.said import Said
from casewright.agent.offline.shifts import tells_by_alert
from casewright.agent.offline.talk import Call, Talk

_FILTERS = ("asset", "network", "status", "kind")  # what `transfers` can filter by, and totals cannot
_MOST = 10  # parties of an answer that a later step asks about


@dataclass(frozen=True)
class Step:
    """One tool of a plan; ABOUT names whom it asks about, found in the answers before it."""

    tool: str
    set: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""


@dataclass(frozen=True)
class Plan:
    """The steps of a plan, what the question must name for it, and the text that tells why it cannot be done."""

    name: str
    steps: tuple[Step, ...]
    needs: str = ""
    cannot: str = ""


@dataclass(frozen=True)
class Asking:
    """A tool with its arguments, to be asked now."""

    tool: str
    arguments: dict[str, Any]


Properties = Mapping[str, Mapping[str, Any]]  # of a tool's arguments, by name, as its JSON schema tells them


@cache
def plans() -> Mapping[str, Mapping[str, Any]]:
    """What `plans.yaml` and `examples.yaml` tell of each plan."""
    told = table("plans")
    return {name: told.get(name, {}) for name in {*told, *table("examples")}}


def possible(tools: Mapping[str, Properties]) -> list[str]:
    """The plans whose first tool is at hand, those that only say what cannot be done, and every tool for itself."""
    known = [name for name in plans() if plans()[name].get("cannot") or _steps(name, tools)]
    return [*known, *(name for name in tools if name not in plans())]


def plan_of(name: str, tools: Mapping[str, Properties], said: Said, *, case: bool) -> Plan:
    """The plan of that name, as far as its tools are at hand."""
    told = plans().get(name, {})
    if not case and "without_case" in told:
        return plan_of(str(told["without_case"]), tools, said, case=True)
    steps = _steps(name, tools)
    if (first := told.get("filtered")) in tools and _narrows(said):
        steps = (Step(str(first)),)
    return Plan(name, steps, str(told.get("needs", "")), str(told.get("cannot", "")))


def _narrows(said: Said) -> bool:
    """Whether only some transfers are asked about; a direction alone says so where it is all that a follow-up adds."""
    filters = any(said.options.get(one) for one in _FILTERS)
    return bool(said.sums or filters or (said.bare and said.options.get("direction")))


def _steps(name: str, tools: Mapping[str, Properties]) -> tuple[Step, ...]:
    steps = plans().get(name, {}).get("steps") or [{"tool": name}]
    made = [Step(str(step["tool"]), step.get("with", {}), str(step.get("about", ""))) for step in steps]
    return tuple(step for step in made if step.tool in tools)


def lacks(plan: Plan, intent: Intent, talk: Talk, tools: Mapping[str, Properties]) -> str:
    """What the question should have named and did not, empty where all is there; the name of a text."""
    said = intent.said
    if plan.cannot:
        return plan.cannot
    if {unit for _, unit in said.sums} - {"USD", talk.currency} and _takes_amounts(plan, tools):
        return "which_currency"
    if talk.case is None and tells_by_alert(said.text):
        return "which_alert"
    if plan.needs == "transfer" and not said.named("hash"):
        return "which_transfer"
    if plan.needs == "case" and talk.case is None:
        return "which_case"
    if plan.needs == "alert" and not said.named("alert") and not (talk.case and talk.case.alert):
        return "which_alert"
    if plan.needs == "day" and talk.case is None and not said.window.since:
        return "which_case"
    if plan.needs == "several" and len(said.parties) < 2 and len(talk.case.subjects if talk.case else ()) < 2:
        return "which_accounts"
    if plan.needs == "evidence" and not _evidence(said, talk):
        return "which_figure"
    if plan.needs == "text" and talk.case is None and not said.quoted:
        return "which_text"
    if plan.needs == "transfer" or said.parties or talk.case or said.named("alert"):
        return ""
    asks_ledger = any("subjects" in tools[step.tool] or "subject" in tools[step.tool] for step in plan.steps)
    return "whom" if asks_ledger else ""


def _takes_amounts(plan: Plan, tools: Mapping[str, Properties]) -> bool:
    return any({"min_usd", "min_local", "max_usd", "max_local"} & set(tools[step.tool]) for step in plan.steps)


def next_calls(plan: Plan, intent: Intent, talk: Talk, tools: Mapping[str, Properties]) -> list[Asking]:
    """What is to be asked now; nothing where all steps are done."""
    done = talk.turns[-1].calls
    said = intent.said
    alert = said.named("alert")
    by_alert = bool(alert) and not said.parties and talk.case is None and plan.steps[0].tool != "alert_reason"
    if by_alert and not done:
        return [Asking("alert_reason", {"alert": alert[0]})]
    whom = tuple(_parties(done[0], "subject"))[:1] if by_alert else ()
    own = done[1:] if by_alert else done
    if not own:
        return [Asking(step.tool, _arguments(step, intent, talk, tools[step.tool], whom))
                for step in plan.steps if not step.about]  # fmt: skip
    later = [step for step in plan.steps if step.about]
    asked = len(own) - (len(plan.steps) - len(later))
    for step in later[max(asked, 0) :]:
        found = [name for call in own for name in _parties(call, step.about)][:_MOST]
        if found:
            return [Asking(step.tool, _arguments(step, intent, talk, tools[step.tool], tuple(dict.fromkeys(found))))]
    return []


def _parties(call: Call, column: str) -> Iterator[str]:
    """The parties that an answer names in that column (a text may hold several), or in facts of that name."""
    if call.evidence is None:
        return
    for fact in call.evidence.facts:
        if fact.name == column:
            yield str(fact.value)
    for found in call.evidence.tables:
        for row in found.rows:
            if row.get(column):
                yield from (name.strip(" ⟦⟧") for name in str(row[column]).split(","))


def _evidence(said: Said, talk: Talk) -> str:
    """The evidence that is meant: one named, else the last that the conversation found."""
    if named := said.named("evidence"):
        return named[-1]
    before = [call.evidence.id for turn in talk.turns[:-1] for call in turn.calls if call.evidence]
    return before[-1] if before else ""


def _arguments(step: Step, intent: Intent, talk: Talk, known: Properties, whom: Sequence[str]) -> dict[str, Any]:
    """The arguments of a step, out of what the question says and the tool takes."""
    said = intent.said
    found: dict[str, Any] = {}
    parties = tuple(whom) or (said.named("hash") if plans().get(intent.plan, {}).get("needs") == "transfer" else ())
    other = ""
    if not parties:
        parties = said.parties
        accounts, others = said.named("account"), said.named("address", "bank")
        if "counterparty" in known and accounts and others:
            parties, other = accounts, others[0]
    if parties and "subjects" in known:
        found["subjects"] = list(parties)
    if parties and "subject" in known:
        found["subject"] = parties[0]
    if not whom:
        found |= {word: end for word, end in (("since", said.window.since), ("until", said.window.until)) if end}
    values: dict[str, Any] = {**said.options, "counterparty": other, "text": said.quoted}
    values |= {"direction": _direction(said, known), "evidence": _evidence(said, talk), "within": said.within}
    values |= {"alert": next(iter(said.named("alert")), ""), "formed": said.window.since, "reach": None}
    for end, bound in (("min", said.least), ("max", said.most)):
        if bound:
            values[f"{end}_usd" if bound[1] == "USD" else f"{end}_local"] = str(bound[0])
    if step.tool == "source_of":
        values["id"] = values["evidence"]
    found |= {name: value for name, value in values.items() if _fits(value, known.get(name))}
    if step.tool == "typology_search":
        found["text"] = said.text
    found = {name: value for name, value in found.items() if name in known}
    return {**found, **step.set}


def _direction(said: Said, known: Properties) -> str:
    choices = _choices(known.get("direction", {}))
    return str(said.options.get("follow" if "forward" in choices else "direction", ""))


def _fits(value: Any, told: Mapping[str, Any] | None) -> bool:
    if told is None or value in (None, ""):
        return False
    choices = _choices(told)
    return not choices or value in choices


def _choices(told: Mapping[str, Any]) -> list[Any]:
    found = list(told.get("enum", []))
    for part in told.get("anyOf", []):
        found += part.get("enum", [])
    return found
