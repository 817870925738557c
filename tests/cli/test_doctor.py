"""`casewright doctor`: a line each, with the mend, and nothing made by looking."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.doctor import Check, examine
from casewright.agent.settings import FILE, Workspace
from casewright.tools.store import Store
from casewright.tools.warehouse import Ledger

Run = Callable[..., Any]
NAMES = [
    *("python", "packages", "disk", "workspace", "ledger", "engine"),
    *("case store", "model", "embedder", "index", "typologies", "egress"),
]


def _check(name: str, checks: list[Check]) -> Check:
    return next(check for check in checks if check.name == name)


def test_a_fresh_folder_is_fit_and_told_what_comes_next(casewright: Run, tmp_path: Path) -> None:
    ran = casewright("-w", tmp_path, "doctor")
    assert ran.code == 0, ran.out
    assert [line[6:17].strip() for line in ran.out.splitlines()] == NAMES
    assert all(line.startswith("ok  ") for line in ran.out.splitlines())
    assert f"next: casewright -w {tmp_path} import transfers" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_machines_get_the_same_checks(casewright: Run, tmp_path: Path) -> None:
    ran = casewright("-w", tmp_path, "doctor", "--json")
    checks = ran.json["checks"]
    assert [check["name"] for check in checks] == NAMES
    assert all(set(check) == {"name", "ok", "found", "mend"} for check in checks)


def test_a_workspace_in_use_is_described(
    workspace: Workspace, make_ledger: Callable[..., Ledger], make_case: Callable[..., Any]
) -> None:
    make_ledger(
        [{"src": "C-1", "dst": "C-2", "at": day, "usd": 5} for day in ("2024-01-01", "2024-03-05")],
        path=workspace.ledger,
    )
    with Store.open(workspace.cases) as store:
        store.save_case(make_case(), "ada")
    checks = examine(workspace.folder, {})
    assert _check("ledger", checks).found == "2 transfers, 2024-01-01 to 2024-03-05; 0 rows rejected"
    assert _check("case store", checks).found.startswith("1 cases; tables at revision")
    assert all(check.ok for check in checks)


@pytest.mark.parametrize(
    ("text", "name", "found", "mend"),
    [
        ('timezone = "Mars"', "workspace", "unknown timezone 'Mars'", "Asia/Singapore"),
        ('currency = "SGD"', "ledger", "made for UTC, USD; the settings say UTC, SGD", "set them back"),
        ('model = "openai:gpt"', "model", "forbids", "network = true"),
        ('model = "gpt"', "workspace", "has no URL", "NAME@URL"),
        ('embedder = "m@https://host/v1"', "embedder", "forbids", "network = true"),
        ('index = "chroma://host:8000"', "index", "forbids", "network = true"),
        ('index = "chroma://127.0.0.1:9"', "index", "no Chroma server answers", "chroma run"),
    ],
)
def test_what_is_wrong_has_a_mend_and_exits_4(
    casewright: Run,
    workspace: Workspace,
    make_ledger: Callable[..., Ledger],
    text: str,
    name: str,
    found: str,
    mend: str,
) -> None:
    make_ledger(path=workspace.ledger)
    (workspace.folder / FILE).write_text(text + "\n")
    ran = casewright("-w", workspace.folder, "doctor", "--json")
    assert ran.code == 4
    check = next(check for check in ran.json["checks"] if check["name"] == name)
    assert not check["ok"]
    assert found in check["found"]
    assert mend in check["mend"]


def test_broken_files_are_told_beside_what_is_well(workspace: Workspace) -> None:
    workspace.ledger.write_text("at,src\n" * 500)
    (workspace.machine / "cases.db").write_text("at,src\n" * 500)
    (workspace.folder / "typologies" / "mine.yaml").write_text("id: other\n")
    checks = examine(workspace.folder, {})
    assert {check.name for check in checks if not check.ok} == {"ledger", "case store", "typologies"}
    assert "no readable ledger" in _check("ledger", checks).found
    assert "no readable case store" in _check("case store", checks).found
    assert "mine.yaml" in _check("typologies", checks).found
    assert all(check.mend for check in checks if not check.ok)


def test_a_ledger_that_is_being_written_is_told(workspace: Workspace) -> None:
    hold = (
        "import sys, time; from pathlib import Path; from casewright.tools.warehouse import Ledger\n"
        "with Ledger.create(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", hold, str(workspace.ledger)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        check = _check("ledger", examine(workspace.folder, {}))
        process.kill()
    assert not check.ok
    assert "another process is writing" in check.found
    assert check.mend == "wait until it is done"


def test_a_missing_package_is_a_finding_and_not_the_end(tmp_path: Path) -> None:
    script = """
import sys
for name in ("duckdb", "sqlalchemy", "onnxruntime"):
    sys.modules[name] = None  # as if it were not installed
sys.argv = ["casewright", "-w", sys.argv[1], "doctor"]
from casewright.agent.cli.main import main
main()
"""
    (tmp_path / ".casewright").mkdir()
    (tmp_path / ".casewright" / "ledger.duckdb").write_text("")
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    lines = {line[6:17].strip(): line for line in done.stdout.splitlines()}
    for name in ("ledger", "engine", "case store", "embedder"):
        assert lines[name].startswith("mend")
        assert "cannot be loaded" in lines[name]
    assert lines["workspace"].startswith("ok")


def test_what_would_send_prompts_elsewhere_is_switched_off_and_told(
    casewright: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from langsmith.utils import get_env_var, tracing_is_enabled

    for name in ("LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("LANGSMITH_GATEWAY", "https://elsewhere")
    found = casewright("-w", tmp_path, "doctor", "--json").json["checks"][-1]
    assert found["ok"]
    for name in ("LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGSMITH_GATEWAY"):
        assert name in found["found"]
    assert "https://elsewhere" not in found["found"]
    get_env_var.cache_clear()
    assert tracing_is_enabled() is False


def test_a_route_matters_only_where_the_network_is_allowed(workspace: Workspace) -> None:
    environment = {"https_proxy": "http://user:secret@proxy", "OPENAI_BASE_URL": ""}
    assert _check("egress", examine(workspace.folder, environment)).ok
    (workspace.folder / FILE).write_text("[policy]\nnetwork = true\n")
    check = _check("egress", examine(workspace.folder, environment))
    assert not check.ok
    assert "https_proxy" in check.found
    assert "secret" not in check.found + check.mend
