"""One best label an address, the same in SQL and in the lookup of a trace."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.knowledge.categories import categories
from casewright.tools.labels import BEST_LABELS, Labels, best_labels, risk_order, risk_rank
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
LABEL = "insert into labels values ($id, $name, $category, $source, $confidence, '', $known, 1, 1)"
BORNE = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from("AB"),
            "name": st.sampled_from(["Quay", "Basin", "Ätna"]),
            "category": st.sampled_from(sorted(categories())),
            "source": st.sampled_from(["x", "y"]),
            "confidence": st.sampled_from(["", "inline", "forensic", "low", "hearsay"]),
            "known": st.integers(0, 2),
        }
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger to be wiped and labelled again."""
    with Ledger.create(tmp_path_factory.mktemp("labels") / "ledger.duckdb") as ledger:
        yield ledger


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BORNE)
def test_the_statement_and_the_lookup_choose_the_same_label(shelf: Ledger, borne: list[dict[str, Any]]) -> None:
    shelf.rows("delete from labels")
    for label in borne:
        shelf.rows(LABEL, **label)
    labels = Labels(shelf)
    labels.look_up(["A", "B"])
    for row in shelf.dicts(f"with best_labels as ({BEST_LABELS}) select * from best_labels"):
        chosen = labels.of(row["id"])
        assert chosen is not None
        assert chosen[:3] == (row["label"], row["category"], row["label_source"])
        assert len(labels.others(row["id"])) + 1 == row["labels"]


@pytest.mark.parametrize(
    ("borne", "best"),
    [
        (["exchange", "scam"], "scam"),
        (["scam", "sanctioned"], "sanctioned"),
        (["sanctioned", "own"], "own"),
        (["user", "bridge"], "bridge"),
    ],
)
def test_the_house_s_own_come_first_then_the_sanctioned_then_risk(
    make_ledger: MakeLedger, borne: list[str], best: str
) -> None:
    ledger = make_ledger(labels=[{"id": "A", "category": category} for category in borne])
    assert ledger.rows(f"select category, labels from ({best_labels()})") == [(best, 2)]


def test_only_the_ids_asked_about_and_only_some_categories_are_looked_at(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(labels=[{"id": "A", "category": "scam"}, {"id": "A"}, {"id": "B"}])
    query = f"with these as (select 'A' as id) select id, category from ({best_labels('these', among=('exchange',))})"
    assert ledger.rows(query) == [("A", "exchange")]


def test_a_trace_ends_at_any_label_that_ends_one(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(labels=[{"id": "A", "category": "phishing"}, {"id": "A", "category": "bridge"},
                                 {"id": "A", "category": "exchange"}, {"id": "B", "category": "hack"}])  # fmt: skip
    labels = Labels(ledger)
    labels.look_up(["A", "B", "C"])
    assert (labels.ending("A"), labels.ending("B"), labels.ending("C")) == ("exchange", "", "")


def test_the_rank_of_risk_is_the_same_in_sql(shelf: Ledger) -> None:
    for name in categories():
        assert shelf.value(f"select {risk_order('$name')}", name=name) == risk_rank(name)
