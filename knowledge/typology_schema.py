"""The format of a typology's file as a JSON Schema (draft 2020-12), generated from the model, for editors."""

from collections.abc import Iterable
from typing import Any

from casewright.knowledge.categories import categories
from casewright.knowledge.typology import Typology

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE = "typology.schema.json"  # what the note to editors calls it

_NOTE = (
    "For editors: save this as {file} and begin a typology's file with the line "
    "`# yaml-language-server: $schema=../{file}` (its path from there, or a URL). It shows descriptions, closed words "
    "and unknown keys; `casewright typology check` holds more, such as ids that must exist."
)


def schema(indicators: Iterable[str]) -> dict[str, Any]:
    """The schema, with all fields' descriptions; INDICATORS and the categories of labels are closed words in it."""
    found = Typology.model_json_schema(by_alias=True)
    parts = found["$defs"]
    parts["RedFlag"]["properties"]["indicator"]["enum"] = ["", *sorted(indicators)]
    known = sorted(categories())
    for part, key in (("RedFlag", "label"), ("Exposure", "category")):
        for kind in parts[part]["properties"][key]["anyOf"]:
            if kind["type"] in {"string", "array"}:
                kind.get("items", kind)["enum"] = known
    description = f"{found['description']} {_NOTE.format(file=FILE)}"
    return {"$schema": DIALECT, **found, "title": "Casewright typology", "description": description}
