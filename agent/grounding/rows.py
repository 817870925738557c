"""Whether a fact is of the party, the row and the day that the clause tells."""

import re

from casewright.agent.grounding.claims import OTHER, UNKNOWN
from casewright.agent.grounding.context import Context, kinds_said
from casewright.agent.grounding.facts import Index, Known, Line
from casewright.agent.grounding.figures import Figure

MOVING = {"money", "native", "count"}  # kinds of facts that tell of value, or of movements counted
_OWN_DAY = re.compile(r"^(before_)?(busiest|peak|largest|smallest|highest|first|last)_|_on_day$")
_SAME_ADDRESS = frozenset({"same address", "same wallet", "same destination", "that address"})
_STEM = re.compile(r"^(before_)?(busiest_day|largest|smallest|first|last)(_(in|out))?")


def party(known: Known, figure: Figure | None, context: Context, index: Index) -> str:
    """A row about another party needs that party's name (or its own second) in the clause."""
    line, inside = known.line, context.group.inside
    if inside is not None and inside.ids and known.fact.kind in MOVING and not inside.ids & known.parties:
        return f"the fact is not about {min(inside.ids)}, behind which it stands in brackets"
    if line is None:
        if known.tool == "co_users" and known.fact.value != 0 and context.says(_SAME_ADDRESS):
            return "the fact counts those of all addresses, not of that one"
        ranked = bool(known.fact.rank) and known.fact.rank in context.values("rank")
        about = {known.fact.about, "" if ranked else known.fact.other} - {""} - index.subjects
        if about and not about & context.near and known.fact.kind in MOVING | {"time", "date", "share"}:
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
    if known.fact.kind not in MOVING | {"share", "duration", "ratio"}:
        return ""
    line = known.line
    if line is not None and (line.point_days or line.first_day):
        return _day_of_line(line, context)
    if line is None and context.period and known.side and known.fact.kind in MOVING and known.tool != "indicators":
        return _beyond(known, context.period, index)
    total = line is None and known.side and known.fact.kind in MOVING
    if total and context.days and _OWN_DAY.search(known.fact.name):
        return "" if _on_its_day(known, context, index) else "the fact is of another day"
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


def _on_its_day(known: Known, context: Context, index: Index) -> bool:
    """`largest_in_usd` was reached at `largest_in_at`: where that is known, it must be the clause's day."""
    stem = _STEM.match(known.fact.name)
    own = [
        day
        for day, facts in index.days.items()
        for other in facts
        if stem
        and other.line is None
        and other.fact.about == known.fact.about
        and other.fact.name.startswith(stem.group())
    ]
    return not own or bool(context.days & set(own))


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
