"""The requests of a round that wait to be sent, written to files as they come: so many and so large as one may be."""

import json
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from casewright.agent.models.batches import ENDPOINT, MOST_BYTES, MOST_REQUESTS
from casewright.agent.models.choice import Choice
from casewright.agent.models.paid import Unsent


@dataclass
class Parcel:
    """A file of requests to one model, and the most that they may take."""

    choice: Choice
    lines: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    requests: list[str] = field(default_factory=list)
    size: int = 0
    tokens: int = 0
    usd: float | None = 0.0


@dataclass
class Parcels:
    """Parcels as they are filled; each request once. Safe between threads."""

    most: int = MOST_REQUESTS
    most_bytes: int = MOST_BYTES
    _full: list[Parcel] = field(default_factory=list)
    _open: dict[Choice, Parcel] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, unsent: Unsent) -> None:
        """Write the request as a line of its model's file."""
        line = {"custom_id": unsent.request, "method": "POST", "url": ENDPOINT, "body": unsent.body}
        text = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self._lock:
            if unsent.request in self._known:
                return
            self._known.add(unsent.request)
            parcel = self._open.get(unsent.choice)
            if parcel and (len(parcel.requests) >= self.most or parcel.size + len(text) > self.most_bytes):
                self._full.append(parcel)
                parcel = None
            if parcel is None:
                parcel = self._open[unsent.choice] = Parcel(unsent.choice)
            parcel.lines.write(text)
            parcel.requests.append(unsent.request)
            parcel.size += len(text)
            parcel.tokens += unsent.tokens
            parcel.usd = None if unsent.usd is None or parcel.usd is None else parcel.usd + unsent.usd

    def __iter__(self) -> Iterator[Parcel]:
        yield from self._full
        yield from self._open.values()

    def clear(self) -> None:
        """Begin anew: what was asked for is sent, or is to be asked for again."""
        for parcel in self:
            parcel.lines.close()
        self._full.clear()
        self._open.clear()
        self._known.clear()
