"""Whether a fact has the status, reach, category, measure and part that the clause says, and the other way round."""

import re
from functools import cache

from casewright.agent.grounding.context import Context
from casewright.agent.grounding.facts import Index, Known
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.lexicon import Predicate, lexicon
from casewright.knowledge.categories import categories

MOVING = {"money", "native", "count"}  # kinds of facts that tell of value, or of movements counted
_STATUS_IN_NAME = re.compile(r"^(attempted|attempts|cancelled|rejected|reversed|pending|charged_back|held)(_|$)")
_DIRECT_VERBS = {"in", "out"}


def status(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """Completed unless said otherwise; what is said must be the fact's own."""
    if known.fact.kind not in MOVING:
        return ""
    named = _STATUS_IN_NAME.match(known.fact.name)
    held = known.fact.status or (("attempted" if named.group(1) == "attempts" else named.group(1)) if named else "")
    said = context.values("status")
    if held and held != "completed":
        wanted = {value for value in context.anywhere("status") if held in _means(value)}
        return "" if wanted else f"the fact counts what was {held.replace('_', ' ')}"
    close = _beside(figure, context, "status")
    if close - {"completed"}:
        return f"the fact counts what was {held or 'completed'}"
    if said and not held and known.fact.unit in {"transfers"} and said - {"completed"}:
        return "the fact does not say so of its status"
    return ""


@cache
def _means(value: str) -> frozenset[str]:
    return frozenset(lexicon().raw["status_means"].get(value, [value])) | {value}


def _beside(figure: Figure | None, context: Context, kind: str) -> set[str]:
    """What is said between a number and its noun, or right before the number."""
    if figure is None:
        return set()
    reach = figure.last + len(figure.adjectives) + 1 if figure.noun_text else figure.last
    return {m.value for m in context.group.marks if m.kind == kind and figure.first - 2 <= m.first < reach}


def reach(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """Direct and indirect are never taken for one another."""
    if known.fact.kind not in MOVING | {"share"}:
        return ""
    held = known.fact.reach or (known.line.reach if known.line else "")
    ends = {known.src, known.dst} & index.subjects or (known.line is not None and known.line.table == "ends")
    said = context.values("reach")
    if not held:
        return (
            ""
            if not said or (known.line is None and known.fact.value == 0)
            else "the fact does not say whether direct or indirect"
        )
    if said and held not in said:
        return f"the fact is {held}"
    if held == "indirect" and ends and not said:
        told = context.anywhere("reach_told") or context.anywhere("reach")
        if not told or (set(context.claims.verbs) & _DIRECT_VERBS and not set(context.claims.verbs) - _DIRECT_VERBS):
            return "the fact is indirect, and the clause does not say so"
    return ""


def category(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """A sum of one category needs its name; a named category needs a sum of it."""
    if known.fact.kind not in {"money", "count", "share"}:
        return ""
    held = category_of(known)
    said = {mark.value for mark in context.marks if mark.kind in {"accuse", "service"} and mark.value in categories()}
    if known.line is None:
        return f"the fact is about {held.replace('_', ' ')}" if held and held not in said else ""
    collective = {
        mark.value
        for mark in context.group.marks
        if mark.kind in {"accuse", "service"} and mark.value in categories() and not _borne(mark.value, context, index)
    }
    if held and collective and held not in collective:
        return f"the fact is about {held.replace('_', ' ')}"
    return ""


def category_of(known: Known) -> str:
    """The category of services that a fact is about: its row's, or the one in its name."""
    if known.line is not None:
        return known.line.value("category")
    name = re.sub(
        r"^(direct_|indirect_)?(exposure_)?|(_(in|out|direct|indirect|usd|local|share|addresses|ends|first_at|hops))+$",
        "",
        known.fact.name,
    )
    return name if name in categories() and name != "own" else ""


def _borne(value: str, context: Context, index: Index) -> bool:
    return bool(index.categories.get(value, set()) & context.near)


def measure(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """Income, fees, balances, medians and the like need their word beside them."""
    name = known.fact.name
    if name.startswith("before_") and not context.anywhere("before"):
        return "the fact is of the time before the window, and the clause does not say so"
    for entry in lexicon().measures:
        if known.fact.kind in {"time", "date"} and context.group_says(entry.owns) and not _named(entry.names, name):
            return f"the fact is no date on which it was {min(entry.owns & context.words)}"
        if entry.lax or not _named(entry.names, name):
            continue
        if not (context.group_says(entry.words) if entry.near else context.says(entry.words)):
            return f"the fact is about {name.replace('_', ' ')}, and the clause does not say so"
    return ""


@cache
def _named(pattern: str, name: str) -> bool:
    """Whether the names of a measure hold that of a fact; there are some hundred names in all."""
    return _names(pattern).search(name) is not None


@cache
def _names(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def predicate(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """A part (new, labelled, unresolved ...) needs its word; and a number with such a word needs such a part."""
    if known.fact.kind not in {"count", "share"}:
        return ""
    if known.fact.name.endswith("whole") and figure is not None and not _told_as_whole(figure, context):
        return "the fact is the whole of which another is a part, and the clause does not say so"
    if figure is not None and "other" in figure.adjectives and known.fact.unit == "counterparties":
        return "the fact counts counterparties, not others beside it"
    missing = _unsaid(known, context)
    if missing:
        return f"the fact counts those that are {missing}, and the clause does not say so"
    held = next((p for p in lexicon().predicates if _names(p.names).search(known.fact.name)), None)
    close = _beside(figure, context, "predicate") - {"shared", "active", "history"}
    if held is None:
        return (
            f"the fact does not count those that are {min(close)}"
            if close and not known.fact.name.endswith("whole")
            else ""
        )
    if close and held.id not in close:
        return f"the fact counts those that are {held.id}"
    return _said_of(held, known, context)


def _told_as_whole(figure: Figure, context: Context) -> bool:
    """`of the 31 credits`, `all 27 payers`."""
    near = (m for m in context.group.marks if figure.first - 3 <= m.first < figure.first)
    return any(m.kind == "quantifier" or (m.kind == "prep" and m.text == "of") for m in near)


def _unsaid(known: Known, context: Context) -> str:
    """What the name of a count singles out (repeated, round, near a limit) and the clause leaves out."""
    if known.fact.kind != "count" or known.line is not None:
        return ""
    special = _qualifiers(known.fact.name, known.fact.unit)
    said = any(word.startswith(part[:5]) for part in special for word in context.words)
    return " ".join(special) if special and not said else ""


@cache
def _qualifiers(name: str, unit: str) -> tuple[str, ...]:
    common = lexicon().words("generic") | ({part for c in categories() for part in c.split("_")} - {"own"})
    return tuple(
        part
        for part in name.split("_")
        if part and not part.isdigit() and part not in common and part not in unit and len(part) > 2
    )


def _said_of(held: Predicate, known: Known, context: Context) -> str:
    said = {mark.value for mark in context.main if mark.kind == "predicate"}
    if held.id in said or (held.id in {"history", "active", "shared"} and context.says(held.words)):
        return ""
    return f"the fact counts those that are {held.id}, and the clause does not say so"
