"""Ids that compare, and subjects with their windows."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casewright.knowledge.records import CANONICAL_SQL, Subject, canonical_id, subjects

EVM = "0xDE709F2102306220921060314715629080E2FB77"
BLANKS = st.text(st.sampled_from(" \t\n\r\f\v\x85\xa0\u200b\ufeff\u2003\x1c"), max_size=2)
NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
    st.from_regex(r"\A0[xX][0-9a-fA-F]{38,42}([0-9a-fA-F]{24})?\Z"),
    st.from_regex(r"\A([bB][cC]|tb|ltc|LTC|xbc)1[a-zA-Z0-9ſK]{4,12}\Z"),
)


@given(st.lists(st.tuples(BLANKS, NAMES, BLANKS).map("".join), min_size=1, max_size=200))
def test_python_and_the_ledger_agree_on_what_an_id_is(names: list[str]) -> None:
    with duckdb.connect() as connection:
        query = f"select {CANONICAL_SQL.format('name')} from (select unnest($names) as name)"
        told = [row[0] for row in connection.execute(query, {"names": names}).fetchall()]
    assert told == [canonical_id(name) for name in names]


@given(NAMES)
def test_an_id_is_the_same_the_second_time(name: str) -> None:
    assert canonical_id(canonical_id(name)) == canonical_id(name)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f" {EVM}\n", EVM.lower()),
        (EVM + "ab" * 12, EVM.lower() + "ab" * 12),
        ("BC1QXY2KGDYGJRSQTZQ2N0YRF2493P83KKFJHX0WLH", "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"),
        ("TQ4nFWBJgKMGZVtB9bX3aT9Zd5rLk5nQ3v", "TQ4nFWBJgKMGZVtB9bX3aT9Zd5rLk5nQ3v"),
        ("C-10482", "C-10482"),
        (EVM + "a", EVM + "a"),
    ],
)
def test_only_ids_whose_chain_ignores_case_lose_theirs(text: str, kept: str) -> None:
    assert canonical_id(text) == kept


def test_each_subject_is_asked_about_once_in_the_order_given() -> None:
    asked = subjects("C-2", EVM, "C-1", EVM.lower(), since=5, until=9)
    assert [subject.id for subject in asked] == ["C-2", EVM.lower(), "C-1"]
    assert {(subject.since, subject.until) for subject in asked} == {(5, 9)}


def test_a_subject_takes_no_unknown_field_and_does_not_change() -> None:
    with pytest.raises(ValidationError):
        Subject.model_validate({"id": "C-1", "until_day": 5})
    with pytest.raises(ValidationError):
        Subject(id="C-1").id = "C-2"  # type: ignore[misc]
