"""The log and what it vouches for: whatever is changed, removed or moved there is found, on every database."""

import hashlib
import io
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import stores

from casewright.knowledge.case import Alert, Case
from casewright.tools.store import Checked, Store, check_lines, typologies
from casewright.tools.store.filing import RoleSet, Suspicion, decide
from casewright.tools.store.tables import audit, metadata
from casewright.tools.store.vouching import VOUCHED

MakeCase = Callable[..., Case]
TRIES = 1000


@pytest.fixture
def url(tmp_path: Path, make_case: MakeCase) -> Iterator[str]:
    """A store in which every kind of row stands that the log vouches for by now."""
    with stores.fresh(tmp_path / "cases.db") as place:
        with Store.open(place) as store:
            alert = Alert(id="AL-1", subject="C-10482", at=1_740_000_000)
            for usd in ("1250.00", "1300.00"):
                store.save_case(make_case(usd=usd, alert=alert), "ada")
            store.save_case(make_case("CASE-2", "C-2"), "bo")
            store.record("ada", "looked", "CASE-1", {"ids": ["C-10482"]})
            typologies.propose(store, "peel-chain", "id: peel-chain\nname: Peel chain\n", "ada", "better words")
            typologies.decide(store, "peel-chain", "approved", "bo", "agreed")
            decide(store, "CASE-1", "ada", RoleSet(person="C-10482", role="mule", reason="the job"))
            decide(store, "CASE-1", "bo", Suspicion(formed=date(2025, 3, 3), reason="the payers"))
        yield place


def _broken(url: str) -> int | None:
    with Store.open(url) as store:
        found = store.verify_audit()
    return found.seq if found else None


def _flipped(value: Any, dice: random.Random) -> Any:
    """The value with one bit of one of its bytes the other way round, as far as that is still a text."""
    if isinstance(value, int):
        return value ^ (1 << dice.randrange(31))
    raw = bytearray(value.encode())
    at = dice.randrange(len(raw))
    raw[at] = raw[at] ^ (1 << dice.randrange(7)) or ord("~")
    return raw.decode("utf-8")


