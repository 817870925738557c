"""What is kept of conversations beside the graph's own steps: their evidence, questions and answers, in one file."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from casewright.agent.asking.events import Answer
from casewright.knowledge.evidence import Evidence

_TABLES = """
create table if not exists conversations (
    thread text primary key, opened real not null, used real not null,
    case_id text not null, version integer not null, alert text not null, first text not null, open text not null);
create table if not exists evidence (
    thread text not null, number integer not null, call text not null, json text not null,
    primary key (thread, number), unique (thread, call));
create table if not exists turns (
    thread text not null, number integer not null, question text not null, json text not null,
    primary key (thread, number));
"""
_ANSWER = TypeAdapter(Answer)
_LEFT = "update conversations set open = '' where thread = ?"


class Conversed(NamedTuple):
    """A conversation in a line: when it was last used (epoch seconds), the case or alert, the first question."""

    thread: str
    used: float
    about: str
    first: str


class Conversations:
    """The file of a workspace's conversations. Each step is on the disk before the next begins."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)  # it holds what customers' accounts did
        self.connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
        self._lock = threading.RLock()
        with self._lock, self.connection:
            self.connection.execute("pragma journal_mode = wal")
            self.connection.execute("pragma synchronous = full")
            self.connection.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def begin(self, thread: str, case: str, version: int, alert: str, now: float) -> None:
        """Know a new conversation, and the version of the case that it is about; 0 where none is stored."""
        values = (thread, now, now, case, version, alert)
        self._write("insert into conversations values (?, ?, ?, ?, ?, ?, '', '')", values)

    def about(self, thread: str) -> tuple[str, int, str] | None:
        """The case, its version and the alert that a conversation was opened with; None where there is none such."""
        rows = self._rows("select case_id, version, alert from conversations where thread = ?", (thread,))
        return rows[0] if rows else None

    def forget(self, case: str, alert: str) -> list[str]:
        """Delete the conversations about a case or its alert, with all their steps; tells their names."""
        about = "select thread from conversations where case_id = ? or (alert <> '' and alert = ?)"
        with self._lock, self.connection:
            self.connection.execute("pragma secure_delete = on")
            threads = [row[0] for row in self.connection.execute(about, (case, alert))]
            known = {row[0] for row in self.connection.execute("select name from sqlite_master where type = 'table'")}
            for thread in threads:
                for table in ("turns", "evidence", "conversations"):
                    self.connection.execute(f"delete from {table} where thread = ?", (thread,))
                for table in known & {"checkpoints", "writes"}:  # the graph's own
                    self.connection.execute(f"delete from {table} where thread_id = ?", (thread,))
        self.connection.execute("pragma wal_checkpoint(truncate)")
        return threads

    def conversations(self) -> list[Conversed]:
        """The conversations in which something was asked, the one used last first."""
        query = """select thread, used, case when case_id <> '' then case_id else alert end, first
            from conversations where first <> '' order by used desc, thread"""
        return [Conversed(*row) for row in self._rows(query)]

    def asked(self, thread: str, question: str, now: float) -> None:
        """A question is asked and open: the conversation is used now, and bears its first question."""
        self._write(
            "update conversations set used = ?, open = ?, first = case first when '' then ? else first end"
            " where thread = ?",
            (now, question, question[:200], thread),
        )

    def open_question(self, thread: str) -> str:
        """The question that was asked and has no answer yet, empty where there is none."""
        rows = self._rows("select open from conversations where thread = ?", (thread,))
        return str(rows[0][0]) if rows else ""

    def answered(self, thread: str, question: str, answer: Answer) -> None:
        """Keep a turn; no question is open then. Both or neither."""
        text = _ANSWER.dump_json(answer).decode()
        with self._lock, self.connection:
            self.connection.execute(
                "insert into turns select ?, count(*) + 1, ?, ? from turns where thread = ?",
                (thread, question, text, thread),
            )
            self.connection.execute(_LEFT, (thread,))

    def left(self, thread: str) -> None:
        """The person stopped the question that was open: it is not gone on with."""
        self._write(_LEFT, (thread,))

    def turns(self, thread: str) -> list[tuple[str, Answer]]:
        """The questions and answers of a conversation, in order."""
        rows = self._rows("select question, json from turns where thread = ? order by number", (thread,))
        return [(question, _ANSWER.validate_json(text)) for question, text in rows]

    def found(self, thread: str, call: str, evidence: Evidence) -> None:
        """Keep the evidence that a call brought."""
        number = int(evidence.id.removeprefix("E"))
        self._write("insert into evidence values (?, ?, ?, ?)", (thread, number, call, evidence.model_dump_json()))

    def of_call(self, thread: str, call: str) -> Evidence | None:
        """The evidence that this call brought before the process was killed; None where it did not come so far."""
        rows = self._rows("select json from evidence where thread = ? and call = ?", (thread, call))
        return Evidence.model_validate_json(rows[0][0]) if rows else None

    def evidence(self, thread: str) -> dict[str, Evidence]:
        """All evidence of a conversation by id, in order."""
        rows = self._rows("select json from evidence where thread = ? order by number", (thread,))
        found = (Evidence.model_validate_json(row[0]) for row in rows)
        return {evidence.id: evidence for evidence in found}

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock:
            return self.connection.execute(query, values).fetchall()

    def _write(self, query: str, values: tuple[Any, ...]) -> None:
        with self._lock, self.connection:
            self.connection.execute(query, values)


@contextmanager
def kept_in(path: Path) -> Iterator[Conversations]:
    """The file, opened for a moment."""
    kept = Conversations(path)
    try:
        yield kept
    finally:
        kept.close()
