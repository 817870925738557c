"""Regimes: what a report must look like where, by when it is due, and what must stay secret; dated data, not code.

Each is one YAML file with the source of every rule, how well that source is known and when it was last looked at. A
workspace's own `regimes/*.yaml` replace ours by id.
"""

import difflib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml_folders
from casewright.tools.store.filing import Occasion

FOLDER = Path(__file__).parent / "regimes"

Basis = Literal["verified", "secondary", "unverified"]
Event = Literal["suspicion formed", "earlier report filed"]
Words = Annotated[str, Field(min_length=1)]


class Sourced(Record):
    """A rule with its source: read there (verified), told by others (secondary), or to be checked before it is used."""

    source: Words
    basis: Basis
    last_checked: date


class Part(Record):
    """A part of the text, in order, and what stands in it."""

    part: Literal["introduction", "body", "conclusion"]
    holds: Words


class TextRules(Sourced):
    """What the form takes: characters in all and in a block, where known; plain ASCII; line breaks or none."""

    ascii: bool
    line_breaks: bool
    characters: Annotated[int, Field(gt=0)] | None = None
    block_characters: Annotated[int, Field(gt=0)] | None = None
    blocks: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.blocks is None) != (self.block_characters is None):
            raise ValueError("blocks and block_characters belong together")
        room = (self.blocks or 0) * (self.block_characters or 0)
        if room and (self.characters is None or self.characters > room):
            raise ValueError(f"characters must be at most blocks * block_characters = {room}")
        return self


class Clock(Sourced):
    """By when a report is due: DAYS of UNIT after EVENT; without days the law names no number."""

    when: Occasion
    event: Event
    words: Words
    days: Annotated[int, Field(gt=0)] | None = None
    unit: Literal["business days", "calendar days"] | None = None
    applies_from: date | None = None
    applies_until: date | None = None  # exclusive

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.days is None) != (self.unit is None):
            raise ValueError("days and unit belong together")
        return self

    def applies(self, day: date) -> bool:
        """Whether this is the rule of that day."""
        after = self.applies_from is None or self.applies_from <= day
        return after and (self.applies_until is None or day < self.applies_until)


class Threshold(Sourced):
    """From which amount on a report is owed, in words."""

    words: Words


class Retention(Sourced):
    """How long the papers are kept, from which event on."""

    years: Annotated[int, Field(gt=0)]
    event: Words


class Secrecy(Record):
    """What the law on secrecy is, and the words that no text to a customer may hold."""

    law: Words
    words: tuple[Words, ...] = Field(min_length=1)
    basis: Basis
    last_checked: date


class KeyTerm(Sourced):
    """A term or code that the authority asks for when one of these typologies is reported, and its fields."""

    typologies: tuple[Words, ...] = Field(min_length=1)
    term: Words
    fields: tuple[Words, ...] = Field(min_length=1)
    since: date


class Regime(Record):
    """One regime, whole."""

    id: Words
    name: Words
    acronym: Words
    authority: Words
    zone: Words
    country: str = ""  # two letters, by which typologies name the codes of its form
    holidays: str = ""
    structure: tuple[Part, ...] = Field(min_length=1)
    text: TextRules
    clocks: tuple[Clock, ...] = Field(min_length=1)
    threshold: Threshold | None = None
    retention: Retention
    secrecy: Secrecy
    currency: str = ""  # in which the totals are told too
    note_characters: Annotated[int, Field(gt=0)] | None = None  # of the field that bears the key term
    code_pattern: str = ""
    no_code: str = ""  # what the text says where no code applies
    key_terms: tuple[KeyTerm, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"unknown zone {zone!r}, e.g. Asia/Singapore") from None
        return zone

    @model_validator(mode="after")
    def _terms_fit(self) -> Self:
        for term in self.key_terms:
            if self.note_characters and len(term.term) > self.note_characters:
                raise ValueError(f"the key term {term.term!r} has more than {self.note_characters} characters")
        if not any(clock.when == "ordinary" for clock in self.clocks):
            raise ValueError("clocks must hold an ordinary one")
        if any(clock.unit == "business days" for clock in self.clocks) and not self.holidays:
            raise ValueError("business days need a calendar: name one in holidays")
        return self

    def term_for(self, typologies: Iterable[str], day: date) -> KeyTerm | None:
        """The key term of the first of these typologies that has one on that day."""
        for typology in typologies:
            for term in self.key_terms:
                if typology in term.typologies and term.since <= day:
                    return term
        return None

    def own_clock(self, day: date, occasion: Occasion) -> Clock | None:
        """The clock of that occasion on that day, where the regime has one that is not the ordinary one."""
        found = (clock for clock in self.clocks if clock.when == occasion != "ordinary" and clock.applies(day))
        return next(found, None)

    def ordinary_clock(self, day: date) -> Clock:
        """The ordinary clock of that day, else the first."""
        ordinary = [clock for clock in self.clocks if clock.when == "ordinary"]
        return next((clock for clock in ordinary if clock.applies(day)), ordinary[0])


def regimes(own: Path | None = None) -> Mapping[str, Regime]:
    """Every regime by its id, those of the folder OWN before ours. Raises KnowledgeError with file and line."""
    folders = [FOLDER, *([own] if own else [])]
    return {name: regime for name, (regime, _) in read_yaml_folders(folders, Regime).items()}


def regime(name: str, own: Path | None = None) -> Regime:
    """The regime of that id. Raises UsageError with the nearest, KnowledgeError where a file is wrong."""
    known = regimes(own)
    if name not in known:
        close = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
        raise UsageError(f"unknown regime {name!r}", hint=hint)
    return known[name]
