"""What a question says: ids, periods, amounts, lengths of time, filters; and whether it only goes on from another."""

from decimal import Decimal

import pytest

from casewright.agent.offline.dates import period
from casewright.agent.offline.said import said

TODAY = "2026-01-31"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("what came in in October, in SGD", "2025-10-01", "2025-11-01"),
        ("in January", "2026-01-01", "2026-02-01"),
        ("the last 90 days", "2025-11-03", "2026-02-01"),
        ("over the past year", "2025-02-01", "2026-02-01"),
        ("last month", "2025-12-01", "2026-01-01"),
        ("since March", "2025-03-01", ""),
        ("after 14 May 2025", "2025-05-15", ""),
        ("until 3 June", "", "2025-06-04"),
        ("before June", "", "2025-06-01"),
        ("yesterday", "2026-01-30", "2026-01-31"),
        ("on 2025-05-14", "2025-05-14", "2025-05-15"),
        ("from 2025-05-01 to 2025-05-14", "2025-05-01", "2025-05-15"),
        ("between March and May", "2025-03-01", "2025-06-01"),
        ("between 3 and 5 May", "2025-05-03", "2025-05-06"),
        ("between November and January", "2025-11-01", "2026-02-01"),
        ("in Q3", "2025-07-01", "2025-10-01"),
        ("last quarter", "2025-10-01", "2026-01-01"),
        ("the August volume", "2025-08-01", "2025-09-01"),
        ("may I see 2025 transfers", "", ""),
        ("from 4,000 to 5,000", "", ""),
        ("on 31 June", "", ""),
        ("the 14th of May", "2025-05-14", "2025-05-15"),
        ("in the first week of May 2025", "2025-05-01", "2025-05-08"),
        ("the last week of May", "2025-05-25", "2025-06-01"),
        ("in late June", "2025-06-21", "2025-07-01"),
        ("the first half of May", "2025-05-01", "2025-05-16"),
        ("the week before 14 May", "2025-05-07", "2025-05-14"),
        ("two days after 14 May", "2025-05-15", "2025-05-17"),
    ],
)
def test_a_period_is_read_in_local_days_with_an_open_end_left_open(text: str, since: str, until: str) -> None:
    found = period(text, TODAY).window
    assert (found.since, found.until) == (since, until)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("within an hour of 2025-05-14 15:23", "2025-05-14T14:23:00", "2025-05-14T16:23:00"),
        ("within 30 minutes of 9:05:30 on 3 May", "2025-05-03T08:35:30", "2025-05-03T09:35:30"),
        ("what happened around 14:00?", "2025-05-14T13:00:00", "2025-05-14T15:00:00"),
        ("within half an hour of 00:10", "2025-05-13T23:40:00", "2025-05-14T00:40:00"),
        ("within an hour of 25:10", "", ""),
        ("gone within an hour", "", ""),
    ],
)
def test_a_time_of_day_means_as_long_before_it_as_after_on_the_day_named_or_the_case_s(
    text: str, since: str, until: str
) -> None:
    found = period(text, TODAY, "2025-05-14").window
    assert (found.since, found.until) == (since, until)


@pytest.mark.parametrize(
    ("text", "least", "within"),
    [
        ("deposits above SGD 5,000 followed by a withdrawal within 60 minutes", ("5000", "SGD"), 3600),
        ("credits over S$1.5k gone in under an hour", ("1500.0", "SGD"), 3600),
        ("more than 10 000 USD within half an hour", ("10000", "USD"), 1800),
        ("at least 20k within 2 days", ("20000", "EUR"), 172_800),
        ("the top 5 transfers", None, None),
        ("3 hops back", None, None),
    ],
)
def test_amounts_and_lengths_of_time_are_read_with_their_units(
    text: str, least: tuple[str, str] | None, within: int | None
) -> None:
    found = said(text, TODAY, "EUR")
    assert found.least == (None if least is None else (Decimal(least[0]), least[1]))
    assert found.within == within


def test_ids_of_every_kind_are_told_apart_and_leave_plain_words_behind() -> None:
    evm, tron = "0x52908400098527886E0F7030069857D2E4169EE7", "TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE"
    found = said(f"Did C-14330 or POSB-624087741 pay {evm}, {tron} or user 88213, see A-QVZU7M and E3?", TODAY, "SGD")
    assert found.named("account") == ("C-14330", "88213")
    assert found.named("bank") == ("POSB-624087741",)
    assert found.named("address") == (evm.lower(), tron)
    assert (found.named("alert"), found.named("evidence")) == (("A-QVZU7M",), ("E3",))
    assert not any(part in found.meaning for part in ("14330", "8821", "QVZU", "TQn9", "0x"))


def test_several_accounts_are_read_from_a_list_of_bare_numbers() -> None:
    found = said("List counterparties shared by users 88213, 90112 and 90455.", TODAY, "SGD")
    assert found.parties == ("88213", "90112", "90455")


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("and before that?", True),
        ("only USDT", True),
        ("and for C-123?", True),
        ("in November?", True),
        ("only incoming above SGD 5,000", True),
        ("What is 2+2?", False),
        ("Show transaction Tfeed12ab34cd56e", False),
        ("What came in and what went out, by asset and network? (C-1)", False),
        ("and who paid?", False),
    ],
)
def test_what_only_goes_on_is_told_from_a_question_of_its_own(text: str, bare: bool) -> None:
    assert said(text, TODAY, "SGD").bare is bare
