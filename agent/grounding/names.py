"""Names that a case knows (labels, holders, titles, other words of its rows), found whole in a text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from casewright.agent.grounding.facts import Holding
from casewright.agent.grounding.tokens import plain, tokens

_RUN = re.compile(r"\w+")
_KINDS = {"label", "word", "text"}
# Words of a row, by their unit, that class or measure and name nothing: a sentence has them as words of its own.
_CODES = frozenset(
    {"asset", "category", "confidence", "country", "direction", "event", "kind", "lawful", "name match", "network"}
    | {"newness", "part", "reading", "risk", "settings", "status", "tier", "unit"}
)
_NO_NAMES = frozenset({"source"})  # columns of words for where a row is from ("log-ins")


@dataclass
class Names:
    """Names by their first run of letters or digits; the longest at a place wins."""

    by_first: dict[str, list[str]] = field(default_factory=dict)
    exact: set[str] = field(default_factory=set)  # one plain word ("Hop"): only as it is written, or it is a word

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where names stand in the text, as (start, end) in order, none within another."""
        if not self.by_first:
            return []
        folded = text.casefold()
        if len(folded) != len(text):  # a letter that folds to two: places would shift
            folded = text.lower() if len(text.lower()) == len(text) else text
        found: list[tuple[int, int]] = []
        free = 0
        for run in _RUN.finditer(folded):
            if run.start() < free:
                continue
            for name in self.by_first.get(run.group(), ()):
                end = run.start() + len(name)
                written = not name.isalpha() or text[run.start() : end] in self.exact
                if written and folded.startswith(name, run.start()) and _whole(text, run.start(), end):
                    found.append((run.start(), end))
                    free = end
                    break
        return found


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit goes on at either end, nor a number of its own behind (`Exploiter 2`)."""
    if start and (text[start - 1].isalnum() or text[start - 1] in "_-."):
        return False
    after = text[end : end + 1]
    if after and (after.isalnum() or after == "_"):
        return False
    return not (after in {".", "-", ":"} and text[end + 1 : end + 2].isalnum())


def names_of(holdings: Iterable[Holding]) -> Names:
    """The names in the evidence that a lexer would take apart: with capitals, digits or several words."""
    found: set[str] = set()
    holdings = tuple(holdings)
    ids = frozenset().union(*(holding.parties for holding in holdings))
    for held in (held for holding in holdings for held in holding.values(_KINDS)):
        if held.kind == "label" or (held.unit not in _CODES and held.name not in _NO_NAMES):
            text = plain(held.text).strip()
            if text in ids or (held.kind == "text" and _only_ids(text)):  # an id is found as one, wherever it stands
                continue
            if 2 <= len(text) <= 300 and (held.kind == "label" or _name_like(text)):
                found.add(text)
    names = Names()
    for text in found:
        folded = text.casefold()
        first = _RUN.search(folded)
        if first and first.start() == 0 and len(folded) == len(text):
            names.by_first.setdefault(first.group(), []).append(folded)
            names.exact.add(text)
    for known_names in names.by_first.values():
        known_names.sort(key=lambda name: (-len(name), name))
    return names


def _only_ids(text: str) -> bool:
    """Whether a text lists ids and says nothing else: `C-13547, C-12918`."""
    return {token.kind for token in tokens(text) if token.text != ","} == {"id"}


def _name_like(text: str) -> bool:
    """Whether a word of a row is a name: not one plain word in lower case, nor a symbol in capitals."""
    if " " in text:
        return True
    return not (text.islower() and text.isalpha()) and not (text.isupper() and text.isalpha()) and not text.isdigit()
