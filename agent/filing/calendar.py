"""Business days: weekends and the public holidays of a dated calendar file, and what that file does not cover."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from casewright.knowledge.errors import KnowledgeError
from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml_folders

FOLDER = Path(__file__).parent / "holidays"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Holiday(Record):
    """A day on which nobody works, and why."""

    day: date
    name: str


class Calendar(Record):
    """The holidays of a place in the years that are covered whole."""

    id: str
    name: str
    zone: str
    weekend: tuple[Weekday, ...]
    covers: tuple[int, ...] = Field(min_length=1)
    not_covered: str
    source: str
    basis: Literal["verified", "secondary", "unverified"]
    last_checked: date
    days: tuple[Holiday, ...]

    @cached_property
    def _off(self) -> frozenset[date]:
        return frozenset(holiday.day for holiday in self.days)

    def works(self, day: date) -> bool:
        """Whether that is a business day; in a year that is not covered only weekends are known."""
        return _WEEKDAYS[day.weekday()] not in self.weekend and day not in self._off

    def after(self, day: date, number: int) -> "Counted":
        """The day that is NUMBER business days after DAY, which is not counted itself."""
        passed: list[Holiday] = []
        found = day
        for _ in range(number):
            found += timedelta(days=1)
            while not self.works(found):
                passed += [h for h in self.days if h.day == found and _WEEKDAYS[found.weekday()] not in self.weekend]
                found += timedelta(days=1)
        years = range(day.year, found.year + 1)
        return Counted(found, tuple(passed), tuple(year for year in years if year not in self.covers))


@dataclass(frozen=True)
class Counted:
    """A day that was counted to, the holidays passed over, and the years whose holidays are not known."""

    day: date
    passed: tuple[Holiday, ...]
    unknown_years: tuple[int, ...]


def calendars(own: Path | None = None) -> Mapping[str, Calendar]:
    """Every calendar by its id, those of the folder OWN before ours. Raises KnowledgeError with file and line."""
    folders = [FOLDER, *([own] if own else [])]
    return {name: calendar for name, (calendar, _) in read_yaml_folders(folders, Calendar).items()}


def calendar(name: str, own: Path | None = None) -> Calendar:
    """The calendar of that id. Raises KnowledgeError where there is none."""
    known = calendars(own)
    if name not in known:
        raise KnowledgeError(f"there is no calendar {name!r}", FOLDER, hint=f"there are {', '.join(known)}")
    return known[name]
