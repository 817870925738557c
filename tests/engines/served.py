"""A ClickHouse behind HTTP, as its driver sees one: chDB answers, in a process of its own. Run as `served.py FOLDER`.

It prints its port. One session for all, as one client has; texts of errors go back as a server sends them.
"""

import sys
import tempfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chdb import session


class Answers(BaseHTTPRequestHandler):
    """One statement a request, in the URL or the body; rows to insert follow their statement in the body."""

    protocol_version = "HTTP/1.1"
    database: Any = None

    def do_GET(self) -> None:
        """A ping, or a statement in the URL."""
        self.do_POST()

    def do_POST(self) -> None:
        """Run the statement, and answer in the form that it asks for."""
        asked = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        body = self._body()
        statement = asked.get("query") or body.decode()
        try:
            if statement.lower().startswith("insert") and "query" in asked:
                self._answer(200, self._insert(statement, body))
                return
            statement, _, form = statement.rstrip().rstrip(";").partition("\n FORMAT ")
            found = Answers.database.query(statement, form.strip() or asked.get("default_format", "TabSeparated"))
            self._answer(200, found.bytes() or b"")
        except RuntimeError as error:
            self._answer(500, str(error).encode(), {"X-ClickHouse-Exception-Code": "47"})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _insert(self, statement: str, body: bytes) -> bytes:
        into, _, form = statement.rpartition("FORMAT")
        with tempfile.NamedTemporaryFile(suffix=".parquet") as rows:
            rows.write(body)
            rows.flush()
            columns = into[into.index("(") + 1 : into.rindex(")")]
            Answers.database.query(f"{into} select {columns} from file('{rows.name}', {form.strip()})")
        return b""

    def _answer(self, code: int, body: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), "X-ClickHouse-Format": "Native", **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Answers.database = session.Session(str(Path(sys.argv[1])))
    server = HTTPServer(("127.0.0.1", 0), Answers)
    print(server.server_port, flush=True)
    server.serve_forever()
