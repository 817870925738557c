"""What no evidence can hold: relative time, cause and intent, ordinals; and names in capitals that nobody bears."""

import re
from collections.abc import Iterator
from functools import cache

from casewright.agent.grounding import numerals
from casewright.agent.grounding.dates import MONTHS
from casewright.agent.grounding.facts import Index
from casewright.agent.grounding.lexicon import lexicon
from casewright.agent.grounding.parties import Problem
from casewright.agent.grounding.reading import Reading

_FIGURES = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|double|multi)[- ](?:figures?|digits?)\b(?: (?:sums?|amounts?))?"
)
_FEW = {"few", "couple", "several", "some", "many"}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def problems(reading: Reading, index: Index) -> Iterator[tuple[str, Problem]]:
    """The phrases of a sentence that cannot be supported, as (text, problem)."""
    yield from _relative(reading)
    yield from _magnitudes(reading)
    hedged = any(mark.kind == "hedge" for mark in reading.marks)  # what may be is put as a question
    for mark in reading.marks:
        if mark.kind == "cause":
            yield mark.text, Problem("claims a cause or an aim, which no fact of the evidence shows")
        elif mark.kind == "recorded" and not hedged and not _recorded(mark.value, index):
            yield mark.text, Problem("is told by no text, label or measure of the evidence cited")
        elif mark.kind == "ordinal":
            yield mark.text, Problem("ranks, and no fact of the evidence cited gives that rank")
    yield from _capitals(reading, index)


@cache
def _group(value: str) -> re.Pattern[str]:
    """The words of a group of `recorded`, as texts hold them."""
    words = "|".join(re.escape(word) for word in (value, *lexicon().raw["recorded"][value]))
    return re.compile(rf"(?<!\w)(?:{words})")


def _recorded(value: str, index: Index) -> bool:
    held = (
        *index.texts,
        *(known.fact.means.casefold() for known in index.known),
        *(known.fact.name.replace("_", " ") for known in index.known),
    )
    return any(_group(value).search(text) for text in held)


def _magnitudes(reading: Reading) -> Iterator[tuple[str, Problem]]:
    """`a six-figure sum` is a figure that no fact is."""
    for found in _FIGURES.finditer(" ".join(reading.words)):
        yield found[0], Problem("is a figure in other words; write the amount")


def _relative(reading: Reading) -> Iterator[tuple[str, Problem]]:
    why = "is relative to a moment that the text does not tell; write the dates"
    found = {mark.first: mark.text for mark in reading.marks if mark.kind == "relative"}
    heads, spans = lexicon().words("relative_heads"), lexicon().spans
    words = reading.words
    for place, word in enumerate(words):
        if word not in heads:
            continue
        for at in range(place + 1, min(place + 6, len(words))):
            counted = words[place + 1 : at]
            if (
                words[at] in spans
                and len(words[at]) > 2
                and (any(_number(w) for w in counted) or "of" in words[max(0, place - 1) : place])
            ):
                found[place] = reading.words_in(place, at + 1)
            if not (_number(words[at]) or words[at] in _FEW or words[at] in {"-", "of", "a"}):
                break
    for place, text in sorted(found.items()):
        if not _imperative(reading, text, place):
            yield text, Problem(why)


def _number(word: str) -> bool:
    return word[:1].isdigit() or word in _FEW or numerals.spelled([word], 0) is not None


def _imperative(reading: Reading, text: str, place: int) -> bool:
    """`Re-screen both addresses today` asks for something; it tells nothing."""
    start = next((m for m in range(place, -1, -1) if reading.words[m] in {".", ";", ":"}), -1) + 1
    asks = reading.words[0] in lexicon().words("imperatives") or reading.words[start] in lexicon().words("imperatives")
    return (
        asks and text in {"today", "now"} and not any(f.kind in {"amount", "count", "moment"} for f in reading.figures)
    )


def _capitals(reading: Reading, index: Index) -> Iterator[tuple[str, Problem]]:
    """Runs of capitalised words inside a sentence that stand in no label, name or text of the evidence cited."""
    taken = {place for figure in reading.figures for place in range(figure.first, figure.last)}
    place = 0
    while place < len(reading.tokens):
        if not _capital(reading, place) or place in taken:
            place += 1
            continue
        end = place
        while end < len(reading.tokens) and end not in taken and _capital(reading, end):
            end += 1
        first = place + 1 if _opens(reading, place) else place
        if first < end and not _known(reading, first, end, index) and not _known(reading, place, end, index):
            yield reading.words_in(first, end), Problem("is a name that the evidence cited does not hold")
        place = end


def _capital(reading: Reading, place: int) -> bool:
    token = reading.tokens[place]
    return token.kind == "word" and token.text[0].isupper()


def _opens(reading: Reading, place: int) -> bool:
    """Whether the word stands where any word has a capital."""
    before = reading.tokens[place - 1].text if place else "."
    return before in {".", ":", "!", "?", '"', "(", "*", "•"} or place == 0


def _known(reading: Reading, first: int, end: int, index: Index) -> bool:
    lex = lexicon()
    plain = lex.words("plain_capitals")
    rest = [reading.tokens[at].text for at in range(first, end)]
    if all(w.upper().strip(".") in plain or w.lower() in lex.currencies or w.lower() in MONTHS for w in rest):
        return True
    text = " ".join(reading.words_in(first, end).casefold().split())
    if text in index.ids or text in index.bearers:
        return True
    wanted = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    if any(text in held and wanted.search(held) for held in index.texts):
        return not any(text in name and text != name for name in index.bearers)
    if text in _WEEKDAYS:
        return any(_weekday(day) == text for day in index.days)
    network = any(m.kind == "network" and m.first < end and m.last > first for m in reading.marks)
    return (
        network or all(_known(reading, at, at + 1, index) for at in range(first, end)) if end - first > 1 else network
    )


def _weekday(day: str) -> str:
    from datetime import date

    try:
        return _WEEKDAYS[date.fromisoformat(day).weekday()]
    except ValueError:
        return ""
