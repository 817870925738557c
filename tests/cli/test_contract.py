"""The machine contract: one object on stdout, exit codes, errors in one line, and nothing that speaks to a terminal."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from casewright.agent.cli import contract
from casewright.agent.cli.contract import Answer, command
from casewright.knowledge import errors

Run = Callable[..., Any]


def _app(answer: Callable[[], Answer]) -> typer.Typer:
    app = typer.Typer()

    @command(app)
    def ask(word: Annotated[str, typer.Argument()] = "x") -> Answer:
        """Answer."""
        return answer()

    return app


def _run(app: typer.Typer, *arguments: str) -> int:
    code = app(args=list(arguments), standalone_mode=False)
    assert isinstance(code, int)
    return code


def test_an_answer_is_text_for_people_and_one_object_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    app = _app(lambda: Answer({"rows": [1], "name": "Köln"}, "One row.\n", 3))
    assert _run(app) == 3
    assert capsys.readouterr().out == "One row.\n"
    assert _run(app, "--json") == 3
    out = capsys.readouterr().out
    assert json.loads(out) == {"schema_version": 1, "rows": [1], "name": "Köln"}
    assert "Köln" in out
    assert out.count("\n") == 1


KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.CasewrightError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_one_object_one_line_and_its_exit_code(
    kind: type[errors.CasewrightError], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> Answer:
        raise kind("unknown word 'x'", "rules/a.yaml", 12, hint="did you mean 'y'?")

    assert _run(_app(fail), "--json") == kind.exit_code
    told = capsys.readouterr()
    assert json.loads(told.out)["error"] == {
        "code": kind.code,
        "message": "unknown word 'x'",
        "where": "rules/a.yaml:12",
        "hint": "did you mean 'y'?",
    }
    assert told.err == "casewright: rules/a.yaml:12: unknown word 'x'; did you mean 'y'?\n"
    _run(_app(fail))
    assert capsys.readouterr().out == ""


def test_what_the_system_refuses_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def fail() -> Answer:
        return Answer({}, (tmp_path / "nowhere").read_text())

    assert _run(_app(fail), "--json") == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["error"]["where"] == str(tmp_path / "nowhere")
    assert told.err.count("\n") == 1
    assert "No such file" in told.err


def test_a_file_name_that_is_no_text_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> Answer:
        raise errors.DataError("cannot be read", b"bad-\xff.csv".decode("utf-8", "surrogateescape"))

    assert _run(_app(fail), "--json") == 1
    assert json.loads(capsys.readouterr().out)["error"]["where"].startswith("bad-")


@given(st.text())
def test_what_is_printed_cannot_drive_a_terminal(text: str) -> None:
    shown = contract.printable(text)
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert len(shown) == len(text)


def test_hidden_and_turning_characters_show() -> None:
    assert contract.printable("a\x1b[2Jb\u202ec\u200bd") == "a\ufffd[2Jb\ufffdc\ufffdd"
    assert contract.printable("Zoë 李 💶\n") == "Zoë 李 💶\n"


def test_a_table_is_aligned_with_numbers_to_the_right() -> None:
    rows = [{"id": "C-1", "usd": "1,250.00", "memo": None}, {"id": "C-10482", "usd": "-3", "memo": "a\nb"}]
    assert contract.table(rows).splitlines()[0] == "id            usd  memo"
    assert contract.table(rows).splitlines()[1] == "C-1      1,250.00"
    assert len(contract.table(rows).splitlines()) == 3
    assert contract.table(rows, ["usd"]).splitlines()[0] == "     usd"
    assert contract.table([]) == "(none)"


def test_progress_says_nothing_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with contract.progress("importing") as told:
        told(0.5)
    assert capsys.readouterr().err == ""


def test_a_reader_that_has_had_enough_is_no_failure(tmp_path: Path) -> None:
    script = """
import sys, typer
from casewright.agent.cli.contract import Answer, command
app = typer.Typer()
@command(app)
def ask() -> Answer:
    return Answer({}, "line\\n" * 200_000)
app()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == "line\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 0


def test_the_workspace_is_the_option_else_the_environment_else_here(
    casewright: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("option", "environment", "here"):
        casewright("init", tmp_path / name)
    monkeypatch.chdir(tmp_path / "here")

    def found(*arguments: object) -> str:
        return str(casewright(*arguments, "cases", "list", "--json").json["error"]["where"])

    assert found().endswith("here/.casewright/cases.db")
    monkeypatch.setenv("CASEWRIGHT_WORKSPACE", str(tmp_path / "environment"))
    assert "environment" in found()
    assert "option" in found("-w", tmp_path / "option")
    assert "option" in found("--workspace", tmp_path / "option")


def test_a_missing_workspace_is_configuration(casewright: Run, tmp_path: Path) -> None:
    ran = casewright("-w", tmp_path / "nowhere", "cases", "list", "--json")
    assert ran.code == 4
    assert ran.json["error"]["code"] == "configuration"
    assert ran.err.count("\n") == 1
    assert "casewright init" in ran.err
