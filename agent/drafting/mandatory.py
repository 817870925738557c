"""What every memo holds, whoever words it: what a model leaves out comes back in the embedded writer's sentences."""

import re
from collections.abc import Iterator, Sequence

from casewright.agent.grounding.tokens import tokens
from casewright.knowledge.case import Case, Section, Sentence

STILL_DUE = "Still to do before a decision"

# The sections of a memo, in this order.
TITLES = (
    "Introduction",
    "What happened",
    "Why it is unusual",
    "What speaks against",
    "What was checked",
    STILL_DUE,
    "What cannot be known here",
    "Conclusion",
)
OURS = (STILL_DUE, "What cannot be known here")  # left to no model: they are the program's record of its own work
WORDED = tuple(title for title in TITLES if title not in OURS)
_WHOLE = ("Introduction", "What speaks against", "What was checked")
MOVED = "What happened"  # no amount, party or day of it may be lost, whatever a model was talked into
_ALIKE = 0.6  # of the words of a sentence without figures that must stand in another for it to be told (ours)
_FIGURES = {"number", "iso", "date", "slashed", "time", "id", "short", "quote", "code"}
_STATED = {"number", "iso", "date", "slashed", "id", "short"}
_PUT_FIRST = ("Introduction",)


def completed(worded: Sequence[Section], kept: Sequence[Section], case: Case) -> tuple[tuple[Section, ...], int]:
    """The sections with what they left out of KEPT (the embedded draft, checked), and how many sentences that were.

    A section that was left empty is told in the embedded writer's words. The recommendation is always the program's
    sentence, and stands last.
    """
    mine = {section.title: section.sentences for section in worded}
    sections, restored = [], 0
    for title in TITLES:
        own = next((section.sentences for section in kept if section.title == title), ())
        told = mine.get(title, ())
        if title in OURS or not told:
            sections.append(Section(title=title, sentences=own))
            restored += 0 if title in OURS else len(own)
            continue
        missing = [s for s in own if _must(s, title, case, last=s is own[-1]) and not _told(s, told)]
        if title == MOVED:
            missing = [s for s in own if not _covered(s, told)]
        restored += len(missing)
        told = (*missing, *told) if title in _PUT_FIRST else (*told, *missing)
        sections.append(Section(title=title, sentences=tuple(told)))
    return tuple(section for section in sections if section.sentences), restored


def _must(sentence: Sentence, title: str, case: Case, *, last: bool) -> bool:
    """Whether a sentence of the embedded draft may not be lost: all of some sections, and what tells a finding."""
    if title == "Conclusion":
        return last
    if title in _WHOLE:
        return True
    weighty = (f.statement.removesuffix(".") for f in case.findings if f.speaks == "for" and f.strength != "weak")
    return title == "Why it is unusual" and any(statement in sentence.text for statement in weighty)


def _told(sentence: Sentence, sentences: Sequence[Sentence]) -> bool:
    """Whether some sentence tells the same: on evidence of its, with all its figures, or with most of its words."""
    for other in sentences:
        if sentence.text == other.text:
            return True
        if not set(sentence.evidence) & set(other.evidence):
            continue
        figures = set(_figures(sentence.text))
        if figures and not figures <= set(_figures(other.text)):
            continue
        words, there = _words(sentence.text), _words(other.text)
        if _denies(words) == _denies(there) and len(words & there) >= (0.3 if figures else _ALIKE) * len(words):
            return True
    return False


def _covered(sentence: Sentence, sentences: Sequence[Sentence]) -> bool:
    """Whether every amount, party and day of a sentence stands in some sentence on evidence of its."""
    there = {f for other in sentences if set(sentence.evidence) & set(other.evidence) for f in _stated(other.text)}
    return there.issuperset(_stated(sentence.text))


def _stated(text: str) -> frozenset[str]:
    return frozenset(token.lower for token in tokens(text) if token.kind in _STATED)


def _figures(text: str) -> Iterator[str]:
    yield from (token.lower for token in tokens(text) if token.kind in _FIGURES)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{2,}", text.lower()))


def _denies(words: frozenset[str]) -> bool:
    return bool(words & {"no", "not", "none", "nobody", "never", "nothing", "without", "neither"})
