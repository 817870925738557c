"""The support of dates and times: which fact is of that day or second, and in the part that the clause gives it."""

from datetime import date

from casewright.agent.grounding.context import Context, When
from casewright.agent.grounding.facts import Index, Known
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.fit import fit, is_first, is_last
from casewright.agent.grounding.parties import Problem
from casewright.agent.grounding.rows import all_on

_WINDOW = {"window", "period", "look-back", "lookback", "review", "reviewed", "memo", "asked", "searched"}
_OPEN_ENDS = {"since", "from", "until", "till", "by", "to"}


def judge(figure: Figure, context: Context, index: Index) -> tuple[Problem | None, list[Known]]:
    """What is wrong with a date or time, or the facts that bear it out."""
    when = next((w for w in context.whens if w.figure is figure), None)
    if when is None:
        return None, []
    if when.wrong:
        return Problem(when.wrong, _nearest(when, index)), []
    found = _candidates(when, index)
    if not found:
        what = "day" if when.epoch is None else "time"
        return Problem(f"no fact of the evidence cited is of this {what}", _nearest(when, index)), []
    against = ""
    good = []
    for known in found:
        why = _part(known, when, context, index) or fit(known, figure, context, index).against
        if why:
            against = against or f"{why} ({known.told()})"
        else:
            good.append(known)
    return (None, good) if good else (Problem(against, found[0].told()), [])


def _candidates(when: When, index: Index) -> list[Known]:
    if when.epoch is None:
        return index.days.get(when.day, [])
    return [known for second in when.seconds for known in index.moments.get(second, ())]


def _nearest(when: When, index: Index) -> str:
    days = sorted(index.days, key=lambda day: (abs(_ordinal(day) - _ordinal(when.day)), day))
    return index.days[days[0]][0].told() if days else ""


def _part(known: Known, when: When, context: Context, index: Index) -> str:
    """A period begins at something first and ends at something last; a day is one on which something was."""
    line, name = known.line, known.fact.name
    named = line is not None and bool({line.src, line.dst, *line.ids} & context.near - index.subjects)
    single = named and line is not None and not line.first_day
    if name in {"since", "until"} and line is None and when.role not in {"before", "after"}:
        against = _window(known, when, context, index)
        if against:
            return against
    match when.role:
        case "start" | "after":
            first = is_first(known) or (line is not None and line.first_day == when.day and name.startswith("first"))
            return "" if first or single else "the fact is of a day within, not of a first one"
        case "end":
            last = is_last(known) or (line is not None and line.last_day == when.day and name.startswith("last"))
            return "" if last or single else "the fact is of a day within, not of a last one"
        case "before":
            begun = any(k.fact.name == "since" and k.fact.about == known.fact.about for k in index.windows)
            return "the fact is not the beginning of the window" if begun and name != "since" else ""
    return _point(known, when, context, index)


def _point(known: Known, when: When, context: Context, index: Index) -> str:
    """`on D`: the first or last day of several is one only where the clause says so."""
    line, end = known.line, known.fact.name.partition("_")[0]
    if (line is not None and line.first_day and when.day in line.point_days) or all_on(known, when.day, index):
        return ""
    ranks = context.values("rank") | ({"first"} if context.values("start") or context.values("before") else set())
    ranked = known.fact.rank in {"first", "last"} and end in {"first", "last", "before"}
    if line is None and ranked and known.fact.rank not in ranks:
        return f"the fact is the {known.fact.rank} of its kind, and the clause does not say so"
    several = line is not None and line.first_day and line.many and known.fact.name in {"first_at", "last_at"}
    return f"the fact is the {end} of several, and the clause does not say so" if several and end not in ranks else ""


def _window(known: Known, when: When, context: Context, index: Index) -> str:
    """The ends of the window stand for a period only together, or where the text speaks of the window."""
    if context.words & _WINDOW:
        return ""
    if when.role == "point":
        return "the fact is an end of the window that was asked about, and the clause does not say so"
    if context.period is None:
        return "" if when.before in _OPEN_ENDS else "the fact is an end of the window, which the clause does not tell"
    other = context.period[1] if known.fact.name == "since" else context.period[0]
    twin = "until" if known.fact.name == "since" else "since"
    held = any(k.fact.name == twin and k.fact.about == known.fact.about for k in index.days.get(other, ()))
    return "" if held else "the fact is an end of the window, and the other date is not its other end"


def _ordinal(day: str) -> int:
    try:
        return date.fromisoformat(day).toordinal()
    except ValueError:
        return 0
