"""The root of the command tree: global options, and the loading of one command, or of all for completion."""

import difflib
import importlib
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from casewright.agent.cli import main
from casewright.agent.cli.contract import Chosen, complain
from casewright.knowledge.errors import CasewrightError, UsageError


def tree(names: Sequence[str]) -> typer.Typer:
    """The command tree with these commands in it."""
    root = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    root.callback()(_options)
    for name in names:
        module = importlib.import_module(f"casewright.agent.cli.commands.{main.commands()[name].stem}")
        app: typer.Typer = module.app
        short = (module.__doc__ or "").splitlines()[0]
        if len(app.registered_commands) == 1 and not app.registered_groups and not app.registered_callback:
            callback = app.registered_commands[0].callback
            assert callback is not None
            root.command(name, short_help=short)(callback)
        else:
            root.add_typer(app, name=name, help=module.__doc__, short_help=short)
    return root


def run(arguments: Sequence[str]) -> None:
    """Run the command that the arguments name, and exit; an unknown one is told with the nearest."""
    everything = main.commands()
    named = next((word for word in _without_values(arguments) if not word.startswith("-")), None)
    names = [named] if named in everything and not main.completing() else list(everything)
    try:
        if named is not None and named not in everything:
            raise _unknown(named, everything)
        code = tree(names)(args=list(arguments), prog_name="casewright", standalone_mode=False)
    except typer.TyperException as error:
        if error.message.startswith("Usage:"):  # a group without a word after it: its help, as a person would want
            print(error.message, file=sys.stderr)
            raise SystemExit(UsageError.exit_code) from None
        _fail(_misused(error), arguments)
    except CasewrightError as error:  # raised by a command's own loading, before it could answer
        _fail(error, arguments)
    raise SystemExit(code or 0)


def _fail(error: CasewrightError, arguments: Sequence[str]) -> NoReturn:
    complain(error, as_json="--json" in arguments)
    raise SystemExit(error.exit_code)


def _unknown(name: str, everything: Iterable[str]) -> UsageError:
    close = difflib.get_close_matches(name, everything, 1, 0.5)
    hint = f"did you mean {close[0]!r}?" if close else "casewright --help lists the commands"
    return UsageError(f"there is no command {name!r}", hint=hint)


def _misused(error: typer.TyperException) -> UsageError:
    """What the parser says, on one line, with the help page to read."""
    context: typer.Context | None = getattr(error, "ctx", None)
    page = context.command_path if context else "casewright"
    return UsageError(" ".join(error.format_message().split()).rstrip("."), hint=f"see {page} --help")


def _without_values(arguments: Sequence[str]) -> list[str]:
    """The arguments less the global options' values."""
    kept, skip = [], False
    for word in arguments:
        if not skip:
            kept.append(word)
        skip = word in _VALUED and not skip
    return kept


_VALUED = {"-w", "--workspace", "-e", "--engine", "--engine-url"}


def _tell_version(asked: bool) -> None:
    if asked:
        print(version("casewright"))
        raise typer.Exit


def _options(
    context: typer.Context,
    workspace: Annotated[
        Path, typer.Option("-w", "--workspace", envvar="CASEWRIGHT_WORKSPACE", help="The workspace's folder.")
    ] = Path("."),
    engine: Annotated[
        str,
        typer.Option("-e", "--engine", metavar="NAME", help="Where questions are asked: duckdb, clickhouse, spark."),
    ] = "",
    engine_url: Annotated[
        str,
        typer.Option("--engine-url", envvar="CASEWRIGHT_ENGINE_URL", help="Where that engine is; else engine_url."),
    ] = "",
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Tell the version.")
    ] = False,
) -> None:
    """Drafts money-laundering investigations: numbers from queries, words from a writer, decisions from people."""
    context.obj = Chosen(workspace, engine, engine_url)
