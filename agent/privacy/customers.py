"""The names of the ledger's customers, all known beforehand, found in whatever spelling a person types them.

One name are all of its words in any order, with or without case, accents, hyphens and blanks ("tan weiming", "LIM-HAO,
Vanessa"), and with one letter wrong in one of its words. A name in letters that know no blanks is found within others.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
# Han, kana, Hangul, Thai, Lao, Khmer, Burmese: words follow one another without blanks, or a name is one word.
_BLANKLESS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003134f]"
)
_BLANKLESS_RUN = re.compile(rf"{_BLANKLESS.pattern}+(?:[ ·・]{_BLANKLESS.pattern}+)*")
_RUN_TOGETHER = 8  # letters of a whole name in one word; less is too like other words (ours)
_LIKE = 4  # letters of a word in which one may be wrong, where the name has but one other word (ours)
_PLAIN = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


class Customers:
    """Names, by their keys: the words of a name, folded and sorted."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._words: dict[str, tuple[str, ...]] = {}  # by key, the words in their order
        self._letters: dict[str, list[str]] = defaultdict(list)  # the sorted letters of a name: keys
        self._but_one: dict[str, list[str]] = defaultdict(list)  # a key without one word: such words
        self._blankless: dict[str, str] = {}  # a name as it stands in a text: its key
        self._longest = 0
        self.parts: set[str] = set()  # single words of names of several
        for name in names:
            self._take(name)

    def _take(self, name: str) -> None:
        words = folded(name)
        sorted_words = sorted(words)
        key = " ".join(sorted_words)
        if not key or key in self._words:
            return
        self._words[key] = words
        if not key.isascii() and _BLANKLESS.search(key):
            letters = "".join(c for c in unicodedata.normalize("NFKC", name) if _BLANKLESS.match(c))
            self._blankless[letters] = key
            self._longest = max(self._longest, len(letters))
        elif len(words) > 1:
            self._letters["".join(sorted("".join(words)))].append(key)
            self.parts.update(words)
            for place, word in enumerate(sorted_words):
                self._but_one[" ".join(sorted_words[:place] + sorted_words[place + 1 :])].append(word)

    def whole(self, key: str) -> str:
        """The name of a key with its words in their order, empty for none."""
        return " ".join(self._words.get(key, ()))

    def key(self, words: Sequence[str]) -> str:
        """The key of the name that these folded words are, empty for none: as it is, run together, one letter wrong."""
        key = " ".join(sorted(words))
        if key in self._words:
            return key
        joined = "".join(words)
        if len(words) == 1 and len(joined) < _RUN_TOGETHER:
            return ""
        for other in self._letters.get("".join(sorted(joined)), ()):
            if _set_apart(words, self._words[other]):
                return other
        return self._nearly(words) if len(words) > 1 else ""

    def _nearly(self, words: Sequence[str]) -> str:
        for word in words:
            for right in self._but_one.get(_without(words, word), ()):
                if (len(words) > 2 or max(len(word), len(right)) >= _LIKE) and one_apart(word, right):
                    return " ".join(sorted([*_without(words, word).split(), right]))
        return ""

    def within(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where names in letters that know no blanks stand in the text, the longest first, with their keys."""
        for run in _BLANKLESS_RUN.finditer(text) if self._blankless else ():
            places = [(at, c) for at, c in enumerate(run.group(), run.start()) if _BLANKLESS.match(c)]
            letters = unicodedata.normalize("NFKC", "".join(c for _, c in places))
            start = 0
            while len(letters) == len(places) and start < len(places):
                for end in range(min(len(places), start + self._longest), start, -1):
                    if key := self._blankless.get(letters[start:end]):
                        yield places[start][0], places[end - 1][0] + 1, key
                        start = end
                        break
                else:
                    start += 1


def fold(text: str) -> str:
    """TEXT without case, accents and the look of its letters, as names are compared."""
    if text.isascii():
        return text.lower() if text.isalnum() else "".join(c for c in text.lower() if c.isalnum())
    if _BLANKLESS.search(text):
        return unicodedata.normalize("NFKC", text).casefold()
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN)
    return "".join(c for c in plain if c.isalnum())


def folded(name: str) -> tuple[str, ...]:
    """The words of a name, folded, in their order."""
    if name.isascii() and name.replace(" ", "").isalpha():
        return tuple(name.lower().split())
    return tuple(word for found in WORD.finditer(name) if (word := fold(found.group())))


def one_apart(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two that changed places, make one word the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    return one[at + 1 :] == other[at + 1 :] or (
        one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    )


def _without(words: Sequence[str], word: str) -> str:
    rest = list(words)
    rest.remove(word)
    return " ".join(sorted(rest))


def _set_apart(words: Sequence[str], name: Sequence[str]) -> bool:
    """Whether the words are those of the name in some order, some of either run together."""
    joined, ends = "".join(words), set(accumulate(map(len, words)))
    return any(
        ends <= (own := set(accumulate(map(len, order)))) or own <= ends for order in _orders(joined, tuple(name))
    )


def _orders(letters: str, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The orders of the words in which they make up the letters."""
    if not words and not letters:
        yield ()
    for place, word in enumerate(words):
        if letters.startswith(word):
            for rest in _orders(letters[len(word) :], words[:place] + words[place + 1 :]):
                yield (word, *rest)
