"""A typology as the YAML text that reads back as the same typology, and its parts as plain values."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel

from casewright.knowledge.typology import Typology

_WIDTH = 118


def plain(value: Any) -> Any:
    """A value of a typology as lists, dicts, texts, numbers and dates; what is left at its default is left out.

    A decimal becomes a number where that number says the same, else a text.
    """
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        given = value.model_dump(exclude_defaults=True)
        return {fields[key].alias or key: plain(getattr(value, key)) for key in fields if key in given}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return number(value) if isinstance(value, Decimal) else value


def number(value: Decimal) -> int | float | str:
    """The decimal as a number where that is exact, else as text."""
    if value == value.to_integral_value() and abs(value) < 10**15:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)


def text_of(typology: Typology) -> str:
    """The file's text; `casewright.knowledge.library.parse` makes the same typology of it."""
    return yaml.dump(
        plain(typology), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None
    )


def in_one_line(value: Any) -> str:
    """A plain value in YAML's short form, such as `{kind: withdrawal, seconds: 86400}`."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6, default_flow_style=True
    )
    return text.removesuffix("...\n").strip()


class _Dumper(yaml.SafeDumper):
    """Equal parts are written out again: the reader takes no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
