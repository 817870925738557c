"""Who is in a case: its subjects, and every party that its evidence names."""

from datetime import UTC, date, datetime
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


def day_of(text: str, zone: str, option: str) -> date:
    """The local day of an ISO day or time. Raises UsageError for anything else and for a day yet to come."""
    try:
        day = clock.local_date(clock.epoch(text.strip(), zone), zone)
    except (ValueError, OverflowError):
        raise UsageError(f"{option} is {text!r}, expected a day (2025-11-20) or a time (2025-11-20T00:40)") from None
    today = datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    if day > today:
        raise UsageError(f"{option} is {day}, which is yet to come (today is {today})")
    return day
