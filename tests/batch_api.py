"""The loopback server with OpenAI's /v1/files and /v1/batches: a batch is answered after so many looks at it.

    with BatchApi(model, looks=2) as server:
        server.files            # what was uploaded, as it came: lines of requests, by the file's id
        server.sent             # the requests of all batches, in order: the bodies by their hashes
        server.lose             # a function of a body: how its request fails ("failed", "expired"), or ""

Bodies are answered by MODEL, as those of single calls are; a batch with an expired request ends as "expired".
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from loopback import Loopback, Reply, completion, fails

Values = dict[str, Any]


class Asked(NamedTuple):
    """A request of the server's other places."""

    method: str
    path: str
    headers: Values
    body: bytes


class BatchApi(Loopback):
    """The server; a context manager."""

    def __init__(self, model: Callable[[Values], Reply], *, looks: int = 1, status: str = "", **how: Any) -> None:
        super().__init__(model, **how)
        self._model, self._looks, self._status = model, looks, status
        self.lose: Callable[[Values], str] = lambda body: ""
        self.files: dict[str, bytes] = {}
        self.deleted: list[str] = []
        self.batches: dict[str, Values] = {}
        self.sent: list[tuple[str, Values]] = []
        self.down = 0  # so many looks at a batch are answered with a 503

    def other(self, method: str, path: str, headers: Values, body: bytes) -> Reply | None:
        """What is answered at these places."""
        with self.lock:
            asked = Asked(method, path.partition("?")[0].removeprefix("/v1"), headers, body)
            if re.fullmatch(r"/files(/.*)?", asked.path):
                return self._file(asked)
            if re.fullmatch(r"/batches(/.*)?", asked.path):
                return self._batch(asked)
        return None

    def _file(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            name = self._kept("file-in", _uploaded(asked))
            return _told({"id": name, "object": "file", "bytes": 1, "created_at": 1, "filename": "r.jsonl",
                          "purpose": "batch", "status": "processed"})  # fmt: skip
        name = asked.path.split("/")[2]
        if asked.method == "DELETE":
            self.deleted.append(name)
            return _told({"id": name, "object": "file", "deleted": True})
        return Reply(raw=self.files[name])

    def _batch(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            made = json.loads(asked.body)
            name = f"batch_{len(self.batches) + 1}"
            self.sent += [(line["custom_id"], line["body"]) for line in _lines(self.files[made["input_file_id"]])]
            self.batches[name] = {
                **made, "id": name, "object": "batch", "status": "validating", "created_at": 9_999_999_999, "looks": 0
            }  # fmt: skip
            return _told(self.batches[name])
        if asked.path == "/batches":
            return _told({"object": "list", "data": [*self.batches.values()], "has_more": False})
        batch = self.batches[asked.path.split("/")[2]]
        if self.down:
            self.down -= 1
            return fails(503)
        batch["looks"] += 1
        if batch["looks"] > self._looks and batch["status"] in {"validating", "in_progress"}:
            self._answer(batch)
        elif batch["looks"] > 1 and batch["status"] == "validating":
            batch["status"] = "in_progress"
        return _told(batch)

    def _answer(self, batch: Values) -> None:
        good, bad = [], []
        lines = [] if self._status else _lines(self.files[batch["input_file_id"]])
        for line in reversed(lines):  # in whatever order
            name, body = line["custom_id"], line["body"]
            lost = self.lose(body)
            if lost == "expired":
                error = {"code": "batch_expired", "message": "This request could not be executed in time."}
                bad.append({"custom_id": name, "response": None, "error": error})
                continue
            reply = fails(400, "the request is odd") if lost else self._model(body)
            answer = {"error": reply.error} if reply.status >= 300 else completion(body, reply)
            kept = {"custom_id": name, "response": {"status_code": reply.status, "body": answer}, "error": None}
            (good if reply.status < 300 else bad).append(kept)
        expired = any((one["error"] or {}).get("code") == "batch_expired" for one in bad)
        batch["status"] = self._status or ("expired" if expired else "completed")
        batch["output_file_id"] = self._kept("file-out", _jsonl(good)) if good else None
        batch["error_file_id"] = self._kept("file-err", _jsonl(bad)) if bad else None
        batch["request_counts"] = {"total": len(lines), "completed": len(good), "failed": len(bad)}
        if self._status:
            batch["errors"] = {"object": "list", "data": [{"message": "the file is not to our liking"}]}

    def _kept(self, kind: str, content: bytes) -> str:
        name = f"{kind}-{len(self.files) + 1}"
        self.files[name] = content
        return name


def _told(values: Values) -> Reply:
    return Reply(raw=json.dumps(values).encode())


def _jsonl(rows: list[Values]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _lines(content: bytes) -> list[Values]:
    return [json.loads(line) for line in content.split(b"\n") if line]


def _uploaded(asked: Asked) -> bytes:
    """The file of a form."""
    boundary = asked.headers["content-type"].partition("boundary=")[2].strip('"').encode()
    for part in asked.body.split(b"--" + boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise ValueError("the form has no file")
