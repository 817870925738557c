"""What a question in Chinese, Malay or Spanish says in English words, as far as `glossary.yaml` holds them."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

from casewright.knowledge.errors import KnowledgeError

FILE = Path(__file__).with_suffix(".yaml")
_WHOLE = 5  # letters; a shorter Latin word is meant whole, a longer one also as the beginning of others

_Word = tuple[str, re.Pattern[str] | None]


def hints(text: str) -> str:
    """The English words for the foreign ones in TEXT, in the glossary's order; empty where it holds none."""
    plain = _without_accents(text)
    return "; ".join(english for english, words in _table() if any(_holds(plain, word) for word in words))


def _holds(plain: str, word: _Word) -> bool:
    letters, pattern = word
    return letters in plain and (pattern is None or pattern.search(plain) is not None)


@cache
def _table() -> tuple[tuple[str, tuple[_Word, ...]], ...]:
    try:
        found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        return tuple((english, tuple(_word(str(word)) for word in words)) for english, words in found.items())
    except (yaml.YAMLError, TypeError, AttributeError) as error:
        raise KnowledgeError(f"not the glossary: {error}", FILE) from error


def _word(text: str) -> _Word:
    plain = _without_accents(text)
    if not plain.isascii():
        return plain, None  # Chinese is written without blanks
    return plain, re.compile(rf"\b{re.escape(plain)}" + ("" if len(plain) >= _WHOLE else r"\b"))


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))
