"""Moments in words: epoch seconds to UTC and local text and back."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# What people there call their zone, where the zone database has only an offset.
_ABBREVIATIONS = {
    "Asia/Singapore": "SGT",
    "Asia/Dubai": "GST",
    "Asia/Kuala_Lumpur": "MYT",
    "America/Sao_Paulo": "BRT",
    "Europe/Istanbul": "TRT",
}


def iso(epoch: int) -> str:
    """The UTC moment as `2024-07-16T12:04:47Z`, the form that facts carry."""
    return datetime.fromtimestamp(epoch, UTC).isoformat()[:19] + "Z"


def epoch(text: str, zone: str = "UTC") -> int:
    """Seconds since 1970 of an ISO date or time; one without an offset is local to ZONE. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).timestamp())


def local(moment: str | int, zone: str) -> datetime:
    """The moment (facts' ISO form or epoch seconds) on ZONE's wall clock."""
    return datetime.fromtimestamp(moment if isinstance(moment, int) else epoch(moment), ZoneInfo(zone))


def local_date(moment: str | int, zone: str) -> date:
    """The calendar day in ZONE: the same minute can be another day in UTC."""
    return local(moment, zone).date()


def zone_name(zone: str, moment: str | int = 0) -> str:
    """What texts call the zone at that moment: `UTC`, `SGT`, `CEST`, else `UTC+08:00`."""
    name = _ABBREVIATIONS.get(zone) or local(moment, zone).tzname() or zone
    if name[0] in "+-":
        offset = local(moment, zone).strftime("%z")
        return f"UTC{offset[:3]}:{offset[3:]}"
    return name


def date_text(moment: str | int, zone: str) -> str:
    """`2025-11-03`, the local day."""
    return local(moment, zone).strftime("%Y-%m-%d")


def time_text(moment: str | int, zone: str) -> str:
    """`2025-11-03 at 17:12:07 SGT (09:12:07 UTC)`: local first, UTC in brackets where it differs.

    Where the UTC day is another one, the bracket says so: `(2025-11-02 16:40:00 UTC)`.
    """
    here, there = local(moment, zone), local(moment, "UTC")
    text = f"{here:%Y-%m-%d} at {here:%H:%M:%S} {zone_name(zone, moment)}"
    if here.utcoffset() == there.utcoffset():
        return text
    day = "" if here.date() == there.date() else f"{there:%Y-%m-%d} "
    return f"{text} ({day}{there:%H:%M:%S} UTC)"
