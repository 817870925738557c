"""A period told from another one: "and the week after", "a month earlier", "before the alert"."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from casewright.agent.offline.dates import COUNT, ONE, Window, count_of, months_back

_UNIT = r"(?P<unit>day|week|month|quarter|year)s?"
_THAT = rf"(?: (?:that|this|then|it)\b)?(?! (?:the )?(?:{ONE}))"
_LEADS = r"(?:^\W*|\b(?:and|in|on|for|during|over|about|only|just|then|but|also) )(?:the |that |those |its )?"
_BESIDE = re.compile(
    rf"{_LEADS}(?:(?P<count>{COUNT}) )?{_UNIT} (?P<side>before|after|prior|afterwards?|that followed)\b{_THAT}"
    rf"|{_LEADS}(?P<side2>following|next|previous|preceding|prior) (?:(?P<count2>{COUNT}) )?(?P<unit2>day|week|month"
    r"|quarter|year)s?\b", re.IGNORECASE,
)  # fmt: skip
_ALONG = re.compile(rf"{_LEADS}(?P<count>{COUNT}) {_UNIT} (?P<side>earlier|later)\b", re.IGNORECASE)
_LATER = ("after", "afterward", "afterwards", "that followed", "following", "next", "later")
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_ON_ALERT = re.compile(r"\b(?P<word>(?:day|date|week|month) (?:of|before|after)|around|on) (?:the|this) alert\b", re.I)
_FROM_ALERT = re.compile(r"\b(?P<word>before|until|up to|after|since) (?:the|this) alert\b(?!\W+(?:and|or)\b)", re.I)


@dataclass(frozen=True)
class Shift:
    """A step in time from a period: to the stretch of that length BESIDE it, else the whole period moved ALONG."""

    later: bool
    count: int
    unit: str
    beside: bool = True


def shift(text: str) -> tuple[Shift | None, str]:
    """The step that TEXT names, None where it names none, and the text without it."""
    for pattern, beside in ((_BESIDE, True), (_ALONG, False)):
        if found := pattern.search(text):
            told = found.groupdict()
            side, unit = told["side"] or told["side2"], told["unit"] or told["unit2"]
            count = count_of(told["count"] or told.get("count2") or "one")
            step = Shift(side.lower() in _LATER, count, unit.lower(), beside)
            return step, f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def moved(window: Window, step: Shift) -> Window | None:
    """The period that STEP leads to from WINDOW; None where the window is open on that side."""
    if step.beside:
        edge = window.until if step.later else window.since
        return None if not edge else Window(*sorted((edge, _step(edge, step))))
    if not window:
        return None
    return Window(*(_step(end, step) if end else "" for end in (window.since, window.until)))


def _step(end: str, step: Shift) -> str:
    """A day or a moment as ISO text, moved."""
    at = datetime.fromisoformat(end) if "T" in end else date.fromisoformat(end)
    sign = 1 if step.later else -1
    if step.unit in _DAYS:
        return (at + timedelta(days=sign * step.count * _DAYS[step.unit])).isoformat()
    day = months_back(at.date() if isinstance(at, datetime) else at, -sign * step.count * _MONTHS[step.unit])
    return at.replace(year=day.year, month=day.month, day=day.day).isoformat()


def tells_by_alert(text: str) -> bool:
    """Whether TEXT tells a time by an alert, which then has to be known."""
    return bool(_ON_ALERT.search(text) or _FROM_ALERT.search(text))


def by_alert(text: str, moment: str) -> tuple[Window | None, str]:
    """What TEXT tells by "the alert", raised at MOMENT (ISO, local): a period from it on or up to it, else its day.

    The day is put into the text in place of "the alert", for the reading of dates.
    """
    if (found := _FROM_ALERT.search(text)) and not _ON_ALERT.search(text):
        after = found["word"].lower() in {"after", "since"}
        window = Window(moment, "") if after else Window("", moment)
        return window, f"{text[: found.start()]} {text[found.end() :]}"
    return None, _ON_ALERT.sub(lambda found: f"{found['word']} {moment[:10]}", text)
