"""Dates and times as texts write them: `2025-11-03 at 17:12:07 SGT (09:12:07 UTC)`, `16 July 2024`, `July 2024`."""

import re
from datetime import date

from casewright.agent.grounding.figures import Cursor, Figure, Moment
from casewright.agent.grounding.lexicon import lexicon

MONTHS = {
    name: number
    for number, names in enumerate(
        ["january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"], 1)
    for name in names.split()
}  # fmt: skip


def moment_at(cursor: Cursor, place: int) -> Figure:
    """A date, a time or both, with the zone and the bracket in UTC behind them."""
    moment, at = Moment(), place
    token = cursor.tokens[at]
    if token.kind == "iso":
        moment.day, moment.time, moment.zone = token.text[:10], token.text[11:19].rstrip("Z+-"), "utc"
        return Figure("moment", "", place, place + 1, moment=moment)
    if token.kind in {"date", "slashed"}:
        moment.day, at = _iso_day(token.text), at + 1
        skip = at + (cursor.word(at) in {"at", ",", "T"})
        if cursor.kind(skip) != "time":
            return Figure("moment", "", place, at, moment=moment)
        at = skip
    moment.time, at = cursor.tokens[at].text, at + 1
    moment.zone, at = _zone(cursor, at)
    if cursor.word(at) == "(" and cursor.kind(at + 1) in {"time", "date"}:
        inner = at + 1
        if cursor.kind(inner) == "date":
            moment.bracket_day, inner = cursor.tokens[inner].text, inner + 1
            inner += cursor.word(inner) == "at"
        if cursor.kind(inner) == "time":
            moment.bracket_time, inner = cursor.tokens[inner].text, inner + 1
            moment.bracket_zone, inner = _zone(cursor, inner)
            at = inner + (cursor.word(inner) == ")")
    return Figure("moment", "", place, at, moment=moment)


def _zone(cursor: Cursor, at: int) -> tuple[str, int]:
    """The zone named at AT and where the text goes on; `UTC+08:00` is one name."""
    word = cursor.word(at)
    if word == "local" and cursor.word(at + 1) == "time":
        return "local", at + 2
    if word not in lexicon().words("zones"):
        return ("am" if word in {"am", "pm", "a.m", "p.m"} else ""), at
    if cursor.word(at + 1) in {"+", "-"} and cursor.kind(at + 2) in {"time", "number"}:
        return f"{word}{cursor.word(at + 1)}{cursor.word(at + 2)}", at + 3
    return word, at + 1


def month_first(cursor: Cursor, place: int) -> Figure | None:
    """`July 16, 2024` or `July 2024`; a month's name alone is a word, but for one behind a preposition."""
    month = MONTHS[cursor.words[place]]
    if cursor.kind(place + 1) != "number":
        return None
    number = cursor.tokens[place + 1].text
    year_at = place + 2 + (cursor.word(place + 2) in {",", "st", "nd", "rd", "th"})
    year_at += cursor.word(year_at) == ","
    if re.fullmatch(r"(19|20)\d\d", number):
        return Figure("month", "", place, place + 2, unit=f"{number}-{month:02d}")
    if re.fullmatch(r"\d{1,2}", number) and re.fullmatch(r"(19|20)\d\d", cursor.word(year_at)):
        return _day_figure(place, year_at + 1, int(cursor.word(year_at)), month, int(number))
    return Figure(
        "moment",
        "",
        place,
        place + 2,
        moment=Moment(day=f"?-{month:02d}-{int(float(number.replace(',', ''))):02d}"),
    )


def day_first(cursor: Cursor, figure: Figure, place: int) -> Figure:
    """`16 July 2024`."""
    month, year = MONTHS[cursor.words[place]], cursor.word(place + 1)
    if re.fullmatch(r"(19|20)\d\d", year):
        return _day_figure(figure.first, place + 2, int(year), month, int(figure.value))
    return Figure("moment", "", figure.first, place + 1, moment=Moment(day=f"?-{month:02d}-{int(figure.value):02d}"))


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
