"""The sums that a question names: bounds below and above, with their currency, which is never taken for another one."""

from decimal import Decimal

import pytest

from casewright.agent.offline.sums import sums


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("above EUR 10,000", ("10000", "EUR"), None),
        ("above eur10000", ("10000", "EUR"), None),
        ("above EUR10000", ("10000", "EUR"), None),
        ("over 500 pounds", ("500", "GBP"), None),
        ("over ten thousand euros", ("10000", "EUR"), None),
        ("over two hundred thousand", ("200000", "SGD"), None),
        ("of more than ten thousand Swiss francs", ("10000", "CHF"), None),
        ("over XAU 5,000", ("5000", "XAU"), None),
        ("above 5000 hong kong dollars in May", ("5000", "HKD"), None),
        ("over $10,000", ("10000", "SGD"), None),
        ("50k or more", ("50000", "SGD"), None),
        ("not less than 5,000", ("5000", "SGD"), None),
        ("over 500?", ("500", "SGD"), None),
        ("under SGD 1,000", None, ("1000", "SGD")),
        ("no more than 5,000", None, ("5000", "SGD")),
        ("between SGD 5,000 and SGD 10,000", ("5000", "SGD"), ("10000", "SGD")),
        ("between 5,000 and 10,000 euros", ("5000", "EUR"), ("10000", "EUR")),
        ("the SGD 4,999.50 deposit", ("4999.50", "SGD"), ("4999.50", "SGD")),
        ("the deposit of 4,999.50", ("4999.50", "SGD"), ("4999.50", "SGD")),
        ("exactly 5000", ("5000", "SGD"), ("5000", "SGD")),
        ("exactly SGD 5,000 in May", ("5000", "SGD"), ("5000", "SGD")),
        ("above 4,999.50", ("4999.50", "SGD"), None),
        ("between 4,999.50 and 5,000.25", ("4999.50", "SGD"), ("5000.25", "SGD")),
        ("from 4,999.50 to 5,000.25", ("4999.50", "SGD"), ("5000.25", "SGD")),
        ("the 3 USDT withdrawals", None, None),
        ("at least 2 payers", None, None),
        ("more than abc5000", None, None),
        ("a USD account", None, None),
    ],
)
def test_a_bound_is_read_with_its_side_and_its_currency(
    text: str, least: tuple[str, str] | None, most: tuple[str, str] | None
) -> None:
    found = sums(text, "SGD")
    told = [(str(bound[0]), bound[1]) if bound else None for bound in (found.least, found.most)]
    assert told == [least, most]


def test_a_dollar_is_the_exchange_s_own_where_it_keeps_one_and_american_elsewhere() -> None:
    assert sums("over $5,000", "EUR").least == (Decimal(5000), "USD")
    assert sums("over 5,000 dollars", "AUD").least == (Decimal(5000), "AUD")


def test_plain_words_stand_in_the_place_of_a_sum() -> None:
    assert " ".join(sums("deposits between 5k and 10k in May", "SGD").rest.split()) == (
        "deposits between some amount and some amount in May"
    )
