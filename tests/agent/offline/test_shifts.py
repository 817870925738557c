"""Periods told from other ones: "and the week after", "a month earlier", "on the day of the alert"."""

import pytest

from casewright.agent.offline.dates import Window
from casewright.agent.offline.said import said
from casewright.agent.offline.shifts import moved, shift

WEEK = Window("2025-05-25", "2025-06-01")


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("and the week after", "2025-06-01", "2025-06-08"),
        ("the week after that?", "2025-06-01", "2025-06-08"),
        ("the following month", "2025-06-01", "2025-07-01"),
        ("the day before", "2025-05-24", "2025-05-25"),
        ("and the 3 days before?", "2025-05-22", "2025-05-25"),
        ("what about the next two weeks?", "2025-06-01", "2025-06-15"),
        ("and a month earlier", "2025-04-25", "2025-05-01"),
        ("two weeks later", "2025-06-08", "2025-06-15"),
    ],
)
def test_a_step_leads_beside_a_period_or_moves_the_whole_of_it(text: str, since: str, until: str) -> None:
    step, rest = shift(text)
    assert step is not None
    assert moved(WEEK, step) == Window(since, until)
    assert "week" not in rest


def test_a_step_keeps_the_hour_of_a_moment_and_leads_nowhere_from_an_open_end() -> None:
    step, _ = shift("the hour and the day after")
    assert step is not None
    assert moved(Window("2025-05-14T14:00:00", "2025-05-14T16:00:00"), step) == Window(
        "2025-05-14T16:00:00", "2025-05-15T16:00:00"
    )
    assert moved(Window("2025-05-14", ""), step) is None


@pytest.mark.parametrize(
    "text", ["which credits left a day later?", "the week before 14 May 2025", "deposits withdrawn the day after"]
)
def test_a_length_of_time_that_belongs_to_the_question_itself_is_no_step(text: str) -> None:
    assert shift(text)[0] is None


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("What did he do on the day of the alert?", "2025-05-14", "2025-05-15"),
        ("What happened in the week before the alert?", "2025-05-07", "2025-05-14"),
        ("Who paid in before the alert?", "", "2025-05-14T15:23:57"),
        ("Who paid in since the alert?", "2025-05-14T15:23:57", ""),
        ("What did it do before the alert, and since?", "", ""),
        ("Explain the alert", "", ""),
    ],
)
def test_the_alert_of_the_open_case_tells_a_time(text: str, since: str, until: str) -> None:
    found = said(text, "2026-01-31", "SGD", "2025-05-14T15:23:57").window
    assert (found.since, found.until) == (since, until)
