"""Completion of what is typed."""

import time
from collections.abc import Callable

from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from casewright.agent.chat.completion import MOST, Words
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.tools.store import Store
from casewright.tools.warehouse import Ledger


def _words(workspace: Workspace, ledger: Ledger) -> Callable[[str], list[str]]:
    words = Words({"show": "", "sql": ""}, lambda: {"E1": "flows", "E12": "payers"}, lambda: ledger, workspace.cases)
    return lambda text: [found.text for found in words.get_completions(Document(text), CompleteEvent())]


def test_a_line_that_begins_with_a_slash_is_completed_to_commands(
    workspace: Workspace, make_ledger: Callable[..., Ledger]
) -> None:
    complete = _words(workspace, make_ledger())
    assert complete("/s") == ["/show", "/sql"]
    assert complete("what /s") == []


def test_ids_of_evidence_cases_alerts_and_customers_are_completed(
    workspace: Workspace, make_ledger: Callable[..., Ledger], make_case: Callable[..., Case]
) -> None:
    ledger = make_ledger(
        customers=[{"id": "C-10482"}, {"id": "C-20000"}], alerts=[{"id": "A-71Q", "subject": "C-10482", "at": 9}]
    )
    with Store.open(workspace.cases) as store:
        store.save_case(make_case("CASE-A-71Q"), "ana")
    complete = _words(workspace, ledger)
    assert complete("/show E1") == ["E1", "E12"]
    assert complete("/case ca") == ["CASE-A-71Q"]
    assert complete("/alert a-") == ["A-71Q"]
    assert complete("what did c-1") == ["C-10482"]
    assert complete("what did x") == []


def test_completion_is_bounded_and_fast_on_a_million_customers(
    workspace: Workspace, make_ledger: Callable[..., Ledger]
) -> None:
    path = workspace.folder / "big.duckdb"
    make_ledger(path=path).connection.close()
    with Ledger.open(path, write=True) as big:
        big.rows(
            """insert into customers by name select 'C-' || i::varchar as id, 0 as known_epoch, 1 as import_id,
            i as line from range(1000000) r(i)"""
        )
    with Ledger.open(path) as ledger:
        complete = _words(workspace, ledger)
        complete("C-5")
        begun = time.perf_counter()
        found = complete("C-77")
        took = time.perf_counter() - begun
    assert len(found) == MOST
    assert took < 0.5
