"""A typology: a way of laundering as experts describe it, what of it can be measured, and what else it could be."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from casewright.knowledge.categories import categories
from casewright.knowledge.fixture import Fixture
from casewright.knowledge.indicator import Request, Setting
from casewright.knowledge.instructions import instruction_in
from casewright.knowledge.records import Record

Domain = Literal["fiat", "deposit", "withdrawal", "trade", "internal", "p2p", "kyc", "device", "onchain", "support"]
Stage = Literal["placement", "layering", "integration"]
Status = Literal["draft", "proposed", "approved", "retired"]
Lawful = Literal["yes", "no", "another offence"]
Reading = Literal["indicator", "exposure", "label", "event", "customer", ""]

OURS = "ours"  # the basis of a threshold without a source: a starting point for tuning, never regulation

REVIEW = "REVIEW:"  # begins a text that a program put there: nobody proposes it before an expert has read it
_LONGEST = 2_000
# Words that would tell a customer that a report is thought of, or made: a question to him must not hold them.
_TIPPING_OFF = re.compile(
    r"\b(suspicio\w*|launder\w*|STRO?|SARs?|FIU|AML|mule\w*|investigat\w*|police|crime\w*|criminal\w*)\b",
    re.IGNORECASE,
)


def _plain(text: str) -> str:
    """One line of visible text: no control, zero-width or direction characters, which hide words from a reader."""
    text = " ".join(text.split())
    if not text:
        raise ValueError("is empty")
    if len(text) > _LONGEST:
        raise ValueError(f"has {len(text):,} characters, at most {_LONGEST:,} are read")
    for place, character in enumerate(text, 1):
        if unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn"}:
            raise ValueError(f"has the hidden character U+{ord(character):04X} at place {place}")
    if spoken := instruction_in(text):
        raise ValueError(f"speaks to a machine ({spoken!r}); write for a reader")
    return text


def _known_category(name: str) -> str:
    if name not in categories():
        raise ValueError(f"is no category of labels; there are {', '.join(categories())}")
    return name


def _quiet(text: str) -> str:
    found = _TIPPING_OFF.search(text)
    if found:
        raise ValueError(f"would tip the customer off ({found.group()!r}); ask without saying why")
    return text


Text = Annotated[str, AfterValidator(_plain)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
CategoryId = Annotated[str, AfterValidator(_known_category)]
CustomerQuestion = Annotated[Text, AfterValidator(_quiet)]


class _Part(Record):
    """A part of a typology; what stands below each field is its description in editors."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Exposure(_Part):
    """Value from or to parties that bear a label of a category."""

    category: CategoryId | tuple[CategoryId, ...]
    """The label's category, or several of which any will do."""
    side: Literal["in", "out", "any"] = "any"
    """Where the customer's value came from (in) or went to (out)."""
    reach: Literal["direct", "indirect", "any"] = "any"
    """Direct is the first hop; indirect is any later one within the trace's caps."""
    at_least_usd: Decimal = Field(default=Decimal(1), gt=0)
    """The smallest sum in USD that counts; dust is not exposure."""

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories, any of which will do."""
        return (self.category,) if isinstance(self.category, str) else self.category


class Happened(_Part):
    """Something in the customer's timeline in the window: a recall, a password change, a new device."""

    kind: Word | tuple[Word, ...]
    """The event's kind, or several of which any will do."""
    at_least: int = Field(default=1, ge=1)
    """How many of them."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds, any of which will do."""
        return (self.kind,) if isinstance(self.kind, str) else self.kind


class Holder(_Part):
    """What the customer's record says; every condition that is set must hold."""

    kind: tuple[Word, ...] = ()
    """person or company, as the record has it."""
    occupation: tuple[Text, ...] = ()
    """Words of which one stands in the declared occupation."""
    licensed: bool | None = None
    """Whether a licence is on record."""
    age_at_least: int | None = Field(default=None, ge=0, le=120)
    """Years at the window's end."""
    age_at_most: int | None = Field(default=None, ge=0, le=120)
    """Years at the window's end."""
    account_days_at_least: int | None = Field(default=None, ge=0)
    """Days from the account's opening to the window's end."""
    account_days_at_most: int | None = Field(default=None, ge=0)
    """Days from the account's opening to the window's end."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.model_dump(exclude_defaults=True):
            raise ValueError(f"says nothing; give one of {', '.join(type(self).model_fields)}")
        return self


class RedFlag(_Part):
    """What would be seen, where, and what measures it: indicator, exposure, label, event or the customer's record."""

    see: Text
    """What an investigator would see, in words."""
    on: Domain
    """Where it is seen."""
    indicator: str = ""
    """The indicator that measures it; its peak in the window is held against the threshold."""
    parameters: Mapping[str, Setting] = Field(default_factory=dict)
    """The indicator's parameters where they differ from its defaults."""
    at_least: Decimal | None = None
    """Fires where the indicator's peak reaches this, in the indicator's unit."""
    at_most: Decimal | None = None
    """Fires where the indicator's value is this or less, in the indicator's unit."""
    exposure: Exposure | None = None
    """Value from or to labelled parties that makes it fire."""
    label: CategoryId | None = None
    """The category of a label that the account itself bears."""
    event: Happened | None = None
    """What must have happened for it to fire."""
    customer: Holder | None = None
    """What the customer's record must say for it to fire."""
    needs: Text | None = None
    """For a flag that cannot be measured here: the data that would change that."""
    weight: int = Field(default=1, ge=1, le=3)
    """How telling it is: 1 common among honest customers too, 2 telling, 3 rare without this typology."""
    defining: bool = False
    """Where any flag is defining, one of them must fire, else the others mean something else."""
    basis: Text = OURS
    """Where the threshold comes from: the id of a source below, or `ours`, a tuning seed that is no regulation."""

    @property
    def reading(self) -> Reading:
        """How it is measured; empty where it is not."""
        ways: tuple[Reading, ...] = ("indicator", "exposure", "label", "event", "customer")
        return next((way for way in ways if getattr(self, way)), "")

    @cached_property
    def request(self) -> Request:
        """The reading of its indicator that it asks for, where it has one."""
        return Request(indicator=self.indicator, parameters=self.parameters)

    @cached_property
    def key(self) -> tuple[str, str]:
        """The indicator and its settings, by which a reading is found."""
        return self.indicator, self.request.settings if self.indicator else ""

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        ways = [
            name for name in ("indicator", "exposure", "label", "event", "customer", "needs") if getattr(self, name)
        ]
        if len(ways) > 1:
            raise ValueError(f"is measured in {len(ways)} ways ({', '.join(ways)}), expected one; write two red flags")
        limits = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        if self.indicator and len(limits) != 1:
            raise ValueError("an indicator needs either at_least or at_most")
        if not self.indicator and (limits or self.parameters):
            raise ValueError("at_least, at_most and parameters belong to an indicator")
        return self


