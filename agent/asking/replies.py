"""What a model answered, read line by line: sentences with citations, tables to show, what is open, what comes next."""

import re
from dataclasses import dataclass

from casewright.agent.drafting.sentences import cited, sentences
from casewright.agent.privacy.untrusted import shown
from casewright.knowledge.case import Sentence

_SAID = re.compile(r"^\W*(show|next|not established)\s*:\s*(.+)$", re.IGNORECASE)
_FOLLOW_UPS = 4
_LONGEST = 300


@dataclass(frozen=True)
class Reply:
    """One answer of a model, not checked yet."""

    sentences: tuple[Sentence, ...] = ()
    shown: tuple[str, ...] = ()
    not_established: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()


def read(text: str) -> Reply:
    """The parts of TEXT; a line that is none of the marked ones is prose."""
    said: list[Sentence] = []
    parts: dict[str, list[str]] = {"show": [], "next": [], "not established": []}
    for line in text.splitlines():
        marked = _SAID.match(line)
        if marked is None:
            said += [s for s in sentences(line) if any(c.isalnum() for c in s.text)]
        elif marked[1].lower() == "show":
            parts["show"] += cited(re.findall(r"[Ee]\s?\d+", marked[2]))
        else:
            parts[marked[1].lower()].append(shown(marked[2].strip(), _LONGEST))
    return Reply(
        tuple(dict.fromkeys(said)),
        tuple(dict.fromkeys(parts["show"])),
        tuple(dict.fromkeys(parts["not established"])),
        tuple(dict.fromkeys(parts["next"]))[:_FOLLOW_UPS],
    )
