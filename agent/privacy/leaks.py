"""The last look at what is about to leave: if a name, an id or a word of a report is still in it, nothing is sent.

It reads the finished payload and knows nothing of how that was made: other ways of looking than those that hid things,
so that a fault there is caught here.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from casewright.agent.privacy.names import key_of
from casewright.agent.privacy.pseudonyms import TOKEN, Pseudonyms
from casewright.agent.privacy.report_words import revealing
from casewright.agent.privacy.shapes import shaped
from casewright.knowledge.errors import PolicyError

_PIECES = re.compile(r"[^a-z0-9_-]+")
_LONG = 12  # an id of that length is looked for inside other words too
_NAMES = frozenset({"name", "enum", "const", "default", "type", "title", "required", "tool_call_id", "id", "tool"})


class Leak(PolicyError):
    """Something that points to a person or a report would have left; nothing was sent."""


def check(payload: Any, pseudonyms: Pseudonyms, *, to: str = "the model", reports: bool = True) -> None:
    """Raise Leak, which says what kind of thing stands where, unless PAYLOAD may be sent.

    TO says to whom, for the message; without REPORTS words that tell of a report may be sent.
    """
    instead = "use the embedded model for this case (--model offline), and " if to == "the model" else ""
    looked_at: set[tuple[str, bool]] = set()
    for where, text in _leaves(payload, "request"):
        names_only = not reports or where.rpartition(".")[2].split("[")[0] in _NAMES
        if (text, names_only) in looked_at:
            continue
        looked_at.add((text, names_only))
        found = _found(text, pseudonyms, names_only=names_only)
        if found:
            raise Leak(
                f"{found} would have left for {to}, so nothing was sent",
                where,
                hint=f"{instead}report this as a defect",
            )


def _found(text: str, pseudonyms: Pseudonyms, *, names_only: bool) -> str:
    ids, low = pseudonyms.ids, text.casefold()
    if kinds := {ids[piece] for piece in _PIECES.split(low) if piece in ids}:
        return f"an id ({', '.join(sorted(kinds))})"
    for value, kind in ids.items():
        if value in low and (len(value) >= _LONG or re.search(rf"(?<![a-z0-9]){re.escape(value)}(?![a-z0-9])", low)):
            return f"an id ({kind})"
    bare = TOKEN.sub(" ", text)
    for span in shaped(bare):
        return f"what looks like an id ({span.kind})"
    if any(pseudonyms.made_like(bare)):
        return "what looks like an id of a customer"
    named = pseudonyms.names.find(bare)
    if any(" " in name.key or not name.key.isascii() for name in named) or _spelled(bare, pseudonyms):
        return "a name"
    if not names_only and (word := revealing(text)):
        return f"the word {word!r}"
    return ""


def _spelled(text: str, pseudonyms: Pseudonyms) -> bool:
    """Whether a whole name that was seen stands in the text, its words in any order, however set apart."""
    words = key_of(unicodedata.normalize("NFKC", text)).split()
    held = set(words)
    near = [key for key in pseudonyms.names.whole() if held.issuperset(key.split())]
    if not near:
        return False
    row = [key_of(word) for word in re.findall(r"[^\W\d_]+", text)]
    return any(
        " ".join(sorted(row[start : start + size])) == key
        for key in near
        for size in (len(key.split()),)
        for start in range(len(row) - size + 1)
    )


def _leaves(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text of a structure with its place; JSON inside a text is looked into as well."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield f"{where}.{key}", str(key)
            yield from _leaves(held, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for number, held in enumerate(value):
            yield from _leaves(held, f"{where}[{number}]")
    elif isinstance(value, str):
        inner = _json(value)
        if inner is None:
            yield where, value
        else:
            yield from _leaves(inner, where)


def _json(text: str) -> Any:
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
