"""What no text to a customer may hold: words that reveal a report or a look at him, other people, rules and scores."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import Field

from casewright.agent.filing.persons import parties
from casewright.agent.filing.regime import regimes
from casewright.knowledge.case import Case
from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml

FILE = Path(__file__).parent / "secrecy.yaml"


class _Words(Record):
    id: str
    words: tuple[str, ...] = Field(min_length=1)


@cache
def secret_words() -> tuple[str, ...]:
    """Every word that must not stand in a text to a customer, of all regimes and of ours."""
    words = [word for regime in regimes().values() for word in regime.secrecy.words]
    return tuple(dict.fromkeys([*words, *read_yaml(FILE, _Words).words]))


def revealing(text: str, case: Case | None = None) -> list[str]:
    """Every word in a text to the customer that must not stand there; with CASE also other people and ids of ours."""
    bad = [word for word in secret_words() if _holds(text, word)]
    if case is not None:
        own = {subject.id for subject in case.subjects}
        names = {name for name in parties(case) if name not in own and len(name) > 3}
        names |= {case.id, *_inside(case)}
        bad += sorted(name for name in names if _holds(text, name))
    return list(dict.fromkeys(bad))


def _inside(case: Case) -> Iterable[str]:
    """Names that only the house knows: the alert, its rule and title, typologies, payers as banks gave them."""
    if case.alert:
        yield from filter(None, (case.alert.id, case.alert.rule, case.alert.title))
    yield from (match.name for match in case.typologies)
    for evidence in case.evidence:
        for row in evidence.rows if evidence.tool == "payers" else ():
            if row.get("given_name") and row.get("name_match") != "same":
                yield str(row["given_name"])


def _holds(text: str, word: str) -> bool:
    flags = 0 if word.isupper() and len(word) <= 5 else re.IGNORECASE
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, flags))
