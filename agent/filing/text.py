"""The filing text: sentences of the memo, selected, reworded, checked again; no citations, headings, scores or rules.

It is made of what the check found supported and of nothing else. What a sentence loses in other words, and what has no
place in a report, is left out and told. What people decided (roles, when suspicion was formed) is evidence like any
other; frames such as the meaning of acronyms hold no figure and name nobody.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from casewright.agent.filing import opening
from casewright.agent.filing.particulars import after_story, networks, single, whereabouts
from casewright.agent.filing.regime import KeyTerm, Regime
from casewright.agent.filing.rewording import reworded
from casewright.agent.filing.told import actions, earlier_reports, with_told
from casewright.agent.filing.words import words
from casewright.agent.grounding.check import Checker
from casewright.knowledge.case import Case, Section, Sentence
from casewright.knowledge.evidence import Evidence
from casewright.tools.store.filing import Decided

PartName = Literal["introduction", "body", "conclusion"]

AGAINST = 40
# Where the sections of a memo go, in the order of the report; what bears another heading stands between (FACTS).
_RANKS = (
    ("introduction", 0),
    ("happened", 10),
    ("unusual", 30),
    ("against", AGAINST),
    ("checked", 60),
    ("cannot be known", 70),
    ("conclusion", 80),
)
CODES = -1  # the key term and the codes stand in front of everything
_EVENTS, _FACTS, _PARTICULARS, _WHERE, _LEAD, _CLOSE = 12, 20, 15, 16, 29, 90
AGAINST = 39  # from this rank on a sentence speaks no more for suspicion
_INSIDE = ("still to do", "to do before")
_EARLIER = re.compile(r"^No earlier (?:case|report)\b|^An earlier report on ")


@dataclass(frozen=True)
class Piece:
    """A sentence of the report, its place, what of the memo it was made of, and whether it opens a paragraph."""

    rank: int
    sentence: Sentence
    made_of: str = ""
    opens: bool = False

    @property
    def part(self) -> PartName:
        """Which part of the report it stands in."""
        return "introduction" if self.rank < 10 else "body" if self.rank < 60 else "conclusion"

    @property
    def framed(self) -> bool:
        """Whether it is a frame: no sentence about the case."""
        return not self.sentence.evidence


@dataclass(frozen=True)
class Lost:
    """A sentence of the memo that is not in the report, and why."""

    sentence: str
    why: str


@dataclass(frozen=True)
class FilingText:
    """The report's sentences in order, and what of the memo they do not tell."""

    regime: Regime
    pieces: tuple[Piece, ...]
    lost: tuple[Lost, ...] = ()
    key_term: KeyTerm | None = None
    codes: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()  # what went to keep a length; it is lost too

    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences, frames too."""
        return tuple(piece.sentence for piece in self.pieces)


@dataclass
class _Draft:
    """What is being put together."""

    checker: Checker
    kind: str
    pieces: list[Piece] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    reported: bool = False  # whether a report filed before is known
    victim: bool = False  # whether the one whom it concerns is a victim
    used: set[str] = field(default_factory=set)
    measures: set[str] = field(default_factory=set)

    def holds(self, sentence: Sentence) -> str:
        """Why the evidence does not hold the sentence; empty where it does."""
        _, problems = self.checker.sentence(sentence)
        return f"{problems[0].figure} {problems[0].why}" if problems else ""

    def add(self, rank: int, sentence: Sentence | None, made_of: str = "", *, opens: bool = False) -> bool:
        """Take a sentence that holds; tell whether it was taken."""
        if sentence is None:
            return False
        if why := self.holds(sentence):
            self.lost.append(Lost(sentence.text, f"the evidence does not hold it: {why}"))
            return False
        self.pieces.append(Piece(rank, sentence, made_of, opens))
        self.used.add(made_of)
        return True

    def take(self, rank: int, sentence: Sentence, made_of: str = "") -> None:
        """Take a sentence of the memo in the best words that the evidence holds, else tell why it is left out."""
        if not made_of and sentence.text in self.used:
            return
        made_of = made_of or sentence.text
        if self.victim and words().culprits.search(sentence.text):
            self.lost.append(Lost(sentence.text, "it would write up a victim as a culprit"))
            return
        found = reworded(sentence.text, self.kind)
        if found.why:
            self.lost.append(Lost(sentence.text, found.why))
            return
        means = set(re.findall(r'\("([^"]+)"\) came to', sentence.text))
        if means and means <= self.measures and rank != AGAINST:
            self.lost.append(Lost(sentence.text, "it tells again what another sentence measured"))
            return
        self.measures |= means
        why = ""
        for way in found.ways:
            made = [Sentence(text=text, evidence=sentence.evidence) for text in way]
            problems = list(filter(None, map(self.holds, made)))
            if not problems:
                opens = sentence.opens
                self.pieces += [Piece(rank, s, made_of, opens and number == 0) for number, s in enumerate(made)]
                self.used.add(made_of)
                return
            why = why or problems[0]
        self.lost.append(Lost(sentence.text, f"the evidence does not hold it in other words: {why}"))


def filing_text(
    case: Case, regime: Regime, decided: Decided, told: Evidence, typologies: Iterable[str] = ()
) -> FilingText:
    """The report of a case for a regime; TYPOLOGIES are those that fit, the best first, for the key term."""
    known = with_told(case, decided, told)
    customer = any(evidence.tool == "customer" and evidence.facts for evidence in case.evidence)
    draft = _Draft(Checker(known), "account" if customer else "address")
    suspicion = decided.suspicion()
    term = regime.term_for(typologies, suspicion[0].formed) if suspicion else None
    draft.reported = any(earlier_reports(told))
    draft.victim = decided.role(case.subjects[0].id) == "victim"
    codes = decided.codes(regime.id)
    if codes is not None and term is not None and term.term not in codes:
        term = None  # a person chose others, or that none applies
    _lead(draft, regime, codes, term, told)
    _introduce(draft, case, regime, decided, told)
    for section in case.narrative.sections:
        _section(draft, section)
    text = "\n".join(piece.sentence.text for piece in draft.pieces)
    for sentence in (*single(case, text), *networks(case, text)):
        if sentence is not None:
            draft.take(_PARTICULARS, sentence)
    for sentence in after_story(case):
        draft.add(_PARTICULARS, sentence)
    for number, sentence in enumerate(whereabouts(case)):
        draft.add(_WHERE, sentence, opens=number == 0)
    _conclude(draft, decided, told)
    if any(piece.rank == AGAINST for piece in draft.pieces):
        frame = Sentence(text="The following speaks against suspicion.")
        draft.pieces.append(Piece(AGAINST - 1, frame, opens=True))
    pieces = sorted(draft.pieces, key=lambda piece: (piece.rank, _moment(piece) if piece.rank == _EVENTS else ""))
    return FilingText(regime, (*_first(term), *pieces, *_acronyms(pieces)), tuple(draft.lost), term, codes or ())


_DATED = re.compile(r"On (\d{4}-\d\d-\d\d at \d\d:\d\d:\d\d) ")


def _moment(piece: Piece) -> str:
    """The moment that an event's sentence begins with; parts of it follow the sentence that they were parted from."""
    found = _DATED.match(piece.made_of)
    return found.group(1) if found else ""


