"""Words of a model that show whom it obeyed, or that would give a report away: no memo and no answer holds them.

A sentence that gives an order about the review, or hands out a clearance, was somebody else's wish before it was the
model's. That a report exists is said only on evidence that says so, and never so that the customer should hear of it.
"""

import re
from collections.abc import Iterable, Iterator

from casewright.agent.privacy.report_words import revealing
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.instructions import order_in

_WHOM = r"(?:customer|client|holder|account holder|user|subject|payer|sender)s?"
_OF_IT = (
    r"\b(?:report|investigat|review|suspicio|alert|case|laundering|monitor|authorit|police|freez|frozen|compliance)"
)
_TELL = r"(?:tell|told|inform|notif|warn|advis|let\b.{0,20}\bknow|e-?mail|messag|alert|call|contact)"
_TIPS_OFF = re.compile(
    rf"\b{_TELL}\w*\b (?:the |this |that |our )?{_WHOM}\b.{{0,60}}{_OF_IT}"
    rf"|\b{_WHOM} (?:\w+ ){{0,2}}(?:should|must|may|can|could|shall|needs? to|ought to|has to|is to) (?:\w+ )?"
    rf"be {_TELL}"
    rf"|{_OF_IT}\w*\b.{{0,60}}\b(?:should|must|may|can|shall) be {_TELL}\w*\b.{{0,20}}\b(?:to|by) (?:the )?{_WHOM}\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\breports? (?:\w+ )?(?:was|were|has been|have been|is|are|will be|is being) (?:\w+ )?"
    r"(?:filed|made|submitted|sent|lodged|prepared|drafted)\b"
    r"|\b(?:filed|submitted|lodged|made|sent) (?:a|an|the|another) (?:\w+ )?report\b"
    r"|\breported to (?:the )?(?:authorit\w+|police|regulator)",
    re.IGNORECASE,
)

_RECOMMENDED = re.compile(r"\brecommend\w*\W*(?:to )?clos\w+", re.IGNORECASE)


def obeyed(text: str, cited: Iterable[Evidence]) -> Iterator[str]:
    """Why a sentence that somebody else worded cannot stand; CITED is the evidence that it names."""
    if order := order_in(_RECOMMENDED.sub(" ", text)):  # what a text recommends is held to the program's own elsewhere
        yield f"{order}: orders or clears a review, as no evidence can; say what the data show"
    if tip := _TIPS_OFF.search(text):
        yield f"{' '.join(tip.group().split())[:80]}: would let a customer know of a review, which nobody may"
    found = _REPORTED.search(text)
    word = found.group() if found else revealing(text)
    if word and not any(_tells(evidence) for evidence in cited):
        yield f"{word}: tells of a report that the evidence cited does not speak of"


def _tells(evidence: Evidence) -> bool:
    """Whether evidence itself speaks of reports: what earlier cases, clocks and pages of knowledge say."""
    told = evidence.model_dump_json(exclude={"query"})
    return bool(revealing(told) or _REPORTED.search(told) or "report" in evidence.tool)
