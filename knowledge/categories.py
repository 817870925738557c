"""The kinds of service and offence that a label or a finding can establish: `categories.yaml`, read once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml
from pydantic import ValidationError

from casewright.knowledge.errors import KnowledgeError
from casewright.knowledge.records import Record

FILE = Path(__file__).with_name("categories.yaml")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Category(Record):
    """A kind of service or offence, and the words that name it in a text."""

    id: str
    means: str
    words: tuple[str, ...] = ()
    accuses: bool = False  # naming it of a party needs a label or finding in the evidence cited
    ends: bool = False  # a trace ends there: what comes out has no known link to what went in
    risk: bool = False  # exposure to it is told first
    listed: bool = False  # the law lists such parties: told before every other risk


@cache
def categories() -> Mapping[str, Category]:
    """Every category by its id, in the file's order. Raises KnowledgeError for a wrong file."""
    try:
        found = yaml.load(FILE.read_text(encoding="utf-8"), _LOADER)
        return MappingProxyType({name: Category(id=name, **entry) for name, entry in found.items()})
    except (ValidationError, yaml.YAMLError, TypeError) as error:
        raise KnowledgeError(f"not the table of categories: {error}", FILE) from error
