"""`casewright import` and `casewright data` as their users meet them: exit codes, one object, what is printed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import Workspace
from casewright.tools.intake.kinds import KINDS

HEADER = "id,at,src,dst,usd"
GOOD = "P-1,2025-03-04,C-1,C-2,120.50"
BAD = "P-2,soon,C-1,C-2,5"

Run = Callable[..., Any]


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, name: str = "export.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def test_the_counts_add_up_and_the_exit_is_0_unless_strict(
    casewright: Run, workspace: Workspace, export: Callable[..., Path]
) -> None:
    path = export(HEADER, GOOD, GOOD, BAD)
    ran = casewright("-w", workspace.folder, "import", "transfers", path, "--format", "table", "--json")
    assert (ran.code, ran.err) == (0, "")
    counts = {key: ran.json[key] for key in ("read", "stored", "duplicates", "rejected")}
    assert counts == {"read": 3, "stored": 1, "duplicates": 1, "rejected": 1}
    reason = "at 'soon' is no time; expected a time such as 2024-07-16T12:04:47Z"
    assert ran.json["rejects"] == [{"line": 4, "reason": reason, "text": BAD}]
    ran = casewright("-w", workspace.folder, "import", "transfers", path, "--strict")
    assert ran.code == 3
    assert ran.out.splitlines() == [
        "Read 3 transfers (table): 0 stored, 2 duplicates, 1 rejected.",
        f"  line 4: {reason}: {BAD}",
    ]


def test_a_file_of_which_nothing_can_be_used_fails_in_one_line(
    casewright: Run, workspace: Workspace, export: Callable[..., Path]
) -> None:
    path = export(HEADER, BAD)
    ran = casewright("-w", workspace.folder, "import", "transfers", path, "--json")
    assert ran.code == 1
    assert (ran.json["read"], ran.json["rejected"], ran.json["error"]["where"]) == (1, 1, f"{path}:2")
    assert len(ran.err.splitlines()) == 1
    assert "none of the 1 rows can be used: at 'soon' is no time" in ran.err
    assert len(casewright("-w", workspace.folder, "data", "rejects", "--json").json["rejects"]) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("import", "transfers", "gone.csv"), 1, "gone.csv: there is no such file"),
        (("import", "transfers", "."), 1, "this is a folder, expected a file"),
        (("import", "transfers", "EXPORT", "--format", "tabel"), 2, "did you mean 'table'?"),
        (("import", "transfers", "EXPORT", "--format", "saml-d"), 1, "it looks like table: try --format table"),
        (("import", "transfers", "EXPORT", "--map", "gone.yaml"), 1, "there is no such mapping file"),
        (("import", "transfer", "EXPORT"), 2, "'transfer' is not one of"),
        (("data", "describe"), 1, "there is no ledger here yet"),
        (("data", "rejects", "--limit", "0"), 2, "Invalid value for '--limit'"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_a_code(
    casewright: Run, workspace: Workspace, export: Callable[..., Path], arguments: tuple[str, ...], code: int, told: str
) -> None:
    path = export(HEADER, GOOD)
    ran = casewright("-w", workspace.folder, *(str(path) if word == "EXPORT" else word for word in arguments))
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not workspace.ledger.exists()


def test_columns_that_are_not_read_are_told_beside_the_answer(
    casewright: Run, workspace: Workspace, export: Callable[..., Path]
) -> None:
    path = export(f"{HEADER},branch\x1b[31m", f"{GOOD},7")
    ran = casewright("-w", workspace.folder, "import", "transfers", path)
    assert ran.code == 0
    assert ran.err.startswith("casewright: not read: branch")
    assert "\x1b" not in ran.err


def test_missing_rates_are_a_matter_of_configuration(
    casewright: Run, tmp_path: Path, export: Callable[..., Path]
) -> None:
    workspace = Workspace.init(tmp_path / "sg", timezone="Asia/Singapore", currency="SGD")
    path = export(HEADER, GOOD)
    ran = casewright("-w", workspace.folder, "import", "transfers", path, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (4, "configuration")
    assert "no rate of SGD for 2025-03-04" in ran.err
    workspace.rates.write_text("date,currency,usd_per_unit,source\n2025-03-01,SGD,0.75,MAS\n")
    assert casewright("-w", workspace.folder, "import", "transfers", path).code == 0
    assert casewright("-w", workspace.folder, "data", "describe", "--json").json["currency"] == "SGD"


def test_the_ledger_is_described_listed_and_put_in_order(
    casewright: Run, workspace: Workspace, export: Callable[..., Path]
) -> None:
    casewright("-w", workspace.folder, "import", "transfers", export(HEADER, GOOD, BAD))
    told = casewright("-w", workspace.folder, "data", "describe").out
    assert "Period          2025-03-04T00:00:00Z to 2025-03-04T00:00:00Z" in told
    assert "Records         1 transfers" in told
    assert " 1  " in told.splitlines()[-1]
    ran = casewright("-w", workspace.folder, "data", "rejects")
    assert "export.csv" in ran.out
    assert BAD in ran.out
    ran = casewright("-w", workspace.folder, "data", "compact", "--json")
    assert (ran.code, ran.json["transfers"], ran.json["legs"]) == (0, 1, 2)


def test_the_fields_of_a_kind_are_listed(casewright: Run) -> None:
    found = casewright("data", "fields", "outcomes", "--json").json["fields"]
    assert [(row["field"], row["required"]) for row in found] == [("id", "yes"), ("outcome", "yes"), ("at", "")]
    assert casewright("data", "fields", "outcome").code == 2
    assert "happened_at" in casewright("data", "fields").out


def test_the_command_knows_every_kind_and_format(casewright: Run) -> None:
    from casewright.agent.cli.commands import import_
    from casewright.tools.sources import sources

    assert {kind.value for kind in import_.Kind} == set(KINDS)
    told = " ".join(casewright("import", "--help").out.split())
    for formats in sources().values():
        assert all(name in told for name in formats)
