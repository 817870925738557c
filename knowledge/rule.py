"""A monitoring rule: when an account's indicators, at one of its events, together call for a person to look."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from casewright.knowledge.errors import CasewrightError, KnowledgeError, UsageError, join_errors
from casewright.knowledge.indicator import Indicator, Request, Setting
from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import Lines, Place, read_yaml_folders

Severity = Literal["low", "medium", "high"]
Status = Literal["draft", "proposed", "approved", "shadow", "live", "retired"]

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def _visible(text: str) -> str:
    text = " ".join(text.split())
    if not text or _HIDDEN.search(text):
        raise ValueError("is empty or holds hidden characters")
    return text


Text = Annotated[str, AfterValidator(_visible)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class _Part(Record):
    """A part of a rule; what stands below each field is its description in editors."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Condition(_Part):
    """A threshold on an indicator, or several conditions of which all, or any, must hold at the same event."""

    all: tuple["Condition", ...] = ()
    """Every one of these must hold; the rare ones first, so that the others are asked of few accounts."""
    any: tuple["Condition", ...] = ()
    """One of these must hold."""
    indicator: str = ""
    """The indicator's name."""
    parameters: Mapping[str, Setting] = Field(default_factory=dict)
    """Its parameters where they differ from its defaults."""
    at_least: Decimal | None = None
    """Holds where the value reaches this, in the indicator's unit."""
    at_most: Decimal | None = None
    """Holds where there is a value and it is this or less, in the indicator's unit."""
    rationale: Text | None = None
    """Why this threshold."""
    basis: Text = "ours"
    """Where the threshold comes from; `ours` is a tuning seed, no regulation."""

    @property
    def request(self) -> Request:
        """The indicator with its parameters."""
        return Request(indicator=self.indicator, parameters=self.parameters)

    def holds(self, value: Decimal) -> bool:
        """Whether a value reaches the threshold."""
        return (
            value >= self.at_least if self.at_least is not None else self.at_most is not None and value <= self.at_most
        )

    def thresholds(self, *place: str | int) -> Iterator[tuple[Place, "Condition"]]:
        """Every threshold within, and where it stands."""
        for name, parts in (("all", self.all), ("any", self.any)):
            for number, part in enumerate(parts):
                yield from part.thresholds(*place, name, number)
        if self.indicator:
            yield place, self

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum(map(bool, (self.all, self.any, self.indicator))) != 1:
            raise ValueError("needs exactly one of all, any and indicator")
        limits = (self.at_least is not None) + (self.at_most is not None)
        if self.indicator and (limits != 1 or not self.rationale):
            raise ValueError("an indicator needs either at_least or at_most, and the rationale of that threshold")
        if not self.indicator and (limits or self.parameters or self.rationale):
            raise ValueError("at_least, at_most, parameters and rationale belong to an indicator")
        return self


class Population(_Part):
    """Whom the rule watches, by the customer's record as known at the event."""

    kind: tuple[Text, ...] = Field(min_length=1)
    """person, company: any of these."""


class Rule(_Part):
    """A monitoring rule: evaluated at each event of an account, with only what was known then."""

    id: Slug
    """The file's name without `.yaml`."""
    title: Text
    """What an alert says."""
    risk: Text
    """The risk that it covers."""
    typologies: tuple[Slug, ...] = ()
    """Ids of the typologies that it serves."""
    population: Population | None = None
    """Whom it watches; all customers where this is left out."""
    when: Condition
    """What must hold at an event for an alert."""
    look_back_days: int = Field(ge=1, le=3650)
    """How far before the alert an investigator looks."""
    cool_down_days: int = Field(ge=1, le=3650)
    """For how long after an alert the same account raises no other by this rule."""
    severity: Severity
    """Which alerts come first."""
    known_false_positives: tuple[Text, ...] = Field(min_length=1)
    """Honest customers who look the same."""
    owner: Text
    """Who answers for it."""
    status: Status
    """Only `live` rules raise alerts."""
    version: int = Field(ge=1)
    """Raised with every change of meaning."""

    @property
    def thresholds(self) -> tuple[Condition, ...]:
        """Every threshold in it, in the order of the file."""
        return tuple(condition for _, condition in self.when.thresholds())


def load_rules(folders: Iterable[Path], indicators: Mapping[str, Indicator]) -> dict[str, Rule]:
    """The rules in these folders, by id; one in a later folder replaces its namesake.

    Raises KnowledgeError with everything wrong in all files: the format, indicators and parameters that do not exist.
    """
    found = read_yaml_folders(folders, Rule)
    errors: list[CasewrightError] = []
    for rule, lines in found.values():
        errors += _mistakes(rule, lines, indicators)
    if errors:
        raise join_errors(errors)
    return {name: rule for name, (rule, _) in found.items()}


def shipped() -> Path:
    """The folder of the rules that come with the program."""
    return Path(__file__).parent / "rules"


def _mistakes(rule: Rule, lines: Lines, indicators: Mapping[str, Indicator]) -> Iterator[KnowledgeError]:
    """What the format alone does not show."""
    for place, condition in rule.when.thresholds("when"):
        measure = indicators.get(condition.indicator)
        if measure is None:
            close = difflib.get_close_matches(condition.indicator, indicators, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(indicators)}"
            yield lines.error(f"unknown indicator {condition.indicator!r}", *place, "indicator", hint=hint)
            continue
        try:
            measure.bind(condition.parameters)
        except UsageError as error:
            yield lines.error(error.message, *place, "parameters", hint=error.hint)
        side = "at_least" if condition.at_least is not None else "at_most"
        limit = condition.at_least if condition.at_least is not None else condition.at_most
        assert limit is not None
        if limit < 0 or (measure.unit == "share" and limit > 1):
            expected = "0 .. 1" if measure.unit == "share" else "0 or more"
            yield lines.error(f"{side} is {limit}, expected {expected} ({measure.unit})", *place, side)
