"""The entry of `casewright`: help without a heavy import, then only the command that was asked for."""

import os
import sys
from pathlib import Path

from casewright.agent.quiet import silence, switched_off

__all__ = ["commands", "completing", "help_text", "main", "switched_off"]

_HELP = """\
Usage: casewright [-w DIR] [-e ENGINE] COMMAND [OPTIONS]

Drafts money-laundering investigations: numbers from queries, words from a writer, decisions from people.

Commands:
{commands}

Options:
  -w, --workspace DIR   the workspace (else $CASEWRIGHT_WORKSPACE, else the current folder)
  -e, --engine NAME     where questions are asked: duckdb (embedded), clickhouse, spark; else as the settings say
  --engine-url URL      where that engine is (else $CASEWRIGHT_ENGINE_URL, else as the settings say)
  --version             the version
  --install-completion  completion for the current shell
  --help                this page; casewright COMMAND --help for a command's own

Every command takes --json. Exit codes: 0 ok, 1 failure, 2 usage, 3 a check found something, 4 configuration,
5 some items of a batch failed, 7 refused by policy.
"""

STOPPED = 130  # the exit code of a command that Ctrl-C ended


def commands() -> dict[str, Path]:
    """Every command's file by its name."""
    folder = Path(__file__).parent / "commands"
    return {path.stem.rstrip("_"): path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("__")}


def completing() -> bool:
    """Whether a shell asks for completions: it calls without arguments, the words so far are in the environment."""
    return "_CASEWRIGHT_COMPLETE" in os.environ


def help_text() -> str:
    """What `casewright --help` prints: a line a command, its file's first docstring line."""
    lines = []
    for name, path in commands().items():
        with path.open(encoding="utf-8") as file:
            first = file.readline().strip('"\n. ')
        lines.append(f"  {name:<12} {first}")
    return _HELP.format(commands="\n".join(lines))


def main() -> None:
    """Run the command line. Exits with the code of the machine contract."""
    silence()
    if sys.argv[1:] in ([], ["--help"], ["-h"], ["help"]) and not completing():
        print(help_text(), end="")
        return
    from casewright.agent.cli.root import run

    try:
        run(sys.argv[1:])
    except SystemExit as left:
        if left.code != STOPPED:
            raise
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(STOPPED)  # a thread may still wait for a model: taking the interpreter down around it is noisy


if __name__ == "__main__":
    main()
