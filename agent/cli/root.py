"""The root of the command tree: global options, and the loading of one command, or of all for completion."""

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli import main
from casewright.knowledge.errors import CasewrightError


def tree(names: Sequence[str]) -> typer.Typer:
    """The command tree with these commands in it."""
    root = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)
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
    """Run the command that the arguments name; unknown ones are told with the nearest."""
    everything = main.commands()
    named = next((word for word in _without_values(arguments) if not word.startswith("-")), None)
    names = [named] if named in everything and "_CASEWRIGHT_COMPLETE" not in os.environ else list(everything)
    try:
        tree(names)(args=list(arguments), prog_name="casewright")
    except CasewrightError as error:  # raised by a command's own loading, before it could answer
        print(f"casewright: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from error


def _without_values(arguments: Sequence[str]) -> list[str]:
    """The arguments less the global options' values."""
    kept, skip = [], False
    for word in arguments:
        if not skip:
            kept.append(word)
        skip = word in {"-w", "--workspace"} and not skip
    return kept


def _options(
    context: typer.Context,
    workspace: Annotated[
        Path, typer.Option("-w", "--workspace", envvar="CASEWRIGHT_WORKSPACE", help="The workspace's folder.")
    ] = Path("."),
    show_version: Annotated[bool, typer.Option("--version", help="Tell the version.")] = False,
) -> None:
    """Drafts money-laundering investigations: numbers from queries, words from a writer, decisions from people."""
    context.obj = workspace
    if show_version:
        print(version("casewright"))
        raise typer.Exit
