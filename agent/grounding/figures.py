"""Figures: the numbers, amounts, dates, times, ids and names of a sentence, put together from its tokens."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from casewright.agent.grounding import numerals
from casewright.agent.grounding.lexicon import Noun, lexicon
from casewright.agent.grounding.tokens import Token

MONTHS = {
    name: number
    for number, names in enumerate(
        ["january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"], 1)
    for name in names.split()
}  # fmt: skip
_ZONES = {"utc", "gmt", "z", "sgt", "cet", "cest", "est", "edt", "cst", "cdt", "pst", "pdt", "myt", "hkt", "jst", "ist",
          "bst", "gst", "brt", "trt", "ict", "wib", "aest", "aedt", "kst", "pht", "msk", "eet", "eest", "wet", "west"}  # fmt: skip
_STOP = {"of", "from", "to", "in", "on", "at", "by", "with", "and", "or", "that", "which", "who", "whom", "was", "were", "is",
         "are", "had", "has", "have", "after", "before", "between", "for", "over", "within", "but", "than", "into", "a", "an", "the", "bore", "bear", "bears",
         "carry", "carried", "carries", "did", "do", "does", "no", "not", "it", "its", "end", "ends", "ended"}  # fmt: skip
_ONE_AS_PRONOUN = {
    "not",
    "this",
    "that",
    "the",
    "no",
    "which",
    "another",
    "any",
    "each",
    "every",
    "other",
    "first",
    "last",
    "only",
}


@dataclass(slots=True)
class Moment:
    """A date and a time as written: each may be missing; the bracket is the UTC form behind the local one."""

    day: str = ""
    time: str = ""
    zone: str = ""
    bracket_day: str = ""
    bracket_time: str = ""
    bracket_zone: str = ""


@dataclass(slots=True, eq=False)
class Figure:
    """One figure. `first` and `last` are its tokens (last exclusive); `step` is the size of the last digit shown.

    Kinds: amount (unit: currency or asset), count (noun), number (no unit beside it), percent, times, rate, duration,
    moment (day and or time), month, id, short, name, quote, asset.
    """

    kind: str
    text: str
    first: int
    last: int
    value: Decimal = Decimal(0)
    step: Decimal = Decimal(1)
    unit: str = ""
    noun: Noun | None = None
    noun_text: str = ""
    adjectives: tuple[str, ...] = ()
    moment: Moment | None = None
    part: bool = False  # "29 of the 31 credits": the 29
    spelled: bool = False
    bare: bool = False  # a number without a noun of its own
    ids: frozenset[str] = field(default_factory=frozenset)

    @property
    def whole(self) -> bool:
        """Whether the number is written without decimals."""
        return self.step == self.step.to_integral_value() and self.value == self.value.to_integral_value()


@dataclass(frozen=True)
class Vocabulary:
    """What a case's evidence calls things: assets and units beyond the lexicon's."""

    assets: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()


def number_of(text: str) -> tuple[Decimal, Decimal]:
    """A number as (value, step): `86,450.00` is (86450.00, 0.01)."""
    digits = text.replace(",", "")
    places = len(digits.partition(".")[2])
    return Decimal(digits), Decimal(1).scaleb(-places)


class Composer:
    """Puts tokens together; `figures()` yields them in order, each token in at most one."""

    def __init__(self, text: str, found: Sequence[Token], vocabulary: Vocabulary) -> None:
        self.text = text
        self.tokens = found
        self.words = [token.lower if token.kind == "word" else token.text for token in found]
        self.vocabulary = vocabulary
        self.lexicon = lexicon()

    def figures(self) -> list[Figure]:
        """The figures of the sentence."""
        made: list[Figure] = []
        place = 0
        while place < len(self.tokens):
            figure = self._at(place, made)
            if figure is not None:
                figure.text = self._text(figure.first, figure.last)
                made.append(figure)
                place = max(figure.last, place + 1)
            else:
                place += 1
        return made

    def _text(self, first: int, last: int) -> str:
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]

    def _kind(self, place: int) -> str:
        return self.tokens[place].kind if 0 <= place < len(self.tokens) else ""

    def _word(self, place: int) -> str:
        return self.words[place] if 0 <= place < len(self.words) else ""

    def _at(self, place: int, made: Sequence[Figure]) -> Figure | None:
        token = self.tokens[place]
        match token.kind:
            case "date" | "iso" | "time" | "slashed":
                return self._moment(place)
            case "id" | "short" | "quote" | "name":
                return Figure(token.kind, token.text, place, place + 1)
            case "symbol":
                return self._money(place, self.lexicon.raw["symbols"][token.text])
            case "number":
                return self._number(place, place + 1, *number_of(token.text))
            case "word":
                return self._from_word(place)
            case _:
                return None

    def _from_word(self, place: int) -> Figure | None:
        word, text = self.words[place], self.tokens[place].text
        if text in self.lexicon.raw["currencies"] and self._kind(place + 1) == "number":
            return self._money(place, text)
        if word in MONTHS and text[0].isupper():
            return self._month_first(place)
        if word in numerals.TIMES:
            return Figure("times", text, place, place + 1, value=Decimal(numerals.TIMES[word]), spelled=True)
        if word in {"a", "an"}:
            return self._after_article(place)
        if word == "half" and self._word(place + 1) in {"of", "the", "its"}:
            return Figure("percent", text, place, place + 1, value=Decimal(50), spelled=True)
        symbol = self._asset(place)
        if symbol:
            return Figure("asset", text, place, place + 1, unit=symbol)
        return self._spelled(place)

    def _spelled(self, place: int) -> Figure | None:
        found = numerals.spelled(self.words, place)
        if found is None:
            return None
        value, taken = found
        if self.words[place] == "one" and taken == 1 and not self._counts_one(place):
            return None
        after = self._word(place + taken)
        if after in {"third", "thirds", "quarter", "quarters", "fifth", "fifths"} and value < 10:
            share = value * numerals.FRACTIONS[after.rstrip("s")] * 100
            return Figure("percent", "", place, place + taken + 1, value=share, spelled=True)
        figure = self._number(place, place + taken, Decimal(value), Decimal(1))
        figure.spelled = True
        return figure

    def _counts_one(self, place: int) -> bool:
        """Whether "one" counts: it has a noun or unit behind it, or is a part ("one of the 5")."""
        if self._word(place - 1) in _ONE_AS_PRONOUN:
            return False
        after = self._word(place + 1)
        if after in {"day", "month", "week"} and self._word(place - 1) in {"on", "in", "any"}:
            return False  # "the most on one day"
        return after == "of" or self._noun(place + 1) is not None or after in self.lexicon.spans

    def _after_article(self, place: int) -> Figure | None:
        after = self._word(place + 1)
        if after in numerals.DOZENS and self._word(place + 2) != "dozen":
            return self._number(place, place + 2, Decimal(numerals.DOZENS[after]), Decimal(1))
        if after in {"third", "quarter", "fifth", "half"} and self._word(place + 2) == "of":
            share = numerals.FRACTIONS[after] * 100
            return Figure("percent", "", place, place + 2, value=share, spelled=True)
        if after in self.lexicon.spans and self._word(place - 1) in {
            "within",
            "under",
            "than",
            "after",
            "about",
            "for",
            "over",
        }:
            return Figure("duration", "", place, place + 2, value=Decimal(self.lexicon.spans[after]),
                          step=Decimal(self.lexicon.spans[after]), spelled=True)  # fmt: skip
        return None

    def _money(self, place: int, unit: str) -> Figure | None:
        if self._kind(place + 1) != "number":
            return Figure("asset", "", place, place + 1, unit=unit)
        value, step = number_of(self.tokens[place + 1].text)
        last = place + 2
        power = numerals.MULTIPLIERS.get(self._word(last), 0)
        if power:
            last += 1
        figure = Figure("amount", "", place, last, value.scaleb(power), step.scaleb(power), unit)
        return self._rate(figure, last)

    def _rate(self, figure: Figure, last: int) -> Figure:
        """An amount followed by `per USDT`, `/USDT` or `a unit` is a price."""
        word, after = self._word(last), self._asset(last + 1)
        if word in {"per", "/"} and after:
            figure.kind, figure.unit, figure.last = "rate", f"{figure.unit}/{after}", last + 2
        elif word in {"a", "per", "each"} and self._word(last + 1) in {"unit", "coin", "token"}:
            figure.kind, figure.last = "rate", last + 2
        return figure

    def _asset(self, place: int) -> str:
        """The symbol of an asset or currency named there, empty where none is."""
        if self._kind(place) != "word":
            return ""
        text, word = self.tokens[place].text, self.words[place]
        if (
            text in self.vocabulary.assets
            or text in self.lexicon.raw["assets"]
            or text in self.lexicon.raw["currencies"]
        ):
            return text
        if word in self.lexicon.assets and text == word:
            return self.lexicon.assets[word]
        named = self.lexicon.currencies.get(word, "")
        return named if named and word != named.lower() else ""

    def _number(self, first: int, last: int, value: Decimal, step: Decimal) -> Figure:
        """A number with whatever unit or noun stands behind it."""
        word = self._word(last)
        power = numerals.MULTIPLIERS.get(word, 0) if self._kind(last) == "word" else 0
        if power and (len(word) > 2 or self.tokens[last].start == self.tokens[last - 1].end):
            value, step, last = value.scaleb(power), step.scaleb(power), last + 1
            word = self._word(last)
        figure = Figure("number", "", first, last, value, step)
        if word in {"%", "percent", "pct"} or (word == "per" and self._word(last + 1) == "cent"):
            figure.kind, figure.last = "percent", last + (2 if word == "per" else 1)
        elif word in {"times", "x", "fold", "-fold"}:
            figure.kind, figure.last = "times", last + 1
        elif word in MONTHS and self.tokens[last].text[0].isupper() and value <= 31:
            return self._day_first(figure, last)
        elif self._span(last, figure):
            return self._duration(figure, last)
        else:
            return self._with_unit(figure, last)
        return figure

    def _span(self, place: int, figure: Figure) -> bool:
        word = self._word(place)
        if word not in self.lexicon.spans or self._kind(place) != "word":
            return False
        if len(word) == 1 and self.tokens[place].start != self.tokens[place - 1].end:
            return False
        return figure.value < 10**7

    def _duration(self, figure: Figure, place: int) -> Figure:
        """`41 minutes`, `1 hour 5 minutes`: seconds, to the smallest unit told."""
        size = self.lexicon.spans[self._word(place)]
        figure.kind, figure.unit, figure.last = "duration", self._word(place), place + 1
        figure.noun = self.lexicon.nouns.get(self._word(place))
        figure.value, figure.step = figure.value * size, figure.step * size
        if self._word(place).startswith("day"):
            figure.unit = "days"
        follow = place + 1 + (self._word(place + 1) in {"and", ","})
        if self._kind(follow) == "number" and self._word(follow + 1) in self.lexicon.spans:
            smaller = self.lexicon.spans[self._word(follow + 1)]
            if smaller < size:
                value, step = number_of(self.tokens[follow].text)
                figure.value, figure.step = figure.value + value * smaller, step * smaller
                figure.last, figure.unit = follow + 2, "mixed"
        return figure

    def _with_unit(self, figure: Figure, last: int) -> Figure:
        """An amount of an asset, a count of something, or a bare number."""
        found = self._noun(last)
        symbol = self._asset(last)
        if symbol and not (figure.whole and found and found[0] > last):
            figure.kind, figure.unit, figure.last = "amount", symbol, last + 1
            return self._rate(figure, figure.last)
        if found and figure.whole:
            at, noun, text = found
            figure.kind, figure.noun, figure.noun_text = "count", noun, text
            figure.adjectives = tuple(self.words[last:at])
            for side, words in self.lexicon.raw["direction_adjectives"].items():
                if not noun.side and set(words) & set(figure.adjectives):
                    figure.noun = Noun(noun.units, side)
        elif self._word(last) == "of" and figure.whole:
            figure.part = self._kind(last + 1) == "number" or self._word(last + 1) in {
                "the",
                "its",
                "these",
                "all",
                "them",
                "those",
            }
            figure.part = figure.part or numerals.spelled(self.words, last + 1) is not None
        return figure

    def _noun(self, place: int) -> tuple[int, Noun, str] | None:
        """The counted noun behind PLACE, past at most four words, as (token, noun, its text)."""
        for at in range(place, min(place + 5, len(self.words))):
            if self.tokens[at].kind != "word":
                if self.tokens[at].text == "-" and at == place:
                    continue
                return None
            word = self.words[at]
            noun = self._noun_at(at)
            if noun is not None:
                return self._last_of_compound(at, noun)
            if word in _STOP:
                return None
        return None

    def _noun_at(self, at: int) -> Noun | None:
        if self._kind(at) != "word":
            return None
        word = self.words[at]
        known = self.lexicon.nouns.get(word)
        if known is None and (word in self.vocabulary.units or f"{word}s" in self.vocabulary.units):
            known = Noun(frozenset({word, f"{word}s"}))
        return known

    def _last_of_compound(self, at: int, noun: Noun) -> tuple[int, Noun, str]:
        """`withdrawal transactions`: the last noun counts, an earlier one may say the side."""
        side = noun.side
        while self._noun_at(at + 1) is not None:
            at += 1
            following = self._noun_at(at)
            assert following is not None
            noun = Noun(following.units, following.side or side)
        return at, noun, self.words[at]

    def _moment(self, place: int) -> Figure:
        """A date, a time or both, with the zone and the bracket in UTC behind them."""
        moment, at = Moment(), place
        token = self.tokens[at]
        if token.kind == "iso":
            moment.day, moment.time, moment.zone = token.text[:10], token.text[11:19].rstrip("Z+-"), "utc"
            return Figure("moment", "", place, place + 1, moment=moment)
        if token.kind in {"date", "slashed"}:
            moment.day, at = _iso_day(token.text), at + 1
            skip = at + (self._word(at) in {"at", ",", "T"})
            if self._kind(skip) != "time":
                return Figure("moment", "", place, at, moment=moment)
            at = skip
        moment.time, at = self.tokens[at].text, at + 1
        moment.zone, at = self._zone(at)
        if self._word(at) == "(" and self._kind(at + 1) in {"time", "date"}:
            inner = at + 1
            if self._kind(inner) == "date":
                moment.bracket_day, inner = self.tokens[inner].text, inner + 1
                inner += self._word(inner) == "at"
            if self._kind(inner) == "time":
                moment.bracket_time, inner = self.tokens[inner].text, inner + 1
                moment.bracket_zone, inner = self._zone(inner)
                at = inner + (self._word(inner) == ")")
        return Figure("moment", "", place, at, moment=moment)

    def _zone(self, at: int) -> tuple[str, int]:
        """The zone named at AT and where the text goes on; `UTC+08:00` is one name."""
        word = self._word(at)
        if word == "local" and self._word(at + 1) == "time":
            return "local", at + 2
        if word not in _ZONES:
            return ("am" if word in {"am", "pm", "a.m", "p.m"} else ""), at
        if self._word(at + 1) in {"+", "-"} and self._kind(at + 2) in {"time", "number"}:
            return f"{word}{self._word(at + 1)}{self._word(at + 2)}", at + 3
        return word, at + 1

    def _month_first(self, place: int) -> Figure | None:
        """`July 16, 2024` or `July 2024`; a month's name alone is a word, but for one behind a preposition."""
        month = MONTHS[self.words[place]]
        if self._kind(place + 1) != "number":
            return None
        number = self.tokens[place + 1].text
        year_at = place + 2 + (self._word(place + 2) in {",", "st", "nd", "rd", "th"})
        year_at += self._word(year_at) == ","
        if re.fullmatch(r"(19|20)\d\d", number):
            return Figure("month", "", place, place + 2, unit=f"{number}-{month:02d}")
        if re.fullmatch(r"\d{1,2}", number) and re.fullmatch(r"(19|20)\d\d", self._word(year_at)):
            return _day_figure(place, year_at + 1, int(self._word(year_at)), month, int(number))
        return Figure(
            "moment",
            "",
            place,
            place + 2,
            moment=Moment(day=f"?-{month:02d}-{int(float(number.replace(',', ''))):02d}"),
        )

    def _day_first(self, figure: Figure, place: int) -> Figure:
        """`16 July 2024`."""
        month, year = MONTHS[self.words[place]], self._word(place + 1)
        if re.fullmatch(r"(19|20)\d\d", year):
            return _day_figure(figure.first, place + 2, int(year), month, int(figure.value))
        return Figure(
            "moment", "", figure.first, place + 1, moment=Moment(day=f"?-{month:02d}-{int(figure.value):02d}")
        )


def _day_figure(first: int, last: int, year: int, month: int, day: int) -> Figure:
    try:
        text = date(year, month, day).isoformat()
    except ValueError:  # the 31st of June: no day at all, and no fact will be of it
        text = f"{year}-{month:02d}-{day:02d}"
    return Figure("moment", "", first, last, moment=Moment(day=text))


def _iso_day(text: str) -> str:
    """`2024/7/16` and `16/07/2024` (day first) as `2024-07-16`."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    parts = [int(part) for part in re.split(r"[/.]", text)]
    year, month, day = parts if parts[0] > 999 else reversed(parts)
    return f"{year:04d}-{month:02d}-{day:02d}"
