"""What was recorded about a customer, each kind in its own words, with the record's text quoted where it is fit."""

from casewright.agent.memo.dossier import Cells
from casewright.agent.memo.quote import Quote, quotable, say
from casewright.knowledge.case import Sentence

# Events that outsiders or our own controls raise about a customer, in the words of a memo.
GRAVE = {
    "recall": "the sender's bank asked for a payment back",
    "police_request": "a request by the police was received",
    "seizure_order": "a seizure order was received",
    "complaint": "a complaint was recorded",
    "screening_hit": "screening returned a hit",
}
# Changes of who controls the account or of what stops it, which tell most right before value moves.
CONTROL = {
    "security_change": "a security change was recorded",
    "new_device": "a log-in came from a device not seen on it before",
    "new_country": "a log-in came from a country not seen on it before",
    "device_flag": "the device was flagged",
    "staff_override": "staff overrode a control",
    "whitelist_change": "the list of withdrawal addresses was changed",
}
_OTHERS = {
    "ticket": "the customer wrote in",
    "dispute": "a dispute was raised",
    "document_check": "a document was checked",
    "information_request": "information was asked for",
    "information_reply": "the customer replied",
    "record_changed": "the customer record was changed",
    "tier_change": "the tier was changed",
}
_PERSONAL = {"document_check"}  # whose texts hold numbers of papers, which have no place in a narrative
_WORDS = GRAVE | CONTROL | _OTHERS


def grave(cells: Cells) -> bool:
    """Whether an event is one of those, and was not cleared: a hit on a namesake is only told."""
    cleared = cells.text("kind") == "screening_hit" and "cleared" in cells.text("text").lower()
    return cells.text("kind") in GRAVE and not cleared


def event(cells: Cells) -> Sentence | None:
    """The sentence of one event: when, what, in whose words, from which source."""
    kind = cells.text("kind")
    return say(
        "on {at} {what}{text} (source {source}).",
        at=cells["at"],
        what=Quote(_WORDS.get(kind, f"the record shows: {kind.replace('_', ' ')}"), (cells.evidence,)),
        text=quoted(cells),
        source=cells["source"],
    )


def words(cells: Cells) -> Quote:
    """What happened, in the words of a memo, its text behind it."""
    return Quote(f"{_WORDS[cells.text('kind')]}{quoted(cells)}", (cells.evidence,))


def quoted(cells: Cells) -> Quote:
    """The record's own text in quotation marks, empty where there is none or it is not fit to stand there."""
    text = cells.text("text").rstrip(".")
    fit = quotable(text) and cells.text("kind") not in _PERSONAL
    return Quote(f', "{text}"', (cells.evidence,)) if fit else Quote("")
