"""What a person changed in a draft, sentence by sentence: a figure, the wording, a citation; added, struck, moved."""

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from casewright.agent.grounding.numerals import spelled
from casewright.agent.grounding.tokens import tokens
from casewright.knowledge.case import Section, Sentence
from casewright.tools.store.standing import Change

ALIKE = 0.5  # from this share of common letters on, one sentence is another one reworded (ours)
_FIGURES = {"number", "date", "time", "id", "iso", "slashed", "short"}


class _Placed(NamedTuple):
    section: str
    sentence: Sentence

    @property
    def same(self) -> tuple[str, tuple[str, ...]]:
        """What makes it the same sentence wherever it stands."""
        return self.sentence.text, self.sentence.evidence


def changes(before: Iterable[Section], after: Iterable[Section]) -> tuple[Change, ...]:
    """Every difference between two texts, in the order of the text after, what was struck last.

    A sentence that is there unchanged, in its section and order, is none. Of those left over, the most alike are one
    reworded, from half of their letters on.
    """
    old, new = _placed(before), _placed(after)
    kept = _in_order(old, new)
    left = [place for place in range(len(old)) if place not in kept.values()]
    found: dict[int, Change] = {}
    for place, one in enumerate(new):
        if place not in kept and (moved := next((o for o in left if old[o].same == one.same), None)) is not None:
            left.remove(moved)
            found[place] = Change(kind="moved", section=one.section, before=one.sentence.text, after=one.sentence.text)
    fresh = [place for place in range(len(new)) if place not in kept and place not in found]
    for place, was in _paired(old, left, new, fresh):
        left.remove(was)
        found[place] = _reworded(old[was], new[place])
    for place in fresh:
        added = Change(kind="added", section=new[place].section, after=new[place].sentence.text)
        found.setdefault(place, added)
    struck = [Change(kind="struck", section=old[place].section, before=old[place].sentence.text) for place in left]
    return (*(found[place] for place in sorted(found)), *struck)


def told(change: Change) -> str:
    """A change in a few lines."""
    lines = [f"{change.kind} ({change.section})"]
    lines += [f"  - {change.before}"] if change.before and change.kind != "moved" else []
    lines += [f"  + {change.after}"] if change.after else []
    return "\n".join(lines)


def _placed(sections: Iterable[Section]) -> list[_Placed]:
    return [_Placed(section.title, sentence) for section in sections for sentence in section.sentences]


def _in_order(old: Sequence[_Placed], new: Sequence[_Placed]) -> dict[int, int]:
    """The places of sentences that stayed where they were, new to old."""
    matcher = difflib.SequenceMatcher(
        None, [(one.section, one.same) for one in old], [(one.section, one.same) for one in new], autojunk=False
    )
    return {b + step: a + step for a, b, size in matcher.get_matching_blocks() for step in range(size)}


def _paired(
    old: Sequence[_Placed], left: Sequence[int], new: Sequence[_Placed], fresh: Sequence[int]
) -> list[tuple[int, int]]:
    """Places of a new sentence and of the old one that it is, reworded: the most alike first."""
    scored = []
    for place in fresh:
        for was in left:
            share = difflib.SequenceMatcher(None, old[was].sentence.text, new[place].sentence.text, False).ratio()
            if share >= ALIKE:
                scored.append((-share, place, was))
    pairs: dict[int, int] = {}
    for _, place, was in sorted(scored):
        if place not in pairs and was not in pairs.values():
            pairs[place] = was
    return list(pairs.items())


def _reworded(was: _Placed, now: _Placed) -> Change:
    if was.sentence.text == now.sentence.text:
        cited = (was.sentence.cited(), now.sentence.cited())
        return Change(kind="citation", section=now.section, before=cited[0], after=cited[1])
    same = _figures(was.sentence.text) == _figures(now.sentence.text)
    return Change(
        kind="wording" if same else "figure", section=now.section, before=was.sentence.text, after=now.sentence.text
    )


def _figures(text: str) -> Counter[str]:
    """The numbers, dates and ids of a sentence; a number in words is one too."""
    found = Counter(token.text for token in tokens(text) if token.kind in _FIGURES)
    words = [word.strip(".,;:()\"'").lower() for word in text.split()]
    place = 0
    while place < len(words):
        number = spelled(words, place)
        if number is not None:
            found[str(number[0])] += 1
        place += number[1] if number else 1
    return found
