"""The largest movements of an account of which an investigation lists only the first: asked apart, by kind and way.

A list of movements is cut after some hundred rows, in order of time. What a report tells of the largest must be true of
all of them, so they are asked in order of value, and where nobody asked, none are told.
"""

from collections.abc import Sequence

from casewright.agent.memo.dossier import Cells, Dossier
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject
from casewright.tools.pack import ask
from casewright.tools.warehouse import Ledger

INNER = {"fee", "reward", "trade"}  # what nobody outside took part in
MOST = 12  # of a kind each way (ours): as many as a report tells one by one


def largest(ledger: Ledger, subject: Subject, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The completed movements of most value, of each kind and way; nothing where the list of all is whole."""
    found = {one.tool: one for one in reversed(evidence)}
    listed, flows = found.get("transfers"), found.get("flows")
    if listed is None or flows is None or not listed.truncated:
        return []
    ways = dict.fromkeys(
        (str(row["kind"]), str(row["direction"]))
        for row in flows.rows
        if row["status"] == "completed" and row["kind"] not in INNER
    )
    return [
        ask(ledger, "transfers", (subject,), kind=kind, direction=way, status="completed", order="value", limit=MOST)
        for kind, way in ways
    ]


def known_movements(dossier: Dossier) -> list[Cells]:
    """Every movement where all are listed, else those of most value; nothing where these were not asked."""
    listed = dossier.of("transfers")
    if listed is None or not listed.truncated:
        return list(dossier.cells("transfers"))
    found: dict[tuple[str, str], Cells] = {}
    for evidence in dossier.by_tool["transfers"]:
        if evidence.arguments.get("order") == "value":
            columns = {column.name: column for column in evidence.table("rows").columns}
            for row in evidence.rows:
                cells = Cells(row, columns, evidence.id, dossier.zone)
                found.setdefault((cells.text("transfer"), cells.text("direction")), cells)
    return list(found.values())


def unknown_largest(dossier: Dossier) -> bool:
    """Whether the list of movements was cut and those of most value were not asked."""
    listed = dossier.of("transfers")
    return listed is not None and bool(listed.truncated) and not known_movements(dossier)
