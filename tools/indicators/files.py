"""The catalogue: every indicator's file in this folder."""

import difflib
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from casewright.knowledge.errors import CasewrightError, KnowledgeError, UsageError, join_errors
from casewright.knowledge.indicator import Indicator, read_indicator


@cache
def catalogue() -> Mapping[str, Indicator]:
    """Every indicator by name, in alphabetical order. Raises KnowledgeError with all that is wrong in any file."""
    found, errors = {}, list[CasewrightError]()
    for path in sorted(Path(__file__).parent.glob("*.sql")):
        try:
            found[path.stem] = read_indicator(path)
        except KnowledgeError as error:
            errors.append(error)
    if errors:
        raise join_errors(errors)
    return found


@cache
def fingerprint() -> str:
    """Twelve hex digits that change with every change to an indicator's file."""
    texts = (f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in sorted(Path(__file__).parent.glob("*.sql")))
    return hashlib.sha256("\x00".join(texts).encode()).hexdigest()[:12]


def indicator(name: str) -> Indicator:
    """The indicator of that name. Raises UsageError with the nearest one."""
    try:
        return catalogue()[name]
    except KeyError:
        close = difflib.get_close_matches(name, catalogue(), 1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(catalogue())}"
        raise UsageError(f"unknown indicator {name!r}", hint=hint) from None
