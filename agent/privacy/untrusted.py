"""What somebody outside wrote, made harmless to read: a memo, a name, a token's symbol, a file's name.

It is data for whoever reads it. It is shown between marks that it cannot forge, without characters that drive a
terminal or hide words, without links or pictures, and no longer than a reader needs.
"""

import re
import unicodedata

OPEN, CLOSE = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
LONGEST = 600  # of one text; a bank's memo has 140, an alert's reasons some 500 (ours)
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)?")
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\([^)]*\)?")
_ADDRESS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,15}://|\bwww\.|\b(?:javascript|data|file|mailto):)\S+", re.IGNORECASE)
_ESCAPE = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\-_])")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_HIDDEN = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")  # look like nothing, and are letters to Unicode


def plain(text: str) -> str:
    """TEXT in one line without control, bidi, zero-width and other invisible characters."""
    text = _ESCAPE.sub(" ", text)
    kept = (" " if c in "\t\n\r\v\f\x85\u2028\u2029" else c for c in text)
    visible = (c for c in kept if not unseen(c))
    return " ".join("".join(visible).split())


def unseen(c: str) -> bool:
    """Whether a character cannot be seen: controls, marks of direction, joiners, tags, variation selectors."""
    return (
        unicodedata.category(c) in _INVISIBLE
        or c in _HIDDEN
        or "\ufe00" <= c <= "\ufe0f"
        or "\U000e0100" <= c <= "\U000e01ef"
    )


def shown(text: str, longest: int = LONGEST) -> str:
    """TEXT as a person or a model may read it: plain, pictures and links as words, cut at LONGEST characters."""
    text = _LINK.sub(r"\1 (link left out)", _PICTURE.sub(r"\1 (picture left out)", plain(text)))
    text = _ADDRESS.sub("(link left out)", text).replace("`", "'")
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def quoted(text: str, longest: int = LONGEST) -> str:
    """The same between marks: whatever stands between them was written by somebody outside."""
    text = text.removeprefix(OPEN).removesuffix(CLOSE)  # quoted once already, or made to look so
    inner = shown(text.replace(OPEN, "[").replace(CLOSE, "]"), longest)
    return f"{OPEN}{inner}{CLOSE}" if inner else ""
