"""The head of an indicator's file, its settings, and its meaning in words."""

from decimal import Decimal
from pathlib import Path

import pytest

from casewright.knowledge.errors import KnowledgeError
from casewright.knowledge.indicator import Request, duration_text, read_indicator

WHOLE = """\
-- late_share
-- means: of the credits within {seconds}, the share
--   that came after {hour} o'clock, of {limit} or more
-- unit: share
-- parameter: seconds = 86400 (3600 .. 604800) seconds, length of the trailing window
-- parameter: hour = 22 (0 .. 23), when late begins
-- parameter: limit = 10.5 (0 .. 9000) local, the smallest that counts
-- parameter: kind = any (any | fiat_in), which credits count
-- side: in
-- needs: legs.usd = USD values
-- no_value: nothing came in within {seconds}
-- rows: legs where direction = 'in' and hour(timezone($timezone, to_timestamp(epoch))) >= $hour
-- rows: events where kind = $kind
select $seconds, $hour, $limit, $kind, $timezone as value from legs;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "late_share.sql"
    path.write_text(WHOLE)
    return path


def test_a_head_is_read_whole(file: Path) -> None:
    read = read_indicator(file)
    assert (read.name, read.unit, read.kind, read.side, read.status) == ("late_share", "share", "share", "in", "")
    assert read.means == "of the credits within {seconds}, the share that came after {hour} o'clock, of {limit} or more"
    assert [p.name for p in read.parameters] == ["seconds", "hour", "limit", "kind"]
    assert [p.default for p in read.parameters] == [86400, 22, Decimal("10.5"), "any"]
    assert read.needs == {"legs.usd": "USD values"}


def test_parameters_become_literals(file: Path) -> None:
    told = read_indicator(file).sql({"seconds": "7200", "kind": "fiat_in", "limit": 1}, "Asia/Singapore")
    assert told == "select 7200, 22, 1, 'fiat_in', 'Asia/Singapore' as value from legs"


def test_the_rows_behind_a_value_are_told_with_the_same_literals(file: Path) -> None:
    assert read_indicator(file).rows_sql({"kind": "fiat_in", "hour": 6}, "Asia/Singapore") == (
        "legs where direction = 'in' and hour(timezone('Asia/Singapore', to_timestamp(epoch))) >= 6",
        "events where kind = 'fiat_in'",
    )


def test_the_meaning_is_told_with_its_settings(file: Path) -> None:
    read = read_indicator(file)
    assert read.told({"seconds": 604800, "limit": 5000}, "SGD") == (
        "of the credits within 7 days, the share that came after 22 o'clock, of SGD 5,000.00 or more"
    )
    assert read.in_full({"kind": "fiat_in", "hour": 6}).endswith("after 6 o'clock, of USD 10.50 or more (kind fiat_in)")
    assert read.told({}, text=read.no_value) == "nothing came in within 24 hours"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 second"),
        (90, "90 seconds"),
        (60, "1 minute"),
        (5400, "90 minutes"),
        (3600, "60 minutes"),
        (86_400, "24 hours"),
        (90_000, "25 hours"),
        (172_800, "2 days"),
    ],
)
def test_a_duration_is_told_in_the_largest_unit_that_tells_it_whole(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text


def test_everything_wrong_in_a_head_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "late.sql"
    path.write_text(
        "-- early\n-- means: a\n-- menas: b\n-- parameter: seconds = 5\n-- unit: share\n-- unit: share\nselect 1\n"
    )
    with pytest.raises(KnowledgeError) as raised:
        read_indicator(path)
    lines = str(raised.value).splitlines()
    assert [line.rpartition("late.sql:")[2][:40] for line in lines] == [
        "1: the first line must name it: -- late",
        "3: unknown or repeated key 'menas', expe",
        "4: 'seconds = 5' is no parameter, expect",
        "6: unknown or repeated key 'unit', expec",
    ]


def test_a_query_uses_what_its_head_declares(tmp_path: Path) -> None:
    path = tmp_path / "late.sql"
    path.write_text("-- late\n-- means: a\n-- unit: share\n-- rows: legs where kind = $knd\nselect $secs\n")
    with pytest.raises(KnowledgeError) as raised:
        read_indicator(path)
    assert [line.rpartition("late.sql:")[2] for line in str(raised.value).splitlines()] == [
        "1: the query uses ['secs'], the head declares []",
        "1: its rows use ['knd'], the head declares []",
    ]


def test_a_head_without_what_every_indicator_tells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "late.sql"
    path.write_text("-- late\nselect 1\n")
    with pytest.raises(KnowledgeError) as raised:
        read_indicator(path)
    for key in ("means", "unit", "rows"):
        assert f"late.sql:1: the key '{key}' is missing" in str(raised.value)


def test_a_request_may_be_a_text() -> None:
    read = Request.model_validate("new_payers(seconds=604800, kind=fiat_in)")
    assert read.parameters == {"seconds": "604800", "kind": "fiat_in"}
    assert Request.model_validate("recalls").settings == ""
    again = Request(indicator="new_payers", parameters={"kind": "fiat_in", "seconds": 604800})
    assert read.settings == again.settings == "kind=fiat_in, seconds=604800"
    for text in ("new payers", "new_payers(604800)", "f(a=(1))", ""):
        with pytest.raises(ValueError, match="is no indicator"):
            Request.model_validate(text)
