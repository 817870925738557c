"""Words that claim something beside a figure: each must be borne out by a fact that supports a figure of its clause."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from casewright.agent.grounding.claims import OTHER, UNKNOWN
from casewright.agent.grounding.context import Context
from casewright.agent.grounding.facts import Index, Known, Line
from casewright.agent.grounding.fit import is_first, is_last
from casewright.agent.grounding.lexicon import lexicon
from casewright.agent.grounding.parties import Problem
from casewright.agent.grounding.qualities import category_of
from casewright.agent.grounding.reading import AMOUNTS, Group, Mark, Reading
from casewright.agent.grounding.ways import way

_MOVED = {"money", "native", "count"}
_SET_UNITS = {"counterparties", "addresses", "ends", "destinations", "devices", "accounts", "payers", "recipients"}


@dataclass
class _Clause:
    group: Group
    context: Context
    index: Index
    facts: list[Known]  # that support its figures
    lines: list[Line]  # rows that could be meant: of the facts, or else of the parties named


def problems(
    reading: Reading, contexts: Mapping[int, Context], index: Index, supported: Mapping[int, list[Known]]
) -> Iterator[tuple[str, Problem]]:
    """The claims of a sentence that nothing bears out, as (text, problem)."""
    for group in reading.groups:
        context = contexts[id(group)]
        clause = _Clause(group, context, index, list(_facts(group, reading, supported)), [])
        clause.lines = _lines(clause)
        yield from _way(clause)
        yield from _status(clause)
        yield from _reach(clause)
        yield from _rank(clause)
        yield from _parts(clause)
        yield from _measures(clause)
        yield from _networks(clause)


def _facts(group: Group, reading: Reading, supported: Mapping[int, list[Known]]) -> Iterator[Known]:
    """The facts behind the figures of a group; behind those of the clause where it has none itself."""
    own = [known for figure in group.figures for known in supported.get(id(figure), ())]
    if own or group.of_kind(*AMOUNTS, "moment"):
        yield from own
        return
    for other in reading.clause(group.clause):
        for figure in other.figures:
            yield from supported.get(id(figure), ())


def _lines(clause: _Clause) -> list[Line]:
    if clause.facts:
        return list(dict.fromkeys(known.line for known in clause.facts if known.line is not None))
    named = clause.context.near - clause.index.subjects - {OTHER, UNKNOWN}
    return [line for line in clause.index.lines if not named or named & (line.ids | {line.src, line.dst})]


def _way(clause: _Clause) -> Iterator[tuple[str, Problem]]:
    """`It sent funds to X`: without an amount too, some row or fact must go that way."""
    claims, group = clause.context.claims, clause.group
    if claims.clash:
        if not group.of_kind("amount", "count"):
            yield _said(group), Problem(f"contradicts itself about {claims.clash}")
        return
    if not claims.told or group.of_kind("amount") or any(mark.value == "none" for mark in group.said("quantifier")):
        return
    src, dst = _known_ends(claims.src), _known_ends(claims.dst)
    if (not src and not dst) or any(known.src or known.dst for known in clause.facts if known.fact.kind in _MOVED):
        return
    ways = [(src, dst)] if src != dst else [(src, frozenset()), (frozenset(), dst)]  # "what came in left again"
    if all(any(_goes(known, *ends) and _reaches(known, clause) for known in clause.index.known) for ends in ways):
        return
    whom = f"{min(src) if src else 'anybody'} to {min(dst) if dst else 'anybody'}"
    yield _said(group), Problem(f"no fact of the evidence cited tells of value going from {whom}")


def _known_ends(ids: frozenset[str] | None) -> frozenset[str]:
    return frozenset() if not ids or ids & {OTHER, UNKNOWN} else ids


def _goes(known: Known, src: frozenset[str], dst: frozenset[str]) -> bool:
    """Whether a fact's value went that way. What a text says of nobody named, a total may bear out."""
    return bool(known.src or known.dst) and (not src or known.src in src) and (not dst or known.dst in dst)


