"""What the experts' file says of one typology."""

import difflib

from casewright.agent.asking.around import Around
from casewright.agent.expertise import expertise
from casewright.agent.typologies.known import library_of
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence, Row, Table


def typology_page(around: Around, *, id: str = "") -> Evidence:
    """Read a typology's page: its red flags, look-alikes and what tells them apart, what would rule it out, and the
    questions to put to the data and to the customer.

    id: the typology's id; empty for the one that fits the open case best
    """
    library = library_of(around.workspace)
    best = around.case.typologies[0].id if around.case and around.case.typologies else ""
    wanted = id or best
    if wanted not in library.typologies:
        close = difflib.get_close_matches(wanted, library.typologies, 1)
        hint = f"did you mean {close[0]}?" if close else "typology_search finds one by a description"
        raise UsageError(f"there is no typology {wanted!r}" if wanted else "no typology is named", hint=hint)
    typology = library.typologies[wanted]
    page = expertise(typology)
    table = page.table("rows")
    flags: tuple[Row, ...] = tuple(
        {"typology": typology.id, "part": "red flag", "text": flag.see, "tells_apart": None, "lawful": None}
        for flag in typology.red_flags
    )
    whole = Table(columns=table.columns, rows=(*table.rows, *flags))
    return page.model_copy(update={"tool": "typology_page", "tables": (whole,), "arguments": {"id": wanted}})
