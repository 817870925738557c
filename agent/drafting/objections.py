"""What is wrong with the sentences of a draft, and why: what the evidence does not hold, and what no memo may say."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from casewright.agent.drafting.decisions import decided
from casewright.agent.grounding.check import Checker
from casewright.agent.privacy.obeyed import obeyed
from casewright.agent.privacy.untrusted import unseen
from casewright.knowledge.case import Case, Section, Sentence

LONGEST = 900  # characters of one sentence
_QUOTED = re.compile(r'"[^"\n]*"|“[^“”\n]*”|`[^`\n]*`')
_MARKUP = re.compile(r"https?://|www\.|\]\(|!\[|</?[A-Za-z]|\x1b|^\s*#|```|[{}]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_DECLARED = {"purpose", "occupation", "licence"}  # words of the customer's own
_RUN = 4  # words in a row of an outsider's text that are no accident (ours)


@dataclass(frozen=True)
class Objection:
    """A sentence of the draft by its number, counted from one, with each reason why it cannot stand."""

    number: int
    sentence: Sentence
    reasons: tuple[str, ...]


@dataclass
class Examiner:
    """Examines the sentences of one case; a sentence examined once is remembered.

    Sentences of the embedded writer (the case's own narrative) are held against the evidence alone. Those that
    somebody else worded must besides cite something, decide nothing, repeat no outsider as fact, hold no markup.
    """

    case: Case
    checker: Checker = field(init=False)
    _own: frozenset[Sentence] = field(init=False)
    _outside: frozenset[tuple[str, ...]] = field(init=False)
    _texts: tuple[str, ...] = field(init=False)
    _known: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.checker = Checker(self.case)
        self._own = frozenset(s.model_copy(update={"opens": False}) for s in self.case.narrative.sentences)
        self._outside = _runs_of_outsiders(self.case)
        self._texts = tuple(f" {' '.join(_WORD.findall(text.casefold()))} " for text in _of_outsiders(self.case))

    def object(self, sections: Sequence[Section]) -> list[Objection]:
        """The objections to a draft, in its order."""
        numbered = enumerate((s for section in sections for s in section.sentences), 1)
        return [Objection(number, sentence, why) for number, sentence in numbered if (why := self.reasons(sentence))]

    def reasons(self, sentence: Sentence) -> tuple[str, ...]:
        """Why this sentence cannot stand; empty where it can."""
        key = (sentence.text, sentence.evidence)
        if key not in self._known:
            self._known[key] = tuple(dict.fromkeys(self._all(sentence)))
        return self._known[key]

    def _all(self, sentence: Sentence) -> Iterator[str]:
        if sentence.model_copy(update={"opens": False}) not in self._own:
            yield from self._worded_elsewhere(sentence)
        for found in self.checker.sentence(sentence)[1]:
            nearest = f" (nearest in the evidence: {found.nearest})" if found.nearest else ""
            yield f"{found.figure or 'it'}: {found.why}{nearest}"

    def _worded_elsewhere(self, sentence: Sentence) -> Iterator[str]:
        text = sentence.text
        bare = _QUOTED.sub(" ", text)
        if not sentence.evidence:
            yield "it cites no evidence; end it with the ids that it rests on, or leave it out"
        if len(bare) > LONGEST:
            yield f"it has {len(bare):,} characters, at most {LONGEST} are read; part it"
        if marks := _MARKUP.search(text):
            yield f"{marks.group()}: is a link or markup, which a memo does not hold"
        if strange := next((c for c in bare if c.isalpha() and not unicodedata.name(c, "").startswith("LATIN")), ""):
            yield f"{strange}: is not a Latin letter; write plain English, and others' words in quotation marks"
        if said := next((run for run in _runs(bare) if run in self._outside), None):
            yield f"{' '.join(said)}: repeats what somebody outside wrote as if it were so; quote it as theirs"
        if any(map(unseen, text)) or not _WORD.search(bare):
            yield "it holds no words of its own, or characters that cannot be seen"
        if self._repeats_whole(bare):
            yield "it says no more than somebody outside wrote; quote it as theirs, or leave it out"
        yield from decided(bare, self.case.recommendation)
        yield from obeyed(bare, (e for e in self.case.evidence if e.id in sentence.evidence))

    def _repeats_whole(self, bare: str) -> bool:
        words = _WORD.findall(bare.casefold())
        return len(words) > 1 and any(f" {' '.join(words)} " in text for text in self._texts)


def _of_outsiders(case: Case) -> Iterator[str]:
    """What outsiders wrote, in their own record as well."""
    for name, kind, text in _words_of(case):
        if kind == "text" or name in _DECLARED:
            yield text


def _runs_of_outsiders(case: Case) -> frozenset[tuple[str, ...]]:
    """Every few words in a row that an outsider wrote, but for those that stand in the title of an alert as well."""
    house: set[tuple[str, ...]] = set()
    outside: set[tuple[str, ...]] = set()
    for name, kind, text in _words_of(case):
        if kind == "text":
            outside.update(_runs(text))
        elif name == "title":
            house.update(_runs(text))
    return frozenset(outside - house)


def _words_of(case: Case) -> Iterator[tuple[str, str, str]]:
    """The name, kind and text of every fact and cell of words."""
    for evidence in case.evidence:
        for fact in evidence.facts:
            if fact.kind in ("text", "word"):
                yield fact.name, fact.kind, str(fact.value)
        for table in evidence.tables:
            for column in table.columns:
                if column.kind in ("text", "word"):
                    held = (row.get(column.name) for row in table.rows)
                    yield from ((column.name, column.kind, str(value)) for value in held if value not in (None, ""))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    yield from (tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
