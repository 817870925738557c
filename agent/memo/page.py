"""A case's files: `case.json`, and `narrative.md` as people read and edit it."""

import os
from pathlib import Path

from casewright.knowledge.case import Case
from casewright.prompts import render


def markdown(case: Case) -> str:
    """The memo as `narrative.md`: a heading a section, a sentence a line, its citations behind it."""
    return render("case_memo", case=case.id, status=case.narrative.status, sections=case.narrative.sections)


def write(case: Case, folder: Path) -> Path:
    """Write `FOLDER/<case id>/case.json` and `narrative.md`, each whole or not at all; tells the folder."""
    place = folder / case.id
    place.mkdir(parents=True, exist_ok=True)
    replace(place / "case.json", case.model_dump_json(indent=1))
    replace(place / "narrative.md", markdown(case))
    return place


def replace(path: Path, text: str) -> None:
    """Write beside the file and move over it, so that a killed process or a full disk leaves the old one."""
    fresh = path.with_suffix(f"{path.suffix}.part")
    try:
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
