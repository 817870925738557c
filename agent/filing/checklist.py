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


@cache
def checklist() -> Checklist:
    """The checklist as it is shipped."""
    return read_yaml(FILE, Checklist)
