"""What a question says besides its meaning: ids, period, amounts, assets, networks, limits, lengths of time."""

import re
from dataclasses import dataclass, field
from typing import Any

from casewright.agent.offline.data import table
from casewright.agent.offline.dates import NOWHERE, Window, period
from casewright.agent.offline.shifts import Shift, by_alert, shift
from casewright.agent.offline.spelling import spelt
from casewright.agent.offline.sums import DIGITS, Sum, sums
from casewright.knowledge.records import canonical_id

_EVM = r"0[xX][0-9a-fA-F]{40}\b"
_HASH = r"(?:0[xX])?[0-9a-fA-F]{64}\b|\bT(?=[0-9a-f]*\d)[0-9a-f]{12,}\b"
_BASE58 = r"[1-9A-HJ-NP-Za-km-z]"
_ADDRESS = (
    rf"{_EVM}|\b(?:bc|tb|ltc)1[a-z0-9]{{6,87}}\b|\bT{_BASE58}{{33}}\b"
    rf"|\b[13](?=\w*[A-Za-z])(?=\w*\d){_BASE58}{{25,34}}\b|\b(?=\w*[A-Z])(?=\w*[a-z])(?=\w*\d){_BASE58}{{40,44}}\b"
)
_KINDS = (  # tried in this order; what one takes, the next does not see
    ("hash", rf"{_HASH}"),
    ("address", _ADDRESS),
    ("case", r"\bCASE-[\w-]+"),
    ("alert", r"\bA-[A-Z0-9]{3,}\b|(?<=alert )(?:no\.? |#)?(?=\w*\d)[\w-]+|(?<=Alert )(?=\w*\d)[\w-]+"),
    ("evidence", r"\[?\bE\d{1,3}\b\]?"),
    ("device", r"\bD-[0-9a-f]{6,}\b"),
    ("account", r"\bC-\w*\d\w*\b"),
    ("bank", r"\b[A-Z]{2,8}-\d{6,}\b"),
    ("hash", r"(?<=tx )(?:#)?(?=\w*\d)[\w.-]*\w|(?<=transaction )#?(?=\w*\d)[\w-]+|(?<=transfer )#?(?=\w*\d)[\w-]+"),
    ("account", r"(?<=user )#?\d{3,}\b|(?<=customer )#?\d{3,}\b|(?<=account )#?\d{3,}\b|(?<=client )#?\d{3,}\b"),
    ("accounts", r"(?<=users )[\d, and]*\d{3,}\b|(?<=accounts )[\d, and]*\d{3,}\b|(?<=customers )[\d, and]*\d{3,}\b"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_STANDS_FOR = {"hash": "the transaction", "address": "the address", "case": "the case", "alert": "the alert",
               "evidence": "that number", "device": "the device", "account": "the account", "bank": "the bank account",
               "accounts": "the accounts"}  # fmt: skip
_LENGTH = re.compile(
    r"\b(?:within|inside(?: of)?|in under|in less than|less than|under|no more than|at most|up to|in the)\s+"
    r"(?:the (?:next|first|following) )?(?P<count>\d+|an?|one|two|three|half an?|six|twelve)?\s?"
    r"(?P<unit>seconds?|secs?|minutes?|mins?|hours?|hrs?|h|days?|d)\b(?:\s(?:of|after|from)\b)?", re.IGNORECASE,
)  # fmt: skip
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "six": 6, "twelve": 12, "": 1, "half a": 0.5, "half an": 0.5}
_HOPS = re.compile(r"\b(\d{1,2}|one|two|three|four|five|six)[- ]hops?\b", re.IGNORECASE)
_TOP = re.compile(r"\b(?:top|first|last|latest|largest|biggest|newest|these)\s"
                  r"(?P<count>\d{1,3}|two|three|four|five|ten)\b"
                  r"|\b(?P<count2>\d{1,3}|two|three|four|five|ten) (?:largest|biggest|latest|newest|top|last|main)\b",
                  re.IGNORECASE)  # fmt: skip
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_CHARACTERS = re.compile(
    rf"\b(?:to|under|below|at most|within|in)\s(?P<count>{DIGITS}) (?:characters|chars|letters|words)"
)
_GOES_ON = re.compile(
    r"^\W*(?:and|only|just|same|but|also|now|what about|how about|ok|okay|again|for|then)\b", re.IGNORECASE
)
_EITHER = ("direction", "follow")  # to say both is to say neither
_FILTERS = ("asset", "network", "status", "kind", "regime")
_QUOTED = re.compile(r'"([^"]{12,})"|“([^”]{12,})”', re.DOTALL)


@dataclass(frozen=True)
class Said:
    """A question taken apart. `meaning` is its text with plain words in place of all that was taken out."""

    text: str
    meaning: str
    ids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    window: Window = NOWHERE
    least: Sum | None = None  # the sums asked about lie from it on
    most: Sum | None = None  # and up to it
    within: int | None = None  # seconds
    options: dict[str, Any] = field(default_factory=dict)  # asset, network, kind, status, direction, hops, limit ...
    quoted: str = ""
    step: Shift | None = None  # in time, from the period of the question before
    bare: bool = False  # nothing is said but what was taken out: "and only USDT?"

    def named(self, *kinds: str) -> tuple[str, ...]:
        """The ids of these kinds, in their order."""
        return tuple(name for kind in kinds for name in self.ids.get(kind, ()))

    @property
    def sums(self) -> tuple[Sum, ...]:
        """The bounds of sums that are named."""
        return tuple(bound for bound in (self.least, self.most) if bound)

    @property
    def parties(self) -> tuple[str, ...]:
        """The accounts and addresses named."""
        return self.named("account", "bank", "address")


def said(text: str, today: str, currency: str, alerted: str = "") -> Said:
    """What TEXT says, seen from TODAY; an amount without a currency is one of CURRENCY.

    ALERTED is when the open case's alert was raised (ISO, local): what "the alert" tells of a time, and the day of an
    hour that is named alone.
    """
    quoted = next((one or other for one, other in _QUOTED.findall(text)), "")
    rest, ids = _ids(text)
    rest = spelt(rest)
    options: dict[str, Any] = {}
    if found := _CHARACTERS.search(rest):
        options["characters"] = int(re.sub(r"[,' ]", "", found["count"]))
        rest = rest.replace(found[0], " ")
    if found := _HOPS.search(rest):
        options["hops"] = _count(found[1])
        rest = rest.replace(found[0], " hops ")
    since_alert, rest = by_alert(rest, alerted) if alerted else (None, rest)
    step, stepped = shift(rest)
    window = since_alert or period(rest, today, alerted[:10]).window
    rest = period(stepped, today, alerted[:10]).rest
    within = None
    if found := _LENGTH.search(rest):
        count = (found["count"] or "").lower()
        within = int((int(count) if count.isdigit() else _WORDS.get(count, 1)) * _UNITS[found["unit"][0].lower()])
        rest = rest.replace(found[0], " soon after ")
    if found := _TOP.search(rest):
        options["limit"] = _count(found["count"] or found["count2"])
    bounds = sums(rest, currency)
    rest = bounds.rest
    for option, words in table("words").items():
        found_values = [v for v, pattern in words.items() if re.search(rf"\b(?:{pattern})\b", rest, re.IGNORECASE)]
        if found_values and (len(found_values) == 1 or option not in _EITHER):
            options.setdefault(option, found_values[0])
    told = bool(ids or window or step or bounds.least or bounds.most or within or options)
    bare = _bare(text, rest) and (told or bool(_GOES_ON.match(text)))
    meaning = " ".join(rest.split())
    return Said(text, meaning, ids, window, bounds.least, bounds.most, within, options, quoted, step, bare)


def _ids(text: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    found: dict[str, list[str]] = {}
    for kind, pattern in _PATTERNS:
        for name in pattern.findall(text):
            names = re.findall(r"\d{3,}", name) if kind == "accounts" else [canonical_id(name.strip("[]#. "))]
            found.setdefault(kind.removesuffix("s") if kind == "accounts" else kind, []).extend(names)
        text = pattern.sub(f" {_STANDS_FOR[kind]} ", text)
    text = re.sub(r"\b(user|customer|account|client|transaction|transfer|tx|alert|case|address|wallet)s?\s+the \1s?\b",
                  r"the \1", text, flags=re.IGNORECASE)  # fmt: skip
    return text, {kind: tuple(dict.fromkeys(names)) for kind, names in found.items()}


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _COUNTS.get(text.lower(), 5)


def _bare(text: str, rest: str) -> bool:
    """Whether a text only goes on from the one before: `and only USDT?`, `in November?`, `same for C-1`."""
    marked = bool(_GOES_ON.match(text))
    for option, words in table("words").items():
        if option in _FILTERS or (marked and option != "id"):
            for pattern in words.values():
                rest = re.sub(rf"\b(?:{pattern})\b", " ", rest, flags=re.IGNORECASE)
    left = re.findall(r"[a-z']+", rest.lower())
    small = table("units")["small"]
    return all(word in small for word in left) and (marked or not {"show", "give", "tell"} & set(left))
