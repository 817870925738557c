"""Quotations: no figure enters a sentence but from evidence, and what is not known is not said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.agent.memo.quote import Quote, counted, in_words, listed, say, span
from casewright.knowledge.evidence import Fact


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (Fact(name="inflow_usd", value="86450", kind="money", unit="USD"), "USD 86,450.00"),
        (Fact(name="amount", value="64398.730000000000000000", kind="native", unit="USDT"), "64,398.73 USDT"),
        (Fact(name="amount", value="0.000000000012", kind="native", unit="ETH"), "0.000000000012 ETH"),
        (Fact(name="share", value="0.9723", kind="share"), "97.2%"),
        (Fact(name="share", value="1", kind="share"), "100%"),
        (Fact(name="ratio", value="9.04", kind="ratio", unit="times"), "9.0 times"),
        (Fact(name="dwell", value=2466, kind="duration", unit="seconds"), "41 minutes"),
        (Fact(name="at", value="2025-11-03T09:12:07Z", kind="time"), "2025-11-03 at 17:12:07 SGT (09:12:07 UTC)"),
        (
            Fact(name="at", value="2025-11-02T20:12:07Z", kind="time"),
            "2025-11-03 at 04:12:07 SGT (2025-11-02 20:12:07 UTC)",
        ),
    ],
)
def test_each_kind_of_value_has_one_form(fact: Fact, words: str) -> None:
    assert in_words(fact, "Asia/Singapore") == words


@given(st.integers(0, 10**9))
def test_a_span_is_within_half_of_its_own_unit(seconds: int) -> None:
    number, unit = span(seconds).split()
    size = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}[unit.rstrip("s")]
    assert abs(int(number) * size - seconds) * 2 <= size


def test_a_template_with_a_figure_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="no figure"):
        say("it received 5 of {all}.", all=Quote("9", ("E1",)))


def test_a_missing_quotation_takes_its_sentence_with_it() -> None:
    assert say("it received {sum}.", sum=None) is None


def test_a_sentence_cites_what_it_quotes_once_and_in_order() -> None:
    told = say(
        "it received {sum} from {who}; {sum} stayed.", sum=Quote("USD 1.00", ("E2",)), who=Quote("A", ("E1", "E2"))
    )
    assert told is not None
    assert told.text == "It received USD 1.00 from A; USD 1.00 stayed."
    assert told.evidence == ("E2", "E1")
    assert told.cited() == "It received USD 1.00 from A; USD 1.00 stayed. [E2][E1]"


def test_lists_and_counts_read_as_words() -> None:
    assert str(counted(Quote("1"), "payer")) == "1 payer"
    assert str(counted(Quote("27"), "address", "addresses")) == "27 addresses"
    assert str(listed([Quote("a"), None, Quote("b"), Quote("c")])) == "a, b and c"
    assert listed([None]) is None


def test_cents_are_never_rounded_away() -> None:
    assert in_words(Fact(name="x", value=Decimal("0.01"), kind="money", unit="SGD"), "UTC") == "SGD 0.01"
