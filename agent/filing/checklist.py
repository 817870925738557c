"""The checklist as data: what is asked, its weight, whether it stops an approval; verdicts and what has no place."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml

FILE = Path(__file__).parent / "checks.yaml"


class Asked(Record):
    """One check: what it asks for, its weight, and whether a failure of it stops an approval."""

    asks: str
    weight: Annotated[int, Field(ge=1, le=3)]
    stops: bool


class NoPlace(Record):
    """A pattern that has no place in a report, and what it is."""

    pattern: str
    is_: str = Field(alias="is")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return _compiled(pattern)


class Checklist(Record):
    """The whole file."""

    id: str
    passing: Annotated[float, Field(gt=0, le=1, alias="pass")]
    last_checked: date
    checks: dict[str, Asked]
    verdicts: tuple[str, ...]
    no_place: tuple[NoPlace, ...]

    @field_validator("verdicts")
    @classmethod
    def _all_compile(cls, verdicts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_compiled, verdicts))


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression ({error})") from None
    return pattern


def no_place(text: str) -> list[str]:
    """What in a text has no place in a report: what it is, and the words."""
    return [
        f"{rule.is_} ({found.group().strip()})"
        for rule in checklist().no_place
        if (found := re.search(rule.pattern, text, re.IGNORECASE | re.MULTILINE))
    ]


def verdicts(text: str) -> list[str]:
    """The phrases of a text that convict."""
    return [found.group() for pattern in checklist().verdicts if (found := re.search(pattern, text, re.IGNORECASE))]


@cache
def checklist() -> Checklist:
    """The checklist as it is shipped."""
    return read_yaml(FILE, Checklist)
