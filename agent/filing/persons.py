"""Who is in a case: its subjects, and every party that its evidence names."""

import re
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from casewright.knowledge import clock
from casewright.knowledge.case import Case
from casewright.knowledge.errors import NotFound, UsageError
from casewright.knowledge.records import canonical_id


def parties(case: Case) -> dict[str, tuple[str, ...]]:
    """Every party by its id, with the ids of the evidence that names it; the subjects first."""
    found: dict[str, dict[str, None]] = {subject.id: {} for subject in case.subjects}
    for evidence in case.evidence:
        for fact in (*evidence.facts, *evidence.cells()):
            names = [fact.about, fact.other, str(fact.value) if fact.kind == "id" else ""]
            for name in filter(None, names):
                found.setdefault(name, {})[evidence.id] = None
    return {name: tuple(evidence) for name, evidence in found.items()}


def party_of(case: Case, name: str) -> str:
    """The id of a party as the case writes it. Raises NotFound for one that the case does not name."""
    wanted = canonical_id(name)
    if wanted not in parties(case):
        subjects = ", ".join(subject.id for subject in case.subjects)
        raise NotFound(
            f"{case.id} names no {name!r}", hint=f"its subjects are {subjects}; others as its evidence writes them"
        )
    return wanted


class Moment(NamedTuple):
    """A day in a place, with its moment (epoch seconds) where a time was told."""

    day: date
    at: int | None = None


def moment_of(text: str, zone: str, place: str, option: str) -> Moment:
    """The day in the zone PLACE of an ISO day there, or of an ISO time of ZONE.

    Raises UsageError for anything else and for what is yet to come.
    """
    text, now = text.strip(), datetime.now(UTC)
    today = now.astimezone(ZoneInfo(place)).date()
    try:
        at = clock.epoch(text, zone)
        bare = re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None
        day = date.fromisoformat(text) if bare else clock.local_date(at, place)
    except (ValueError, OverflowError):
        raise UsageError(f"{option} is {text!r}, expected a day (2025-11-20) or a time (2025-11-20T00:40)") from None
    if day > today or (not bare and at > now.timestamp()):
        there = "" if place == zone else f" in {place}"
        hint = f"give the time here, {text}T00:40, so that its day there is known" if there and bare else ""
        raise UsageError(f"{option} is {text}, which is yet to come{there} (today is {today})", hint=hint)
    return Moment(day, None if bare else at)


def day_of(text: str, zone: str, option: str) -> date:
    """The local day of an ISO day or time. Raises UsageError for anything else and for what is yet to come."""
    return moment_of(text, zone, zone, option).day
