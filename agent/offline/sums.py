"""The sums that a question names, as bounds: "above SGD 5,000", "under ten thousand euros", "between 5k and 10k"."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from casewright.agent.offline.data import table

Sum = tuple[Decimal, str]  # an amount and its currency

DIGITS = r"\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SPELT: dict[str, Decimal | int] = {
    "half a": Decimal("0.5"), "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SMALL = "|".join(sorted(_SPELT, key=len, reverse=True))
_SCALES = {"k": 1_000, "grand": 1_000, "thousand": 1_000, "m": 1_000_000, "mn": 1_000_000, "million": 1_000_000}
_AMOUNT = re.compile(
    rf"(?:(?<![\w.,-])|(?<=[A-Z]{{3}}))(?:(?P<number>{DIGITS})\s?(?P<scale>k|grand|thousand|mn?|million)?"
    rf"|(?P<spelt>(?:{_SMALL})(?:[ -](?:{_SMALL}|hundred))*) (?P<spelt_scale>thousand|million|grand)"
    rf"|(?P<hundreds>(?:{_SMALL}) hundred))\b", re.IGNORECASE,
)  # fmt: skip
_BEFORE = re.compile(r"(?:\b[A-Za-z]{1,5}|\b(?:S|US|HK|A))?[$€£¥]\s?$|\b[A-Za-z]{3,5}\s?$")
_AFTER = re.compile(r"^\s?([€£$¥]|[A-Za-z]+(?: [A-Za-z]+){0,2})")
_NOT_LESS = re.compile(r"\b(?:no less than|not (?:under|below|less than))\s*$")
_AT_MOST = re.compile(r"\b(?:below|under|beneath|(?:less|smaller|lower|no more|not more) than|up to|at most|not over"
                      r"|not exceeding|max(?:imum)?(?: of)?)\s*$")  # fmt: skip
_AT_LEAST = re.compile(r"\b(?:above|over|at least|(?:more|bigger|larger|greater|higher) than|between|exceeding|min"
                       r"|minimum(?: of)?)\s*$")  # fmt: skip
_LOOSE = re.compile(r"\b(?:from|of)\s*$")  # a bound before a large number only: "from 5,000 on", but "of 3 deposits"
_EXACTLY = re.compile(r"\b(?:exactly|precisely|equal to)\s*$")
_CENTS = re.compile(r"\.\d\d$")  # who tells the cents means that very sum, where no other word makes it a bound
_OR_MORE = re.compile(r"^\W*(?:(?:or|and) (?:more|above|over|up(?:wards?)?)|upwards?|plus)\b", re.IGNORECASE)
_OR_LESS = re.compile(r"^\W*(?:or|and) (?:less|below|under)\b", re.IGNORECASE)
_ENDS = re.compile(r"^\s*(?:$|[?.!,;)])")
_TO = re.compile(r"^\s*(?:and|to|-|–|until)\s*$")
_COUNTED = 100  # a smaller whole number with a coin's name after it counts transfers: "the 3 USDT withdrawals" (ours)


@dataclass(frozen=True)
class Sums:
    """The bounds that a text names, and the text with plain words in their place."""

    least: Sum | None
    most: Sum | None
    rest: str


def sums(text: str, currency: str) -> Sums:
    """The bounds of sums in TEXT; one without a currency is in CURRENCY, and a bare number has to follow a bound."""
    bounds: dict[str, Sum] = {}
    rest, end, range_opened = "", 0, False
    for found in _AMOUNT.finditer(text):
        if found.start() < end:
            continue
        front, tail = text[end : found.start()], text[found.end() :]
        before = _BEFORE.search(front)
        unit = _unit(before[0]) or _code(before[0], front[: before.start()]) if before else ""
        bare_front = front[: before.start()] if before and unit else front
        named_first, after = bool(unit), ""
        if not unit and front[-1:].isalpha():
            continue
        if not unit:
            after, unit = _unit_after(tail)
        second = range_opened and bool(_TO.match(bare_front))
        side, loose = _side(bare_front.lower(), tail[len(after) :])
        exactly = bool(_EXACTLY.search(bare_front.lower()))
        large = bool(found["scale"] or not found["number"] or len(found["number"]) >= 4)
        counts = not large and not named_first and not side and _whole_below(found["number"], _COUNTED)
        ends = bool(side and not loose and _ENDS.match(tail))
        very = not second and (exactly or ((not side or loose) and bool(_CENTS.search(found["number"] or ""))))
        if not (unit and not counts) and not ((side or second or very) and (large or ends)):
            continue
        range_opened = bare_front.lower().rstrip().endswith(("between", "from"))
        sides = ("least", "most") if very and not range_opened else ("most" if second or side == "most" else "least",)
        for one in sides:
            bounds.setdefault(one, (_value(found), _currency(unit, currency)))
        rest += f"{bare_front} some amount "
        end = found.end() + len(after)
    bounds = _one_currency(bounds, currency)
    return Sums(bounds.get("least"), bounds.get("most"), rest + text[end:])


def _side(front: str, tail: str) -> tuple[str, bool]:
    """Which bound the words around an amount make it, and whether they make it one only for a large number."""
    if _NOT_LESS.search(front) or _OR_MORE.match(tail):
        return "least", False
    if _AT_MOST.search(front) or _OR_LESS.match(tail):
        return "most", False
    if _AT_LEAST.search(front):
        return "least", False
    return ("least", True) if _LOOSE.search(front) else ("", False)


def _code(word: str, front: str) -> str:
    """The word where it can only be a currency of which we know nothing: in capitals, and after a bound."""
    return word.strip() if word.strip().isupper() and _side(front.lower(), "")[0] else ""


def _unit_after(tail: str) -> tuple[str, str]:
    """The words after an amount that name its currency, as they stand, and the currency."""
    found = _AFTER.match(tail)
    words = found[1].split(" ") if found else []
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        if unit := _unit(name):
            return tail[: tail.index(name) + len(name)], unit
    return "", ""


def _unit(word: str) -> str:
    """The currency that a word names, `dollar` for one of which it does not tell which, empty for none."""
    word = word.strip()
    if word.upper() in table("units")["currencies"]:
        return word.upper()
    return next((unit for unit, pattern in _called() if pattern.fullmatch(word)), "")


@cache
def _called() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((unit, re.compile(called, re.IGNORECASE)) for unit, called in table("units")["called"].items())


def _currency(unit: str, currency: str) -> str:
    if unit != "dollar":
        return unit
    return currency if currency in table("units")["dollars"] else "USD"


def _one_currency(bounds: dict[str, Sum], currency: str) -> dict[str, Sum]:
    """Of a range that names its currency once, both ends in it: `between 5,000 and 10,000 EUR`."""
    foreign = next((unit for _, unit in bounds.values() if unit and unit != currency), "")
    return {side: (number, unit or foreign or currency) for side, (number, unit) in bounds.items()}


def _value(found: re.Match[str]) -> Decimal:
    if found["number"]:
        number = Decimal(re.sub(r"[,' ]", "", found["number"]))
        return number * _SCALES.get((found["scale"] or "").lower(), 1)
    if found["hundreds"]:
        return Decimal(100) * _SPELT[found["hundreds"].lower().removesuffix(" hundred")]
    total = Decimal(0)
    for word in re.findall(rf"hundred|{_SMALL}", found["spelt"].lower()):
        total = total * 100 if word == "hundred" else total + _SPELT[word]
    return total * _SCALES[found["spelt_scale"].lower()]


def _whole_below(number: str | None, most: int) -> bool:
    return bool(number and number.isdigit() and int(number) < most)
