"""The period that a question names: "in October", "the last 90 days", "since 14 March", told in local days."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

_MONTHS = {name.lower(): nr for nr, name in enumerate(calendar.month_name) if nr}
_MONTHS |= {name.lower(): nr for nr, name in enumerate(calendar.month_abbr) if nr} | {"sept": 9}
_WEEKDAYS = {name.lower(): nr for nr, name in enumerate(calendar.day_name)}
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "couple of": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
           "ten": 10, "twelve": 12, "thirty": 30, "sixty": 60, "ninety": 90}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
COUNT = r"\d{1,4}|" + "|".join(sorted(_COUNTS, key=len, reverse=True))
_DAY = (
    r"\d{4}-\d\d-\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\b\.?(?:,? \d{{4}}\b)?"
    rf"|(?:{_MONTH})\b\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?!:)(?:,? \d{{4}}\b)?"
)
_SPAN = (
    r"\d{4}-\d\d\b(?!-)"
    rf"|(?:the )?(?:(?:first|second|third|fourth|last) week (?:of|in) |(?:early|mid|late)[- ]"
    rf"|(?:beginning|start|middle|end|first half|second half) of )(?:{_MONTH})\b\.?(?: \d{{4}}\b)?"
    rf"|(?:{_MONTH})\b\.?(?: (?:of )?\d{{4}}\b)?"
    r"|q[1-4](?: (?:of )?\d{4}\b)?|(?:the )?(?:first|second|third|fourth|last) quarter(?: of \d{4})"
    r"|(?:the )?(?:first|second) half of \d{4}|(?:the year )?(?:19|20)\d\d\b(?![-\d,.]\d)"
    r"|yesterday|today|(?:last|this|previous|past) (?:week|month|quarter|year)\b"
    rf"|(?:last |this |on )?(?:{'|'.join(_WEEKDAYS)})\b"
)
ONE = rf"(?:{_DAY}|{_SPAN})"
_PARTS = {"half an": 0.5, "half a": 0.5}
_SECONDS = {"m": 60, "h": 3600}
_NEAR_MOMENT = re.compile(
    rf"\b(?:(?:with)?in (?:(?P<count>{COUNT}|half an?) ?)?(?P<unit>min(?:ute)?s?|hours?|hrs?|h) "
    r"(?:of|around|from|before or after)"
    rf"|around|near|about) (?:the )?(?:(?P<day>{_DAY})(?:T| at | |, ?))?(?P<clock>\d{{1,2}}:\d\d(?::\d\d)?)"
    rf"(?: (?:on |of )?(?P<then>{_DAY}))?", re.IGNORECASE,
)  # fmt: skip
_PARTS_OF_MONTH: dict[str, tuple[int, int | None]] = {  # days from the first to before the last
    "early": (0, 10), "beginning": (0, 10), "start": (0, 10), "mid": (10, 20), "middle": (10, 20), "late": (20, None),
    "end": (20, None), "first half": (0, 15), "second half": (15, None),
}  # fmt: skip
_PART_OF_MONTH = re.compile(
    rf"(?:(?P<week>first|second|third|fourth|last) week (?:of|in)|(?P<part>{'|'.join(_PARTS_OF_MONTH)})(?: of)?)"
    rf"[- ](?P<month>(?:{_MONTH})(?: \d{{4}})?)"
)
_ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class Window:
    """From SINCE to before UNTIL, local days or moments as ISO text; an empty end is open."""

    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return bool(self.since or self.until)


NOWHERE = Window()  # no period is named


@dataclass(frozen=True)
class Named:
    """A period, and the text without the words that named it."""

    window: Window
    rest: str


def period(text: str, today: str, day: str = "") -> Named:
    """The period that TEXT names, seen from TODAY (a local day); an empty one where it names none.

    DAY is the one that an hour without a day means, else TODAY.
    """
    now = date.fromisoformat(today)
    if near := _around_moment(text, now, date.fromisoformat(day or today)):
        return near
    for pattern, reads in _FORMS:
        found = pattern.search(text)
        if found is None:
            continue
        try:
            since, until = reads(found, now)
        except ValueError:  # the 31st of June
            continue
        if since and until and until <= since:
            continue
        window = Window(since.isoformat() if since else "", until.isoformat() if until else "")
        return Named(window, f"{text[: found.start()]} {text[found.end() :]}")
    return Named(Window(), text)


def _around_moment(text: str, now: date, day: date) -> Named | None:
    """`within an hour of 14:20 on 3 May`, `around 14:20`: as long before the moment as after it."""
    found = _NEAR_MOMENT.search(text)
    if found is None:
        return None
    try:
        at = time.fromisoformat(found["clock"].zfill(5) if found["clock"].count(":") == 1 else found["clock"].zfill(8))
        named = found["day"] or found["then"]
        middle = datetime.combine(_span(named, now)[0] if named else day, at)
    except ValueError:  # a quarter past 25
        return None
    count = (found["count"] or "one").lower()
    number = _PARTS.get(count) or count_of(count)
    ends = [middle + sign * timedelta(seconds=number * _SECONDS[(found["unit"] or "h")[0].lower()]) for sign in (-1, 1)]
    return Named(Window(*(end.isoformat() for end in ends)), f"{text[: found.start()]} {text[found.end() :]}")


def count_of(word: str) -> int:
    """The number that a word or figures stand for."""
    return int(word) if word.isdigit() else _COUNTS[word.lower()]


Ends = tuple[date | None, date | None]


def _last(found: re.Match[str], now: date) -> Ends:
    number = count_of(found["count"] or "one")
    end = now + timedelta(days=1)
    unit = found["unit"].lower()
    if unit.startswith("day"):
        return end - timedelta(days=number), end
    if unit.startswith("week"):
        return end - timedelta(weeks=number), end
    return months_back(end, number * (3 if unit.startswith("quarter") else 12 if unit.startswith("year") else 1)), end


def _between(found: re.Match[str], now: date) -> Ends:
    first, last = found["first"], found["last"]
    end = _span(last, now)
    start = _span(first, end[0] if not re.search(r"\d{4}", first) else now)
    if start[0] > end[0]:
        start = _span(first, start[0].replace(year=start[0].year - 1))
    return start[0], end[1]


def _days(found: re.Match[str], now: date) -> Ends:
    """`between 3 and 5 May`"""
    end = _span(f"{found['last']} {found['month']}", now)
    return date(end[0].year, end[0].month, int(found["first"])), end[1]


def _since(found: re.Match[str], now: date) -> Ends:
    start, end = _span(found["one"], now)
    return (end if found["word"].lower() == "after" else start), None


def _until(found: re.Match[str], now: date) -> Ends:
    start, end = _span(found["one"], now)
    return None, (start if found["word"].lower() in {"before", "prior to"} else end)


def _beside(found: re.Match[str], now: date) -> Ends:
    """`the week before 3 May`: up to that day, or from the day after it."""
    start, end = _span(found["one"], now)
    count, unit, before = count_of(found["count"] or "one"), found["unit"].lower(), found["side"].lower() == "before"
    if unit in {"day", "week"}:
        length = timedelta(days=count * (7 if unit == "week" else 1))
        return (start - length, start) if before else (end, end + length)
    return (months_back(start, count), start) if before else (end, months_back(end, -count))


def _around(found: re.Match[str], now: date) -> Ends:
    start, end = _span(found["one"], now)
    return start - timedelta(days=3), end + timedelta(days=3)


def _within(found: re.Match[str], now: date) -> Ends:
    return _span(found["one"], now)


def _span(text: str, now: date) -> tuple[date, date]:
    """The first day of what is named and the day after it; a name without a year is the latest up to NOW."""
    text = re.sub(r"\s+", " ", text.lower().replace(".", "").replace(",", "")).strip()
    text = text.removeprefix("the ").removeprefix("on ")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return _day(date.fromisoformat(text))
    if re.fullmatch(r"\d{4}-\d\d", text):
        return _month(int(text[:4]), int(text[5:]))
    if re.fullmatch(r"(?:year )?\d{4}", text):
        year = int(text[-4:])
        return date(year, 1, 1), date(year + 1, 1, 1)
    if text in {"today", "yesterday"}:
        return _day(now - timedelta(days=text == "yesterday"))
    if text.split()[-1] in _WEEKDAYS:
        back = (now.weekday() - _WEEKDAYS[text.split()[-1]]) % 7
        return _day(now - timedelta(days=back))
    if named := re.fullmatch(r"(last|this|previous|past) (week|month|quarter|year)", text):
        return _calendar(named[2], now, this=named[1] == "this")
    if quarter := re.fullmatch(r"(?:q([1-4])|(\w+) quarter)(?: (?:of )?(\d{4}))?", text):
        return _quarter(quarter, now)
    if part := _PART_OF_MONTH.fullmatch(text):
        return _part(part, now)
    if half := re.fullmatch(r"(first|second) half of (\d{4})", text):
        year, second = int(half[2]), half[1] == "second"
        return date(year, 7 if second else 1, 1), date(year + second, 1 if second else 7, 1)
    return _of_month(text, now)


def _part(found: re.Match[str], now: date) -> tuple[date, date]:
    """A week of a month counted from its first day, the last one from its end; or a third or a half of it."""
    start, end = _of_month(found["month"], now)
    name = found["week"] or found["part"]
    if name == "last":
        return end - timedelta(weeks=1), end
    if name in _ORDINALS:
        since = start + timedelta(weeks=_ORDINALS.index(name))
        return since, min(since + timedelta(weeks=1), end)
    first, last = _PARTS_OF_MONTH[name]
    return start + timedelta(days=first), end if last is None else start + timedelta(days=last)


def _of_month(text: str, now: date) -> tuple[date, date]:
    month = _MONTHS[next(word for word in re.findall("[a-z]+", text) if word in _MONTHS)]
    numbers = re.findall(r"\d+", text)
    years = [int(n) for n in numbers if len(n) == 4]
    days = [int(n) for n in numbers if len(n) < 3]
    if days:
        day = date(years[0] if years else now.year, month, days[0])
        return _day(day if years or day <= now else day.replace(year=now.year - 1))
    return _month(years[0] if years else now.year - (month > now.month), month)


def _quarter(found: re.Match[str], now: date) -> tuple[date, date]:
    number = int(found[1]) if found[1] else _ORDINALS.index(found[2].replace("last", "fourth")) + 1
    start = date(int(found[3]) if found[3] else now.year, 3 * number - 2, 1)
    start = start if found[3] or start <= now else start.replace(year=now.year - 1)
    return start, months_back(start, -3)


def _calendar(unit: str, now: date, *, this: bool) -> tuple[date, date]:
    if unit == "week":
        start = now - timedelta(days=now.weekday())
        return (start, start + timedelta(weeks=1)) if this else (start - timedelta(weeks=1), start)
    size = {"month": 1, "quarter": 3, "year": 12}[unit]
    start = date(now.year, (now.month - 1) // size * size + 1, 1)
    return (start, months_back(start, -size)) if this else (months_back(start, size), start)


def _day(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _month(year: int, month: int) -> tuple[date, date]:
    start = date(year, month, 1)
    return start, months_back(start, -1)


def months_back(day: date, months: int) -> date:
    """The same day of the month so many MONTHS before, or the month's last."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _form(pattern: str, reads: Callable[[re.Match[str], date], Ends]) -> tuple[re.Pattern[str], Any]:
    return re.compile(pattern, re.IGNORECASE), reads