def _rank(title: str) -> int:
    return next((rank for words, rank in _RANKS if words in title.lower()), _FACTS)


def _introduce(draft: _Draft, case: Case, regime: Regime, decided: Decided, told: Evidence) -> None:
    draft.add(0, *opening.concern(case, decided, told))
    totals = next((s for s in case.narrative.sentences if re.search(r"\bit (received|sent) .+ in \d", s.text)), None)
    if totals is not None:
        draft.take(0, totals)
    draft.add(0, opening.in_currency(case, regime.currency))
    draft.add(0, *opening.grounds(case, decided, told))
    draft.add(0, *opening.fitting(case, decided))
    for person in decided.roles():
        role = words().roles.get(decided.role(person))
        if role is not None and person != case.subjects[0].id:
            text = f"{person} is named in this report as {role.named}."
            draft.add(1, Sentence(text=text, evidence=(told.id,)))


def _section(draft: _Draft, section: Section) -> None:
    title = section.title.lower()
    if any(words in title for words in _INSIDE):
        draft.lost += [Lost(s.text, "it tells an investigator what to do") for s in section.sentences]
        return
    rank = _rank(title)
    for number, sentence in enumerate(section.sentences):
        if draft.reported and _EARLIER.search(sentence.text):
            draft.lost.append(Lost(sentence.text, "the reports that are known are told from the record of filings"))
            continue
        if "cannot be known" in title:
            for piece in _unknown(sentence):
                draft.take(rank, piece, sentence.text)
            continue
        place = _LEAD if rank == 0 and not _stays(sentence) else rank
        place = _EVENTS if place in {_LEAD, _rank("unusual")} and _DATED.match(sentence.text) else place
        opens = rank < 60 and rank != AGAINST and place != _EVENTS and (number == 0 or sentence.opens)
        draft.take(place, sentence.model_copy(update={"opens": opens or place == _LEAD}))


