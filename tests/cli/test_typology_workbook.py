"""`casewright typology export` and `import` of a workbook: what comes back is what went out, and nothing runs."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from casewright.agent.settings import Workspace
from casewright.agent.typologies import from_sheets
from casewright.agent.typologies.to_sheets import workbook
from casewright.knowledge import library
from casewright.knowledge.library import SHIPPED
from casewright.knowledge.typology import LookAlike, RedFlag, Typology
from casewright.knowledge.typology_text import text_of
from casewright.tools.indicators import catalogue

Run = Callable[..., Any]
LIBRARY = library.load([], catalogue())
THREE = ("funnel-fan-in", "money-mule-account", "peel-chain")


@pytest.fixture
def exported(casewright: Run, workspace: Workspace, tmp_path: Path) -> Path:
    """A workbook of three typologies."""
    path = tmp_path / "typologies.xlsx"
    assert casewright("-w", workspace.folder, "typology", "export", *THREE, "--xlsx", path).code == 0
    return path


def test_all_shipped_typologies_come_back_equal(casewright: Run, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "all.xlsx"
    assert casewright("-w", workspace.folder, "typology", "export", "--xlsx", path).code == 0
    assert from_sheets.read(path, {}) == dict(LIBRARY.typologies)
    assert len(LIBRARY.typologies) >= 62


def test_every_shipped_typology_as_written_text_reads_back_equal() -> None:
    for typology in LIBRARY.typologies.values():
        assert library.parse(text_of(typology), SHIPPED / f"{typology.id}.yaml", catalogue()) == typology


def _made(text: str, limit: Decimal, defining: bool) -> Typology | None:
    whole = LIBRARY.typologies["peel-chain"]
    try:
        flag = RedFlag.model_validate(
            {"see": text, "on": "deposit", "indicator": "inflow_usd", "at_least": limit, "defining": defining}
        )
        other = LookAlike.model_validate({"name": text, "tells_apart": text, "lawful": "no"})
        said = (text, *whole.said)
        changed = {"red_flags": (flag, *whole.red_flags), "look_alikes": (other,), "said": said, "name": text}
        return Typology.model_validate(whole.model_copy(update=changed).model_dump(by_alias=True))
    except ValidationError:  # not a text that a typology may hold
        return None


_TEXTS = st.one_of(
    st.sampled_from(["=1+1", "-5", "@SUM(A1)", "+x", "no", "null", "1.50", "2025-01-01", "TRUE", "_x0041_", "# a: b"]),
    st.text(max_size=40),
)


@settings(max_examples=40)
@given(_TEXTS, st.decimals(0, 10**12, places=4), st.booleans())
def test_any_typology_comes_back_equal(
    tmp_path_factory: pytest.TempPathFactory, text: str, limit: Decimal, defining: bool
) -> None:
    typology = _made(text, limit, defining)
    if typology:
        path = tmp_path_factory.mktemp("book") / "one.xlsx"
        path.write_bytes(workbook([typology]))
        assert from_sheets.read(path, LIBRARY.typologies) == {typology.id: typology}
        assert library.parse(text_of(typology), Path("peel-chain.yaml"), catalogue()) == typology


def test_a_text_that_looks_like_a_formula_is_stored_as_text(tmp_path: Path) -> None:
    path = tmp_path / "one.xlsx"
    for text in ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)"):
        typology = _made(text, Decimal(1), False)
        assert typology is not None
        path.write_bytes(workbook([typology]))
        cell = openpyxl.load_workbook(path)["typologies"]["B2"]
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_the_workbook_explains_itself(exported: Path) -> None:
    book = openpyxl.load_workbook(exported)
    shown = [page.title for page in book if page.sheet_state == "visible"]
    assert shown == ["typologies", "red flags", "look-alikes", "questions", "sources", "writing", "fixtures"]
    for title in shown:
        assert all(cell.comment for cell in book[title][1]), title
    lists = [str(rule.sqref) for rule in book["red flags"].data_validations.dataValidation]
    assert [place[0] for place in lists] == ["C", "D", "I", "M", "N"]  # on, indicator, label, weight, defining


def _edit(path: Path, *edits: tuple[str, str, object]) -> None:
    book = openpyxl.load_workbook(path)
    for sheet, place, value in edits:
        book[sheet][place] = value
    book.save(path)


def _row(path: Path, sheet: str, name: str) -> int:
    page = openpyxl.load_workbook(path)[sheet]
    return next(cell.row for cell in page["A"] if cell.value == name)


def test_only_what_changed_becomes_a_draft(casewright: Run, workspace: Workspace, exported: Path) -> None:
    row = _row(exported, "typologies", "peel-chain")
    _edit(exported, ("typologies", f"B{row}", "Peel chain, renamed"))
    ran = casewright("-w", workspace.folder, "typology", "import", "--xlsx", exported, "--json")
    path = workspace.folder / "typologies" / "peel-chain.yaml"
    assert ran.json["written"] == [str(path)]
    assert len(ran.json["unchanged"]) == 2
    assert [file.name for file in path.parent.iterdir()] == ["peel-chain.yaml"]
    found = library.parse(path.read_text(encoding="utf-8"), path, catalogue())
    assert (found.name, found.status) == ("Peel chain, renamed", "draft")
    again = casewright("-w", workspace.folder, "typology", "import", "--xlsx", exported, "--json")
    assert again.json["written"] == again.json["replaced"] == []


def test_a_file_of_the_site_is_written_over_only_where_that_is_said(
    casewright: Run, workspace: Workspace, exported: Path
) -> None:
    row = _row(exported, "typologies", "peel-chain")
    run = ("-w", workspace.folder, "typology", "import", "--xlsx", exported)
    for name in ("Peel chain, first", "Peel chain, second"):
        _edit(exported, ("typologies", f"B{row}", name))
        ran = casewright(*run)
    path = workspace.folder / "typologies" / "peel-chain.yaml"
    assert ran.code == 2
    assert "there already" in ran.err
    assert "first" in path.read_text(encoding="utf-8")
    assert f"draft, written over: {path}" in casewright(*run, "--replace").out
    assert "second" in path.read_text(encoding="utf-8")


def test_every_problem_is_told_with_sheet_row_and_column(casewright: Run, workspace: Workspace, exported: Path) -> None:
    _edit(
        exported,
        ("red flags", "C2", "the moon"),
        ("red flags", "D3", "no_such_indicator"),
        ("red flags", "E4", "{kind: [}"),
        ("look-alikes", "A2", "peel-chian"),
        ("sources", "E2", "=1+1"),
        ("sources", "E3", "soon"),
        ("questions", "B2", "nobody"),
        ("typologies", "C1", "alias"),
    )
    ran = casewright("-w", workspace.folder, "typology", "import", "--xlsx", exported)
    assert ran.code == 1
    for told in (
        "red flags, row 2, column C (on)",
        "red flags, row 4, column E (parameters): is not YAML",
        "look-alikes, row 2, column A (of typology): the sheet 'typologies' has no 'peel-chian'; did you mean",
        "sources, row 2, column E (year): is a formula, expected a plain value",
        "sources, row 3, column E (year)",
        "questions, row 2: is a question to 'nobody'",
        "typologies, row 1, column C: unknown column 'alias'; did you mean 'aliases'?",
    ):
        assert told in ran.err, told
    assert not list((workspace.folder / "typologies").iterdir())


def test_an_unknown_indicator_is_told_by_its_cell(casewright: Run, workspace: Workspace, exported: Path) -> None:
    _edit(exported, ("red flags", "D2", "inflow_us"))
    ran = casewright("-w", workspace.folder, "typology", "import", "--xlsx", exported, "--json")
    assert ran.json["error"]["where"].endswith("red flags, row 2, column D (indicator)")
    assert "inflow_usd" in ran.json["error"]["hint"]


def test_what_is_no_workbook_is_told_in_one_line(casewright: Run, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "notes.xlsx"
    for content in (b"hello", b"PK\x05\x06" + bytes(18)):
        path.write_bytes(content)
        ran = casewright("-w", workspace.folder, "typology", "import", "--xlsx", path)
        assert ran.code == 1
        assert len(ran.err.splitlines()) == 1
        assert "is not a workbook" in ran.err
    assert casewright("-w", workspace.folder, "typology", "import", "--xlsx", tmp_path / "none.xlsx").code == 1
    assert casewright("-w", workspace.folder, "typology", "import").code == 2


def test_an_export_is_not_written_over_by_chance(casewright: Run, workspace: Workspace, exported: Path) -> None:
    run = ("-w", workspace.folder, "typology", "export", "peel-chain", "--xlsx", exported)
    assert casewright(*run).code == 2
    ran = casewright(*run, "--replace", "--json")
    assert ran.json["replaced"] == [str(exported)]
    assert ran.json["typologies"] == ["peel-chain"]
    assert casewright("-w", workspace.folder, "typology", "export", "no-such", "--xlsx", "x.xlsx").code == 1
