"""Names of persons and firms in running text: those that were seen as names, and those of the ledger's customers.

A name is found in whatever case and order its words stand ("Tan Wei Ming", "WEI MING TAN"). Of a name that was seen in
this conversation two or more words in a row are found as well, and of a person's a single longer word. Those of the
customers are found in other spellings too (`customers`), one of a single word where it is no common word, and a single
word of one where it stands as a name ("customer vanessa").
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from casewright.agent.privacy.customers import WORD, Customers, fold, folded

_BETWEEN = re.compile(r"[ \t\r\n,./·-]{1,3}")
_MOST_WORDS = 7
_SHORT = 4  # letters; a shorter word alone is a name only where it stands as one
_FILE = Path(__file__).with_name("names.yaml")
_WORDS = {kind: frozenset(words) for kind, words in yaml.safe_load(_FILE.read_text(encoding="utf-8")).items()}
_ALONE_NONE = _WORDS["mostly_else"] | _WORDS["never"] | _WORDS["joins"] | _WORDS["firm"]


class Named(NamedTuple):
    """A name in a text: where, and the key under which all its spellings are one."""

    start: int
    end: int
    key: str


class Names:
    """The names known here. LISTED gives all names of the ledger's customers; it is asked when a text is first read."""

    def __init__(self, listed: Callable[[], Iterable[str]] = tuple) -> None:
        self._listed = listed
        self._seen: dict[str, str] = {}  # a key, or that of a part of a name: the whole name's key
        self._single: dict[str, str] = {}  # one word of a person's name, folded
        self._lock = threading.Lock()
        self._customers: Customers | None = None

    def learn(self, name: str) -> str:
        """Take NAME for a name from now on; its key."""
        words = folded(name)
        key = " ".join(sorted(words))
        if not key or self._seen.get(key) == key:
            return key
        self._seen[key] = key
        if len(words) > 1:
            for length in range(2, len(words)):
                for start in range(len(words) - length + 1):
                    self._seen.setdefault(" ".join(sorted(words[start : start + length])), key)
        if not _WORDS["firm"].intersection(words):
            for word in words:
                if len(word) >= 4 and word not in _ALONE_NONE:
                    self._single.setdefault(word, key)
        return key

    def whole(self) -> tuple[str, ...]:
        """The keys of the whole names of two words or more."""
        return tuple(key for key, whole in self._seen.items() if key == whole and " " in key)

    def meet(self, text: str) -> None:
        """Take each customer's name that stands in TEXT for seen, so that parts of it are found as well."""
        for named in list(self.find(text)):
            if named.key not in self._seen:
                self.learn(self._known().whole(named.key) or text[named.start : named.end])

    def find(self, text: str) -> Iterator[Named]:
        """Every name in TEXT from left to right, of those that begin at one place the longest."""
        known = self._known()
        found = [Named(*place) for place in known.within(text)]
        for run in _runs(text):
            found += self._in_run(run)
        found += self._after_a_cue(text)
        end = 0
        for named in sorted(found, key=lambda named: (named.start, -named.end)):
            if named.start >= end:
                yield named
                end = named.end

    def _known(self) -> Customers:
        with self._lock:
            if self._customers is None:
                self._customers = Customers(name for name in self._listed() if name)
            return self._customers

    def _after_a_cue(self, text: str) -> Iterator[Named]:
        """A word of a customer's name that stands as one, after "customer" or "Mr"; a common word with a capital."""
        known = self._known()
        for cued in _CUED_WORD.finditer(text):
            word = fold(cued[1])
            usual = word in _ALONE_NONE or len(word) < _SHORT
            if (word in known.parts or known.whole(word)) and (cued[1][0].isupper() or not usual):
                yield Named(*cued.span(1), self._seen.get(word) or self._single.get(word) or word)

    def _in_run(self, run: list[re.Match[str]]) -> Iterator[Named]:
        start = 0
        folded = [fold(word.group()) for word in run]
        while start < len(run):
            for length in range(min(_MOST_WORDS, len(run) - start), 0, -1):
                last = start + length - 1
                if key := self._key(folded[start : last + 1], run[start].group()[0].isupper()):
                    yield Named(run[start].start(), run[last].end(), key)
                    start += length
                    break
            else:
                start += 1

    def _key(self, words: list[str], capital: bool) -> str:
        if len(words) == 1:
            word = words[0]
            if word in _ALONE_NONE or len(word) < _SHORT:
                return ""
            key = self._single.get(word) or self._seen.get(word) or ""
            return key if key and capital else self._known().key(words)
        key = " ".join(sorted(words))
        whole = key if self._known().whole(key) else ""
        if words[0] in _WORDS["never"] or words[-1] in _WORDS["never"]:
            return whole if capital else ""  # "An Nguyen" is a name, "to Nguyen" is not
        if not capital and _ALONE_NONE.issuperset(words):
            return ""  # "will long" for a customer of that name is no name
        if _WORDS["never"].intersection(words):
            return self._seen.get(key) or whole
        return self._seen.get(key) or self._known().key(words)


def key_of(name: str) -> str:
    """The key of a name: its words, folded and sorted."""
    return " ".join(sorted(folded(name)))


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Words that follow one another with nothing but blanks, commas and full stops between them."""
    run: list[re.Match[str]] = []
    for word in WORD.finditer(text):
        if run and not _BETWEEN.fullmatch(text, run[-1].end(), word.start()):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


_CUE = r"(?:Mr|Mrs|Ms|Miss|Mdm|Dr|named|called|neighbou?r|name is|name of|client|holder|victim|friend)\.?,? "
_CUED_WORD = re.compile(
    r"\b(?:mr|mrs|ms|miss|mdm|madam|mister|dr|named|called|customers?|clients?|holder|name is|name of|account of)"
    r"\b\.?[:,]? "
    r"[\"'“‘]?([^\W\d_]+(?:['’-][^\W\d_]+)*)",
    re.IGNORECASE,
)
_CUED = re.compile(rf"\b{_CUE}((?:[A-Z][\w'’-]+)(?: [A-Z][\w'’-]+)*)")
_LOOKS = re.compile(r"\b[A-Z][A-Z'’-]+(?: (?:[A-Z][A-Z'’-]*|S/O|D/O))+\b|\b[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+)+\b")


def looking(text: str, *, outsider: bool = False) -> Iterator[tuple[int, int]]:
    """Places that look like a name that nobody listed: after "Mr", "named"; of an OUTSIDER's text any two capitals."""
    for found in _CUED.finditer(text):
        yield found.span(1)
    for found in _LOOKS.finditer(text) if outsider else ():
        yield found.span()
