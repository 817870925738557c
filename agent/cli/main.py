"""The entry of `casewright`: help without a heavy import, then only the command that was asked for."""

import os
import sys
from pathlib import Path

# Where prompts could be sent elsewhere, or models downloaded, by a variable of the environment: switched off at entry.
# The tracer asks all four names, the ones with V2 first.
_SILENCED = {
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGSMITH_GATEWAY": "false",
    "HF_HUB_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "false",
}
_OFF = {"", "0", "false", "no", "off"}
switched_off: list[str] = []  # the variables that were on when the program began, for `casewright doctor`

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


def commands() -> dict[str, Path]:
    """Every command's file by its name."""
    folder = Path(__file__).parent / "commands"
    return {path.stem.rstrip("_"): path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("__")}


def silence() -> None:
    """Switch off what would send prompts elsewhere, and remember what was on."""
    loud = [name for name, quiet in _SILENCED.items() if quiet == "false"]
    switched_off[:] = [name for name in loud if os.environ.get(name, "").lower() not in _OFF]
    os.environ.update(_SILENCED)


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

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
