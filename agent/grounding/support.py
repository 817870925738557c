"""The support of each figure: the facts of its value that also say what its clause says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from casewright.agent.grounding import closing
from casewright.agent.grounding.context import Context, When
from casewright.agent.grounding.facts import Index, Known, Line
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.fit import Fit, all_on, fit, is_first, is_last
from casewright.agent.grounding.lexicon import Noun, lexicon
from casewright.agent.grounding.lookup import candidates, nearest, parts
from casewright.agent.grounding.parties import Problem
from casewright.agent.grounding.reading import Group, Reading

_MISSING = "no fact of the evidence cited has this value"


@dataclass
class Support:
    """Finds the facts behind the figures of one sentence."""

    reading: Reading
    contexts: dict[int, Context]
    index: Index
    own: frozenset[str]
    zone: str
    supported: dict[int, list[Known]] = field(default_factory=dict)
    _results: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        runs = [run for run in closing.equations(self.reading) if closing.closes(self.reading, run)]
        self._results = frozenset(id(run[-1]) for run in runs)
        self._sums = frozenset(id(figure) for run in closing.equations(self.reading) for figure in run)

    def check(self, figure: Figure) -> Problem | None:
        """What is wrong with a figure; None where some fact says what it says."""
        group = self.reading.group_of(figure.first)
        if group is None:
            return None
        context = self.contexts[id(group)]
        match figure.kind:
            case "moment":
                return self._moment(figure, context)
            case "month":
                return None if any(day.startswith(figure.unit) for day in self.index.days) else Problem(_MISSING)
            case "asset":
                return self._asset(figure)
            case "number":
                return self._number(figure, group, context)
            case "amount" | "count" | "percent" | "times" | "rate" | "duration":
                return self._judge(figure, context, candidates(figure, self.index))
            case _:
                return None

    def _judge(self, figure: Figure, context: Context, found: list[Known]) -> Problem | None:
        """Some candidate must fit; else the first contradiction is told, or the nearest fact."""
        if id(figure) in self._results:
            return None
        whole = self._whole(figure)
        if whole is not None:
            kept = list(parts(found, whole.value))
            if found and not kept:
                return Problem(f"no fact counts {figure.text} of {whole.text}", found[0].told())
            found = kept
        elif figure.kind == "count" and not figure.bare and self._opened_by_of(figure):
            found = [known for known in found if known.fact.of is None]  # a whole, not a part of one
        if (
            id(figure) in self._sums and found
        ):  # in a written sum each part is a fact; the sum itself says how they hang together
            self.supported[id(figure)] = found
            return None
        fits = [fit(known, figure, context, self.index) for known in found]
        good = [one.known for one in fits if not one.against]
        if good:
            self.supported[id(figure)] = good
            return None
        if not context.claims.told and self._told_before(figure):
            return None
        if figure.kind == "percent" and closing.share_closes(figure, self.reading):
            return None
        return self._against(figure, fits)

    def _told_before(self, figure: Figure) -> bool:
        """Whether the same value stands, supported, earlier in the sentence; a clause that only weighs it repeats it."""
        return figure.kind == "amount" and any(
            other.kind == "amount"
            and other.value == figure.value
            and other.unit == figure.unit
            and id(other) in self.supported
            for other in self.reading.figures
            if other.first < figure.first
        )

    def _against(self, figure: Figure, fits: list[Fit]) -> Problem:
        if fits:
            return Problem(fits[0].against, fits[0].known.told())
        close = nearest(figure, self.index)
        return Problem(_MISSING, close.told() if close else "")

    def _whole(self, figure: Figure) -> Figure | None:
        """The whole that a part is told of: `29 of the 31 credits`, `of 27 payers, 3`."""
        figures = self.reading.figures
        place = figures.index(figure)
        if figure.kind not in {"number", "count"}:
            return None
        if figure.part and place + 1 < len(figures):
            behind = figures[place + 1]
            return (
                behind
                if behind.first - figure.last <= 3 and behind.kind in {"count", "number"} and behind.whole
                else None
            )
        before = figures[place - 1] if place else None
        if before is not None and before.kind == "count" and self._opened_by_of(before) and figure.bare:
            return before
        return None

    def _opened_by_of(self, figure: Figure) -> bool:
        words = self.reading.words[max(0, figure.first - 2) : figure.first]
        return ("of" in words and figure.first <= 3) or (
            words[-1:] == ["of"] and figure.first >= 2 and self.reading.words[figure.first - 2] in {",", ";"}
        )

    def _asset(self, figure: Figure) -> Problem | None:
        """An asset or currency that is named must be one of the evidence."""
        unit = figure.unit.casefold()
        for known in self.index.known:
            if known.fact.unit.casefold() == unit or unit in known.fact.unit.casefold().split("/"):
                return None
            if known.fact.kind == "word" and str(known.fact.value).casefold() == unit:
                return None
        return Problem("is an asset or currency that the evidence cited does not hold")

    def _number(self, figure: Figure, group: Group, context: Context) -> Problem | None:
        """A bare number: a part of a whole, a count whose noun was said before, an amount whose unit was, or an id."""
        if figure.text in self.index.parties or figure.text in self.index.ids:
            figure.ids = frozenset({figure.text}) & self.index.parties
            return None
        figure.bare = True
        for noun, text in self._nouns(figure):
            figure.kind, figure.noun, figure.noun_text = "count", noun, text
            problem = self._judge(figure, context, candidates(figure, self.index))
            if problem is None:
                figure.adjectives, figure.noun_text = (), ""
                return None
            figure.kind = "number"
            if figure.whole and figure.step == 1 and "." not in figure.text:
                figure.noun_text = ""
                return problem
        for unit in self._units(figure):
            figure.kind, figure.unit = "amount", unit
            problem = self._judge(figure, context, candidates(figure, self.index))
            if problem is None:
                return None
            figure.kind = "number"
            return problem
        if not figure.whole:
            return self._judge(figure, context, candidates(figure, self.index))
        if 1990 <= figure.value <= 2100 and any(day.startswith(f"{figure.value}-") for day in self.index.days):
            return None
        return Problem("is a number without a unit or a noun beside it")

    def _nouns(self, figure: Figure) -> Iterator[tuple[Noun, str]]:
        """The nouns that a bare number may count: of its whole, of the word before it, of the count before it."""
        if not figure.whole:
            return
        place = self.reading.figures.index(figure)
        behind = self.reading.figures[place + 1] if place + 1 < len(self.reading.figures) else None
        if figure.part and behind is not None and behind.noun is not None and behind.first - figure.last <= 3:
            yield behind.noun, behind.noun_text
            return
        before = self.reading.words[figure.first - 1] if figure.first else ""
        noun = lexicon().nouns.get(before)
        if noun is not None:
            yield noun, before
            return
        counted = [f for f in self.reading.figures[:place] if f.kind == "count" and f.noun is not None]
        if counted and counted[-1].noun is not None:
            yield counted[-1].noun, counted[-1].noun_text or "transfers"

    def _units(self, figure: Figure) -> Iterator[str]:
        """The unit of the amount or rate before it: `SGD 240.00 of 86,450.00`."""
        place = self.reading.figures.index(figure)
        before = [f for f in self.reading.figures[:place] if f.kind in {"amount", "rate"} and f.unit]
        if before and (not figure.whole or "." in figure.text or "," in figure.text):
            yield before[-1].unit.split("/")[0]

    def _moment(self, figure: Figure, context: Context) -> Problem | None:
        when = next((w for w in context.whens if w.figure is figure), None)
        if when is None:
            return None
        if when.wrong:
            return Problem(when.wrong, self._near_time(when))
        found = self._times(when)
        if not found:
            return Problem(
                "no fact of the evidence cited is of this time"
                if when.epoch is not None
                else "no fact of the evidence cited is of this day",
                self._near_time(when),
            )
        against = ""
        good = []
        for known in found:
            why = _role(known, when, context, self.index) or fit(known, figure, context, self.index).against
            if why:
                against = against or f"{why} ({known.told()})"
            else:
                good.append(known)
        if good:
            self.supported[id(figure)] = good
            return None
        return Problem(against, found[0].told())

    def _times(self, when: When) -> list[Known]:
        if when.epoch is None:
            return self.index.days.get(when.day, [])
        found = self.index.moments.get(when.epoch, [])
        if not found and when.figure.moment is not None and when.figure.moment.time.count(":") == 1:
            return [k for epoch, known in self.index.moments.items() if epoch // 60 == when.epoch // 60 for k in known]
        return found

    def _near_time(self, when: When) -> str:
        days = sorted(self.index.days, key=lambda day: (abs(_ordinal(day) - _ordinal(when.day)), day))
        return self.index.days[days[0]][0].told() if days else ""

    def together(self) -> Iterator[tuple[Figure, Problem]]:
        """`SGD 16,350.00 in 6 transfers`, `1,000 USDT (SGD 1,304.00)`: both must be of one row, or both totals."""
        for group in self.reading.groups:
            figures = [f for f in group.figures if f.kind in {"amount", "count"} and id(f) in self.supported]
            for left, right in zip(figures, figures[1:], strict=False):
                if self._joined(left, right) and not self._agree(left, right):
                    yield right, Problem(f"does not belong to {left.text}: no row and no pair of totals has both")
            yield from self._same_rows(group)

    def _same_rows(self, group: Group) -> Iterator[tuple[Figure, Problem]]:
        """Where an amount is of single rows only, the hops and the days told with it are of those rows."""
        clause = [f for g in self.reading.clause(group.clause) for f in g.figures]
        amounts = [f for f in group.of_kind("amount") if id(f) in self.supported]
        lines = [known.line for f in amounts for known in self.supported[id(f)]]
        if not lines or any(line is None for line in lines):
            return
        for figure in clause:
            found = [known.line for known in self.supported.get(id(figure), ())]
            hops = figure.kind == "count" and figure.noun is not None and "hops" in figure.noun.units
            day = figure.kind == "moment" and figure in group.figures and self._points(figure, group)
            if (
                found
                and (hops or day)
                and not any(line in lines for line in found)
                and not (day and self._on(figure, group, lines))
            ):
                yield (
                    figure,
                    Problem(
                        f"is not of the row that says {amounts[0].text}",
                        next(k.told() for k in self.supported[id(amounts[0])]),
                    ),
                )

    def _points(self, figure: Figure, group: Group) -> bool:
        return any(when.figure is figure and when.role == "point" for when in self.contexts[id(group)].whens)

    def _on(self, figure: Figure, group: Group, lines: list[Line | None]) -> bool:
        days = {when.day for when in self.contexts[id(group)].whens if when.figure is figure}
        return any(line is not None and days & (line.point_days | {line.first_day, line.last_day}) for line in lines)

    def _joined(self, left: Figure, right: Figure) -> bool:
        between = self.reading.words[left.last : right.first]
        if left.kind == "count":
            between = between[len(left.adjectives) + 1 :] if left.noun_text else between
            return right.kind == "amount" and between in (
                ["of"],
                ["worth"],
                ["totalling"],
                ["totaling"],
                ["for"],
                ["at"],
            )
        if right.kind == "count":
            units = right.noun.units if right.noun else frozenset()
            return (
                "transfers" in units
                and len(between) <= 2
                and bool(set(between) & {"in", "over", "across", "through", "by"})
            )
        return between == ["("]

    def _agree(self, left: Figure, right: Figure) -> bool:
        return any(_same(a, b) for a in self.supported[id(left)] for b in self.supported[id(right)])


def _same(one: Known, other: Known) -> bool:
    if one.line is not None or other.line is not None:
        return one.line is other.line
    before = one.fact.name.startswith("before_") == other.fact.name.startswith("before_")
    status = (one.fact.status or "completed") == (other.fact.status or "completed")
    side = not one.side or not other.side or one.side == other.side
    return one.fact.about == other.fact.about and before and status and side


def _role(known: Known, when: When, context: Context, index: Index) -> str:
    """A period begins at something first and ends at something last; a day is one on which something was."""
    line, name = known.line, known.fact.name
    named = line is not None and bool({line.src, line.dst, *line.ids} & context.near - index.subjects)
    first = is_first(known) or (line is not None and line.first_day == when.day and name.startswith("first"))
    last = is_last(known) or (line is not None and line.last_day == when.day and name.startswith("last"))
    aggregate = line is not None and bool(line.first_day)
    if name in {"since", "until"} and line is None and when.role not in {"before", "after"}:
        against = _window(known, when, context, index)
        if against:
            return against
    match when.role:
        case "start" | "after":
            return "" if first or (named and not aggregate) else "the fact is of a day within, not of a first one"
        case "end":
            return "" if last or (named and not aggregate) else "the fact is of a day within, not of a last one"
        case "before":
            began = {
                k.fact.about
                for facts in index.days.values()
                for k in facts
                if k.fact.name == "since" and k.line is None
            }
            return (
                ""
                if name == "since" or known.fact.about not in began
                else "the fact is not the beginning of the window"
            )
    if aggregate and line is not None and when.day in line.point_days:
        return ""
    ranks = context.values("rank") | ({"first"} if context.values("start") or context.values("before") else set())
    if all_on(known, when.day, index):
        return ""
    if (
        line is None
        and known.fact.rank in {"first", "last"}
        and known.fact.rank not in ranks
        and name.partition("_")[0] in {"first", "last", "before"}
    ):
        return f"the fact is the {known.fact.rank} of its kind, and the clause does not say so"
    if (
        aggregate
        and line is not None
        and name in {"first_at", "last_at"}
        and name.partition("_")[0] not in ranks
        and line.many
    ):
        return f"the fact is the {name.partition('_')[0]} of several, and the clause does not say so"
    return ""


_WINDOW = {"window", "period", "look-back", "lookback", "review", "reviewed", "memo", "asked", "searched"}


def _window(known: Known, when: When, context: Context, index: Index) -> str:
    """The ends of the window stand for a period only together, or where the text speaks of the window."""
    if context.words & _WINDOW:
        return ""
    if when.role == "point":
        return "the fact is an end of the window that was asked about, and the clause does not say so"
    if context.period is None:
        return (
            ""
            if when.before in {"since", "from", "until", "till", "by", "to"}
            else "the fact is an end of the window, which the clause does not tell"
        )
    other = context.period[1] if known.fact.name == "since" else context.period[0]
    twin = "until" if known.fact.name == "since" else "since"
    held = any(k.fact.name == twin and k.fact.about == known.fact.about for k in index.days.get(other, ()))
    return "" if held else "the fact is an end of the window, and the other date is not its other end"


def _ordinal(day: str) -> int:
    from datetime import date

    try:
        return date.fromisoformat(day).toordinal()
    except ValueError:
        return 0


__all__ = ["Decimal", "Support"]
