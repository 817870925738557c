"""Moments in words: there and back, across days that are 23 or 25 hours long."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.knowledge import clock

ZONES = ["UTC", "Asia/Singapore", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
MOMENTS = st.integers(0, 4_102_444_800)  # 1970 to 2100


@given(st.integers(-30_000_000_000, 250_000_000_000))
def test_a_moment_survives_its_text(moment: int) -> None:
    assert clock.epoch(clock.iso(moment)) == moment
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", clock.iso(moment))


@given(MOMENTS, st.sampled_from(ZONES))
def test_local_time_and_the_utc_in_brackets_are_the_same_moment(moment: int, zone: str) -> None:
    text = clock.time_text(moment, zone)
    found = re.fullmatch(
        r"(\d{4}-\d\d-\d\d) at (\d\d:\d\d:\d\d) \S+(?: \((?:(\d{4}-\d\d-\d\d) )?(\d\d:\d\d:\d\d) UTC\))?", text
    )
    assert found is not None
    day, time, other_day, utc_time = found.groups()
    here = datetime.fromisoformat(f"{day}T{time}")
    told = {int(here.replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()) for fold in (0, 1)}
    assert moment in told
    if utc_time:
        assert clock.epoch(f"{other_day or day}T{utc_time}") == moment
    else:
        assert told == {moment}


@given(MOMENTS, st.sampled_from(ZONES))
def test_a_local_text_leads_back_to_its_moment(moment: int, zone: str) -> None:
    here = clock.local(moment, zone)
    again = clock.epoch(here.replace(tzinfo=None).isoformat(), zone)
    # The hour that a clock repeats in autumn is read as its first pass.
    assert again == moment or (here.fold == 1 and again == moment - _repeated(here))
    assert clock.epoch(here.isoformat(), "Asia/Singapore") == moment  # an offset wins over the zone


def _repeated(here: datetime) -> int:
    before, after = (here.replace(fold=fold).utcoffset() for fold in (0, 1))
    assert before is not None
    assert after is not None
    return int((before - after).total_seconds())


def test_both_passes_of_the_repeated_hour_are_told_apart() -> None:
    first, second = clock.epoch("2024-10-27T00:30:00Z"), clock.epoch("2024-10-27T01:30:00Z")
    assert clock.time_text(first, "Europe/Berlin") == "2024-10-27 at 02:30:00 CEST (00:30:00 UTC)"
    assert clock.time_text(second, "Europe/Berlin") == "2024-10-27 at 02:30:00 CET (01:30:00 UTC)"


def test_the_bracket_names_the_day_where_utc_has_another() -> None:
    moment = clock.epoch("2025-11-20T00:40:00", "Asia/Singapore")
    assert clock.time_text(moment, "Asia/Singapore") == "2025-11-20 at 00:40:00 SGT (2025-11-19 16:40:00 UTC)"
    assert clock.date_text(moment, "Asia/Singapore") == "2025-11-20"
    assert str(clock.local_date(clock.iso(moment), "UTC")) == "2025-11-19"


def test_where_local_time_is_utc_it_is_told_once() -> None:
    assert clock.time_text("2024-07-16T12:04:47Z", "UTC") == "2024-07-16 at 12:04:47 UTC"


@pytest.mark.parametrize(
    ("zone", "name"),
    [("UTC", "UTC"), ("Asia/Singapore", "SGT"), ("Europe/Berlin", "CET"), ("Asia/Kathmandu", "UTC+05:45")],
)
def test_a_zone_is_called_what_people_there_call_it(zone: str, name: str) -> None:
    assert clock.zone_name(zone, "2024-01-01T00:00:00Z") == name


def test_what_is_no_time_is_refused() -> None:
    for text in ("yesterday", "2024-13-01", "", "16/07/2024"):
        with pytest.raises(ValueError, match=r"isoformat|month"):
            clock.epoch(text)


def test_a_day_begins_where_its_zone_says() -> None:
    assert clock.iso(clock.epoch("2024-07-16", "Asia/Singapore")) == "2024-07-15T16:00:00Z"
    assert clock.local(0, "UTC") == datetime(1970, 1, 1, tzinfo=UTC)
