"""Texts that speak to a machine instead of a reader: in a typology, an advisory or a memo they are no knowledge.

A net, not a wall: whatever is read is data all the same, and what a model makes of it is checked. The patterns catch
what is written to be obeyed (`ignore all previous instructions`), not what tells of instructions (`the caller gave him
instructions`, `customers answer with rehearsed words`). A text is looked at as it is, and as it would read without the
tricks that hide words: invisible characters, letters of other scripts that look the same, letters set apart, digits for
letters, and the usual encodings.
"""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import yaml

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _read() -> tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...], dict[int, str]]:
    """What `instructions.yaml` holds: what speaks to machines, to reviewers too, stems, alike letters."""
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    held = yaml.load(text, _Loader)

    def pattern(wordings: list[str]) -> re.Pattern[str]:
        joined = "|".join(wordings)
        for name, words in held["words"].items():
            joined = joined.replace(f"{{{{{name}}}}}", words)
        return re.compile(joined, re.MULTILINE)

    alike = {ord(pair[0]): pair[1] for pair in held["alike"].split()}
    return pattern(held["machines"]), pattern(held["machines"] + held["reviewers"]), tuple(held["stems"]), alike


_MACHINES, _REVIEWERS, _STEMS, _ALIKE = _read()
_LONGEST = 20_000  # characters of one text that are looked at
_TOLD = 60
_TOGETHER = 6  # texts in a row over which a sentence may be spread

