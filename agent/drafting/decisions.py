"""Sentences that decide: the recommendation is computed, and what is done is a person's; a text may only argue."""

import re
from collections.abc import Iterator

_ESCALATE, _CLOSE, _MORE = "escalate", "close", "more information needed"
_THING = r"(?:case|alert|account|customer|matter|activity|subject|review|investigation|report|it)"
_OUGHT = r"(?:should|must|shall|ought to|needs? to|has to|have to|can|may|will|is to|are to|to)"

# What a verdict is called, and whose it is; nobody's where the program never recommends it.
_VERDICTS = (
    (_MORE, r"(?:more|further|additional) information|request(?:ing)? (?:more |further )?information"),
    (_CLOSE, r"clos(?:e|ed|es|ing|ure)\b|dismiss\w*|clear(?:ed|ing|ance)?\b|false positive|drop(?:ped|ping)?\b"
             r"|no (?:further |additional )?(?:action|steps?|review|suspicion|report)|archiv\w+"),
    (_ESCALATE, r"escalat\w+"),
    ("", r"fil(?:e|ed|ing)\b|report(?:ed|ing)?\b|SARs?\b|STRs?\b|freez\w+|frozen|block(?:ed|ing)?\b|terminat\w+|exit\w*"
         r"|inform(?:ed|ing)? the customer|notif\w+|approv\w+|whitelist\w*|releas\w+|retain\w*|offboard\w*"),
)  # fmt: skip
_VERDICT = "|".join(f"(?:{words})" for _, words in _VERDICTS)

# The ways in which a sentence decides; the verdict is looked for behind (or in) what matches.
_FRAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<rest>\b(?:{_VERDICT})[^.;]*)\b(?:is|are|was|were)\s+(?:\w+\s+)?(?:recommended|advised|proposed)\b",
        rf"\b(?:recommend(?:s|ed|ation|ing)?|advis(?:e|es|ed)|propos(?:e|es|ed|al)|we suggest)\b"
        rf"(?P<rest>.*(?:{_VERDICT}).*)",
        rf"\b(?:decision|verdict|disposition|outcome|determination)\b\W*(?:is|was|:|to)?(?P<rest>.*(?:{_VERDICT}).*)",
        rf"\b{_THING}\s+{_OUGHT}\s+(?:\w+\s+){{0,2}}?(?P<rest>(?:be\s+)?(?:{_VERDICT}).*)",
        rf"\b(?:warrant|merit|require|necessitate|justif|call for)\w*\s+(?:\w+\s+){{0,2}}?(?P<rest>(?:{_VERDICT}).*)",
        r"^\W*(?:please\s+|therefore,?\s+|so,?\s+|hence,?\s+|thus,?\s+)?"
        r"(?P<rest>(?:close|dismiss|escalate|file|report|freeze|block|clear|approve|release|drop)\s+"
        r"(?:the|this|that|a|an)\b.*)",
        r"\b(?P<rest>no\s+(?:further|additional|more)\s+(?:action|steps?|review|investigation)"
        r"(?:\s+\w+){0,2}\s+(?:needed|required|necessary|warranted))",
        r"\bwe\s+(?:have\s+)?(?:decided?|conclude[sd]?|determined?)\b(?P<rest>.*)",
    )
)
_CLEARING = re.compile(
    r"\b(?:is|are|was|were|be|appears?|seems?|proves?|remains?)\s+(?:\w+\s+){0,2}?"
    r"(?P<word>legitimate|innocent|harmless|lawful|legal|guilty|genuine|trustworthy|blameless|above suspicion"
    r"|not suspicious|unsuspicious|low.risk|safe|cleared|exonerated)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:whether|would|could|may|might|if|not established|unknown|asks?|question|claims?|says?|stated?|declared?)\b",
    re.IGNORECASE,
)


def decided(text: str, computed: str) -> Iterator[str]:
    """Why the text decides what it may not: another recommendation than the COMPUTED one, an act, a verdict."""
    for frame in _FRAMES:
        match = frame.search(text)
        if match is None:
            continue
        verdict = _verdict(match.group("rest"))
        if verdict is not None and verdict != computed:
            yield (
                f"{' '.join(match.group().split())[:80]}: states a decision; the program recommends"
                f' "{computed}" and a person decides; say which facts weigh against it instead'
            )
            return
    if (clearing := _CLEARING.search(text)) and not _HEDGE.search(text):
        yield f"{clearing.group('word')}: is a verdict; say which facts would explain what happened, and how much of it"


def _verdict(text: str) -> str | None:
    """The first verdict in the text: a recommendation's name, empty for an act; None where there is none."""
    found = [(match.start(), name) for name, words in _VERDICTS if (match := re.search(words, text, re.IGNORECASE))]
    return min(found)[1] if found else None
