"""Evidence as a model reads it: one JSON text, capped, what was cut told, strangers' words marked as such."""

import json
from collections.abc import Mapping
from typing import Any

from casewright.agent.privacy.untrusted import quoted, shown
from casewright.knowledge.evidence import Evidence, Table

ROWS = 40  # of a table; the person sees all
FACTS = 200


def told(evidence: Evidence) -> str:
    """The evidence with its id, without the query: a model has no use for it."""
    facts = [_harmless(fact.model_dump(mode="json"), fact.kind) for fact in evidence.facts[:FACTS]]
    cut = len(evidence.facts) - FACTS
    truncated = "; ".join(filter(None, [evidence.truncated, f"{cut:,} facts are not shown here" if cut > 0 else ""]))
    return json.dumps(
        {
            "id": evidence.id,
            "tool": evidence.tool,
            "arguments": evidence.arguments,
            "status": evidence.status,
            "reason": shown(evidence.reason),
            "searched": evidence.searched,
            "truncated": truncated,
            "facts": facts,
            "tables": [_table(table) for table in evidence.tables if table.rows],
        },
        ensure_ascii=False,
    )


def _table(table: Table) -> dict[str, Any]:
    plain = table.model_copy(update={"rows": table.rows[:ROWS]}).model_dump(mode="json")
    kinds = {column.name: column.kind for column in table.columns}
    held = [{name: cell for name, cell in row.items() if cell not in (None, "")} for row in plain["rows"]]
    used = {name for row in held for name in row}
    columns = [
        {key: value for key, value in column.items() if value} for column in plain["columns"] if column["name"] in used
    ]
    rows = [{name: _cell(cell, kinds[name]) for name, cell in row.items()} for row in held]
    return {"name": table.name, "columns": columns, "rows": rows, "more": max(len(table.rows) - ROWS, 0)}


def _cell(cell: Any, kind: str) -> Any:
    return quoted(str(cell)) if kind == "text" else shown(cell) if isinstance(cell, str) else cell


def _harmless(fact: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {**fact, "value": _cell(fact["value"], kind)}
