"""Whether a fact of the right value says what the clause says: each question tells what contradicts, or nothing."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from casewright.agent.grounding.claims import OTHER, UNKNOWN
from casewright.agent.grounding.context import Context, kinds_said
from casewright.agent.grounding.facts import Index, Known, Line
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.lexicon import Predicate, lexicon
from casewright.knowledge.categories import categories

_MOVING = {"money", "native", "count"}
_FIRST_NAMES = re.compile(r"(^|_)(first|since|opened|start)(_|$)")
_LAST_NAMES = re.compile(r"(^|_)(last|until|end)(_|$)")
_OWN_DAY = re.compile(r"^(busiest|peak|largest|smallest|highest)|_on_day$")
_STATUS_IN_NAME = re.compile(r"^(attempted|attempts|cancelled|rejected|reversed|pending|charged_back|held)(_|$)")
_DIRECT_VERBS = {"in", "out"}
Question = Callable[[Known, Figure | None, Context, Index], str]


@dataclass(frozen=True)
class Fit:
    """A fact beside a figure, and what speaks against it (empty: it fits)."""

    known: Known
    against: str = ""


def fit(known: Known, figure: Figure | None, context: Context, index: Index) -> Fit:
    """Ask everything of a fact; the first contradiction is told."""
    for question in QUESTIONS:
        against = question(known, figure, context, index)
        if against:
            return Fit(known, against)
    return Fit(known)


def best(fits: Iterable[Fit]) -> Fit | None:
    """The first that fits, else the first of all."""
    listed = list(fits)
    return next((f for f in listed if not f.against), listed[0] if listed else None)


def way(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """The clause's sender and recipient must be the fact's."""
    claims, kind = context.claims, known.fact.kind
    if claims.clash and kind in _MOVING:
        return f"the clause contradicts itself about {claims.clash}"
    turned = claims.src is not None and claims.src == claims.dst  # "what came in left again"
    if not claims.told or turned:
        return _by_noun(known, figure)
    if kind not in _MOVING and not (known.line and kind in {"time", "date"} and (known.src or known.dst)):
        sided = kind in {"share", "time", "date", "ratio", "duration"} and known.side and known.line is None
        return _sided(known, context, index) if sided else ""
    if not known.src and not known.dst:
        return "" if _sideless(known, context) else "the fact does not say which way the value went"
    for said, is_, end in ((claims.src, known.src, "sent"), (claims.dst, known.dst, "received")):
        if said is None or said == {UNKNOWN}:
            continue
        if said == {OTHER}:
            if is_ in index.subjects:
                return f"the fact says that {is_} {end} it"
        elif not is_:
            if said & index.subjects or not said & {UNKNOWN}:
                return f"the fact says that {known.src or known.dst} {'received' if known.dst else 'sent'} it, not who {end} it"
        elif is_ not in said and UNKNOWN not in said:
            return f"the fact says that {is_} {end} it"
    return ""


def _by_noun(known: Known, figure: Figure | None) -> str:
    """Without a verb, `31 credits` and `incoming` still say a side."""
    side = figure.noun.side if figure is not None and figure.noun else ""
    if side and known.side and known.side != side:
        return f"the fact counts what went {known.side}"
    return ""


def _sided(known: Known, context: Context, index: Index) -> str:
    """A first_in_at or a share of the inflow belongs to its side."""
    claims = context.claims
    if known.fact.kind in {"share", "ratio", "duration"}:
        return ""
    own = known.fact.about
    if claims.dst is not None and own in claims.dst and known.side == "out" and not (claims.src and own in claims.src):
        return "the fact is about what went out"
    if claims.src is not None and own in claims.src and known.side == "in" and not (claims.dst and own in claims.dst):
        return "the fact is about what came in"
    return ""


def _sideless(known: Known, context: Context) -> bool:
    """Facts that have no side by nature: income, balances, fees, trades; and counts of what does not move."""
    if any(re.search(measure.names, known.fact.name) and context.says(measure.words) for measure in lexicon().measures):
        return True
    loose = bool(context.claims.verbs) and not set(context.claims.verbs) - {"arrive", "leave", "there"}
    if known.line is not None and "direction" not in known.line.row and loose:
        return True  # an event's amount: "SGD 2,900.00 credited on ..."
    return known.fact.kind == "count" and known.fact.unit not in {"transfers", "counterparties"}


def noun_side(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """`27 payers` are those who paid in, where the clause is about the subject."""
    if figure is None or figure.noun is None or not figure.noun.side or not known.side or known.fact.kind != "count":
        return ""
    subject = context.claims.subject
    if subject and not subject & index.subjects:
        return ""
    return f"the fact counts what went {known.side}" if known.side != figure.noun.side else ""


def party(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """A row about another party needs that party's name (or its own second) in the clause."""
    line, inside = known.line, context.group.inside
    if inside is not None and inside.ids and known.fact.kind in _MOVING and not inside.ids & known.parties:
        return f"the fact is not about {min(inside.ids)}, behind which it stands in brackets"
    if line is None:
        ranked = bool(known.fact.rank) and known.fact.rank in context.values("rank")
        about = {known.fact.about, "" if ranked else known.fact.other} - {""} - index.subjects
        if about and not about & context.near and known.fact.kind in _MOVING | {"time", "date", "share"}:
            return f"the fact is about {min(about)}, which the clause does not name"
        others = index.subjects - {known.fact.about}
        if (
            known.fact.about in index.subjects
            and others
            and context.near & others
            and known.fact.about not in context.near
        ):
            return f"the fact is about {known.fact.about}, which the clause does not name"
        return ""
    return _row_named(line, known, figure, context, index)