def _stays(sentence: Sentence) -> bool:
    """Of the memo's introduction, earlier cases stay there; what leads the memo goes to the facts."""
    return "earlier case" in sentence.text or "earlier report" in sentence.text


def _unknown(sentence: Sentence) -> Iterator[Sentence]:
    """What cannot be known, a sentence each."""
    for part in sentence.text.rstrip(".").split("; "):
        if part.startswith(("this ledger knows", "no transfer into it")):
            continue
        low = part[:1].lower() + part[1:]
        asks = low.startswith(("who ", "where ", "what ", "how ", "when "))
        whole = f"{part[:1].upper()}{part[1:]} is not known to the reporting entity." if asks else f"{part}."
        yield sentence.model_copy(update={"text": whole[:1].upper() + whole[1:]})


def _conclude(draft: _Draft, decided: Decided, told: Evidence) -> None:
    for filed in earlier_reports(told):
        draft.add(2, Sentence(text=f"An earlier report, reference {filed[1]}, was filed on {filed[0]}.",
                              evidence=(told.id,)))  # fmt: skip
    for day, what in actions(told):
        text = f'On {day} the reporting entity recorded as its action "{what}".'
        draft.add(_CLOSE, Sentence(text=text, evidence=(told.id,)))
    suspicion = decided.suspicion()
    if suspicion:
        found, _ = suspicion
        first = f"The activity was first noticed on {found.noticed}; suspicion" if found.noticed else "Suspicion"
        draft.add(_CLOSE, Sentence(text=f"{first} was formed on {found.formed}.", evidence=(told.id,)))


def _first(term: KeyTerm | None) -> Iterator[Piece]:
    """The key term stands in front of everything."""
    if term is not None:
        yield Piece(CODES, Sentence(text=f"{term.term}."))


def _lead(draft: _Draft, regime: Regime, codes: tuple[str, ...] | None, term: KeyTerm | None, told: Evidence) -> None:
    """The codes that a person chose, or that none applies; nothing where nobody decided."""
    others = [code for code in codes or () if term is None or code != term.term]
    text = " ".join(others) if others else regime.no_code if codes == () else ""
    if text:
        draft.add(CODES, Sentence(text=f"{text[:1].upper()}{text[1:]}.", evidence=(told.id,)))


def _acronyms(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """What the acronyms of the text are short for, once, at its end."""
    text = " ".join(piece.sentence.text for piece in pieces)
    found = [
        (match.start(), short, long)
        for short, long in words().acronyms.items()
        if (match := re.search(rf"\b{re.escape(short)}\b", text))
    ]
    if found:
        told = "; ".join(f"{short} is {long}" for _, short, long in sorted(found))
        yield Piece(_CLOSE + 1, Sentence(text=f"In this text {told}."))
