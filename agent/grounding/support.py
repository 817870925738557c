"""The support of each figure: the facts of its value that also say what its clause says."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from casewright.agent.grounding import closing, times
from casewright.agent.grounding.context import Context
from casewright.agent.grounding.facts import Index, Known
from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.fit import Fit, fit
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
                problem, good = times.judge(figure, context, self.index)
                if good:
                    self.supported[id(figure)] = good
                return problem
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
        if not context.claims.told and context.says(lexicon().words("weighing")) and self._told_before(figure):
            return None
        if figure.kind == "rate" and closing.rate_closes(figure, self.reading):
            return None
        if figure.kind == "percent" and closing.share_closes(figure, self.reading):
            return None
        return self._against(figure, fits)

    def _told_before(self, figure: Figure) -> bool:
        """Whether the same value stands, supported, earlier in the sentence: a clause that only weighs repeats it."""
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
            if figure.first and self.reading.words[figure.first - 1] not in lexicon().words("before_bare"):
                return Problem("is a number without a unit or a noun beside it")
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
