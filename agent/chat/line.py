"""The line that a person types on: history, completion, pasted lines at a terminal; a question a line from a pipe."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, ThreadedCompleter
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.styles import Style

from casewright.agent.chat.notebook import private
from casewright.agent.chat.screen import Screen

_LONGEST = 1_000_000  # bytes of history; beyond them the older half is forgotten
_STYLE = Style.from_dict({"bottom-toolbar": "noreverse", "bottom-toolbar.text": "noreverse", "prompt": "bold"})


class Interrupted(Exception):
    """Ctrl-C on the line; `empty` where nothing stood on it."""

    def __init__(self, *, empty: bool) -> None:
        super().__init__()
        self.empty = empty


class Lines(Protocol):
    """Where what is typed comes from; `typed`, a person sits there."""

    typed: bool

    def read(self) -> str | None:
        """The next line, None where the person leaves (Ctrl-D) or the pipe ends. Raises Interrupted."""


class TypedLines:
    """Lines typed at a terminal. TOOLBAR is what the bottom line says."""

    typed = True

    def __init__(self, history: Path, completer: Completer, toolbar: Callable[[], str]) -> None:
        keep_private(history)
        self._session: PromptSession[str] = PromptSession(
            history=FileHistory(str(history)),
            completer=ThreadedCompleter(completer),
            complete_while_typing=Condition(self._commanding),
            bottom_toolbar=toolbar,
            key_bindings=_keys(),
            style=_STYLE,
            enable_history_search=False,
            enable_open_in_editor=True,
            prompt_continuation="  ",
        )

    def read(self) -> str | None:
        """The next line; lines that are pasted together are one."""
        try:
            return self._session.prompt("> ")
        except EOFError:
            return None
        except KeyboardInterrupt:
            raise Interrupted(empty=not self._session.default_buffer.text.strip()) from None

    def _commanding(self) -> bool:
        return self._session.default_buffer.text.startswith("/")


class PipedLines:
    """Lines from a pipe or a file; each is repeated before its answer, so that the output reads as a conversation."""

    typed = False

    def __init__(self, source: TextIO, screen: Screen) -> None:
        self._source = source
        self._screen = screen

    def read(self) -> str | None:
        """The next line that says something."""
        for line in self._source:
            if line.strip():
                self._screen.line(line.strip(), indent="> ")
                return line
        return None


def keep_private(history: Path) -> None:
    """Make the history's file, for its owner alone; one that grew too long loses its older half."""
    history.parent.mkdir(parents=True, exist_ok=True)
    with open(history, "ab", opener=private):
        os.chmod(history, 0o600)
    if history.stat().st_size > _LONGEST:
        _, _, rest = history.read_bytes()[-_LONGEST // 2 :].partition(b"\n\n")
        with open(history, "wb", opener=private) as file:
            file.write(b"\n" + rest)


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: Any) -> None:
        event.current_buffer.insert_text("\n")

    return keys
