"""The form of a report: plain ASCII, one text or blocks, within its length; shorter without losing a figure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from casewright.agent.filing.regime import Regime
from casewright.agent.filing.text import AGAINST, CODES, FilingText, Lost, Piece
from casewright.knowledge.errors import UsageError

_TYPED = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "...",
          "\u00a0": " ", "\u00d8": "O", "\u00f8": "o", "\u0141": "L", "\u0142": "l", "\u00df": "ss", "\u00e6": "ae",
          "\u00c6": "AE", "\u20ac": "EUR", "\u00a3": "GBP", "\u2192": "->"}  # fmt: skip
FIGURE = re.compile(
    r"\d{4}-\d\d-\d\d|\d[\d,]*\.\d+|\d[\d,]*\b|0x[0-9a-fA-F]{6,}|\b[A-Za-z0-9]{20,}\b"
)  # dates, amounts and counts, addresses
_UTC = re.compile(r" \(\d\d:\d\d:\d\d UTC\)")


@dataclass(frozen=True)
class Formed:
    """The text in its form: whole, and in blocks where the regime wants them; letters that ASCII has no room for."""

    text: str
    blocks: tuple[str, ...]
    unwritten: tuple[str, ...] = ()


def plain(text: str) -> tuple[str, tuple[str, ...]]:
    """The text in printable ASCII, and the words that cannot be written so; they are told as question marks."""
    typed = "".join(_TYPED.get(letter, letter) for letter in text)
    folded = "".join(c for c in unicodedata.normalize("NFKD", typed) if not unicodedata.combining(c))
    bad = tuple(dict.fromkeys(word for word in folded.split() if not word.isascii()))
    kept = "".join(c if 32 <= ord(c) < 127 or c == "\n" else "?" for c in folded)
    return kept, bad


def formed(made: FilingText) -> Formed:
    """The report as its regime takes it."""
    regime = made.regime
    text = joined(made.pieces, breaks=regime.text.line_breaks)
    unwritten: tuple[str, ...] = ()
    if regime.text.ascii:
        text, unwritten = plain(text)
    size = regime.text.block_characters
    return Formed(text, blocks_of(text, size) if size else (text,), unwritten)


def joined(pieces: Sequence[Piece], *, breaks: bool) -> str:
    """The sentences as one text; a paragraph a part where line breaks are taken."""
    text, part = "", ""
    for piece in pieces:
        new = bool(text) and (piece.part != part or piece.opens)
        text += ("\n\n" if new and breaks else " " if text else "") + piece.sentence.text.strip()
        part = piece.part
    return text


def blocks_of(text: str, size: int) -> tuple[str, ...]:
    """The text in blocks of at most SIZE characters that rejoin to it; none begins or ends with a blank."""
    blocks, rest = [], text
    while len(rest) > size:
        at = size
        while at > 1 and (rest[at - 1] == " " or rest[at] == " "):
            at -= 1
        blocks.append(rest[:at])
        rest = rest[at:]
    return (*blocks, rest)


def shortened(made: FilingText, limit: int) -> FilingText:
    """The same report within LIMIT characters: every date and amount is kept, and the codes; what goes is told as lost.

    Brackets with the time in UTC go first, then sentences that tell no figure of their own, from the end of the text.
    Raises UsageError where that is not enough, with the length that is.
    """
    pieces = list(made.pieces)
    if _length(made.regime, pieces) <= limit:
        return made
    why = f"it does not fit into {limit:,} characters"
    dropped = [Lost(f"the times in UTC of {sum(_utc(piece) for piece in pieces)} sentences", why)]
    pieces = [_without_utc(piece) for piece in pieces]
    for piece in sorted(pieces, key=_weight):
        if _length(made.regime, pieces) <= limit:
            break
        others = [other for other in pieces if other is not piece]
        if piece.rank == CODES or _leads(piece, others):
            continue
        if figures_of(piece.sentence.text) <= figures_of(joined(others, breaks=False)):
            pieces = others
            dropped.append(Lost(piece.sentence.text, why))
    pieces = [piece for piece in pieces if not piece.framed or piece.rank != AGAINST - 1 or _leads(piece, pieces)]
    length = _length(made.regime, pieces)
    if length > limit:
        raise UsageError(
            f"the report cannot be told in {limit:,} characters without losing a date or an amount",
            hint=f"{length:,} are enough",
        )
    told = tuple(lost for lost in dropped if not lost.sentence.startswith("the times in UTC of 0 "))
    return replace(made, pieces=tuple(pieces), lost=(*made.lost, *told), dropped=tuple(lost.sentence for lost in told))


def _leads(piece: Piece, others: Sequence[Piece]) -> bool:
    """Whether a piece is a frame that leads others: what speaks against is not told as if it spoke for."""
    return piece.framed and any(other.rank == piece.rank + 1 for other in others)


def figures_of(text: str) -> frozenset[str]:
    """The dates, amounts, counts and addresses that a text tells."""
    return frozenset(FIGURE.findall(text))


def _length(regime: Regime, pieces: Sequence[Piece]) -> int:
    return len(plain(joined(pieces, breaks=regime.text.line_breaks))[0])


def _utc(piece: Piece) -> bool:
    return _UTC.search(piece.sentence.text) is not None


def _without_utc(piece: Piece) -> Piece:
    text = _UTC.sub("", piece.sentence.text)
    return Piece(piece.rank, piece.sentence.model_copy(update={"text": text}), piece.made_of, piece.opens)


# Ranks of pieces in the order in which they may go: what was checked, comparisons, particulars, actions, movements,
# what speaks against, the introduction.
_GO_FIRST = ((60, 89), (17, 39), (11, 16), (90, 99), (10, 10), (40, 59), (CODES, 9))


def _weight(piece: Piece) -> tuple[int, int]:
    """What goes first, the longest before the rest."""
    place = next(number for number, (first, last) in enumerate(_GO_FIRST) if first <= piece.rank <= last)
    return (place if piece.sentence.evidence else 0, -len(piece.sentence.text))
