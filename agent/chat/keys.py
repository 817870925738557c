"""Ctrl-C: while something runs it stops that, on the line it clears the line, and pressed again it leaves."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

_STOPPED = 130  # the exit code of a process that Ctrl-C ended


class CtrlC:
    """Around a talk. INTERRUPT stops what runs elsewhere, a model or a query; TYPED, a person reads the screen.

    Between a turn and the next line a key is kept (`pending`) rather than lost in the change.
    """

    def __init__(self, interrupt: Callable[[], None], *, typed: bool) -> None:
        self.pending = False
        self._interrupt = interrupt
        self._typed = typed
        self._working = False
        self._pressed = 0
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *exc: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    @contextmanager
    def stops(self) -> Iterator[None]:
        """What runs in here is stopped by the key, with a KeyboardInterrupt; a second one that finds it here leaves."""
        self._working, self._pressed, self.pending = True, 0, False
        try:
            yield
        finally:
            self._working = False

    def _press(self, number: int, frame: FrameType | None) -> None:
        if not self._working and self._typed:
            self.pending = True
            return
        self._pressed += 1
        if self._pressed > 1:
            os._exit(_STOPPED)  # what was being stopped does not stop; every finished turn is kept already
        self._interrupt()
        raise KeyboardInterrupt
