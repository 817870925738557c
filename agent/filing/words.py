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


class RoleWords(Record):
    """What a report says of one in a role: of whom it concerns, and of another who is named in it."""

    held: str
    named: str


class ReportWords(Record):
    """The whole file."""

    acronyms: dict[str, str]
    networks: dict[str, str]
    roles: dict[str, RoleWords]
    culprit: str  # a regular expression: words that no report has for a victim
    phrases: tuple[Phrase, ...]
    left_out: tuple[LeftOut, ...]

    @cached_property
    def culprits(self) -> re.Pattern[str]:
        """What no report calls a victim."""
        return re.compile(self.culprit, re.IGNORECASE)

    @cached_property
    def over_network(self) -> re.Pattern[str]:
        """`over tron`, for each network that reads otherwise outside."""
        return re.compile(rf"\bover ({'|'.join(map(re.escape, self.networks))})\b")


@cache
def words() -> ReportWords:
    """The words as they are shipped."""
    return read_yaml(FILE, ReportWords)