class LookAlike(_Part):
    """An honest, or otherwise unlawful, explanation that looks the same at first."""

    name: Text
    """What else it could be."""
    tells_apart: Text
    """What is seen in this case and not in the typology."""
    lawful: Lawful
    """Innocent only where lawful: selling coins to acquaintances as a business is another offence."""
    typology: Slug | None = None
    """The other typology's id, where it is one of ours."""


class Questions(_Part):
    """What to ask next."""

    data: tuple[Text, ...] = Field(min_length=1)
    """Questions to the ledger and to colleagues."""
    customer: tuple[CustomerQuestion, ...] = ()
    """Questions to the customer that do not tip off."""


class Writing(_Part):
    """What a report of one regime asks for, as of a date: lists of key terms and codes change."""

    regime: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    """The country's two letters (NO is Norway), or EU."""
    form: Text
    """The form that the terms and codes belong to."""
    key_terms: tuple[Text, ...] = ()
    """Terms that the authority asks for, word for word."""
    codes: tuple[Text, ...] = ()
    """Codes of the form."""
    note: Text | None = None
    """What else that regime asks for."""
    checked: date | None = None
    """When the terms and codes were last held against the authority's list; empty where they were not."""


class Source(_Part):
    """Where facts come from. Its words are not ours to copy; its facts are cited."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*$", max_length=20)]
    """A short name, which `basis` may cite."""
    title: Text
    """Its title and number."""
    issuer: Text
    """Who issued it."""
    year: int = Field(ge=1970, le=2100)
    """When it was issued, or last amended."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=300)]
    """Where it can be read."""


class Typology(_Part):
    """A way of laundering: in words, with what to measure, what it is mistaken for, and what to write."""

    id: Slug
    """The file's name without `.yaml`."""
    name: Text
    """What a report would call it."""
    aliases: tuple[Text, ...] = Field(min_length=1)
    """Other names of it, in the trade and in other languages."""
    said: tuple[Text, ...] = Field(min_length=3)
    """How people put it: slang, names of services and groups, half sentences, other languages."""
    stage: tuple[Stage, ...] = Field(min_length=1)
    """Stages of laundering that it serves."""
    predicate: tuple[Slug, ...] = Field(min_length=1)
    """Offences that the value may stem from; `any` where it says nothing of that."""
    description: Text
    """What happens, who does what, and why."""
    red_flags: tuple[RedFlag, ...] = Field(min_length=2)
    """What would be seen."""
    look_alikes: tuple[LookAlike, ...] = Field(min_length=1)
    """What else it could be."""
    questions: Questions
    """What to ask next."""
    rules_out: tuple[Text, ...] = Field(min_length=1)
    """What, once established, would rule it out."""
    write: tuple[Writing, ...] = ()
    """What a report asks for, by regime."""
    sources: tuple[Source, ...] = Field(min_length=1)
    """Where the facts come from."""
    amltrix: tuple[Annotated[str, StringConstraints(pattern=r"^T\d{4}(\.\d{3})?$")], ...] = ()
    """Techniques of the AMLTRIX framework that correspond."""
    fixtures: tuple[Fixture, ...] = ()
    """Made-up accounts in which it must be found, or must not."""
    replaced_by: Slug | None = None
    """The id of the typology that says it instead, once this one is retired; never in a circle."""
    owner: Text
    """Who answers for it."""
    version: int = Field(ge=1)
    """Raised with every change of meaning."""
    status: Status
    """Drafts and proposals are found by search, and do not match cases."""
    reviewed: date
    """When an expert last read it through."""

    @property
    def measurable(self) -> tuple[RedFlag, ...]:
        """The red flags that can be measured."""
        return tuple(flag for flag in self.red_flags if flag.reading)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        known = [source.id for source in self.sources]
        if len(set(known)) < len(known):
            raise ValueError("two sources have one id")
        for nr, flag in enumerate(self.red_flags):
            if flag.defining and not flag.reading:
                raise ValueError(f"red_flags[{nr}] is defining, and nothing measures it")
            if flag.basis != OURS and flag.basis not in known:
                raise ValueError(f"red_flags[{nr}].basis is {flag.basis!r}, expected 'ours' or one of {known}")
        return self
