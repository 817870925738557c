"""The format of an expert's file as a JSON Schema (draft 2020-12), generated from the model, for editors."""

from collections.abc import Iterable
from typing import Any

from casewright.knowledge.categories import categories
from casewright.knowledge.records import Record
from casewright.knowledge.typology import Typology

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NOTE = (
    "For editors: save this as {file} and begin a {kind}'s file with the line "
    "`# yaml-language-server: $schema=../{file}` (its path from there, or a URL). It shows descriptions, closed words "
    "and unknown keys; {more}."
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
    return _whole(found, "typology", "`casewright typology check` holds more, such as ids that must exist")


def plain(model: type[Record], kind: str) -> dict[str, Any]:
    """The schema of another kind of file, whose words are closed by its model alone."""
    return _whole(model.model_json_schema(by_alias=True), kind, "reading the file holds more, such as what must agree")


def _whole(found: dict[str, Any], kind: str, more: str) -> dict[str, Any]:
    """With its dialect and the note to editors, which names the file as KIND.schema.json."""
    note = _NOTE.format(file=f"{kind}.schema.json", kind=kind, more=more)
    return {"$schema": DIALECT, **found, "title": f"Casewright {kind}", "description": f"{found['description']} {note}"}
