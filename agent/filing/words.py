"""The words of reports: acronyms and what they are short for, networks, phrases, and what has no place in a report."""

import re
from functools import cache, cached_property
from pathlib import Path

from pydantic import Field, field_validator

from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml

FILE = Path(__file__).parent / "words.yaml"


class Phrase(Record):
    """A phrase of a memo and how it reads outside."""

    old: str = Field(alias="from")
    new: str = Field(alias="to")


class LeftOut(Record):
    """What has no place in a report, and why."""

    pattern: str
    why: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is no regular expression ({error})") from None
        return pattern


class ReportWords(Record):
    """The whole file."""

    acronyms: dict[str, str]
    networks: dict[str, str]
    phrases: tuple[Phrase, ...]
    left_out: tuple[LeftOut, ...]

    @cached_property
    def over_network(self) -> re.Pattern[str]:
        """`over tron`, for each network that reads otherwise outside."""
        return re.compile(rf"\bover ({'|'.join(map(re.escape, self.networks))})\b")


@cache
def words() -> ReportWords:
    """The words as they are shipped."""
    return read_yaml(FILE, ReportWords)
