"""address-list: one address a line, as sanctions tools publish them; `#` begins a comment.

Such a list says nothing about its addresses, so a person does: `--category`, and better also `--source` and `--as-of`.
Only a file whose own name says `sanction` or `ofac` is taken as sanctioned without being told.
"""

import re
from collections.abc import Iterator

from casewright.knowledge.errors import UsageError
from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.reading import Reading, Row, Wishes
from casewright.tools.intake.rows import texts_by_hand
from casewright.tools.sources import Source
from casewright.tools.sources._list_date import date_of_list
from casewright.tools.sources._tables import words
from casewright.tools.warehouse import literal

_ADDRESS = re.compile(r"[A-Za-z0-9:_.-]{14,200}")
_SYMBOL = re.compile(r"[_-]([A-Z]{3,5})$")


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    first = file.first.partition("#")[0].strip()
    return file.container == "csv" and len(file.columns) == 1 and (not first or bool(_ADDRESS.fullmatch(first)))


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    listed = file.path.stem.lower()
    category = wishes.category or ("sanctioned" if "sanction" in listed or "ofac" in listed else "")
    if not category:
        raise UsageError("the list does not say what its addresses are", file.path, hint="say it with --category")
    symbol = _SYMBOL.search(file.path.stem)
    as_of, notes = date_of_list(file, wishes)
    return Reading(
        fields={
            "id": '"address"',
            "name": literal(wishes.name or ("sanctions list" if category == "sanctioned" else file.path.stem)),
            "category": literal(category),
            "source": literal(wishes.source or file.path.name),
            "confidence": "'list'",
            "network": literal(words("networks.yaml").get(symbol[1], "unknown") if symbol else "unknown"),
            **({"known_at": literal(as_of.isoformat())} if as_of else {}),
        },
        columns=("address",),
        rows=_rows(file),
        constant=frozenset({"known_at", "category"}),
        notes=notes,
    )


def _rows(file: SourceFile) -> Iterator[Row]:
    for line, _, _, text in texts_by_hand(file):
        address = text.partition("#")[0].strip()
        if address:
            wrong = None if _ADDRESS.fullmatch(address) else "this is no address"
            yield line, (address,), wrong, text


SOURCE = Source("address-list", ("labels",), "one address a line", "one address a line", _fits, _read)
