"""The lexer: a sentence as tokens with their places; it reads characters and knows no evidence."""

import re
import unicodedata
from dataclasses import dataclass

# One pass, no nested repetition: the time is linear in the text.
_TOKEN = re.compile(
    r"""
    (?P<code>`[^`]*`)
  | (?P<quote>"[^"\n]{1,3000}"|“[^“”\n]{1,3000}”|«[^«»\n]{1,3000}»)
  | (?P<iso>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})(?!\w))
  | (?P<date>\d{4}-\d{2}-\d{2}(?![\w-]))
  | (?P<slashed>(?:\d{4}/\d{1,2}/\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{4})(?![\w]))
  | (?P<time>\d{1,2}:\d{2}(?::\d{2})?(?![\w:]))
  | (?P<hex>0[xX][0-9a-zA-Z]+(?:(?:…|\.{2,3})[0-9a-zA-Z]*)?|0[xX](?:…|\.{2,3})[0-9a-zA-Z]+)
  | (?P<short>\w[\w-]{1,63}(?:…|\.{3})(?:\w[\w-]{0,63})?)
  | (?P<symbol>US\$|S\$|HK\$|A\$|[$€£¥])
  | (?P<money>[A-Z]{3}(?=\d[\d,.]*(?!\w)))
  | (?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w]|-\w|[.:@/\#]\w))
  | (?P<blob>\w(?:[\w'’]|[-.:@/\#&](?=\w))*)
  | (?P<punct>\S)
    """,
    re.VERBOSE,
)
_BLOB_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(-?)([A-Za-z]+)")
_PLAIN = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"),
    **dict.fromkeys("\u00a0\u2009\u202f", " "),
    **dict.fromkeys("\u2018\u2019", "'"),
}
_DASHES = str.maketrans(_PLAIN)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text. Kinds: word, number, symbol, punct, quote, code, iso, date, slashed, time, id, short."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The text in lower case, without a genitive's ending."""
        text = self.text.lower()
        return text[:-2] if text.endswith("'s") and len(text) > 3 else text


def plain(text: str) -> str:
    """The text as it is read: compatibility forms folded, invisible characters gone, one kind of dash and blank."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text.replace("…", "\x00")).replace("\x00", "…").translate(_DASHES)
    return "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Cc"} or c in "\n\t")


def tokens(text: str) -> list[Token]:
    """The tokens of a text, in order; never fails, and what it skips is white space."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        start, end = match.span()
        if kind == "blob":
            found.extend(_blob(match.group(), start))
        elif kind == "short" and not _shortened(match.group()):
            found.extend(_blob(re.split(r"…|\.{3}", match.group())[0], start))
            tail = re.split(r"…|\.{3}", match.group())[-1]
            if tail:
                found.extend(_blob(tail, end - len(tail)))
        elif kind == "hex":
            found.append(Token("short" if re.search(r"…|\.\.", match.group()) else "id", match.group(), start, end))
        elif kind == "money":
            found.append(Token("word", match.group(), start, end))
        else:
            found.append(Token(kind, match.group(), start, end))
    return found


def _shortened(text: str) -> bool:
    """Whether `TQ4…x9` is a shortened id and not words around dots: it holds a digit, or capitals inside."""
    head, tail = re.split(r"…|\.{3}", text, maxsplit=1)
    return any(c.isdigit() for c in text) or (bool(tail) and any(c.isupper() for c in head[1:] + tail))


def _blob(text: str, start: int) -> list[Token]:
    """A run of letters, digits and joints, as one id, a number with its unit, or words."""
    bare = text.rstrip("'’_") or text
    if text == "_" or not bare:
        return []
    if not any(c.isdigit() for c in bare):
        return _words(bare, start)
    number = _BLOB_NUMBER.fullmatch(bare)
    if number:
        whole, decimals, _, unit = number.groups()
        if unit.lower() in _UNITS or (number.group(3) and unit.islower()):
            middle = start + len(whole) + len(decimals or "")
            place = start + len(bare) - len(unit)
            return [
                Token("number", text[: middle - start], start, middle),
                Token("word", unit, place, place + len(unit)),
            ]
    if re.fullmatch(r"[\d./:'-]+", bare):
        return _digits(bare, start)
    bare = bare[:-2] if bare.endswith("'s") else bare
    return [Token("id", bare, start, start + len(bare))]


_UNITS = {"x", "k", "m", "mn", "bn", "b", "h", "s", "d", "hr", "hrs", "min", "mins", "sec", "secs", "usd", "sgd", "eur",
          "gbp", "usdt", "usdc", "eth", "btc", "trx", "dai", "bnb", "st", "nd", "rd", "th"}  # fmt: skip


def _words(text: str, start: int) -> list[Token]:
    """Letters; a slash or colon between them parts two words, a dot or hyphen does not."""
    found = []
    for part in re.finditer(r"[^/:@#&]+|[/:@#&]", text):
        place = start + part.start()
        kind = "punct" if part.group() in "/:@#&" else "word"
        found.append(Token(kind, part.group(), place, place + len(part.group())))
    return found


def _digits(text: str, start: int) -> list[Token]:
    """Digits with joints that are no date, time or number of ours (`2024-25`, `10/12`): each run a number."""
    found = []
    for part in re.finditer(r"\d+(?:\.\d+)?|[^\d]", text):
        kind = "number" if part.group()[0].isdigit() else "punct"
        found.append(Token(kind, part.group(), start + part.start(), start + part.end()))
    return found