# Digits and signs that are read as letters.
_LEET = str.maketrans("013457@$!|", "oieastasil")
_SIGNS = frozenset("0123456789@$!|")
_APART = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .·_*-]{1,2}){2,}[^\W\d_](?![^\W_])")
_MIXED = re.compile(r"(?=[0-9@$!|]*[^\W\d_])(?=[^\W\d_]*[0-9@$!|])[\w@$!|]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){12,}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_INVISIBLE = {"Cf", "Cc", "Cs", "Co", "Cn"}
_HIDDEN = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")


def instruction_in(text: str) -> str:
    """The first words of TEXT that speak to a machine, at most 60 characters; empty where it does not."""
    return _first(text, _MACHINES)


def order_in(text: str) -> str:
    """The same of a text that an outsider wrote, who has no business to speak to a reviewer either."""
    return _order(text)


class Spread(NamedTuple):
    """An order that several texts in a row make up together: the first of them, the one after the last, its words."""

    start: int
    end: int
    words: str


def orders_across(texts: Sequence[str]) -> list[Spread]:
    """Orders that no single one of TEXTS holds, and several in a row do; texts that hold one themselves end a row."""
    found: list[Spread] = []
    row: list[int] = []
    for number, text in enumerate((*texts, "")):
        if number < len(texts) and not order_in(text):
            row.append(number)
            continue
        found += [Spread(row[s.start], row[s.end - 1] + 1, s.words) for s in _across([texts[n] for n in row])]
        row = []
    return found


def _across(texts: Sequence[str]) -> Iterator[Spread]:
    """The orders in a row of texts none of which holds one, as they stand and with nothing between them."""
    folded = [list(_undressed(text))[-1] for text in texts]
    taken = -1
    for found in sorted((*_joined(folded), *_glued(folded))):
        if found.start > taken:
            taken = found.end - 1
            yield found
    for first, last in _rows_of_code(texts):
        if words := _order("".join(texts[first:last])):
            yield Spread(first, last, words)


def _joined(folded: Sequence[str]) -> Iterator[Spread]:
    """Orders in texts with a blank between them: one look over all of them."""
    joined = " ".join(folded)
    if not _may_hold(joined):
        return
    starts = list(accumulate((len(text) + 1 for text in folded), initial=0))
    for match in _REVIEWERS.finditer(joined):
        first, last = (bisect_right(starts, place) - 1 for place in (match.start(), match.end() - 1))
        if last > first:
            yield Spread(first, last + 1, _words(match.group()))


def _glued(folded: Sequence[str]) -> Iterator[Spread]:
    """Orders in texts with nothing between them, which were cut inside a word."""
    if not _may_hold("".join(folded)):
        return
    for start in range(len(folded) - 1):
        for end in range(start + 2, min(start + _TOGETHER, len(folded)) + 1):
            glued = "".join(folded[start:end])
            if _may_hold(glued) and (match := _REVIEWERS.search(glued)) and match.start() < len(folded[start]):
                yield Spread(start, end, _words(match.group()))
                break


def _may_hold(text: str) -> bool:
    if not text.isascii():
        return True
    for stem in _STEMS:  # noqa: SIM110  a generator would take twice as long
        if stem in text:
            return True
    return False


def _words(text: str) -> str:
    return " ".join(text.split())[:_TOLD]


def _rows_of_code(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Rows of texts that could be the parts of one longer code."""
    first = None
    for number, text in enumerate((*texts, " ")):
        is_code = len(text) >= 4 and re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", text) is not None
        if is_code and first is None:
            first = number
        elif not is_code and first is not None:
            if 2 <= number - first <= _TOGETHER:
                yield first, number
            first = None


@lru_cache(maxsize=65_536)
def _order(text: str) -> str:
    return _first(text, _REVIEWERS)


def _first(text: str, patterns: re.Pattern[str]) -> str:
    text = text[:_LONGEST]
    for view in _views(text):
        if _may_hold(view) and (found := patterns.search(view)):
            same = len(view) == len(text) and view == text.lower()
            return _words(text[slice(*found.span())] if same else found.group())
    return ""


def _views(text: str) -> Iterator[str]:
    """The text in small letters as it stands, then as each trick would have it read; each once."""
    seen: set[str] = set()
    for view in (text, *_decoded(text)):
        for told in _undressed(view):
            if told not in seen:
                seen.add(told)
                yield told


def _undressed(text: str) -> Iterator[str]:
    low = text.lower()
    yield low
    if "_" in low:  # as names of files and tokens part their words
        yield low.replace("_", " ")
    if not text.isascii():
        yield (low := _visible(text).lower())
        plain = unicodedata.normalize("NFKD", low).casefold()
        low = "".join(c for c in plain if not unicodedata.combining(c))
        yield unicodedata.normalize("NFC", low)
        yield text.translate(_ALIKE).lower() if low.isascii() else low.translate(_ALIKE)
    if _APART.search(low):
        yield _APART.sub(lambda run: re.sub(r"[ .·_*-]", "", run.group()), low.replace("  ", " \0 ")).replace(
            " \0 ", " "
        )
    if not _SIGNS.isdisjoint(low) and _MIXED.search(low):
        yield _MIXED.sub(lambda word: word.group().translate(_LEET), low)


def _visible(text: str) -> str:
    """Without what cannot be seen; letters of the block of tags, which no screen shows, as plain ones."""
    shown = (chr(ord(c) - 0xE0000) if 0xE0020 <= ord(c) <= 0xE007E else c for c in text)
    return "".join(
        " " if c in "\t\n\r\u2028\u2029" else _square(c)
        for c in shown
        if (unicodedata.category(c) not in _INVISIBLE or c in "\t\n\r") and c not in _HIDDEN
    )


def _square(c: str) -> str:
    """White letters in black squares and circles, and letters of flags, as plain ones."""
    for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6):
        if first <= ord(c) < first + 26:
            return chr(ord("a") + ord(c) - first)
    return c


def _decoded(text: str) -> Iterator[str]:
    """What the text's parts say in the usual encodings."""
    if "%" in text:
        yield unquote(text)
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _ESCAPED.sub(lambda code: chr(int(code[1] or code[2], 16)), text)
    if len(text) >= 16:
        for run in _BASE64.findall(text):
            yield from _text(run, _from_base64)
        for run in _HEX.findall(text):
            yield from _text(run, _from_hex)
    low = text.lower()
    if "vtaber" in low or "vafgehpg" in low or "cebzcg" in low:  # ignore, instruct, prompt by rot13
        yield codecs.encode(text, "rot13")
    if "erongi" in low or "tcurtsni" in low or "tpmorp" in low:
        yield text[::-1]


def _from_base64(run: str) -> bytes:
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def _from_hex(run: str) -> bytes:
    return bytes.fromhex(re.sub("[^0-9a-fA-F]", "", run))


def _text(run: str, decode: Callable[[str], bytes]) -> Iterator[str]:
    try:
        told = decode(run).decode("utf-8")
    except (binascii.Error, ValueError):
        return
    if sum(c.isprintable() or c.isspace() for c in told) == len(told):
        yield told
