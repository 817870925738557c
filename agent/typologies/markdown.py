"""Typologies as a handbook in markdown: a page each, with the picture of its flow, and an index."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from casewright.agent import handbook
from casewright.agent.typologies.flow import mermaid, pictured
from casewright.knowledge.indicator import Indicator
from casewright.knowledge.typology import Typology

INDEX = "README.md"  # shown by forges when a folder is opened; no typology's id can be so


def pages(
    folder: Path,
    typologies: Iterable[Typology],
    indicators: Mapping[str, Indicator],
    techniques: Mapping[str, str] | None = None,
) -> dict[Path, bytes]:
    """The handbook's files in FOLDER."""
    found = {typology.id: typology for typology in typologies}
    files = {folder / INDEX: _index(found.values())}
    for name, typology in found.items():
        files[folder / f"{name}.md"] = _page(typology, indicators, techniques, found)
    return {path: text.encode() for path, text in files.items()}


def _index(typologies: Iterable[Typology]) -> str:
    lines = ["# Typologies", "", "| Typology | Stage | Predicate offences | Red flags | Measured | Status |"]
    lines += ["| --- | --- | --- | ---: | ---: | --- |"]
    lines += [
        f"| [{_safe(found.name)}]({found.id}.md) | {', '.join(found.stage)} | {', '.join(found.predicate)} "
        f"| {len(found.red_flags)} | {len(found.measurable)} | {found.status} |"
        for found in typologies
    ]
    return "\n".join(lines) + "\n"


def _page(
    typology: Typology,
    indicators: Mapping[str, Indicator],
    techniques: Mapping[str, str] | None,
    known: Iterable[str],
) -> str:
    lines = [
        f"# {_safe(typology.name)}",
        "",
        f"`{typology.id}`, {typology.status}, version {typology.version}, reviewed {typology.reviewed}; "
        f"owner: {_safe(typology.owner)}",
        "",
        f"Stage: {', '.join(typology.stage)}. Predicate offences: {', '.join(typology.predicate)}.",
        "",
        _safe(typology.description),
    ]
    if fixture := pictured(typology):
        lines += ["", "## Its flow", "", f"Made up: {_safe(fixture.name)}.", "", "```mermaid", mermaid(fixture), "```"]
    for title, items in handbook.sections(typology, indicators, techniques):
        if found := [f"- {_linked(_safe(item), known)}" for item in items]:
            lines += ["", f"## {title}", "", *found]
    return "\n".join([*lines, "", f"[All typologies]({INDEX})"]) + "\n"


def _safe(text: str) -> str:
    """The text as text: what markdown would take as markup is escaped; web addresses stay as they are."""
    parts = re.split(r"(https?://[^\s<>]+)", text)
    escaped = "".join(
        f"<{part}>" if nr % 2 else re.sub(r"([\\`*_{}\[\]<>|#~$&])", r"\\\1", part) for nr, part in enumerate(parts)
    )
    return re.sub(r"^(\d*)([-+.)=])", r"\1\\\2", escaped)  # a list or a heading within a list


def _linked(text: str, known: Iterable[str]) -> str:
    """A look-alike's `see ID` as a link, where that page is in the handbook."""
    return re.sub(r", see ([a-z0-9-]+)\):", lambda m: f", see [{m[1]}]({m[1]}.md)):" if m[1] in known else m[0], text)
