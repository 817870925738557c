"""The numbers of a case's tokens, kept so that a second session calls the same person by the same number.

What is kept is a keyed digest of each value beside its number: without the key, which lies in another file of this
machine, the numbers name nobody. The values themselves are never written here.
"""

import hashlib
import hmac
import os
import secrets
import sqlite3
import threading
from pathlib import Path

from casewright.knowledge.errors import SettingsError

KEY_BYTES = 32
_TABLE = """create table if not exists tokens (
    digest text primary key, room text not null, kind text not null, number integer not null,
    unique (room, kind, number))"""


class Numbers:
    """The numbers of one case. Several processes may ask at once; FOLDER None keeps them in memory, for a test."""

    def __init__(self, folder: Path | None, case: str) -> None:
        self._key = key_of(folder) if folder else secrets.token_bytes(KEY_BYTES)
        self._case = case
        self._room = self._digest("")[:16]  # one case in the table, whose name is not told either
        self._lock = threading.Lock()
        self._known: dict[str, int] = {}
        file = str(folder / "tokens.db") if folder else ":memory:"
        self._kept = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=30)
        self._kept.execute(_TABLE)
        if folder:
            os.chmod(file, 0o600)

    def number(self, kind: str, value: str) -> int:
        """The number of this value among its kind: the next free one at its first mention, the same ever after."""
        digest = self._digest(f"{kind}\0{value}")
        with self._lock:
            if digest not in self._known:
                self._known[digest] = self._kept_number(digest, kind)
            return self._known[digest]

    def close(self) -> None:
        """Close the file."""
        self._kept.close()

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, f"{self._case}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def _kept_number(self, digest: str, kind: str) -> int:
        self._kept.execute("begin immediate")
        try:
            row = self._kept.execute("select number from tokens where digest = ?", (digest,)).fetchone()
            if row is None:
                row = self._kept.execute(
                    "select coalesce(max(number), 0) + 1 from tokens where room = ? and kind = ?", (self._room, kind)
                ).fetchone()
                self._kept.execute("insert into tokens values (?, ?, ?, ?)", (digest, self._room, kind, row[0]))
        except BaseException:
            self._kept.execute("rollback")
            raise
        self._kept.execute("commit")
        return int(row[0])


def key_of(folder: Path) -> bytes:
    """The key of this workspace, made at first use, readable by its owner alone. Raises SettingsError."""
    path = folder / "tokens.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"tokens.key.{secrets.token_hex(4)}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        try:
            os.link(unfinished, path)  # whoever comes second reads the first one's key
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise SettingsError("this key is damaged", path, hint="remove it; tokens of earlier sessions get new numbers")
    return key
