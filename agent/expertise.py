"""What the experts' file says of a typology, as evidence: a memo quotes it word for word and cites it."""

from casewright.knowledge.evidence import Column, Evidence, Row, Table
from casewright.knowledge.typology import Typology

TOOL = "typology"
COLUMNS = (
    Column(name="typology", kind="word", unit="typology", means="the file's id"),
    Column(name="part", kind="word", unit="part", means="which part of the file it stands in"),
    Column(name="text", kind="text", means="what it says"),
    Column(name="tells_apart", kind="text", means="what is seen with this look-alike and not with the typology"),
    Column(name="lawful", kind="word", unit="lawful"),
)


def expertise(typology: Typology) -> Evidence:
    """The name, look-alikes, questions and what would rule it out, a row each."""
    rows = [_row(typology, "name", typology.name)]
    rows += [_row(typology, "look-alike", a.name, a.tells_apart, a.lawful) for a in typology.look_alikes]
    rows += [_row(typology, "rules out", text) for text in typology.rules_out]
    rows += [_row(typology, "question to the data", text) for text in typology.questions.data]
    rows += [_row(typology, "question to the customer", text) for text in typology.questions.customer]
    return Evidence(
        tool=TOOL,
        arguments={"id": typology.id, "version": typology.version},
        query=f"casewright typology show {typology.id}",
        tables=(Table(columns=COLUMNS, rows=tuple(rows)),),
        status="found",
        searched=f"the typology {typology.id}, version {typology.version}",
    )


def _row(typology: Typology, part: str, text: str, tells_apart: str | None = None, lawful: str | None = None) -> Row:
    return {"typology": typology.id, "part": part, "text": text, "tells_apart": tells_apart, "lawful": lawful}
