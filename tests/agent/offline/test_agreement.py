"""Counts in answers agree with their nouns and verbs, whatever the data hold."""

import re
from typing import Any

import pytest

from casewright.agent.offline.data import table
from casewright.agent.offline.wording import _in_words
from casewright.knowledge.evidence import Evidence, Fact


def worded(spec: str, value: int, of: int | None = None) -> str:
    found = Evidence.model_validate({"id": "E1", "tool": "payers", "query": "", "status": "found"})
    fact = Fact(name="payers", value=value, kind="count", unit="payers", of=of)
    return str(_in_words(fact, found, spec, "UTC") or "")


@pytest.mark.parametrize(
    ("spec", "value", "of", "words"),
    [
        ("of payer|bears/bear", 1, 4, "1 of 4 payers bears"),
        ("of payer|bears/bear", 4, 4, "4 of 4 payers bear"),
        ("of end|bears/bear", 1, 1, "1 of 1 end bears"),
        ("of destination|is/are", 0, 1, "0 of 1 destinations are"),
        ("of typology/typologies|has/have", 2, 3, "2 of 3 typologies have"),
        ("some counterparty/counterparties|is/are", 1, None, "1 counterparty is"),
        ("some counterparty/counterparties|is/are", 2, None, "2 counterparties are"),
        ("some counterparty/counterparties|is/are", 0, None, ""),
        ("finding", 1, None, "1 finding"),
    ],
)
def test_a_count_agrees_with_its_noun_and_its_verb(spec: str, value: int, of: int | None, words: str) -> None:
    assert worded(spec, value, of) == words


def test_no_verb_that_must_agree_follows_a_bare_count() -> None:
    def texts(told: Any) -> list[str]:
        if isinstance(told, str):
            return [told]
        parts = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
        return [text for part in parts for text in texts(part)]

    counted = re.compile(r":(?!day\b)[a-z][^}|]*\} (?:is|are|has|have|does|do|speaks?|bears?|stands?)\b")
    assert [text for text in texts(table("answers")) if counted.search(text)] == []
