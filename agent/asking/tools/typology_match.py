"""Which typologies the measurements of a subject fit, and what speaks against each."""

from collections.abc import Iterator
from decimal import Decimal

from casewright.agent.asking.around import Around
from casewright.agent.typologies.known import library_of
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Row, Table
from casewright.knowledge.fit import Fit
from casewright.knowledge.records import Subject, canonical_id
from casewright.tools import fits

COLUMNS = (
    Column(name="subject", kind="id"),
    Column(name="typology", kind="word", unit="typology", means="the file's id"),
    Column(name="title", kind="text", means="what it is called"),
    Column(name="score", kind="ratio", means="how well what was measured fits, 0 to 1; under 0.5 none fits"),
    Column(name="part", kind="word", unit="part", means="fired, silent, unmeasured or look-alike"),
    Column(name="text", kind="text", means="the red flag or look-alike"),
    Column(name="measure", kind="word", unit="measure", means="the indicator behind it"),
    Column(name="value", kind="ratio", means="as measured, in the unit beside it"),
    Column(name="unit", kind="word", unit="unit"),
    Column(name="reason", kind="word", unit="reason", means="what was measured and asked for, or why it was not"),
)
_MOST = 3


def typology_match(around: Around, *, subject: str = "") -> Evidence:
    """Match a subject to typologies by measurement: for the best three, the red flags that fired, those that stayed
    silent, those that could not be measured and why, and the look-alikes that fit as well.

    A match is no proof; say "consistent with" and name what stayed silent too.

    subject: an account; empty for the open case's
    """
    library = library_of(around.workspace)
    own = around.case.subjects[0] if around.case else None
    wanted = canonical_id(subject) or (own.id if own else "")
    if not wanted:
        raise UsageError("whom to match is missing", hint="name an account, or open a case")
    whom = own if own and own.id == wanted else Subject(id=wanted, since=own.since if own else None,
                                                        until=own.until if own else None)  # fmt: skip
    if around.case and own == whom:
        matches = fits.weigh(library.approved, around.case.evidence, wanted)
        found = fits.told(whom, matches, around.case.evidence, library.approved, most=_MOST)
    else:
        found = fits.fitted(around.ledger, (whom,), library.approved, _MOST)[0]
    rows = tuple(row for match in found.matches for row in _rows(wanted, match))
    return Evidence(
        tool="typology_match",
        arguments={"subject": wanted},
        query=f"casewright typology match {wanted}",
        tables=(Table(columns=COLUMNS, rows=rows),),
        status="found" if rows else "empty",
        searched=f"{len(library.approved)} approved typologies",
        reason=found.reason,
    )


def _rows(subject: str, match: Fit) -> Iterator[Row]:
    """A row a sign, those that fired first; then what else it could be."""
    about: Row = {**dict.fromkeys((column.name for column in COLUMNS), None), "subject": subject,
                  "typology": match.id, "title": match.name, "score": Decimal(f"{match.score:.2f}")}  # fmt: skip
    for part, signs in (("fired", match.fired), ("silent", match.silent)):
        for sign in signs:
            value = sign.value if isinstance(sign.value, (int, Decimal)) else None
            yield {
                **about,
                "part": part,
                "text": sign.see,
                "measure": sign.measure,
                "value": value,
                "unit": sign.unit,
                "reason": f"{sign.said}; asked for {sign.limit}{' (a tuning seed of ours)' if sign.seed else ''}",
            }
    for gap in match.unmeasured:
        yield {**about, "part": "unmeasured", "text": gap.see, "measure": gap.measure, "reason": gap.why}
    for other in match.look_alikes:
        yield {**about, "part": "look-alike", "text": other.name, "reason": other.tells_apart}
