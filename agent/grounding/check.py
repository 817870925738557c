"""The check: every figure and claiming word of a sentence against the evidence that the sentence cites."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from casewright.agent.grounding import closing, ours, pairs, recited, vague
from casewright.agent.grounding.claimed import problems as unclaimed
from casewright.agent.grounding.claims import Flow
from casewright.agent.grounding.context import Context, contexts
from casewright.agent.grounding.facts import Holding, Index
from casewright.agent.grounding.figures import Figure, Vocabulary
from casewright.agent.grounding.holding import index
from casewright.agent.grounding.names import Names, names_of
from casewright.agent.grounding.parties import Problem, misplaced, resolve
from casewright.agent.grounding.reading import Reading, read
from casewright.agent.grounding.report import Report, Unsupported
from casewright.agent.grounding.sets import Sets
from casewright.agent.grounding.support import Support
from casewright.agent.grounding.tokens import tokens
from casewright.agent.grounding.words import Wording
from casewright.knowledge.case import Case, Sentence

LONGEST = 20_000  # characters of a sentence; nobody reads a longer one, and it is told rather than checked
_MEASURED = frozenset({"native", "money", "count", "word"})  # kinds with units, and the words for assets
_REMEMBERED = 5_000  # sentences; a text may say the same again and again
_FIGURES = {
    "amount",
    "count",
    "number",
    "percent",
    "times",
    "rate",
    "duration",
    "moment",
    "month",
    "id",
    "short",
    "name",
}


def check(sentences: Sequence[Sentence], case: Case, titles: Iterable[str] = ()) -> Report:
    """Tell every figure and word of the sentences that the evidence cited beside it does not hold.

    Figures are checked against the evidence of CASE that the very sentence cites. TITLES are headings: they must hold
    no figure and accuse nobody, since they cite nothing. The answer depends on nothing but the arguments.
    """
    checker = Checker(case)
    found: list[Unsupported] = []
    figures = 0
    for title in titles:
        for text in checker.figures_of(title):
            figures += 1
            found.append(Unsupported(title, text, "stands in a heading, which must hold no figures"))
        for text in checker.accusing(title):
            found.append(Unsupported(title, text, "stands in a heading, which cites nothing that says so"))
    seen: dict[tuple[str, tuple[str, ...]], tuple[int, list[Unsupported]]] = {}
    for sentence in sentences:
        key = (sentence.text, sentence.evidence)
        number, unsupported = seen.get(key) or checker.sentence(sentence)
        if len(seen) < _REMEMBERED:
            seen[key] = number, unsupported
        figures += number
        found.extend(unsupported)
    return Report(len(sentences), figures, tuple(dict.fromkeys(found)))


@dataclass
class Checker:
    """Checks sentences against one case; what the evidence holds is indexed once."""

    case: Case
    holdings: dict[str, Holding] = field(init=False)
    names: Names = field(init=False)
    vocabulary: Vocabulary = field(init=False)
    everything: Index = field(init=False)
    _cited: dict[tuple[str, ...], Index] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.holdings = index(self.case)
        self.names = names_of(self.holdings.values())
        self.everything = Index(tuple(self.holdings.values()))
        held = [value for holding in self.holdings.values() for value in holding.values(_MEASURED)]
        assets = {value.unit for value in held if value.kind in {"native", "money"}}
        assets |= {value.text for value in held if value.unit == "asset"}
        units = {value.unit.lower() for value in held if value.kind == "count"}
        self.vocabulary = Vocabulary(
            frozenset(asset for asset in assets if asset.isupper()), self.everything.parties, frozenset(units - {""})
        )

    def figures_of(self, text: str) -> list[str]:
        """The numbers of a heading."""
        return [
            token.text
            for token in tokens(text)
            if token.kind in {"number", "date", "time", "id", "iso", "slashed", "short"}
        ]

    def accusing(self, text: str) -> list[str]:
        """The words of a heading that accuse or name a kind of service."""
        marks = read(text, self.names, self.vocabulary).marks
        return list(dict.fromkeys(mark.text for mark in marks if mark.kind in {"accuse", "service"}))

    def sentence(self, sentence: Sentence) -> tuple[int, list[Unsupported]]:
        """How many figures a sentence has, and what is unsupported in it."""
        text = sentence.text
        if len(text) > LONGEST:
            why = f"has {len(text):,} characters, at most {LONGEST:,} are checked"
            return 0, [Unsupported(text[:200], "", why)]
        found = [
            Unsupported(text, f"[{name}]", "is no evidence of this case")
            for name in sentence.evidence
            if name not in self.holdings
        ]
        reading = read(text, self.names, self.vocabulary)
        number = sum(figure.kind in _FIGURES for figure in reading.figures)
        cited = tuple(dict.fromkeys(name for name in sentence.evidence if name in self.holdings))
        for figure, problem in self._problems(reading, cited):
            why = problem.why if cited else f"{problem.why} (the sentence cites no evidence)"
            found.append(Unsupported(text, figure, why, problem.nearest))
        return number, list(dict.fromkeys(found))

    def _index(self, cited: tuple[str, ...]) -> Index:
        if cited not in self._cited:
            if len(self._cited) > 500:  # a text that cites at random must not fill the memory
                self._cited.clear()
            self._cited[cited] = Index(tuple(self.holdings[name] for name in cited))
        return self._cited[cited]

    def _problems(self, reading: Reading, cited: tuple[str, ...]) -> Iterator[tuple[str, Problem]]:
        held = self._index(cited)
        for figure in reading.figures:
            problem = self._matched(figure, reading, cited) if figure.kind == "quote" else None
            problem = problem or (resolve(figure, held, self.everything) if figure.kind != "said" else None)
            if problem is not None:
                yield figure.text, problem
        for token in reading.tokens:
            if token.kind == "code":
                yield from self._command(token.text)
        own = frozenset(subject.id for subject in self.case.subjects)
        flow = Flow(reading, own)
        around = contexts(reading, flow, self.case.versions.timezone)
        support = Support(reading, around, held, own, self.case.versions.timezone)
        for figure in reading.figures:
            problem = support.check(figure)
            if problem is not None:
                yield figure.text, problem
        yield from self._of_clauses(reading, around, held, support, cited)

    def _matched(self, figure: Figure, reading: Reading, cited: tuple[str, ...]) -> Problem | None:
        """A typology named in quotation marks must be one that the case matches, on evidence cited, and be hedged."""
        name = figure.text.strip('"“”«»').rstrip(".,").casefold()
        match = next((m for m in self.case.typologies if m.name.casefold() == name), None)
        if match is None:
            return None
        if not set(match.evidence) & set(cited):
            return Problem("is a typology whose match rests on evidence not cited here", ", ".join(match.evidence))
        if not any(mark.kind == "hedge" for mark in reading.marks):
            return Problem("is named as if it were established; a match is no proof")
        figure.kind = "said"
        return None

    def _of_clauses(
        self, reading: Reading, around: dict[int, Context], held: Index, support: Support, cited: tuple[str, ...]
    ) -> Iterator[tuple[str, Problem]]:
        for figure, problem in misplaced(reading, held):
            yield figure.text, problem
        for figure, problem in pairs.problems(reading, around, support.supported):
            yield figure.text, problem
        for figure, problem in closing.problems(reading, around, held):
            yield figure.text, problem
        yield from unclaimed(reading, around, held, support.supported)
        for mark, problem in Sets(held, reading, around, support.supported).problems():
            yield mark.text, problem
        for mark, problem in Wording(self.case, cited, held, reading, around).problems():
            yield mark.text, problem
        yield from vague.problems(reading, held)
        yield from recited.problems(reading, held)
        yield from ours.problems(reading.text, frozenset(subject.id for subject in self.case.subjects))

    def _command(self, text: str) -> Iterator[tuple[str, Problem]]:
        """Of a command in backticks only ids are checked: they must be known to the case."""
        for token in tokens(text.strip("`")):
            if token.kind == "id" and not token.text.lower().startswith("case-"):
                figure = Figure("id", token.text, 0, 1)
                if resolve(figure, self.everything, self.everything) is not None:
                    yield token.text, Problem("is an id that no evidence of the case holds")
