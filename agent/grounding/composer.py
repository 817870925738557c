"""Putting tokens together to figures: numbers with their units and nouns, amounts, prices, spans of time."""

from collections.abc import Sequence
from decimal import Decimal

from casewright.agent.grounding import numerals
from casewright.agent.grounding.dates import MONTHS, day_first, moment_at, month_first
from casewright.agent.grounding.figures import Cursor, Figure, Vocabulary, number_of
from casewright.agent.grounding.lexicon import Noun, lexicon
from casewright.agent.grounding.tokens import Token

_SHORTEST_CODE = 20


class Composer:
    """Puts tokens together; `figures()` yields them in order, each token in at most one."""

    def __init__(self, text: str, found: Sequence[Token], vocabulary: Vocabulary) -> None:
        self.text = text
        self.cursor = Cursor(found)
        self.tokens, self.words = self.cursor.tokens, self.cursor.words
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

    def _at(self, place: int, made: Sequence[Figure]) -> Figure | None:
        token = self.tokens[place]
        match token.kind:
            case "date" | "iso" | "time" | "slashed":
                return moment_at(self.cursor, place)
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
        if text in self.vocabulary.ids or _coded(text):
            return Figure("id", text, place, place + 1)
        if text in self.lexicon.raw["currencies"] and self.cursor.kind(place + 1) == "number":
            return self._money(place, text)
        if word in MONTHS and text[0].isupper():
            return month_first(self.cursor, place)
        if word in numerals.TIMES:
            return Figure("times", text, place, place + 1, value=Decimal(numerals.TIMES[word]), spelled=True)
        if word in {"a", "an"}:
            return self._after_article(place)
        if word == "half" and self.cursor.word(place + 1) in {"of", "the", "its"}:
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
        after = self.cursor.word(place + taken)
        if after in {"third", "thirds", "quarter", "quarters", "fifth", "fifths"} and value < 10:
            share = value * numerals.FRACTIONS[after.rstrip("s")] * 100
            return Figure("percent", "", place, place + taken + 1, value=share, spelled=True)
        figure = self._number(place, place + taken, Decimal(value), Decimal(1))
        figure.spelled = True
        return figure

    def _counts_one(self, place: int) -> bool:
        """Whether "one" counts: it has a noun or unit behind it, or is a part ("one of the 5")."""
        if self.cursor.word(place - 1) in self.lexicon.words("one_as_pronoun"):
            return False
        after = self.cursor.word(place + 1)
        if after in {"day", "month", "week"} and self.cursor.word(place - 1) in {"on", "in", "any"}:
            return False  # "the most on one day"
        return after == "of" or self._noun(place + 1) is not None or after in self.lexicon.spans

    def _after_article(self, place: int) -> Figure | None:
        after = self.cursor.word(place + 1)
        if after in numerals.DOZENS and self.cursor.word(place + 2) != "dozen":
            return self._number(place, place + 2, Decimal(numerals.DOZENS[after]), Decimal(1))
        if after in {"third", "quarter", "fifth", "half"} and self.cursor.word(place + 2) == "of":
            share = numerals.FRACTIONS[after] * 100
            return Figure("percent", "", place, place + 2, value=share, spelled=True)
        if after in self.lexicon.spans and self.cursor.word(place - 1) in {
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
        if self.cursor.kind(place + 1) != "number":
            return Figure("asset", "", place, place + 1, unit=unit)
        value, step = number_of(self.tokens[place + 1].text)
        last = place + 2
        power = numerals.MULTIPLIERS.get(self.cursor.word(last), 0)
        if power:
            last += 1
        figure = Figure("amount", "", place, last, value.scaleb(power), step.scaleb(power), unit)
        return self._rate(figure, last)

    def _rate(self, figure: Figure, last: int) -> Figure:
        """An amount followed by `per USDT`, `/USDT` or `a unit` is a price."""
        word, after = self.cursor.word(last), self._asset(last + 1)
        if word in {"per", "/"} and after:
            figure.kind, figure.unit, figure.last = "rate", f"{figure.unit}/{after}", last + 2
        elif word in {"a", "per", "each"} and self.cursor.word(last + 1) in {"unit", "coin", "token"}:
            figure.kind, figure.last = "rate", last + 2
        return figure

    def _asset(self, place: int) -> str:
        """The symbol of an asset or currency named there, empty where none is."""
        if self.cursor.kind(place) != "word":
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
        word = self.cursor.word(last)
        power = numerals.MULTIPLIERS.get(word, 0) if self.cursor.kind(last) == "word" else 0
        if power and (len(word) > 2 or self.tokens[last].start == self.tokens[last - 1].end):
            value, step, last = value.scaleb(power), step.scaleb(power), last + 1
            word = self.cursor.word(last)
        figure = Figure("number", "", first, last, value, step)
        if word in {"%", "percent", "pct"} or (word == "per" and self.cursor.word(last + 1) == "cent"):
            figure.kind, figure.last = "percent", last + (2 if word == "per" else 1)
        elif word in {"times", "x", "fold", "-fold"}:
            figure.kind, figure.last = "times", last + 1
        elif word in MONTHS and self.tokens[last].text[0].isupper() and value <= 31:
            return day_first(self.cursor, figure, last)
        elif self._span(last, figure):
            return self._duration(figure, last)
        else:
            return self._with_unit(figure, last)
        return figure

    def _span(self, place: int, figure: Figure) -> bool:
        word = self.cursor.word(place)
        if word not in self.lexicon.spans or self.cursor.kind(place) != "word":
            return False
        if len(word) == 1 and self.tokens[place].start != self.tokens[place - 1].end:
            return False
        return figure.value < 10**7

    def _duration(self, figure: Figure, place: int) -> Figure:
        """`41 minutes`, `1 hour 5 minutes`: seconds, to the smallest unit told."""
        size = self.lexicon.spans[self.cursor.word(place)]
        figure.kind, figure.unit, figure.last = "duration", self.cursor.word(place), place + 1
        figure.noun = self.lexicon.nouns.get(self.cursor.word(place))
        figure.value, figure.step = figure.value * size, figure.step * size
        if self.cursor.word(place).startswith("day"):
            figure.unit = "days"
        follow = place + 1 + (self.cursor.word(place + 1) in {"and", ","})
        if self.cursor.kind(follow) == "number" and self.cursor.word(follow + 1) in self.lexicon.spans:
            smaller = self.lexicon.spans[self.cursor.word(follow + 1)]
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
        elif self.cursor.word(last) == "of" and figure.whole:
            figure.part = self.cursor.kind(last + 1) == "number" or self.cursor.word(last + 1) in {
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
            if word in self.lexicon.words("noun_stops"):
                return None
        return None

    def _noun_at(self, at: int) -> Noun | None:
        if self.cursor.kind(at) != "word":
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


def _coded(text: str) -> bool:
    """Whether letters alone are an address in base 58: long, and of both cases within."""
    return len(text) >= _SHORTEST_CODE and any(c.isupper() for c in text[1:]) and any(c.islower() for c in text)