def _row_named(line: Line, known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    strangers = {p for p in (line.src, line.dst, *_named_parties(line)) if p and p not in index.subjects}
    if known.fact.kind in {"id", "hash", "label", "word", "text"}:
        return ""
    hashes = (context.near & line.ids) - index.subjects
    if strangers:
        if strangers & context.near or hashes or context.epochs & line.moments:
            return _wrong_party(strangers, context, index)
        if _only_of_category(line, context, index):
            return ""
        single = not line.many and "transfers" not in line.row
        if single and context.days & line.point_days:
            return ""
        return f"the fact is about {min(strangers)}, which the clause does not name"
    return _key_named(line, known, figure, context, index)


def _only_of_category(line: Line, context: Context, index: Index) -> bool:
    """`exposure to a swap service`: the category names the row where its table has one such."""
    value = line.value("category")
    if not value or not any(m.kind in {"accuse", "service"} and m.value == value for m in context.marks):
        return False
    return (
        sum(
            o.value("category") == value and (o.evidence, o.table, o.side) == (line.evidence, line.table, line.side)
            for o in index.lines
        )
        == 1
    )


def _named_parties(line: Line) -> set[str]:
    return {line.value(name) for name in ("counterparty", "id", "from", "to")}


def _wrong_party(strangers: set[str], context: Context, index: Index) -> str:
    """A party told in the clause's own group must be one of the row's."""
    own = {name for name in context.claims.named if name not in index.subjects and name not in {OTHER, UNKNOWN}}
    parties = own & index.parties
    if parties and not parties & strangers and not any(name in index.ids for name in parties - index.parties):
        return f"the fact is about {min(strangers)}, not {min(parties)}"
    return ""


def _key_named(line: Line, known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """A row of several on the same subject and side needs something of its own in the clause: its day, kind, asset."""
    sides = [
        index.rivals.get((line.evidence, line.table, line.value("subject"), side), 0) for side in ("in", "out", "")
    ]
    alone = index.rivals[line.evidence, line.table, line.value("subject"), line.side] <= 1
    told = context.claims.told or (figure is not None and figure.noun is not None and bool(figure.noun.side))
    if sum(sides) <= 1 or known.fact.kind in {"time", "date"} or (alone and told and "date" not in line.row):
        return ""
    if context.days & (line.point_days | {line.first_day, line.last_day}) or context.epochs & line.moments:
        return ""
    own = {figure.unit.casefold() for figure in context.group.figures if figure.unit}
    said = context.words | own | {k.casefold() for k in kinds_said(context)} | {n.casefold() for n in context.near}
    if any(word in said or word.replace("_", " ") in said for word in line.words - {"in", "out", "completed"}):
        return ""
    if any(len(word) > 3 and token.startswith(word) for word in line.words - {"completed"} for token in context.words):
        return ""  # "was recalled" of a row of the kind recall
    if any(len(word.split()) > 1 and set(word.split()) <= context.words for word in line.words):
        return ""
    return "the fact is of one row among several, and nothing in the clause says which"


def day(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """A value told of a day or a period must be that day's or period's."""
    if known.fact.kind not in _MOVING | {"share", "duration", "ratio"}:
        return ""
    line = known.line
    if line is not None and (line.point_days or line.first_day):
        return _day_of_line(line, context)
    if line is None and context.period and known.side and known.fact.kind in _MOVING and known.tool != "indicators":
        return _beyond(known, context.period, index)
    total = line is None and known.side and known.fact.kind in _MOVING and not _OWN_DAY.search(known.fact.name)
    if total and context.days and known.tool == "indicators":
        return "" if _peaks(known, context, index) else "the fact's peak was not reached on that day"
    if total and context.days and not _as_whole(figure, context):
        return "" if _all_on(known, context, index) else "the fact is a total of the period, not of that day"
    return ""


def _day_of_line(line: Line, context: Context) -> str:
    own = line.point_days | {
        line.first_day if context.values("rank") & {"first"} or "start" in context.values("start") else ""
    }
    if context.epochs and line.moments and not context.epochs & line.moments:
        return "the fact is of another moment"
    if (
        context.epochs
        and line.many
        and len(line.moments) > 1
        and not context.values("rank")
        and not context.values("start")
    ):
        return "the fact sums several moments"
    if (
        context.days
        and not context.days & own
        and not (context.days & {line.first_day, line.last_day} and context.values("rank"))
    ):
        when = ", ".join(sorted(filter(None, {*line.point_days, line.first_day, line.last_day})))
        return f"the fact is of {when}"
    if context.period:
        start, end = context.period
        if line.first_day and line.last_day and (line.first_day, line.last_day) != (start, end):
            return f"the fact is of {line.first_day} to {line.last_day}"
        if not line.first_day and line.point_days and not any(start <= d <= end for d in line.point_days):
            return f"the fact is of {min(line.point_days)}"
    return ""


def _beyond(known: Known, period: tuple[str, str], index: Index) -> str:
    """A total told of a period must have begun and ended within it."""
    if known.fact.name.startswith("before_") or known.fact.rank:
        return ""
    for when, facts in index.days.items():
        for other in facts:
            same = other.line is None and other.fact.about == known.fact.about and other.evidence == known.evidence
            ends = {f"first_{known.side}_at", f"last_{known.side}_at"}
            if same and other.fact.name in ends and not period[0] <= when <= period[1]:
                return f"the fact is a total that reaches to {when}"
    return ""


def _peaks(known: Known, context: Context, index: Index) -> bool:
    """Whether a row of the same indicator tells that its peak was reached on the day of the clause."""
    lines = (
        line for line in index.lines if line.evidence == known.evidence and line.value("indicator") == known.fact.name
    )
    return any(context.days & line.point_days and known.fact.means.startswith(line.value("means")) for line in lines)


def quoted(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """Where the clause quotes what an indicator means, the figure is that indicator's."""
    if known.tool != "indicators" or known.fact.kind in {"id", "word", "text", "label"}:
        return ""
    means = known.line.value("means") if known.line is not None else known.fact.means
    quotes = [f.text.strip('"“”«»') for f in context.group.figures if f.kind == "quote"]
    ours = [q for q in quotes if any(line.value("means") == q for line in index.lines if line.tool == "indicators")]
    return "the fact is of another indicator" if ours and not any(means.startswith(q) for q in ours) else ""


def _as_whole(figure: Figure | None, context: Context) -> bool:
    """`the first of its 19 transfers`: the total is told as such."""
    return figure is not None and any(
        m.kind == "prep" and m.text == "of" and figure.first - 2 <= m.first < figure.first for m in context.group.marks
    )


def _all_on(known: Known, context: Context, index: Index) -> bool:
    """Whether the first and the last moment of that side lie on that one day, so that its totals are the day's."""
    return len(context.days) == 1 and all_on(known, next(iter(context.days)), index)


def all_on(known: Known, day: str, index: Index) -> bool:
    """Whether everything on the fact's side of its party began and ended on that day."""
    side = known.side or (known.line.side if known.line else "")
    for names in ({f"first_{side}_at", f"last_{side}_at"}, {"first_at", "last_at"}):
        days = {
            when
            for when, facts in index.days.items()
            for other in facts
            if other.fact.name in names
            and other.fact.about == known.fact.about
            and (not side or other.side in {"", side})
        }
        if days:
            return days == {day}
    return False


def status(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """Completed unless said otherwise; what is said must be the fact's own."""
    if known.fact.kind not in _MOVING:
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
    if known.fact.kind not in _MOVING | {"share"}:
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
        if (
            known.fact.kind in {"time", "date"}
            and context.group_says(entry.owns)
            and not _names(entry.names).search(name)
        ):
            return f"the fact is no date on which it was {min(entry.owns & context.words)}"
        said = context.group_says(entry.words) if entry.near else context.says(entry.words)
        if _names(entry.names).search(name) and not said:
            return f"the fact is about {name.replace('_', ' ')}, and the clause does not say so"
    return ""


@cache
def _names(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def predicate(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """A part (new, labelled, unresolved ...) needs its word; and a number with such a word needs such a part."""
    if known.fact.kind not in {"count", "share"}:
        return ""
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


QUESTIONS: tuple[Question, ...] = (quoted, way, noun_side, party, day, status, reach, category, measure, predicate)


def is_first(known: Known) -> bool:
    """Whether a time begins something: the first of its kind, or the start of a window."""
    return known.fact.rank == "first" or bool(_FIRST_NAMES.search(known.fact.name))


def is_last(known: Known) -> bool:
    """Whether a time ends something."""
    return known.fact.rank == "last" or bool(_LAST_NAMES.search(known.fact.name))
