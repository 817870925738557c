"""Quotations: a value in the words of a memo, tied to the evidence it was read from.

A sentence is a template without a digit in it and the quotations that fill it; so no figure can enter a memo but from
evidence, and the citations follow from what was quoted. A quotation that is missing takes its sentence with it: where
a thing is not known, less is said, not something vaguer.
"""

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from casewright.knowledge.case import Sentence
from casewright.knowledge.clock import date_text, time_text
from casewright.knowledge.evidence import Fact
from casewright.knowledge.instructions import order_in

_WRITTEN = {"text", "word", "label"}  # kinds of facts that outsiders may have worded
_SPANS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


@dataclass(frozen=True)
class Quote:
    """Words for a value, and the ids of the evidence that holds it."""

    text: str
    evidence: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


def quote(fact: Fact | None, evidence: str, zone: str) -> Quote | None:
    """The fact in a memo's words: `SGD 86,450.00`, `64,398.73 USDT`, `97.2%`, `41 minutes`, a time in ZONE.

    None for words of outsiders that speak to whoever reviews the account: these are reported, not repeated.
    """
    return None if fact is None or _speaks(fact) else Quote(in_words(fact, zone), (evidence,))


def in_words(fact: Fact, zone: str) -> str:
    """The text of one value, without its noun: a count is its number."""
    match fact.kind:
        case "money":
            return f"{fact.unit} {fact.value:,.2f}"
        case "native" | "rate":
            return f"{_plain(Decimal(fact.value))} {fact.unit}"
        case "count":
            return f"{fact.value:,}"
        case "share":
            return _percent(Decimal(fact.value))
        case "ratio":
            number = f"{_half_up(Decimal(fact.value), '0.1'):,}"
            return f"{number} times" if fact.unit in {"", "times"} else f"{Decimal(fact.value).normalize():f}"
        case "duration":
            return span(int(fact.value))
        case "time":
            return time_text(str(fact.value), zone)
        case _:
            return str(fact.value)


def span(seconds: int) -> str:
    """A length of time in its largest whole unit, rounded: `41 minutes`, `3 days`; below two of it in the next."""
    for name, size in _SPANS:
        if seconds >= 2 * size or size == 1:
            count = int(_half_up(Decimal(seconds) / size, "1"))
            return f"{count} {name}{'' if count == 1 else 's'}"
    raise AssertionError("the smallest span takes everything")


def _speaks(fact: Fact) -> bool:
    words = str(fact.value) if fact.kind in _WRITTEN else fact.unit if fact.kind in ("native", "rate") else ""
    return bool(words) and bool(order_in(words))


def day(fact: Fact | None, evidence: str, zone: str) -> Quote | None:
    """The local day of a time."""
    return None if fact is None else Quote(date_text(str(fact.value), zone), (evidence,))


def clock(fact: Fact | None, evidence: str, zone: str) -> Quote | None:
    """The time of day, for a clause that has told the day: `17:12:07 SGT (09:12:07 UTC)`."""
    return None if fact is None else Quote(time_text(str(fact.value), zone).partition(" at ")[2], (evidence,))


def quotable(text: str) -> bool:
    """Whether a text that others wrote may stand between quotation marks: short, plain, and spoken to a reader."""
    return bool(re.fullmatch(r"[\w .,;:'()+/%&-]{3,200}", text)) and not order_in(text)


def period(first: Fact | None, last: Fact | None, evidence: str, zone: str) -> Quote | None:
    """From one local day to another: `between 2025-11-03 and 2025-11-19`; within one day with the times."""
    if first is not None and last is not None and first.value == last.value:
        at = quote(first, evidence, zone)
        return Quote(f"on {at}", at.evidence) if at else None
    ends = [day(fact, evidence, zone) for fact in (first, last)]
    if ends[0] == ends[1]:
        ends = [quote(fact, evidence, zone) for fact in (first, last)]
    known = [end for end in ends if end is not None]
    return Quote(f"between {known[0]} and {known[1]}", merged(known)) if len(known) == 2 else None


def counted(number: Quote | None, noun: str, plural: str = "") -> Quote | None:
    """A count with its noun: `1 payer`, `27 payers`."""
    if number is None:
        return None
    return Quote(f"{number} {noun if number.text == '1' else plural or noun + 's'}", number.evidence)


def listed(quotes: Iterable[Quote | None]) -> Quote | None:
    """Several quotations as a list in words: `a, b and c`; None where there are none."""
    known = [q for q in quotes if q is not None]
    if not known:
        return None
    *head, last = [q.text for q in known]
    return Quote(f"{', '.join(head)} and {last}" if head else last, merged(known))


def remainder(whole: Quote | None, parts: Iterable[Quote | None]) -> Quote | None:
    """What is left of WHOLE, written out for a reader to follow: `SGD 9.00 - 4.00 - 3.00 = 2.00`; None for nothing.

    All must be amounts of one unit, told as `SGD 9.00`; the result is the only figure of a memo that is no fact.
    """
    known = [q for q in (whole, *parts) if q is not None]
    units = {q.text.partition(" ")[0] for q in known}
    if whole is None or len(units) != 1:
        return None
    first, *others = [Decimal(q.text.partition(" ")[2].replace(",", "")) for q in known]
    rest = first - sum(others)
    if rest <= 0:
        return None
    taken = "".join(f" - {number:,.2f}" for number in others)
    return Quote(f"{whole}{taken} = {rest:,.2f}", merged(known))


def one_of(units: str) -> str:
    """The singular of a count's unit: `address`, `country`, `log-in`."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if units.endswith(ending):
            return units.removesuffix(ending) + instead
    return units


def merged(quotes: Iterable[Quote]) -> tuple[str, ...]:
    """The evidence of several quotations, each once, in order."""
    return tuple(dict.fromkeys(name for q in quotes for name in q.evidence))


def say(template: str, *, opens: bool = False, rests_on: Iterable[str] = (), **quotes: Quote | None) -> Sentence | None:
    """A sentence of quotations; None if one of them is missing. RESTS_ON adds evidence that it only weighs.

    Raises ValueError where the template holds a digit of its own: a figure that nobody measured.
    """
    if re.search(r"\d", template):
        raise ValueError(f"a template must hold no figure: {template!r}")
    names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    used = [quotes[name] for name in names]
    known = [q for q in used if q is not None]
    if len(known) < len(used):
        return None
    text = template.format(**{name: q.text for name, q in quotes.items() if q is not None})
    text = text[:1].upper() + text[1:]
    return Sentence(text=text, evidence=tuple(dict.fromkeys([*merged(known), *rests_on])), opens=opens)


def _half_up(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), ROUND_HALF_UP)


def _percent(share: Decimal) -> str:
    percent = _half_up(share * 100, "0.1")
    return f"{percent.normalize():f}%" if percent == percent.to_integral() else f"{percent}%"


def _plain(amount: Decimal) -> str:
    """Eight decimals at most, no trailing noughts; smaller amounts keep their first significant digits."""
    rounded = _half_up(amount, "0.00000001") if abs(amount) >= Decimal("0.00000001") or not amount else amount
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
