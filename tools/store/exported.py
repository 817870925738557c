"""The log as a file that an auditor takes away: a JSON object a line, an entry each, and its head as the last.

The file can be checked without the store. Every byte of it counts: a line that is not written as we write it is told.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from casewright.knowledge.records import Record
from casewright.tools.store.audit import FIRST, Entry, written
from casewright.tools.store.vouching import BrokenLink, Checked, broken_link, unknown_head


class _Head(Record):
    """The last line: how many entries there are, and the hash of the last one."""

    entries: int
    head: str


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """The lines of the file, each with its end."""
    count, head = 0, FIRST
    for entry in entries:
        yield _line(entry)
        count, head = entry.seq, entry.hash
    yield _line(_Head(entries=count, head=head))


def check_lines(found: Iterable[str], noted: str = "") -> Checked:
    """What `check` tells of a store, of such a file; what the log vouches for is not in it.

    NOTED is a hash that was the head once: one of its entries must bear it.
    """
    previous, number, head, known = FIRST, 0, None, noted in ("", FIRST)
    for line in found:
        if head is not None:
            return _bad(number, previous, "lines follow the last one")
        try:
            value: Any = json.loads(line)
            made = (_Head if "head" in value else Entry).model_validate(value)
            if _line(made) != line:
                return _bad(number, previous, "the line is not as it was written")
        except (ValueError, TypeError, ValidationError):
            return _bad(number, previous, "the line is no entry of a log")
        if isinstance(made, _Head):
            head = made
            continue
        entry = made.model_dump() | {"payload": written(made.payload)}
        if why := broken_link(entry, number + 1, previous):
            return _bad(number, previous, why)
        previous, number = made.hash, number + 1
        known = known or noted == previous
    if head is None:
        return _bad(number, previous, "the last line, with the head, is missing: the file was cut")
    if (head.entries, head.head) != (number, previous):
        return _bad(number, previous, f"its head is of {head.entries} entries, the file holds {number}")
    return Checked(entries=number, head=previous) if known else _bad(number, previous, unknown_head(noted))


def _bad(number: int, previous: str, why: str) -> Checked:
    return Checked(entries=number, head=previous, first_bad=BrokenLink(seq=number + 1, why=why))


def _line(value: Record) -> str:
    return f"{written(value.model_dump(mode='json'))}\n"
