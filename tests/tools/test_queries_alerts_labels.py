"""Alerts on a subject and the labels that it bears itself."""

from collections.abc import Callable

from casewright.knowledge.records import subjects
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

ALERTS = [
    {"id": "A-1", "subject": "C-1", "at": "2025-02-01T10:00:00Z", "rule": "fan-in", "title": "Many payers"},
    {"id": "A-2", "subject": "C-1", "at": "2025-03-01T10:00:00Z", "rule": "fan-in", "title": "Many payers"},
    {"id": "A-3", "subject": "C-2", "at": "2025-02-01T10:00:00Z", "rule": "fan-in", "title": "Many payers"},
]


def test_alerts_of_the_window_are_listed_oldest_first(make_ledger: Callable[..., Ledger]) -> None:
    ledger = make_ledger(alerts=ALERTS)
    every = toolbox.call(ledger, "alerts", subjects("C-1", "C-2"))
    assert [row["alert"] for row in every.rows] == ["A-1", "A-2", "A-3"]
    assert [fact.value for fact in every.facts] == [2, 1]
    until_march = toolbox.call(ledger, "alerts", subjects("C-1", until=1740787200))
    assert [row["alert"] for row in until_march.rows] == ["A-1"]


def test_every_label_of_an_address_is_listed_with_its_source(make_ledger: Callable[..., Ledger]) -> None:
    labels = [
        {"id": "0xabc", "name": "Greyroom 2", "category": "mixer", "source": "list a", "at": "2024-01-01"},
        {"id": "0xabc", "name": "Greyroom", "category": "service", "source": "list b", "at": "2023-01-01"},
    ]
    found = toolbox.call(make_ledger(labels=labels), "labels", subjects("0xabc"))
    assert [(row["label"], row["label_source"]) for row in found.rows] == [
        ("Greyroom", "list b"),
        ("Greyroom 2", "list a"),
    ]
    assert found.searched == "2 labels"


def test_a_subject_without_either_gets_empty_answers(make_ledger: Callable[..., Ledger]) -> None:
    ledger = make_ledger(alerts=ALERTS)
    assert toolbox.call(ledger, "alerts", subjects("C-9")).status == "empty"
    assert toolbox.call(ledger, "labels", subjects("C-9")).status == "empty"
