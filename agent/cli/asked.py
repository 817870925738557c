"""What commands that ask about subjects share: their arguments, and groups whose commands are made when asked for."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from casewright.agent.cli.contract import Answer, command

Ids = Annotated[list[str] | None, typer.Argument(metavar="SUBJECT", help="Accounts or addresses.")]
MoreIds = Annotated[
    list[str] | None, typer.Option("--subject", metavar="ID", help="The same, as an option; repeatable.")
]
File = Annotated[
    Path | None,
    typer.Option("--subjects", metavar="FILE", help="One id a line, or CSV id,since,until: each in its window."),
]
Since = Annotated[str, typer.Option(metavar="WHEN", help="First day or moment, local to the workspace.")]
Until = Annotated[str, typer.Option(metavar="WHEN", help="First day or moment after the window.")]


def group(names: Callable[[], Iterable[str]], function: Callable[[str], Callable[..., Answer]]) -> type[TyperGroup]:
    """A group with a command a name, each made by FUNCTION when it is asked for: `--help` need not load them all.

    FUNCTION raises UsageError with the nearest name for an unknown one.
    """

    class Made(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return list(names())

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            one = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
            command(one, cmd_name)(function(cmd_name.replace("-", "_")))
            return typer.main.get_command(one)

    return Made
