"""Regimes and calendars as dated data: validated with file and line, and the days that they lead to."""

from datetime import date
from pathlib import Path

import pytest

from casewright.agent.filing.calendar import calendar, calendars
from casewright.agent.filing.due import due
from casewright.agent.filing.regime import FOLDER, Regime, regime, regimes
from casewright.knowledge.errors import KnowledgeError, UsageError
from casewright.knowledge.library import load
from casewright.tools.indicators import catalogue

D = date.fromisoformat


def test_every_regime_is_whole_and_says_when_it_was_last_checked() -> None:
    known = regimes()
    assert set(known) == {"sg", "fincen", "uk", "eu", "generic"}
    for found in known.values():
        assert [part.part for part in found.structure] == ["introduction", "body", "conclusion"]
        assert found.secrecy.words
        assert all(clock.source and clock.last_checked for clock in found.clocks)


def test_every_key_term_names_typologies_that_are_there() -> None:
    shipped = load([], catalogue()).typologies
    named = {name for found in regimes().values() for term in found.key_terms for name in term.typologies}
    assert named
    assert named <= set(shipped)


def _own(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / f"{name}.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("sg", "zone: Asia/Singapore", "zone: Asia/Nowhere", r"sg\.yaml:5: .*unknown zone"),
        ("sg", "    days: 15\n", "    days: 0\n", r"sg\.yaml:\d+: .*days"),
        ("fincen", "blocks: 5", "blocks: 3", r"fincen\.yaml:\d+: .*at most blocks"),
        ("fincen", "note_characters: 50", "note_characters: 5", r"fincen\.yaml:\d+: .*more than 5 characters"),
        ("uk", "retention:", "retentoin:", r"uk\.yaml:\d+: unknown key 'retentoin'; did you mean 'retention'"),
        ("sg", "holidays: singapore\n", "", r"business days need a calendar"),
    ],
)
def test_a_mistake_in_a_regime_is_told_with_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(KnowledgeError, match=told):
        regimes(_own(tmp_path, name, old, new))


def test_a_sites_own_regime_replaces_ours(tmp_path: Path) -> None:
    assert regime("uk", _own(tmp_path, "uk", "characters: 8000", "characters: 6000")).text.characters == 6000
    assert regime("uk").text.characters == 8000


def test_an_unknown_regime_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'fincen'"):
        regime("fincem")


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2025-11-20", "2025-11-27"),  # over a weekend
        ("2025-10-17", "2025-10-27"),  # Deepavali on Monday the 20th
        ("2025-12-24", "2026-01-02"),  # Christmas and New Year's Day
        ("2026-11-06", "2026-11-16"),  # Deepavali on a Sunday: the Monday after
        ("2025-11-22", "2025-11-28"),  # formed on a Saturday
    ],
)
def test_five_business_days_are_counted_in_singapore(start: str, last: str) -> None:
    assert due(regime("sg"), D(start), calendar("singapore")).day == D(last)


def test_a_sanctioned_party_leaves_one_business_day() -> None:
    found = due(regime("sg"), D("2025-11-21"), calendar("singapore"), "sanctioned")
    assert found.day == D("2025-11-24")


def test_the_rule_of_the_day_counts_and_not_todays() -> None:
    before = due(regime("sg"), D("2025-06-30"), calendar("singapore"))
    after = due(regime("sg"), D("2025-07-01"), calendar("singapore"))
    assert (before.clock.days, before.day) == (15, D("2025-07-21"))
    assert (after.clock.days, after.day) == (5, D("2025-07-08"))


def test_calendar_days_and_a_law_without_a_number() -> None:
    assert due(regime("fincen"), D("2025-05-20"), None).day == D("2025-06-19")
    assert due(regime("fincen"), D("2025-05-20"), None, "no suspect").day == D("2025-07-19")
    found = due(regime("uk"), D("2025-05-20"), None)
    assert found.day is None
    assert "as soon as is practicable" in found.told()


def test_a_year_that_the_calendar_does_not_cover_is_told() -> None:
    found = due(regime("sg"), D("2026-12-30"), calendar("singapore"))
    assert found.unknown_years == (2027,)
    assert "The holidays of 2027 are not in the calendar" in found.told()
    assert "not in the calendar" not in due(regime("sg"), D("2026-11-20"), calendar("singapore")).told()


def test_holidays_on_a_sunday_are_kept_on_the_monday() -> None:
    found = calendars()["singapore"]
    days = {holiday.day for holiday in found.days}
    sundays = [day for day in days if day.weekday() == 6]
    assert sundays
    assert all(any(later in days for later in _after(day)) for day in sundays)


def _after(day: date) -> list[date]:
    return [day.fromordinal(day.toordinal() + number) for number in (1, 2)]


def test_a_key_term_counts_from_its_day_on() -> None:
    found = regime("fincen")
    assert found.term_for(["rapid-pass-through", "kiosk-scam-structuring"], D("2025-09-01")) is not None
    assert found.term_for(["kiosk-scam-structuring"], D("2025-08-01")) is None


def test_a_regime_cannot_be_changed_once_it_is_read() -> None:
    found: Regime = regime("sg")
    with pytest.raises(ValueError, match="frozen"):
        found.zone = "UTC"  # type: ignore[misc]
