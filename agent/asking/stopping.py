"""A model that can be stopped while it is waited for: its words come through a thread that is left behind."""

import contextvars
import queue
import threading
from collections.abc import Iterator
from typing import Any

_LOOKS = 0.1  # seconds between two looks at whether it was stopped


class Stopped(Exception):
    """The person has stopped the turn."""


class Stoppable:
    """A model bound to its tools. Once STOPPED is set, what is waited for is left, however long its server takes."""

    def __init__(self, model: Any, stopped: threading.Event) -> None:
        self._model = model
        self._stopped = stopped

    def stream(self, messages: list[Any]) -> Iterator[Any]:
        """The pieces of the answer as they come. Raises Stopped, and whatever the model raises."""
        pieces: queue.Queue[tuple[str, Any]] = queue.Queue()
        left = threading.Event()

        def fill() -> None:
            try:
                for piece in self._model.stream(messages):
                    pieces.put(("piece", piece))
                    if left.is_set():
                        return
                pieces.put(("end", None))
            except BaseException as error:  # noqa: BLE001  it is raised where the answer is waited for
                pieces.put(("error", error))

        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(fill,), daemon=True).start()
        try:
            while True:
                try:
                    kind, piece = pieces.get(timeout=_LOOKS)
                except queue.Empty:
                    kind, piece = "", None
                if self._stopped.is_set():
                    raise Stopped
                if kind == "error":
                    raise piece
                if kind == "end":
                    return
                if kind:
                    yield piece
        finally:
            left.set()
