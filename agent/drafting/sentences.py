"""A model's words as sentences of a memo: one line each, no marks that a markdown reader would take for its own."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from casewright.agent.grounding.narrative import split
from casewright.knowledge.case import Sentence

_LEADING = re.compile(r"^(?:#{1,6}\s+|[-*+•>]\s+|\d{1,3}[.)]\s+)+")
_HIDDEN = {"Cf", "Cc", "Co", "Cs"}
_ID = re.compile(r"[Ee]\s?0*(\d{1,6})")


def sentences(text: str, evidence: Iterable[str] = ()) -> Iterator[Sentence]:
    """The sentences of TEXT, each resting on the citations that stand in it and on those given beside it."""
    beside = list(cited(evidence))
    plain = "".join(c for c in text if c in "\n\t\r" or unicodedata.category(c) not in _HIDDEN)
    for words, found in split(_LEADING.sub("", " ".join(plain.split()))):
        named = tuple(dict.fromkeys([*found, *beside]))
        if words := _LEADING.sub("", words.strip()):
            yield Sentence(text=words, evidence=named)


def cited(names: Iterable[str]) -> Iterator[str]:
    """Ids of evidence as a case writes them; what is none stays as it is, for the check to object to."""
    for name in names:
        bare = name.strip().strip("[]")
        match = _ID.fullmatch(bare)
        yield f"E{match.group(1)}" if match else bare