def _this(table: sa.Table, row: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    return sa.and_(*(key == row[key.name] for key in table.primary_key))


def _row(table: sa.Table, row: Mapping[str, Any]) -> sa.Select[Any]:
    return sa.select(table).where(_this(table, row))


def test_a_single_flipped_byte_is_found(url: str) -> None:
    """In any column of any row of the log, and of every table that it vouches for."""
    dice, cells = random.Random(7), []
    with stores.by_hand(url) as connection, Store.open(url) as store:
        for table in (audit, *VOUCHED):
            for row in connection.execute(sa.select(table)).mappings():
                cells += [(table, dict(row), name) for name, value in row.items() if value not in (None, "")]
        assert {table.name for table, _, _ in cells} >= {"audit", "cases", "case_subjects", "filing_acts"}
        tried = found = 0
        while tried < TRIES:
            table, row, name = dice.choice(cells)
            changed = {**row, name: _flipped(row[name], dice)}
            if name in table.primary_key.columns and connection.execute(_row(table, changed)).first():
                continue  # the database itself refuses two rows of one key
            tried += 1
            connection.execute(table.update().where(_this(table, row)).values(changed))
            found += store.verify_audit() is not None
            connection.execute(table.update().where(_this(table, changed)).values(row))
        assert store.verify_audit() is None
    assert found == TRIES


def test_a_single_flipped_byte_of_an_exported_log_is_found(url: str) -> None:
    with Store.open(url) as store:
        text = "".join(store.audit_lines())
    raw, dice = text.encode(), random.Random(7)
    assert _checked(raw).first_bad is None
    found = 0
    for _ in range(TRIES):
        changed = bytearray(raw)
        changed[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        found += _checked(bytes(changed)).first_bad is not None
    assert found == TRIES
    for end in range(len(raw)):  # and wherever it is cut
        assert _checked(raw[:end]).first_bad is not None


def _checked(raw: bytes) -> Checked:
    return check_lines(io.TextIOWrapper(io.BytesIO(raw), "utf-8", "surrogateescape", newline="\n"))


def test_every_row_that_is_removed_or_added_is_found(url: str) -> None:
    with stores.by_hand(url) as connection, Store.open(url) as store:
        for table in (audit, *VOUCHED):
            for row in connection.execute(sa.select(table)).mappings().all():
                connection.execute(table.delete().where(_this(table, row)))
                assert store.verify_audit() is not None, (table.name, row)
                connection.execute(table.insert().values(**row))
        assert store.verify_audit() is None
        subjects = metadata.tables["case_subjects"]
        first = connection.execute(sa.select(subjects).order_by(subjects.c.audit)).mappings().first()
        assert first is not None
        connection.execute(subjects.insert().values(**{**first, "nr": 9, "subject": "C-9"}))
        broken = store.verify_audit()
    assert broken is not None
    assert broken.seq == first["audit"]


def test_two_entries_that_change_places_are_found(url: str) -> None:
    for old, new in ((2, -2), (3, 2), (-2, 3)):
        stores.change(url, f"update audit set seq = {new} where seq = {old}")
    assert _broken(url) == 2


def test_two_rows_that_change_entries_are_found(url: str) -> None:
    for old, new in ((1, -1), (2, 1), (-1, 2)):
        stores.change(url, f"update cases set audit = {new} where audit = {old}")
    assert _broken(url) == 1


def test_a_log_that_was_cut_shorter_than_what_was_stored_is_found(url: str) -> None:
    stores.change(url, "delete from audit where seq > 3")
    with Store.open(url) as store:
        broken = store.verify_audit()
    assert broken is not None
    assert (broken.seq, "the log ends at 3, but" in broken.why) == (4, True)


def test_an_entry_before_the_first_is_found(url: str) -> None:
    stores.change(
        url, "insert into audit select 0, at, who, what, about, payload, previous, hash from audit where seq = 1"
    )
    with Store.open(url) as store:
        broken = store.verify_audit()
    assert broken is not None
    assert "holds 9 entries, of which 8 follow one another" in broken.why


@pytest.mark.parametrize("table", [audit, *VOUCHED], ids=lambda table: table.name)
def test_the_database_refuses_to_change_or_remove_what_is_stored(
    url: str, table: sa.Table, make_case: MakeCase
) -> None:
    with Store.open(url) as store:
        entry = store.entries()[0].seq
        with store.writes() as connection:  # of the tables that nothing is in yet, one row each
            for name, row in {
                "particulars": {"content": "{}"},
                "review_acts": dict.fromkeys(("kind", "about", "act", "subject", "content"), "x") | {"version": 1},
                "retention_acts": dict.fromkeys(("about", "act", "content"), "x"),
                "tombstones": {"entry": 4},
            }.items():
                connection.execute(metadata.tables[name].insert().values(audit=entry, **row))
        column = list(table.c)[-1]
        for statement in (table.update().values({column: table.c[column.name]}), table.delete()):
            with store.reads() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
                connection.execute(statement)


def test_what_is_null_or_added_later_leaves_the_hash_as_it_was() -> None:
    from casewright.tools.store.audit import digest_of

    row = {"id": "CASE-1", "alert": None, "content": "{}"}
    assert digest_of([row]) == digest_of([{"id": "CASE-1", "content": "{}", "audit": 7, "later": None}])
    assert digest_of([row, {"id": "B"}]) == digest_of([{"id": "B"}, row]) != digest_of([row])


def test_each_answer_of_a_tool_is_named_once_by_the_hash_of_what_the_case_holds(url: str, make_case: MakeCase) -> None:
    case = make_case("CASE-9")
    more = case.evidence[0].model_copy(update={"id": "E2", "tool": "payers"})
    with Store.open(url) as store:
        store.save_case(case, "ada")
        store.save_case(case.model_copy(update={"evidence": (*case.evidence, more)}), "bo")
        first, second = [entry.payload["evidence"] for entry in store.entries("CASE-9")]
        with store.reads() as connection:
            content = connection.execute(
                sa.text("select content from cases where id = 'CASE-9' and version = 2")
            ).scalar()
    assert [line[:3] for line in first] == [["E1", "account_profile", "found"]]  # type: ignore[index,union-attr]
    assert [line[:3] for line in second] == [["E2", "payers", "found"]]  # type: ignore[index,union-attr]
    assert isinstance(content, str)
    assert more.model_dump_json() in content
    assert second[0][3] == hashlib.sha256(more.model_dump_json().encode()).hexdigest()  # type: ignore[index]
