"""Completion of what is typed: slash commands, and ids of cases, alerts, customers and evidence as they are needed."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from casewright.agent.cli.contract import printable
from casewright.tools.store import Store
from casewright.tools.warehouse import Ledger

MOST = 20  # suggestions of a kind
_SHORTEST = 2  # letters before the ledger is asked
_TABLES = {"alerts": "title", "customers": "kind"}  # where ids are looked up, and what is told beside one
_QUERY = f"select distinct id, coalesce({{beside}}, '') from {{table}} where id >= $1 and id < $2 limit {MOST}"
Found = Iterator[tuple[str, str]]


class Words(Completer):
    """Completes the last word of the line. Nothing is loaded ahead: each look-up is bounded, however big the ledger is.

    EVIDENCE gives the ids of the conversation with what they are; COMMANDS the slash commands with their help.
    """

    def __init__(
        self,
        commands: Mapping[str, str],
        evidence: Callable[[], Mapping[str, str]],
        ledger: Callable[[], Ledger],
        store: str,
    ) -> None:
        self._commands = commands
        self._evidence = evidence
        self._ledger = ledger
        self._store = store

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the word before the cursor could become."""
        text = document.text_before_cursor
        word = text[max(text.rfind(" "), text.rfind("\n"), text.rfind("[")) + 1 :]
        if text.startswith("/") and " " not in text:
            found: Found = ((f"/{name}", told) for name, told in self._commands.items() if f"/{name}".startswith(text))
        else:
            found = self.ids(word)
        for name, told in found:
            yield Completion(printable(name), start_position=-len(word), display_meta=printable(told))

    def ids(self, word: str) -> Found:
        """The ids that begin with the word, evidence first."""
        if not word:
            return
        typed = word.upper()
        yield from ((name, told) for name, told in self._evidence().items() if name.startswith(typed))
        if len(word) < _SHORTEST:
            return
        yield from self._cases(typed)
        yield from self._of_ledger(word)

    def _cases(self, typed: str) -> Found:
        if not Store.exists(self._store) or not "CASE-".startswith(typed[:5]):
            return
        with Store.open(self._store, create=False) as store:
            ids = [row for row in store.cases(limit=500) if row.id.upper().startswith(typed)]
        yield from ((row.id, row.recommendation) for row in ids[:MOST])

    def _of_ledger(self, word: str) -> Found:
        """Alerts and customers whose id begins so; nothing of an engine elsewhere, which would keep people waiting."""
        connection = getattr(self._ledger(), "connection", None)
        if connection is None:
            return
        cursor = connection.cursor()
        try:
            for start in dict.fromkeys((word, word.upper())):
                any_found = False
                for table, beside in _TABLES.items():
                    rows = cursor.execute(_QUERY.format(table=table, beside=beside), [start, f"{start}\U0010ffff"])
                    for name, told in sorted(rows.fetchall()):
                        any_found = True
                        yield name, told
                if any_found:
                    return
        finally:
            cursor.close()
