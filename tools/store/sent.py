"""What a run has sent to a model's provider to be answered later: which requests, and how far that is.

A file of requests is kept first under its own id, and under its batch's once that is made: so a run that was killed in
between finds out whether it was, and no request is sent twice.
"""

import json
import time
from collections.abc import Mapping
from typing import Literal, NamedTuple

import sqlalchemy as sa

from casewright.tools.store.cases import Store
from casewright.tools.store.tables import sent_batches


class Failure(NamedTuple):
    """Why a request was not answered: an error's code, and words."""

    code: str
    why: str


class Sent(NamedTuple):
    """A batch, or the file of one that is to be made, with the model that is asked and why requests of it failed."""

    batch: str
    at: int  # epoch seconds
    model: str  # as a person is told of it
    requests: Mapping[str, Failure | None]
    state: Literal["uploaded", "sent", "answered", "failed"]


def keep_upload(store: Store, run: str, file: str, model: str, requests: list[str]) -> None:
    """Keep that a file of these requests (as `batch_calls` names them) is with the provider."""
    row = {"run": run, "batch": file, "at": int(time.time()), "state": "uploaded"}
    told = _written(model, dict.fromkeys(requests))
    with store.writes() as connection:
        connection.execute(sent_batches.insert().values(**row, requests=told))


def keep_sent(store: Store, run: str, file: str, batch: str) -> None:
    """Keep the id of the batch that was made of an uploaded file."""
    _update(store, run, file, {"batch": batch, "at": int(time.time()), "state": "sent"})


def keep_end(store: Store, run: str, sent: Sent, failures: Mapping[str, Failure], *, answered: bool) -> None:
    """Keep how a batch ended, and which of its requests were not answered; the answers are kept before."""
    told = _written(sent.model, {name: failures.get(name) for name in sent.requests})
    _update(store, run, sent.batch, {"requests": told, "state": "answered" if answered else "failed"})


def sent_of(store: Store, run: str) -> list[Sent]:
    """All that the run has sent, in order."""
    query = sa.select(sent_batches).where(sent_batches.c.run == run).order_by(sent_batches.c.at, sent_batches.c.batch)
    with store.reads() as connection:
        rows = connection.execute(query).mappings().all()
    return [_read(row) for row in rows]


def _update(store: Store, run: str, batch: str, values: Mapping[str, object]) -> None:
    one = sa.and_(sent_batches.c.run == run, sent_batches.c.batch == batch)
    with store.writes() as connection:
        connection.execute(sent_batches.update().where(one).values(**values))


def _written(model: str, requests: Mapping[str, Failure | None]) -> str:
    return json.dumps({"model": model, "requests": requests})


def _read(row: sa.RowMapping) -> Sent:
    told = json.loads(row["requests"])
    requests = {name: Failure(*found) if found else None for name, found in told["requests"].items()}
    return Sent(row["batch"], row["at"], told["model"], requests, row["state"])
