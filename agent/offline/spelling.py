"""Words that a question misspells, put right: "withdrawls", "adresses", "trasnfers"."""

import calendar
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache

from casewright.agent.offline.data import table
from casewright.agent.offline.vectors import embedder

_SHORTEST = 5  # letters; of a shorter word too many others differ in one letter
_ALIKE = 0.84  # how alike a known word must be, by `difflib` (ours: one or two letters of a longer word)
_WORD = re.compile(rf"(?<![\w-])[A-Za-z]{{{_SHORTEST},}}(?![\w-])")


def spelt(text: str) -> str:
    """TEXT with each word that no English text holds and that is nearly one of ours put right."""
    return _WORD.sub(lambda found: _right(found[0]), text)


@cache
def _right(word: str) -> str:
    lower = word.lower()
    if word.isupper() or lower in _known() or embedder().knows(lower):
        return word
    near = get_close_matches(lower, _ours(), n=1, cutoff=_ALIKE)
    if not near or _inflected(lower, near[0]):
        return word
    return near[0].capitalize() if word[0].isupper() else near[0]


def _inflected(word: str, other: str) -> bool:
    """Whether two words differ in their endings alone, as forms of one word do: `shorten` and `shorter`."""
    return word.startswith(other) or other.startswith(word) or (len(word) == len(other) and word[:-1] == other[:-1])


@cache
def _ours() -> frozenset[str]:
    """The words of the example questions, of what is said in them for options, and of the calendar."""
    texts = [text for told in table("examples").values() for text in told["ask"]]
    texts += [said for option in table("words").values() for said in option.values()]
    return frozenset(_words([*texts, *calendar.month_name, *calendar.day_name]))


@cache
def _known() -> frozenset[str]:
    """Ours, and those that cues speak of, some of which are parts of words."""
    return _ours() | frozenset(_words([cue for told in table("examples").values() for cue in told.get("cues", [])]))


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from re.findall(rf"[a-z]{{{_SHORTEST},}}", text.lower())
