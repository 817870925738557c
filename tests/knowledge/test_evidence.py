"""Evidence survives its JSON to the last digit, and its cells know whose they are."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casewright.knowledge.evidence import Column, Evidence, Fact, Kind, Table, as_json, as_value

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = {
    "money": st.decimals("-70000000000000", "70000000000000", places=2),
    "native": st.decimals("-99999999999999999999", "99999999999999999999", places=18),
    "rate": st.decimals("0", "1000000", places=10),
    "share": st.decimals("0", "1", places=6),
    "ratio": st.decimals("0", "1000000", places=6),
    "count": st.integers(0, 2**62),
    "duration": st.integers(0, 2**62),
}
KINDS: tuple[str, ...] = get_args(Kind)


def _value(kind: str) -> st.SearchStrategy[Any]:
    return NUMBERS.get(kind, TEXT)


@st.composite
def _tables(draw: st.DrawFn) -> Table:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    columns = tuple(Column.model_validate({"name": f"c{nr}", "kind": kind}) for nr, kind in enumerate(kinds))
    row = st.fixed_dictionaries({column.name: st.none() | _value(column.kind) for column in columns})
    return Table(columns=columns, rows=tuple(draw(st.lists(row, max_size=4))))


@st.composite
def _facts(draw: st.DrawFn) -> Fact:
    kind = draw(st.sampled_from(KINDS))
    fields = {name: draw(TEXT) for name in ("unit", "means", "about", "other", "status")}
    of, row = draw(st.none() | st.integers(0, 9)), draw(st.none() | st.integers(0, 9))
    side, reach = draw(st.sampled_from(["", "in", "out"])), draw(st.sampled_from(["", "direct", "indirect"]))
    qualifiers = {"of": of, "row": row, "side": side, "reach": reach}
    return Fact.model_validate({**fields, **qualifiers, "name": "usd", "kind": kind, "value": draw(_value(kind))})


@given(st.lists(_facts(), max_size=4), st.lists(_tables(), max_size=2), TEXT)
def test_evidence_comes_back_from_its_json_as_it_was(facts: list[Fact], tables: list[Table], searched: str) -> None:
    evidence = Evidence(
        id="E1",
        tool="flows",
        query=searched,
        status="found",
        facts=tuple(facts),
        tables=tuple(tables),
        searched=searched,
        arguments={"subjects": [{"id": searched}], "min_usd": None, "limit": 200},
    )
    again = Evidence.model_validate_json(evidence.model_dump_json())
    assert again == evidence
    assert again.model_dump_json() == evidence.model_dump_json()


@given(NUMBERS["native"])
def test_native_amounts_keep_all_their_digits_and_are_strings(amount: Decimal) -> None:
    fact = Fact(name="amount", value=amount, kind="native", unit="ETH")
    plain = json.loads(fact.model_dump_json())["value"]
    assert isinstance(plain, str)
    assert "E" not in plain
    assert Decimal(plain) == amount


def test_money_is_a_number_in_json_and_has_its_cents_again_when_read() -> None:
    fact = Fact(name="inflow_usd", value="198400.00", kind="money", unit="USD")  # type: ignore[arg-type]
    assert '"value":198400.0' in fact.model_dump_json()
    assert str(Fact.model_validate_json(fact.model_dump_json()).value) == "198400.00"
    assert str(as_value("money", "0.005")) == "0.005"


@pytest.mark.parametrize(
    ("kind", "value"),
    [("money", "12,50"), ("money", "NaN"), ("ratio", float("inf")), ("count", 1.5), ("count", "many"), ("share", "")],
)
def test_a_value_that_its_kind_cannot_hold_is_refused(kind: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Fact.model_validate({"name": "x", "kind": kind, "value": value})


def test_empty_qualifiers_are_left_out_and_zero_is_not() -> None:
    fact = Fact(name="payers", value=0, kind="count", unit="payers", of=0, row=0)
    plain = json.loads(fact.model_dump_json())
    assert plain == {"name": "payers", "value": 0, "kind": "count", "unit": "payers", "of": 0, "row": 0}


def test_a_row_has_every_column_and_no_other() -> None:
    table = Table.model_validate({"columns": [{"name": "usd", "kind": "money"}], "rows": [{}]})
    assert table.rows == ({"usd": None},)
    for rows in ([{"usd": 1, "eur": 2}], [{"eur": 2}]):
        with pytest.raises(ValidationError, match="eur, which no column describes"):
            Table.model_validate({"columns": [{"name": "usd", "kind": "money"}], "rows": rows})
    with pytest.raises(ValidationError):
        Table.model_validate({"rows": [{"usd": 1}]})


def test_every_value_is_of_its_kinds_type() -> None:
    assert as_value("native", "1e-18") == Decimal("0.000000000000000001")
    assert as_json("native", Decimal("1E-18")) == "0.000000000000000001"
    assert as_json("rate", Decimal("1E+3")) == "1000"
    assert as_value("count", Decimal("3")) == 3
    assert as_value("word", 7) == "7"
    assert as_value("money", None) is None


def _evidence() -> Evidence:
    cells = {
        "subject": ("id", "C-1"),
        "direction": ("word", "in"),
        "counterparty": ("id", "0xab"),
        "usd": ("money", "12.30"),
        "amount": ("native", "0.5"),
        "asset": ("word", "ETH"),
        "status": ("word", "reversed"),
        "label": ("label", "Nordhaus"),
        "category": ("word", "exchange"),
        "hop": ("count", 2),
        "at": ("time", "2024-07-16T12:04:47Z"),
    }
    columns = [{"name": name, "kind": kind} for name, (kind, _) in cells.items()]
    row = {name: value for name, (_, value) in cells.items()}
    table = Table.model_validate({"columns": columns, "rows": [row]})
    edge = {"from": "0xaa", "to": "0xbb", "usd": "1"}
    edges = Table.model_validate(
        {
            "name": "edges",
            "columns": [{"name": n, "kind": k} for n, k in (("from", "id"), ("to", "id"), ("usd", "money"))],
            "rows": [edge],
        }
    )
    return Evidence(id="E1", tool="flows", query="select 1", status="found", tables=(table, edges))


def test_cells_carry_the_parties_side_status_and_reach_of_their_row() -> None:
    cells = {(cell.row, cell.name): cell for cell in _evidence().cells()}
    usd = cells[0, "usd"]
    assert (usd.about, usd.other, usd.side, usd.status, usd.reach) == ("C-1", "0xab", "in", "reversed", "indirect")
    assert cells[0, "amount"].unit == "ETH"
    assert (cells[0, "label"].about, cells[0, "label"].side) == ("0xab", "")
    assert cells[0, "category"].about == "0xab"
    assert (cells[1, "usd"].about, cells[1, "usd"].other, cells[1, "usd"].side) == ("0xaa", "0xbb", "out")


def test_rows_and_tables_are_found_by_name() -> None:
    evidence = _evidence()
    assert evidence.rows[0]["usd"] == Decimal("12.30")
    assert evidence.table("ends") == Table(name="ends")
    assert evidence.fact("inflow_usd") is None
    assert evidence.with_id("E7").id == "E7"


def test_a_frame_has_utc_times_and_exact_amounts() -> None:
    frame = _evidence().frame()
    assert frame["at"].iloc[0] == pd.Timestamp(datetime(2024, 7, 16, 12, 4, 47, tzinfo=UTC))
    assert frame["usd"].iloc[0] == Decimal("12.30")
    assert list(Evidence(tool="x", query="", status="empty").frame().columns) == []
    html = _evidence()._repr_html_()
    assert "<table" in html
    assert "Nordhaus" in html


def test_what_a_notebook_shows_cannot_run() -> None:
    memo = "<script>alert(1)</script>"
    column = {"name": "memo", "kind": "text"}
    table = Table.model_validate({"columns": [column], "rows": [{"memo": memo}]})
    evidence = Evidence(id="E1", tool="x", query="", status="found", searched=memo, tables=(table,))
    assert "<script" not in evidence._repr_html_()
