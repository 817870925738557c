"""The slash commands, found by walking this folder: every public function `name(chat, argument)` is one.

The docstring's first line is its help, the parameter's name what it takes; one with a default may be left out.
"""

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from casewright.agent.chat.room import Chat
from casewright.knowledge.errors import UsageError


@dataclass(frozen=True)
class Command:
    """A slash command: what it does, what it takes ("" for nothing) and whether that may be left out."""

    name: str
    run: Callable[..., None]
    takes: str
    optional: bool

    @property
    def usage(self) -> str:
        """`/show ID`, `/why [N]`."""
        takes = self.takes.upper().replace("_", " ")
        return f"/{self.name} {f'[{takes}]' if self.optional else takes}".rstrip()

    @property
    def help(self) -> str:
        """What it does, in a line."""
        return (inspect.getdoc(self.run) or "").splitlines()[0].rstrip(".")


@cache
def commands() -> Mapping[str, Command]:
    """Every command by name, in the order of the folder's files."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for name, function in vars(loaded).items():
            if inspect.isfunction(function) and function.__module__ == loaded.__name__ and not name.startswith("_"):
                _, *others = inspect.signature(function).parameters.values()
                takes = others[0] if others else None
                optional = takes is not None and takes.default is not inspect.Parameter.empty
                found[name] = Command(name, function, takes.name if takes else "", optional)
    return found


def obey(chat: Chat, line: str) -> None:
    """Run the command that the line names. Raises UsageError for an unknown one, or one that lacks what it takes."""
    name, _, argument = line.removeprefix("/").partition(" ")
    command = commands().get(name.lower())
    if command is None:
        close = difflib.get_close_matches(name.lower(), commands(), 1, 0.5)
        raise UsageError(f"there is no command /{name}", hint=f"did you mean /{close[0]}?" if close else "see /help")
    argument = argument.strip()
    if command.takes and not argument and not command.optional:
        raise UsageError(f"/{command.name} needs something: {command.usage}")
    if argument and not command.takes:
        raise UsageError(f"/{command.name} takes nothing behind it")
    command.run(*([chat, argument] if argument else [chat]))
