"""Values that point to a person or an account by their shape alone, whether or not anybody listed them.

The kinds are those of the tokens that stand for them. An order: what is longer and surer comes first.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_58 = "[1-9A-HJ-NP-Za-km-z]"
_STREET = "Street|St|Road|Rd|Avenue|Ave|Drive|Lane|Crescent|Close|Boulevard|Jalan|Lorong|Way|Place"

_SHAPES = (
    ("URL", r"\b(?:https?|ftp)://[^\s\"'<>\])]+|\bwww\.[^\s\"'<>\])]+"),
    ("EMAIL", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("HASH", r"\b0[xX][0-9a-fA-F]{64}\b|\b[0-9a-fA-F]{64}\b"),
    ("ADDR", r"\b0[xX][0-9a-fA-F]{40}\b|\b(?:bc|tb|ltc)1[a-z0-9]{20,87}\b|\b(?:BC|TB|LTC)1[A-Z0-9]{20,87}\b"),
    ("ADDR", r"\b0[xX][0-9a-fA-F]{2,}(?:…|\.{2,3})[0-9a-fA-F]{2,}\b"),  # as people shorten them
    ("ADDR", rf"\bT{_58}{{33}}\b|\b[13]{_58}{{25,34}}\b"),
    ("ADDR", rf"\b(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z]){_58}{{32,44}}\b"),
    ("HASH", rf"\b(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z]){_58}{{80,90}}\b"),
    ("BANK", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),  # IBAN
    ("BANK", r"\b[A-Z]{2,8}-\d{6,}\b"),
    ("DEVICE", r"\b[Dd]-[0-9a-fA-F]{8,}\b"),
    ("IP", r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)"),
    (
        "IP",
        r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){3,7}(?:[0-9a-fA-F]{1,4}|:)(?![\w:])|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:[0-9a-f]{1,4}\b",
    ),
    (
        "HASH",
        r"\b[A-Za-z]?(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{11,}\b",
    ),  # our own ids of transfers and events
    ("PHONE", r"(?<![\w.,+])\+\d[\d ()-]{6,}\d(?!\w)"),
    ("PHONE", r"(?<![\w.,:+-])(?:[689]\d{3}[ -]\d{4}|\(?\d{3}\)?[ -]\d{3}[ -]\d{4})(?![\w:-]|[.,]\d)"),
    ("PAPER", r"\b[STFGM]\d{7}[A-Z]\b|\b[A-Z]{1,2}\d{6,9}[A-Z]?\b"),  # identity cards and passports
    ("NUMBER", r"(?<![\w.,:+-])\d{3,4}(?:[ -]\d{3,4}){2,}(?![\w:-]|[.,]\d)|(?<![\w.,:+-])\d{8,}(?![\w:-]|[.,]\d)"),
    (
        "PLACE",
        rf"\b\d{{1,4}}[A-Z]? (?:[A-Z][\w'-]+ ){{1,4}}(?i:{_STREET})\b(?: \d+)?(?:,? ?#\d+-\d+)?|#\d{{1,3}}-\d{{1,4}}\b",
    ),
    ("PLACE", r"\b(?:Singapore|SINGAPORE|S) ?\(?\d{6}\)?(?!\d)"),
)
KINDS = tuple(dict.fromkeys(kind for kind, _ in _SHAPES))
_SHAPED = re.compile("|".join(f"(?P<{kind}_{place}>{shape})" for place, (kind, shape) in enumerate(_SHAPES)))


class Span(NamedTuple):
    """A place in a text that points to somebody, and the kind of token that stands for it."""

    start: int
    end: int
    kind: str


def shaped(text: str) -> Iterator[Span]:
    """Every such place in TEXT, from left to right, none over another."""
    for found in _SHAPED.finditer(text):
        yield Span(*found.span(), str(found.lastgroup).rpartition("_")[0])


def kind_of(value: str) -> str:
    """The kind of a value that is an id: an address, a bank account, a hash, else an account of ours."""
    for span in shaped(value):
        if span.end - span.start == len(value) and span.kind in ("ADDR", "BANK", "HASH", "IP", "DEVICE"):
            return span.kind
    return "ACCT"
