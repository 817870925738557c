"""What the program itself says of a case, held to the case: whom it is about, on which grounds it recommends, ways.

These sentences hold no figure that a row could contradict; a memo in which they are turned is wrong all the same.
"""

import re
from collections.abc import Iterator

from casewright.agent.findings import AGAINST, FOR, IN_SHORT
from casewright.agent.grounding.parties import Problem
from casewright.knowledge.records import canonical_id

_WORD = 20  # characters of the longest word that is no id (ours)
_CONCERNS = re.compile(
    r"\b(?:memo|case|report|narrative|draft) (?:concerns|is about|deals with) "
    r"(?:the )?(?:(?:account|address|customer|subject) )?(?P<id>[^\s,;()]+)"
)
_GROUNDS = re.compile(r"\b(?P<side>for suspicion speaks?|against it(?: speaks?)?) (?P<list>[^;]+?)(?=;|\.?$)")
_RECOMMENDED = re.compile(r"(?:[^:;]+: )?recommended", re.IGNORECASE)  # of a network: "C-1 and C-2 alike: recommended"
# A party or a verb of one direction beside a verb or preposition of the other.
_CROSSED = re.compile(
    r"\brecipients? (?:\w+ )?paid (?:it|the account|into)\b|\bto the others it received\b|\bfrom the others it sent\b"
    r"|\btransfer that it received left\b|\btransfer that it sent came in\b|\b(?:credit|deposit)s? left\b"
    r"|\bwithdrawals? came in\b|\breceived it to\b"
)
_SHORT = {
    "for": frozenset(IN_SHORT[reading.__name__] for reading in FOR),
    "against": frozenset(IN_SHORT[reading.__name__] for reading in AGAINST),
}


def problems(text: str, subjects: frozenset[str]) -> Iterator[tuple[str, Problem]]:
    """What is turned in a sentence, as (text, problem)."""
    for match in _CONCERNS.finditer(text):
        name = match["id"].rstrip(".")
        if (any(c.isdigit() for c in name) or len(name) > _WORD) and canonical_id(name) not in subjects:
            yield name, Problem("is not whom the case is about", ", ".join(sorted(subjects)))
    if _RECOMMENDED.match(text):
        for match in _GROUNDS.finditer(text):
            side = "for" if match["side"].startswith("for") else "against"
            for ground in re.split(r", | and ", match["list"]):
                if ground not in _SHORT[side]:
                    yield ground, Problem(f"is no ground {side} suspicion that the program knows")
    for match in _CROSSED.finditer(text):
        yield match.group(), Problem("says two directions in one")
