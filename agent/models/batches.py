"""OpenAI's Batch API: a file of requests is uploaded, answered within a day at a lower price, and its answers read."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import IO, Any, NamedTuple

import httpx2
import openai

from casewright.agent.models.failures import ModelFailed, unanswered, unreadable
from casewright.agent.models.served import Served

ENDPOINT = "/v1/chat/completions"
MOST_REQUESTS = 50_000  # of one file, and its bytes: https://platform.openai.com/docs/guides/batch
MOST_BYTES = 200_000_000
_ENDED = {"completed", "failed", "expired", "cancelled"}


class State(NamedTuple):
    """How far a batch is: the provider's word for it, how many requests are done of how many, and where answers are."""

    status: str
    done: int = 0
    of: int = 0
    files: tuple[str, ...] = ()
    why: str = ""
    sent: str = ""  # the file of its requests

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.status in _ENDED


@dataclass(frozen=True)
class Batches:
    """The batches of a served model's provider. Everything raises ModelFailed, in words."""

    served: Served

    def check(self) -> None:
        """Raises ModelFailed where the server has no batches."""
        try:
            with self._words():
                found = self._client.batches.list(limit=1)
        except ModelFailed as failure:
            if failure.status in {401, 403} or (failure.status is None and failure.passing):
                raise
            raise self._none() from failure
        if any(one.object != "batch" for one in found.data or ()):
            raise self._none()

    def upload(self, lines: IO[bytes]) -> str:
        """The id of a file of requests, a JSON object a line."""
        with self._words():
            return str(self._client.files.create(file=("requests.jsonl", lines), purpose="batch").id)

    def begin(self, file: str) -> str:
        """The id of a batch made of an uploaded file."""
        with self._words():
            made = self._client.batches.create(
                input_file_id=file, endpoint=ENDPOINT, completion_window="24h", metadata={"program": "casewright"}
            )
            return str(made.id)

    def begun(self, file: str, since: int) -> str | None:
        """The id of the batch that was made of this file SINCE (epoch seconds); None where there is none."""
        with self._words():
            recent = takewhile(lambda one: one.created_at >= since, self._client.batches.list(limit=100))
            return next((one.id for one in recent if one.input_file_id == file), None)

    def state(self, batch: str) -> State:
        """How far a batch is."""
        with self._words():
            found = self._client.batches.retrieve(batch)
            counts = found.request_counts
            done, of = (counts.completed + counts.failed, counts.total) if counts else (0, 0)
            told = [str(error.message) for error in (found.errors.data if found.errors else None) or ()]
            files = tuple(name for name in (found.output_file_id, found.error_file_id) if name)
            return State(found.status, done, of, files, "; ".join(told)[:300], found.input_file_id or "")

    def results(self, state: State) -> Iterator[tuple[str, dict[str, Any] | ModelFailed]]:
        """Each request's id with the body that answers it, or why there is none."""
        for file in state.files:
            with tempfile.TemporaryFile() as kept:
                with self._words(), self._client.files.with_streaming_response.content(file) as response:
                    for piece in response.iter_bytes():
                        kept.write(piece)
                kept.seek(0)
                yield from (self._result(line) for line in kept if line.strip())

    def forget(self, file: str) -> None:
        """Delete a file that the provider keeps."""
        with self._words():
            self._client.files.delete(file)

    def _result(self, line: bytes) -> tuple[str, dict[str, Any] | ModelFailed]:
        try:
            found = json.loads(line)
            name, response, error = str(found["custom_id"]), found.get("response") or {}, found.get("error") or {}
            status, body = int(response.get("status_code") or 0), response.get("body")
        except (ValueError, TypeError, KeyError, AttributeError) as wrong:
            raise unreadable(self.served.choice.told) from wrong
        if status == 200 and isinstance(body, dict):
            return name, body
        told = (body.get("error") or {}) if isinstance(body, dict) else {}
        words = str(told.get("message") or error.get("message") or error.get("code") or "no reason is given")
        code = str(told.get("code") or error.get("code") or "")
        return name, unanswered(self.served.choice.told, code or str(status), words, self.served.secret)

    @property
    def _client(self) -> Any:
        return self.served.client.root_client

    def _none(self) -> ModelFailed:
        told = f"the server of {self.served.choice.told} has no batches (it does not answer /v1/batches)"
        return ModelFailed(told, hint="leave out --via batch, or use openai:NAME")

    @contextmanager
    def _words(self) -> Iterator[None]:
        try:
            yield
        except (openai.OpenAIError, httpx2.HTTPError, ValueError, TypeError, AttributeError) as error:
            raise self.served.failure(error) from error