# Tried in this order; "may" alone is a verb, so a bare month needs a word in front of it or a capital.
_FORMS = (
    _form(rf"\b(?:in |over |during |for |of |within )?(?:(?:the |her |his |their |its |C-\d+'s )?"
          rf"(?:last|past|previous) (?P<count>{COUNT}) ?|(?:the |her |his |their |its )(?:last|past) |past )"
          r"(?P<unit>days?|weeks?|months?|quarters|years?)\b(?! of)", _last),
    _form(rf"\b(?:in |on |over |during |for )?(?:the )?(?:(?P<count>{COUNT}) )?(?P<unit>day|week|month)s? "
          rf"(?P<side>before|after) (?:the )?(?P<one>{ONE})", _beside),
    _form(rf"\b(?:between |from )?(?P<first>\d\d?) ?(?:and|to|-|–) ?(?P<last>\d\d?) "
          rf"(?P<month>(?:{_MONTH})\b(?: \d{{4}})?)", _days),
    _form(rf"\b(?:between|from|in|over)? ?\b(?P<first>{ONE})\s*(?:and|to|until|till|through|-|–)\s*(?P<last>{ONE})",
          _between),
    _form(rf"\b(?P<word>since|after|starting(?: from)?|as of|from) (?:the )?(?P<one>{ONE})(?: on(?:wards?)?)?",
          _since),
    _form(rf"\b(?P<word>until|till|up to|before|prior to|through) (?:the )?(?P<one>{ONE})", _until),
    _form(rf"\b(?:around|near|about) (?:the )?(?P<one>{_DAY})", _around),
    _form(r"\b(?:(?:in|on|during|for|over|of|within|throughout) (?:the (?:month|year|day) of |the )?"
          rf"|(?!may\b(?! \d))(?!\d{{4}}\b(?!-)))(?P<one>{ONE})(?:'s)?", _within),
)  # fmt: skip
