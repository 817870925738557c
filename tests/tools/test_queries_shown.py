"""What answers look like to others: frames, notebooks, queries to paste, facts that validate."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from casewright.knowledge.evidence import Evidence, Fact, Table
from casewright.knowledge.records import subjects
from casewright.tools import pack, toolbox

ACCOUNT_TOOLS = [tool for tool in pack.BASE if tool != "labels"]


@pytest.mark.parametrize("tool", ACCOUNT_TOOLS)
def test_every_table_is_a_frame(an_exchange: Any, tool: str) -> None:
    for asked in (an_exchange.subjects(), subjects("C-404")):
        evidence = toolbox.call(an_exchange.ledger, tool, asked)
        for table in evidence.tables:
            frame = evidence.frame(table.name)
            assert list(frame.columns) == [column.name for column in table.columns]
            assert len(frame) == len(table.rows)
            for column in table.columns:
                if column.kind == "time":
                    assert str(frame[column.name].dt.tz) == "UTC"
                if column.kind == "count":
                    assert frame[column.name].dtype == "Int64"


@pytest.mark.parametrize("tool", ACCOUNT_TOOLS)
def test_what_is_made_without_validation_would_have_passed_it(an_exchange: Any, tool: str) -> None:
    evidence = toolbox.call(an_exchange.ledger, tool, an_exchange.subjects())
    assert evidence.facts
    for fact in evidence.facts:
        checked = Fact.model_validate(fact.model_dump(mode="python") | {"value": fact.value})
        assert checked == fact
        assert type(checked.value) is type(fact.value)
        assert fact.means
        assert fact.about
    for table in evidence.tables:
        again = Table.model_validate({"name": table.name, "columns": table.columns, "rows": table.rows})
        assert again == table
        for old, new in zip(table.rows, again.rows, strict=True):
            assert [type(cell) for cell in old.values()] == [type(cell) for cell in new.values()]
        for column in table.columns:
            assert column.kind != "money" or column.unit in {"USD", "SGD"}
    assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence


@pytest.mark.parametrize("tool", ACCOUNT_TOOLS)
def test_the_query_can_be_pasted_and_answers_again(an_exchange: Any, tool: str) -> None:
    evidence = toolbox.call(an_exchange.ledger, tool, subjects("C-10001", "C-10002", since=1_730_050_000))
    connection: duckdb.DuckDBPyConnection = an_exchange.ledger.connection.cursor()
    last = None
    for statement in duckdb.extract_statements(evidence.query):
        last = connection.execute(statement).fetchall()
    assert last
    connection.close()


def test_texts_from_outside_are_escaped_in_a_notebook(make_ledger: Callable[..., Any]) -> None:
    nasty = "<script>alert('x')</script>"
    ledger = make_ledger(
        [
            {
                "src": f"P-{nasty}",
                "dst": "C-1",
                "at": "2025-01-02T00:00:00Z",
                "usd": "9.00",
                "memo": nasty,
                "kind": nasty,
            }
        ],
        events=[{"subject": "C-1", "kind": "ticket", "at": "2025-01-02T00:00:00Z", "text": nasty}],
        labels=[{"id": f"P-{nasty}", "name": nasty, "category": "exchange"}],
        logins=[{"subject": "C-1", "at": "2025-01-02T00:00:00Z", "device": nasty}],
        customers=[{"id": "C-1", "at": "2025-01-01T00:00:00Z", "name": nasty}],
    )
    for tool in ("transfers", "timeline", "counterparties", "flows", "logins", "customer", "dwell"):
        page = toolbox.call(ledger, tool, subjects("C-1"))._repr_html_()
        assert "<script" not in page
        assert "&lt;script&gt;" in page
    asked = Evidence(tool=nasty, query="", status="failed", searched=nasty, truncated=nasty, id=nasty)
    assert "<script" not in asked._repr_html_()


def test_a_trade_got_its_own_asset(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger([{"src": "C-1", "dst": "C-1", "at": "2025-01-02T00:00:00Z", "usd": "9.00", "kind": "trade",
                           "asset": "SGD", "amount": "12.00", "asset_in": "USDT", "amount_in": "8.98"}])  # fmt: skip
    cells = {cell.name: cell for cell in toolbox.call(ledger, "transfers", subjects("C-1")).cells()}
    assert (cells["amount"].value, cells["amount"].unit, cells["amount"].side) == (Decimal("12.00"), "SGD", "out")
    assert (cells["amount_in"].value, cells["amount_in"].unit, cells["amount_in"].side) == (
        Decimal("8.98"),
        "USDT",
        "in",
    )


def test_a_label_belongs_to_the_other_side_whichever_way_value_went(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger(
        [{"src": "0xmix", "dst": "C-1", "at": "2025-01-02T00:00:00Z", "usd": "9.00"},
         {"src": "C-1", "dst": "0xmix", "at": "2025-01-03T00:00:00Z", "usd": "9.00"}],
        labels=[{"id": "0xmix", "name": "Basin", "category": "mixer"}],
    )  # fmt: skip
    for tool in ("transfers", "counterparties"):
        cells = list(toolbox.call(ledger, tool, subjects("C-1")).cells())
        assert {cell.about for cell in cells if cell.name == "label"} == {"0xmix"}
