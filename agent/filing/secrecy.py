"""What no text to a customer may hold: words that reveal a report or a look at him, other people, rules and scores."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from pydantic import Field

from casewright.agent.filing.particulars import dossier_of
from casewright.agent.filing.persons import parties
from casewright.agent.filing.regime import Regime, regimes
from casewright.agent.privacy import report_words
from casewright.agent.privacy.untrusted import plain
from casewright.knowledge.case import Case
from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml

FILE = Path(__file__).parent / "secrecy.yaml"
_BETWEEN = r"[\W_]+"
_GAP = r"(?:[^\w.?!]+\w+){0,4}?"  # what `...` stands for: up to four words of one sentence
_AMOUNT = re.compile(r"\b[A-Z]{3} \d[\d,]*\.\d\d\b|\b\d[\d,]*\.\d\d [A-Z]{3}\b")  # SAR is a currency too
_DOTTED = re.compile(r"\b(?:\w\.){2,}\w?")  # S.T.R.
_NAMELIKE = re.compile(r"\b\w*[A-Z]\w*[A-Z]\w*\b")  # AUSTRAC, FinCEN, goAML
_STRUCK = " | "


class _Words(Record):
    """The file: lists of words and phrases, and ordinary phrases that hold one of them."""

    id: str
    words: tuple[tuple[str, ...], ...] = Field(min_length=1)
    harmless: tuple[str, ...] = ()


@cache
def _ours() -> _Words:
    return read_yaml(FILE, _Words)


def secret_words(own: Path | None = None) -> tuple[str, ...]:
    """Every word that must not stand in a text to a customer: ours, and those of all regimes, the folder OWN's too."""
    of_regimes = (word for regime in regimes(own).values() for word in (*regime.secrecy.words, *_names(regime)))
    return tuple(dict.fromkeys([*of_regimes, *chain.from_iterable(_ours().words)]))


def _names(regime: Regime) -> Iterator[str]:
    """What a regime's report and its authority are called, short and in full."""
    for told in (regime.acronym, regime.authority):
        yield from (name for name in _NAMELIKE.findall(told) if len(name) > 2)
    for told in (regime.authority, regime.name):
        head = re.split(r"[(,;]", told)[0].strip()
        if head[:1].isupper() and len(head) > 2:
            yield head


@cache
def _shipped() -> tuple[str, ...]:
    return secret_words()


def revealing(text: str, case: Case | None = None, words: Iterable[str] | None = None) -> list[str]:
    """Every word in a text to the customer that must not stand there, in order; with CASE also other people and ids.

    WORDS are those of `secret_words`, else the shipped ones. What is the customer's own name gives nothing away.
    """
    text = _DOTTED.sub(lambda found: found.group().replace(".", ""), unicodedata.normalize("NFKC", plain(text)))
    text = _AMOUNT.sub(_STRUCK, text)
    for phrase in _ours().harmless:
        text = _pattern(phrase).sub(_STRUCK, text)
    patterns = [_pattern(word) for word in words or _shipped()]
    if case is not None:
        text = _without_own_name(text, case)
        patterns += _of_case(case)
    found = {match.span() for pattern in patterns for match in pattern.finditer(text)}
    spans = sorted(found, key=lambda span: (span[0], -span[1]))
    bad, reached = [], -1
    for start, end in spans:  # one that stands within another is not told apart
        if end > reached:
            bad.append(text[start:end])
            reached = end
    if (word := report_words.revealing(text)) and not bad:
        bad.append(word)
    return list(dict.fromkeys(bad))


def _without_own_name(text: str, case: Case) -> str:
    """The text without the customer's own name: of one word only in the salutation, since it may be any word."""
    name = dossier_of(case).quote("customer", "name")
    own = unicodedata.normalize("NFKC", plain(name.text)) if name else ""
    if not own:
        return text
    return re.sub(rf"(?<!\w){re.escape(own)}(?!\w)", _STRUCK, text, count=0 if " " in own else 1)


def _of_case(case: Case) -> Iterator[re.Pattern[str]]:
    """Other people, and what only the house knows, as they are named."""
    own = {subject.id for subject in case.subjects}
    for name in {case.id, *(name for name in parties(case) if name not in own and len(name) > 3)}:
        yield _named(name, any_case=not (name.isupper() and len(name) <= 5))  # BANK is a name, a bank is none
    for name in set(_inside(case)):
        yield _named(name, any_case=len(name) > 2)


def _inside(case: Case) -> Iterable[str]:
    """Names that only the house knows: the alert, its rule and title, typologies, payers as banks gave them."""
    if case.alert:
        yield from filter(None, (case.alert.id, case.alert.rule, case.alert.title))
    yield from (match.name for match in case.typologies)
    for evidence in case.evidence:
        for row in evidence.rows if evidence.tool == "payers" else ():
            if row.get("given_name") and row.get("name_match") != "same":
                yield str(row["given_name"])


def _named(name: str, *, any_case: bool) -> re.Pattern[str]:
    """How a name is found: nothing in it stands for anything else."""
    seen = unicodedata.normalize("NFKC", plain(name))
    return re.compile(rf"(?<!\w){re.escape(seen)}(?!\w)", re.IGNORECASE if any_case else 0)


@cache
def _pattern(word: str) -> re.Pattern[str]:
    """How a word or phrase is found: `*` stands for any letters, `...` for some words between."""
    made = ""
    for token in word.split():
        if token == "...":
            made += _GAP
        else:
            made += (_BETWEEN if made else "") + re.escape(token).replace(r"\*", r"\w*")
    return re.compile(rf"(?<!\w){made}(?!\w)", re.IGNORECASE)
