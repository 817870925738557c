"""Texts found by their words and by the letters of their words: BM25, for slang, names and any language."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
_Whole = npt.NDArray[np.int64]

_HAN = "\u3040-\u30ff\u3400-\u9fff"  # written without blanks, so that a word is not seen; one to three signs are a gram
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_SIZES = (3, 4)
_HAN_SIZES = (1, 2, 3)
_STEM = 5  # letters of a word that count: deposit, deposits, deposited are one
# Set on the tuning half of tests/evals/typology_questions.yaml, with plain entries of other typologies as distractors.
_K1, _B = 1.2, 0.4


def letters(text: str) -> list[str]:
    """The text's grams: pieces of each word with a blank before and after it, without regard to case and width."""
    found = []
    for run in _runs(text):
        han = _is_han(run)
        word = run if han else f" {run} "
        for size in _HAN_SIZES if han else _SIZES:
            found += [word[start : start + size] for start in range(len(word) - size + 1)]
    return found


def words(text: str) -> list[str]:
    """The beginnings of the text's words, but for what is written without blanks."""
    return [run[:_STEM] for run in _runs(text) if not _is_han(run)]


def _runs(text: str) -> list[str]:
    return _RUNS.findall(unicodedata.normalize("NFKC", text).lower())


def _is_han(run: str) -> bool:
    return "\u3040" <= run[0] <= "\u9fff"


class Lexicon:
    """Texts that can be asked which of them hold another's pieces, rare ones counting more."""

    def __init__(self, texts: Sequence[str], pieces: Callable[[str], list[str]]) -> None:
        self._pieces = pieces
        self._size = len(texts)
        self._known: dict[str, int] = {}
        terms: list[int] = []
        lengths: list[int] = []
        for text in texts:
            found = [self._known.setdefault(piece, len(self._known)) for piece in pieces(text)]
            terms += found
            lengths.append(len(found))
        held = np.array(terms, dtype=np.int64)
        self._weigh(held, np.repeat(np.arange(self._size), lengths), np.array(lengths, dtype=np.float64))

    def _weigh(self, terms: _Whole, holders: _Whole, lengths: Scores) -> None:
        """Lay out, term by term, who holds it and what that is worth."""
        size = max(self._size, 1)
        pairs, often = np.unique(terms * size + holders, return_counts=True)
        term, self._holder = np.divmod(pairs, size)
        self._start = np.searchsorted(term, np.arange(len(self._known) + 1))
        norm = _K1 * (1 - _B + _B * lengths / max(lengths.mean(), 1.0)) if self._size else lengths
        hold = np.diff(self._start)[term]
        rarity = np.log(1 + (self._size - hold + 0.5) / (hold + 0.5))
        self._weight = rarity * often * (_K1 + 1) / (often + norm[self._holder])

    def scores(self, text: str) -> Scores:
        """One score a text, 0 where it shares nothing with TEXT."""
        found = np.zeros(self._size)
        for term in self._asked(text):
            held = slice(self._start[term], self._start[term + 1])
            found[self._holder[held]] += self._weight[held]
        return found

    def _asked(self, text: str) -> Iterable[int]:
        return sorted({self._known[piece] for piece in self._pieces(text) if piece in self._known})
