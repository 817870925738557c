"""Names of persons and firms in running text: those that were seen as names, and those of the ledger's customers.

A name is found in whatever case and order its words stand ("Tan Wei Ming", "WEI MING TAN"). Of a name that was seen in
this conversation two or more words in a row are found as well, and of a person's a single longer word.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_BETWEEN = re.compile(r"[ \t,.]{1,3}")
_MOST_WORDS = 7
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
        self._customers: frozenset[str] | None = None

    def learn(self, name: str) -> str:
        """Take NAME for a name from now on; its key."""
        words = _folded(name)
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
                self.learn(text[named.start : named.end])

    def find(self, text: str) -> Iterator[Named]:
        """Every name in TEXT, the longest first where they overlap, from left to right."""
        with self._lock:
            if self._customers is None:
                keys = (key_of(name) for name in self._listed() if name)
                self._customers = frozenset(key for key in keys if " " in key)
        for run in _runs(text):
            yield from self._in_run(run)

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
            key = self._single.get(word) or (self._seen.get(word) if len(word) > 3 else None) or ""
            return key if capital and word not in _ALONE_NONE else ""
        if words[0] in _WORDS["never"] or words[-1] in _WORDS["never"]:
            return ""
        key = " ".join(sorted(words))
        return self._seen.get(key) or (key if key in (self._customers or ()) else "")


def fold(text: str) -> str:
    """TEXT without case, accents and the look of its letters, as names are compared."""
    if text.isascii():
        return text.lower() if text.isalnum() else "".join(c for c in text.lower() if c.isalnum())
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def key_of(name: str) -> str:
    """The key of a name: its words, folded and sorted."""
    return " ".join(sorted(_folded(name)))


def _folded(name: str) -> list[str]:
    return [fold(word.group()) for word in _WORD.finditer(name)]


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Words that follow one another with nothing but blanks, commas and full stops between them."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        if run and not _BETWEEN.fullmatch(text, run[-1].end(), word.start()):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


_CUE = r"(?:Mr|Mrs|Ms|Miss|Mdm|Dr|named|called|neighbou?r|name is|name of|client|holder|victim|friend)\.?,? "
_CUED = re.compile(rf"\b{_CUE}((?:[A-Z][\w'’-]+)(?: [A-Z][\w'’-]+)*)")
_LOOKS = re.compile(r"\b[A-Z][A-Z'’-]+(?: (?:[A-Z][A-Z'’-]*|S/O|D/O))+\b|\b[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+)+\b")


def looking(text: str, *, outsider: bool = False) -> Iterator[tuple[int, int]]:
    """Places that look like a name that nobody listed: after "Mr", "named"; of an OUTSIDER's text any two capitals."""
    for found in _CUED.finditer(text):
        yield found.span(1)
    for found in _LOOKS.finditer(text) if outsider else ():
        yield found.span()