def _reaches(known: Known, clause: _Clause) -> bool:
    """`sent to` an end beyond the first hop is not what an indirect row says."""
    reach = known.fact.reach or (known.line.reach if known.line else "")
    ends = known.line is not None and not (known.line.value("from") and known.line.value("to"))
    if reach != "indirect" or not ends:
        return True
    return bool(clause.context.anywhere("reach_told") or clause.context.anywhere("reach"))


def _said(group: Group) -> str:
    marks = [*group.said("verb"), *group.said("adjective")]
    return marks[0].text if marks else next((f.text for f in group.figures), "")


def _status(clause: _Clause) -> Iterator[tuple[str, Problem]]:
    for mark in clause.group.said("status"):
        means = set(lexicon().raw["status_means"].get(mark.value, [])) | {mark.value}
        moved = [known for known in clause.facts if known.fact.kind in _MOVED] or clause.facts
        held = {_status_of(known) for known in moved} | {known.line.value("status") for known in moved if known.line}
        held |= {line.value("status") for line in clause.lines} if not moved else set()
        told = {word for line in clause.index.lines for word in line.words} if not clause.facts else set()
        if not means & (held | told) and not _of_search(mark, clause):
            yield mark.text, Problem("is a status that no fact behind this clause has", _first(clause))


def _status_of(known: Known) -> str:
    named = re.match(r"(attempt|cancelled|rejected|reversed|pending|charged_back|held)", known.fact.name)
    return known.fact.status or ({"attempt": "attempted"}.get(named.group(1), named.group(1)) if named else "")


def _of_search(mark: Mark, clause: _Clause) -> bool:
    """`Ask again what failed`: the question failed, not a transfer."""
    return mark.text == "failed" and any(holding.evidence.status == "failed" for holding in clause.index.holdings)


def _reach(clause: _Clause) -> Iterator[tuple[str, Problem]]:
    denied = bool(clause.context.anywhere("denial"))
    for mark in clause.group.said("reach"):
        held = {known.fact.reach or (known.line.reach if known.line else "") for known in clause.facts}
        held |= {line.reach for line in clause.lines} if not clause.facts else set()
        nought = any(known.fact.value == 0 for known in clause.facts)
        absent = denied and mark.value not in {line.reach for line in clause.index.lines}
        if mark.value not in held and not absent and not nought:
            yield mark.text, Problem(f"no fact behind this clause is {mark.value}", _first(clause))


def _rank(clause: _Clause) -> Iterator[tuple[str, Problem]]:
    own = clause.group.of_kind(*AMOUNTS, "moment")
    facts = clause.facts if own else [k for k in clause.facts if not way(k, None, clause.context, clause.index)]
    for mark in clause.group.said("rank"):
        if not any(_ranked(known, mark.value, clause.index) for known in facts):
            lines = clause.lines if not clause.facts else []
            if (
                not any(
                    _line_ranked(line, mark.value, clause.index)
                    for line in lines
                    if line.value("usd") or line.value("at")
                )
                or not lines
            ):
                yield mark.text, Problem(f"no fact behind this clause is the {mark.value} of its kind", _first(clause))


def _ranked(known: Known, rank: str, index: Index) -> bool:
    fact = known.fact
    if fact.rank == rank or (
        rank == "largest" and re.search(r"(^|_)(largest|busiest|peak|top|highest|max)(_|$)", fact.name)
    ):
        return True
    if rank == "smallest" and re.search(r"(^|_)(smallest|lowest|min)(_|$)", fact.name):
        return True
    if (
        rank == "first"
        and fact.name == "at"
        and known.line is not None
        and (known.line.tool == "exposure" or known.line.table == "ends")
    ):
        return True  # such a row's time is that of the first arrival
    if (
        known.line is not None
        and rank in {"first", "last"}
        and (known.line.tool == "exposure" or known.line.table == "ends")
    ):
        return False
    if fact.kind in {"time", "date"} and known.line is not None and fact.name not in {"at", "date"}:
        return is_first(known) if rank == "first" else is_last(known) if rank == "last" else False
    if fact.kind in {"time", "date"} and known.line is None and fact.name not in {"since", "until"}:
        return is_first(known) if rank == "first" else is_last(known) if rank == "last" else False
    if known.line is not None and known.line.tool == "indicators" and rank == "largest":
        return True  # an indicator's value is its peak
    return known.line is not None and _line_ranked(known.line, rank, index)


