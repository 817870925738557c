"""Texts found by the letters of their words: BM25 over character 3- and 4-grams, for slang, names and any language."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_HAN = "\u3040-\u30ff\u3400-\u9fff"  # written without blanks, so that a word is not seen; one to three signs are a gram
_RUNS = re.compile(rf"[{_HAN}]+|[^\W{_HAN}]+")
_SIZES = (3, 4)
_HAN_SIZES = (1, 2, 3)
# Set on the tuning half of tests/evals/typology_questions.yaml, with plain entries of other typologies as distractors.
_K1, _B = 1.2, 0.4


def grams(text: str) -> list[str]:
    """The text's grams: pieces of each word with a blank before and after it, without regard to case and width."""
    found = []
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).lower()):
        han = "\u3040" <= run[0] <= "\u9fff"
        word = run if han else f" {run} "
        for size in _HAN_SIZES if han else _SIZES:
            found += [word[start : start + size] for start in range(len(word) - size + 1)]
    return found


class Lexicon:
    """Documents of several passages that can be asked which of them hold a text's grams, rare ones counting more."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._known: dict[str, int] = {}
        terms: list[int] = []
        lengths: list[int] = []
        for passage in (passage for document in documents for passage in document):
            found = [self._known.setdefault(gram, len(self._known)) for gram in grams(passage)]
            terms += found
            lengths.append(len(found))
        self._size = len(documents)
        self._owner = np.repeat(np.arange(self._size), [len(document) for document in documents])
        held, passages = np.array(terms, dtype=np.int64), np.repeat(np.arange(len(lengths)), lengths)
        self._passages = _Bm25(held, passages, len(lengths))
        self._documents = _Bm25(held, self._owner[passages], self._size)

    def scores(self, text: str) -> tuple[Scores, Scores]:
        """Two scores a document, 0 where it shares no gram with the text: as a whole, and of its two best passages."""
        asked = sorted({self._known[gram] for gram in grams(text) if gram in self._known})
        of_passage = self._passages.scores(asked)
        first, second = np.zeros(self._size), np.zeros(self._size)
        np.maximum.at(first, self._owner, of_passage)
        rest = np.where(_is_first(of_passage, first[self._owner], self._owner), 0, of_passage)
        np.maximum.at(second, self._owner, rest)
        return self._documents.scores(asked), (first + second) / 2


def _is_first(scores: Scores, best: Scores, owner: Whole) -> npt.NDArray[np.bool_]:
    """Marks one best passage of each owner: the first where several are equal."""
    marked = np.zeros(len(scores), dtype=bool)
    where = np.flatnonzero(scores == best)
    marked[where[np.unique(owner[where], return_index=True)[1]]] = True
    return marked


class _Bm25:
    """BM25 of SIZE holders: TERMS are the grams in all of them, HOLDERS says whose each is."""

    def __init__(self, terms: Whole, holders: Whole, size: int) -> None:
        self._size = size
        pairs, often = np.unique(terms * max(size, 1) + holders, return_counts=True)
        term, self._holder = np.divmod(pairs, max(size, 1))
        count = int(term[-1]) + 1 if len(term) else 0
        self._start = np.searchsorted(term, np.arange(count + 1))
        lengths = np.bincount(holders, minlength=size).astype(np.float64)
        norm = _K1 * (1 - _B + _B * lengths / max(lengths.mean(), 1.0)) if size else lengths
        hold = np.diff(self._start)[term]
        rarity = np.log(1 + (size - hold + 0.5) / (hold + 0.5))
        self._weight = rarity * often * (_K1 + 1) / (often + norm[self._holder])

    def scores(self, terms: Iterable[int]) -> Scores:
        """One score a holder."""
        found = np.zeros(self._size)
        for term in terms:
            held = slice(self._start[term], self._start[term + 1])
            found[self._holder[held]] += self._weight[held]
        return found
