"""What no conversation does, found by code before a model reads it; each refusal says why, and what can be done."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from casewright import prompts
from casewright.knowledge.case import Case
from casewright.tools.warehouse import Ledger

_PHRASES = Path(__file__).with_name("refusals.yaml")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Refusal:
    """Why nothing is done: the name of the text, and the text itself."""

    name: str
    text: str


@dataclass(frozen=True)
class _Phrases:
    """The patterns, compiled; `acts` in the order in which they are tried."""

    acts: tuple[tuple[str, re.Pattern[str]], ...]
    about: re.Pattern[str]
    asks: re.Pattern[str]
    acquaintance: re.Pattern[str]
    person: re.Pattern[str]
    no_name: re.Pattern[str]


def refusal(question: str, case: Case | None, ledger: Ledger | None = None) -> Refusal | None:
    """The refusal of a question that asks for what this program does not do; None for all others.

    CASE is open, if any. LEDGER tells customers' names from those of services.
    """
    text, phrases = " ".join(question.split()), _phrases()
    if not phrases.about.match(text) or phrases.asks.search(text):  # "did she close ..." asks about an act
        for name, pattern in phrases.acts:
            if pattern.search(text):
                return _refusal(name)
    if case is None and (phrases.acquaintance.search(text) or _names_somebody(text, ledger)):
        return _refusal("person")
    return None


def _names_somebody(text: str, ledger: Ledger | None) -> bool:
    if ledger is not None and any(_stands_in(name, text) for name in _customers_in(text, ledger)):
        return True
    found = _phrases().person.search(text)
    if found is None or _phrases().no_name.search(found["name"]):
        return False
    return ledger is None or not ledger.rows(_LABEL, name=found["name"].lower())


_LABEL = "select 1 from labels where strpos(lower(name), $name) > 0 limit 1"
_CUSTOMERS = """
select distinct name from customers where strpos(name, ' ') > 0 and strpos($text, lower(name)) > 0
    and (kind is null or kind <> 'company')"""


def _customers_in(text: str, ledger: Ledger) -> list[str]:
    """The customers, persons, whose whole name stands in the text, however it is capitalised."""
    return [str(row[0]) for row in ledger.rows(_CUSTOMERS, text=text.lower())]


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) is not None


def _refusal(name: str) -> Refusal:
    return Refusal(name, prompts.render(f"refusals/{name}").strip())


@cache
def _phrases() -> _Phrases:
    """The patterns of the data file, with its words (`{now}`) filled in."""
    told = yaml.load(_PHRASES.read_text(encoding="utf-8"), _LOADER)
    words = {name: _one_line(text) for name, text in told["words"].items()}

    def compiled(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
        text = _one_line(pattern)
        for name, word in words.items():
            text = text.replace(f"<{name}>", f"(?:{word})")
        return re.compile(text, flags)

    acts = tuple((act["text"], compiled(act["pattern"])) for act in told["acts"])
    return _Phrases(
        acts, compiled(told["about"]), compiled(told["asks"]), compiled(told["acquaintance"]),
        compiled(told["person"], 0), compiled(told["no_name"], 0),
    )  # fmt: skip


def _one_line(pattern: str) -> str:
    """A pattern that stands on several lines: their blanks at the ends are no part of it."""
    return "".join(line.strip() for line in pattern.splitlines())
