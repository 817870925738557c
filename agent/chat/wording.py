"""What the chat says of an asked question in one line: the tool, whom about, when, what matters, how much was found."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from casewright.agent.asking.events import Told
from casewright.knowledge import clock
from casewright.knowledge.evidence import Evidence
from casewright.tools import toolbox

_SUBJECTS = 3
_LONGEST = 40  # of an option's value
_REASON = 200  # characters of why a question failed; /show tells it whole
_WINDOW = {"since", "until"}


def asked(tool: str, arguments: Mapping[str, Any], zone: str) -> str:
    """`flows C-14330, October 2025, direction out`: the arguments that differ from what is usual."""
    parts = [part for part in (_subjects(arguments), _window(arguments, zone), *_options(tool, arguments)) if part]
    return f"{tool.replace('_', ' ')} {', '.join(parts)}".rstrip()


def told(event: Told, zone: str) -> str:
    """`flows C-14330, October 2025: 12 rows, 0.04 s`; the id is told beside it."""
    evidence = event.evidence
    return f"{asked(evidence.tool, evidence.arguments, zone)}: {found(evidence)}, {seconds(event.seconds)}"


def source(evidence: Evidence, zone: str) -> str:
    """The same of evidence that was asked earlier, without the time it took."""
    return f"{asked(evidence.tool, evidence.arguments, zone)}: {found(evidence)}"


def found(evidence: Evidence) -> str:
    """How much there is, or why there is nothing."""
    if evidence.status == "failed":
        return f"failed: {_cut(' '.join(evidence.reason.split())) or 'no reason given'}"
    if evidence.status == "empty":
        return "nothing found"
    rows = sum(len(table.rows) for table in evidence.tables)
    number, what = (rows, "row") if rows else (len(evidence.facts), "fact")
    return f"{number:,} {what}{'' if number == 1 else 's'}{', cut off' if evidence.truncated else ''}"


def _cut(reason: str) -> str:
    return reason if len(reason) <= _REASON else f"{reason[:_REASON].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def seconds(took: float) -> str:
    """`0.04 s`, `12 s`."""
    return f"{took:.2f} s" if took < 10 else f"{took:.0f} s"


def short(name: str) -> str:
    """An id that a line has room for: the two ends of a long one."""
    return name if len(name) <= 24 else f"{name[:8]}\N{HORIZONTAL ELLIPSIS}{name[-6:]}"


def _subjects(arguments: Mapping[str, Any]) -> str:
    found = [str(one["id"] if isinstance(one, Mapping) else one) for one in arguments.get("subjects") or ()]
    names = " ".join(short(name) for name in found[:_SUBJECTS])
    more = len(found) - _SUBJECTS
    return f"{names} and {more:,} more" if more > 0 else names


def _window(arguments: Mapping[str, Any], zone: str) -> str:
    """The window that all subjects share, or the one that was asked for in words."""
    windows = {(one.get("since"), one.get("until")) for one in arguments.get("subjects") or () if isinstance(one, dict)}
    if len(windows) > 1:
        return "each in its window"
    since, until = windows.pop() if windows else (arguments.get("since"), arguments.get("until"))
    return window(since or None, until or None, zone)


def window(since: Any, until: Any, zone: str) -> str:
    """From SINCE to UNTIL (exclusive; epoch seconds, or the text of a day): `October 2025`, `2025-05-01 to 2025-05-14`.

    Texts that are no dates stand as they are; without either there is nothing to say.
    """
    start, end = _moment(since, zone), _moment(until, zone)
    if start is None and end is None:
        return " to ".join(str(word) for word in (since, until) if word)
    if start is not None and end is not None and _midnight(start) and _midnight(end):
        last = end - timedelta(days=1)
        if start.day == 1 and end.day == 1 and (last.year, last.month) == (start.year, start.month):
            return f"{start:%B %Y}"
        return f"{start:%Y-%m-%d}" if last.date() == start.date() else f"{start:%Y-%m-%d} to {last:%Y-%m-%d}"
    if start is not None and end is not None:
        return f"{_text(start)} to {_text(end)}"
    return f"since {_text(start)}" if start is not None else f"before {_text(end)}" if end is not None else ""


def _moment(value: Any, zone: str) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        return clock.local(value if isinstance(value, int) else clock.epoch(str(value), zone), zone)
    except (ValueError, OverflowError, OSError):
        return None


def _midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}" if _midnight(moment) else f"{moment:%Y-%m-%d %H:%M}"


def _options(tool: str, arguments: Mapping[str, Any]) -> list[str]:
    known = toolbox.tools().get(tool)
    shown = []
    for name, value in arguments.items():
        usual = known.options[name].default if known and name in known.options else None
        if name in {"subjects", *_WINDOW} or value in (None, "", [], (), {}, False) or _plain(value) == _plain(usual):
            continue
        words = name.replace("_", " ")
        shown.append(words if value is True else f"{words} {_plain(value)}")
    return shown


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = " ".join(str(one) for one in value)
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
