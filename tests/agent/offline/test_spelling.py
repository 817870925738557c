"""Misspelt words of a question are put right; words of English, names, ids and codes are left as they are."""

import pytest

from casewright.agent.offline.spelling import spelt


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Which withdrawls went to new adresses?", "Which withdrawals went to new addresses?"),
        ("show me every transfr above 20k", "show me every transfer above 20k"),
        ("any sanctoins hits in Decemebr?", "any sanctions hits in December?"),
        ("Trasnfers to couterparties", "Transfers to counterparties"),
    ],
)
def test_a_misspelt_word_is_put_right(text: str, right: str) -> None:
    assert spelt(text) == right


@pytest.mark.parametrize(
    "text",
    [
        "Shorten it without losing a date",
        "Vanessa spent it overnight at the casino desk",
        "the payee is unhosted, OFAC says",
        "C-14330 and POSB-624087741",
        "which phishing or rugpull wallets",
    ],
)
def test_a_word_that_is_only_unknown_is_left_alone(text: str) -> None:
    assert spelt(text) == text
