"""Help, usage and completion: complete, quick, and without a heavy import."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from casewright.agent.cli import main, root

Run = Callable[..., Any]
HEAVY = {
    *("alembic", "chromadb", "duckdb", "jinja2", "langchain", "langchain_core", "langchain_openai", "langgraph"),
    *("numpy", "onnxruntime", "openai", "pandas", "pyarrow", "rich", "sklearn", "sqlalchemy", "tokenizers"),
}
COMMANDS = sorted(main.commands())


def _leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    for name in command.list_commands(None):
        yield from _leaves(command.get_command(None, name), (*path, name))


def _tree() -> Any:
    return typer.main.get_command(root.tree(COMMANDS))


def _loaded_after(*arguments: str) -> set[str]:
    probe = (
        "import sys, atexit; sys.argv = ['casewright', *sys.argv[1:]]\n"
        "atexit.register(lambda: print('LOADED', *{m.split('.')[0] for m in sys.modules}))\n"
        "from casewright.agent.cli.main import main; main()"
    )
    command = [sys.executable, "-c", probe, *arguments]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(out.split("LOADED", 1)[1].split())


@pytest.mark.parametrize("arguments", [("--help",), ("-w", ".", "--help"), ("init", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """The second page loads every command's file."""
    assert not _loaded_after(*arguments) & HEAVY


def test_the_first_page_loads_neither_the_tree_nor_its_library() -> None:
    assert not _loaded_after("--help") & {"typer", "pydantic", "yaml"}


def test_the_first_page_lists_what_the_tree_holds(casewright: Run) -> None:
    listed = [
        line.split()[0] for line in casewright("--help").out.splitlines() if line.startswith("  ") and line[2] != "-"
    ]
    assert listed == list(main.commands())
    assert set(_tree().commands) == set(listed)


def test_every_page_fits_a_terminal_and_says_something(casewright: Run) -> None:
    for line in casewright("--help").out.splitlines():
        assert len(line) <= 120
    for path, command in _leaves(_tree()):
        assert command.help, path
        for parameter in command.params:
            assert parameter.help or parameter.name in {"help"}, (path, parameter.name)


def test_every_command_takes_json() -> None:
    leaves = dict(_leaves(_tree()))
    assert leaves
    without = [path for path, command in leaves.items() if "--json" not in [o for p in command.params for o in p.opts]]
    assert without == []


@pytest.mark.parametrize("arguments", [("--help",), ("help",), ("-h",), ()])
def test_all_ways_to_ask_for_help_are_one_page(casewright: Run, arguments: tuple[str, ...]) -> None:
    ran = casewright(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == main.help_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bogus",), "there is no command 'bogus'"),
        (("inti", "here"), "did you mean 'init'?"),
        (("init",), "Missing argument"),
        (("init", "a", "--timezoen", "UTC"), "No such option: --timezoen"),
        (("init", "a", "b", "c"), "unexpected extra argument"),
        (("-w",), "requires an argument"),
        (("cases", "lsit"), "No such command 'lsit'"),
        (("cases", "show"), "Missing argument"),
        (("-w", "."), "Missing command"),
    ],
)
def test_a_usage_error_is_one_plain_line(casewright: Run, arguments: tuple[str, ...], words: str) -> None:
    ran = casewright(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert words in ran.err
    assert ran.err.startswith("casewright: ")
    assert ran.err.count("\n") == 1
    assert not set(ran.err) & set("╭╮╰╯│─\x1b")


@pytest.mark.parametrize("arguments", [("bogus", "--json"), ("init", "--json"), ("cases", "show", "--nope", "--json")])
def test_a_usage_error_is_an_object_for_machines(casewright: Run, arguments: tuple[str, ...]) -> None:
    ran = casewright(*arguments)
    assert ran.code == 2
    assert ran.json["schema_version"] == 1
    assert ran.json["error"]["code"] == "usage"
    assert ran.err.count("\n") == 1


def test_a_group_without_a_word_shows_its_own_help(casewright: Run) -> None:
    ran = casewright("cases")
    assert ran.code == 2
    assert ran.err.startswith("Usage: casewright cases")
    assert "list" in ran.err


def test_the_version_is_told(casewright: Run) -> None:
    ran = casewright("--version")
    assert (ran.code, ran.out.count(".")) == (0, 2)


def _complete(*words: str) -> list[str]:
    asked = {"_CASEWRIGHT_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    command = [sys.executable, "-m", "casewright.agent.cli.main"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **asked})
    return done.stdout.split()


def test_the_shell_completes_commands_their_words_and_options() -> None:
    assert sorted(_complete("casewright", "in")) == [name for name in main.commands() if name.startswith("in")]
    assert _complete("casewright", "cases", "") == ["list", "show"]
    assert "--timezone" in _complete("casewright", "init", "--t")


def test_the_entry_point_says_the_same_as_the_module(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("casewright")
    if not script.exists():
        pytest.skip("casewright is not installed beside this Python")
    out = subprocess.run([script, "--help"], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert out == main.help_text()
