"""MAP.yaml: what an exchange calls our fields, what all its rows share, how it writes times, what its currencies cost.

columns: {id: tx_ref, at: booked_at, src: from_account, dst: to_account, amount: value, asset: currency}
constants: {network: paynow, kind: fiat_in}
values: {status: {OK: completed, FAILED: rejected}}
time_format: "%d/%m/%Y %H:%M:%S"     # else ISO 8601; or epoch, epoch_ms, days since 2024-01-01
timezone: Asia/Singapore             # of times without an offset; else UTC
currencies: {EUR: 1.08, SGD: 0.74}   # US dollars for one unit
"""

import contextlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from casewright.knowledge.errors import DataError, KnowledgeError
from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml
from casewright.tools.intake.reading import DAYS_SINCE

_NAMED = {"", "epoch", "epoch_ms"}

Word = str | int | float | bool
Words = Mapping[str, Word]


class Mapped(Record):
    """What a mapping file says."""

    columns: Words = Field(default_factory=dict)
    constants: Words = Field(default_factory=dict)
    values: Mapping[str, Words] = Field(default_factory=dict)
    time_format: str = ""
    timezone: str = "UTC"
    currencies: Words = Field(default_factory=dict)

    @field_validator("time_format")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        days = value.removeprefix(DAYS_SINCE)
        with contextlib.suppress(ValueError):
            if value in _NAMED or "%" in value or (days != value and date.fromisoformat(days)):
                return value
        raise ValueError("is no time format; expected epoch, epoch_ms, days since 2024-01-01 or one with %Y, %m, %d")

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is no time zone; expected one such as Asia/Singapore") from error
        return value

    @field_validator("currencies")
    @classmethod
    def _have_rates(cls, value: Words) -> Words:
        for currency, rate in value.items():
            if rate_of(rate) is None:
                raise ValueError(f"has no rate for {currency}; expected US dollars for one unit, such as 1.08")
        return value


def rate_of(rate: object) -> str | None:
    """The rate as plain digits, None where it is none."""
    try:
        found = Decimal(str(rate))
    except InvalidOperation:
        return None
    return format(found, "f") if found.is_finite() and 0 < found < 10**12 else None


def read_map(path: Path) -> Mapped:
    """The mapping of that file. Raises DataError with everything that is wrong in it."""
    if not path.is_file():
        raise DataError("there is no such mapping file", path)
    try:
        return read_yaml(path, Mapped)
    except KnowledgeError as error:
        raise DataError(str(error)) from error
