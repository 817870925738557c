"""Which typologies a description fits by meaning."""

from decimal import Decimal

from casewright.agent.asking.around import Around
from casewright.agent.typologies.known import library_of
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Row, Table

COLUMNS = (
    Column(name="typology", kind="word", unit="typology", means="the file's id"),
    Column(name="title", kind="text", means="what it is called"),
    Column(name="score", kind="ratio", means="closeness by meaning and words, 0 to 1; no measure of this case"),
    Column(name="description", kind="text"),
)


def typology_search(around: Around, *, text: str = "", k: int = 5) -> Evidence:
    """Find laundering typologies by a description in words. It says nothing about a customer; for that there is
    typology_match.

    text: what is seen, in an investigator's words
    k: how many at most
    """
    from casewright.agent.typology_search import Search, search  # chromadb is loaded where a typology is asked for

    if not text.strip():
        raise UsageError("there is nothing to search for", hint="describe what is seen")
    library = library_of(around.workspace)
    hits = search(around.workspace, library, [text], Search(k=max(1, min(k, 20)))).hits[0]
    rows: tuple[Row, ...] = tuple(
        {"typology": hit.id, "title": library.findable[hit.id].name, "score": Decimal(f"{hit.score:.3f}"),
         "description": library.findable[hit.id].description} for hit in hits
    )  # fmt: skip
    return Evidence(
        tool="typology_search",
        query=f"casewright typology search {text!r} -k {k}",
        tables=(Table(columns=COLUMNS, rows=rows),),
        status="found" if rows else "empty",
        searched=f"{len(library.findable)} typologies",
    )