def _line_ranked(line: Line, rank: str, index: Index) -> bool:
    """Whether a row is the first, last, largest or smallest of its table, side and status, if nothing was cut off."""
    if any(h.evidence.id == line.evidence and h.evidence.truncated for h in index.holdings):
        return False
    place = (line.evidence, line.table, line.side, line.value("subject"))
    same = [
        other
        for other in index.lines
        if (other.evidence, other.table, other.side, other.value("subject")) == place
        and (other.value("status") or "completed") == (line.value("status") or "completed")
    ]
    if rank in {"first", "last"}:
        moments = [m for other in same for m in other.moments]
        wanted = (min if rank == "first" else max)(moments, default=None)
        return wanted is not None and wanted in line.moments
    values = [float(other.value("usd") or 0) for other in same]
    wanted_value = (max if rank == "largest" else min)(values, default=0.0)
    return bool(line.value("usd")) and float(line.value("usd")) == wanted_value


def _parts(clause: _Clause) -> Iterator[tuple[str, Problem]]:
    """`27 payers were new`: where a set is counted, the count must be of those that are so."""
    counts = [known for known in clause.facts if known.fact.kind == "count" and known.fact.unit in _SET_UNITS]
    if not counts or clause.group.said("quantifier"):
        return
    bears = any(figure.kind == "name" for figure in clause.group.figures)
    for mark in clause.group.said("predicate"):
        if (
            mark.value not in {"new", "labelled", "unlabelled"}
            or (bears and mark.value != "new")
            or mark.text.startswith("first ")
        ):
            continue
        entry = next(p for p in lexicon().predicates if p.id == mark.value)
        if (
            not any(re.search(entry.names, known.fact.name) for known in counts)
            and not _cell_says(mark, clause)
            and not any(category_of(k) for k in counts)
        ):
            yield mark.text, Problem(f"no count behind this clause is of those that are {mark.value}", counts[0].told())


def _cell_says(mark: Mark, clause: _Clause) -> bool:
    return mark.value == "new" and any(line.value("new") == "yes" or line.value("known_since") for line in clause.lines)


def _measures(clause: _Clause) -> Iterator[tuple[str, Problem]]:
    if not clause.group.of_kind("amount", "times", "duration", "percent"):
        return
    for mark in clause.group.said("measure"):
        entry = lexicon().measures[int(mark.value)]
        if entry.claims and not any(_speaks_of(known, entry.names, mark) for known in clause.facts):
            yield mark.text, Problem("no figure beside it is one", _first(clause))


def _speaks_of(known: Known, names: str, mark: Mark) -> bool:
    return (
        bool(re.search(names, known.fact.name))
        or mark.text.rstrip("s") in f"{known.fact.name} {known.fact.means}".lower()
        or (known.line is not None and any(mark.text.rstrip("s") in word for word in known.line.words))
    )


def _networks(clause: _Clause) -> Iterator[tuple[str, Problem]]:
    for mark in clause.group.said("network"):
        if (not _holds(clause.lines, mark.value) and not (not clause.lines or not clause.facts)) or not _holds(
            clause.index.lines, mark.value
        ):
            yield mark.text, Problem("is a network that no fact behind this clause has")


def _holds(lines: Iterable[Line], word: str) -> bool:
    return any(word in line.words or any(word in name for name in line.words) for line in lines)


def _first(clause: _Clause) -> str:
    return clause.facts[0].told() if clause.facts else ""
