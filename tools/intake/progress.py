"""How far an import is: stages of known weight, and within one what DuckDB says of its running query."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

Tell = Callable[[float], None]
_EVERY_S = 0.2


class Progress:
    """Tells a share of 0..1 that never goes back."""

    def __init__(self, tell: Tell | None) -> None:
        self.tell = tell
        self.low, self.high = 0.0, 0.0

    def stage(self, until: float) -> Tell:
        """Begin the stage that ends at UNTIL; answers what to call with its own share."""
        self.low, self.high = self.high, until
        low, high = self.low, self.high

        def at(share: float) -> None:
            if self.tell is not None:
                self.tell(low + (high - low) * min(1.0, max(0.0, share)))

        at(0.0)
        return at

    @contextmanager
    def watching(self, connection: "duckdb.DuckDBPyConnection") -> Iterator[None]:
        """Meanwhile ask the connection how far its query is, a few times a second."""
        if self.tell is None:
            yield
            return
        connection.execute("set enable_progress_bar = true")
        connection.execute("set enable_progress_bar_print = false")
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(connection, done), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def _watch(self, connection: "duckdb.DuckDBPyConnection", done: threading.Event) -> None:
        told = 0.0
        while not done.wait(_EVERY_S):
            low, high = self.low, self.high
            share = low + (high - low) * min(1.0, max(0.0, connection.query_progress() / 100))
            told = max(told, share)
            if self.tell is not None:
                self.tell(told)
