"""Holding and deleting cases: nothing goes early, nothing stays behind, and the log stays whole."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
import stores

from casewright.knowledge import clock
from casewright.knowledge.case import Alert, Case
from casewright.knowledge.errors import NotFound, PolicyError, UsageError
from casewright.tools.store import Store, retention
from casewright.tools.store.filing import RoleSet, Suspicion, decide
from casewright.tools.store.tables import batch_calls, cases, jobs, runs, tombstones
from casewright.tools.store.vouching import VOUCHED

YEARS = 5
LATER = int(time.time()) + 6 * 366 * 86400


@pytest.fixture
def url(tmp_path: Path, make_case: Callable[..., Case]) -> Iterator[str]:
    with stores.fresh(tmp_path / "cases.db") as place:
        with Store.open(place) as store:
            for usd in ("1250.00", "1300.00"):
                store.save_case(make_case(usd=usd), "ada")
            store.save_case(make_case("CASE-2", "C-2"), "bo")
            store.record("ada", "case drafted by a model", "CASE-1", {"revisions": 1}, {"struck": ["Wei Han lied."]})
            decide(store, "CASE-1", "ada", RoleSet(person="C-10482", role="mule", reason="Wei Han told so"))
            decide(store, "CASE-2", "bo", Suspicion(formed=date(2025, 3, 3), reason="the payers"))
        yield place


def test_a_deleted_case_leaves_its_entries_and_tombstones_and_a_whole_log(url: str) -> None:
    with Store.open(url) as store:
        before = store.entries("CASE-1")
        done = retention.delete(store, "CASE-1", "cy", "kept long enough", years=YEARS, now=LATER)
        assert (done.versions, done.entries) == (2, 4)
        with pytest.raises(NotFound):
            store.load_case("CASE-1")
        *kept, last = store.entries("CASE-1")
        assert kept == before
        assert (last.who, last.what, last.payload["reason"]) == ("cy", "case deleted", "kept long enough")
        with store.reads() as connection:
            gone = set(connection.execute(sa.select(tombstones.c.entry)).scalars())
            assert gone == {entry.seq for entry in before}
            for table in VOUCHED:
                if table is not tombstones:
                    assert not gone & set(connection.execute(sa.select(table.c.audit)).scalars())
        assert store.verify_audit() is None
        assert [row.id for row in store.cases()] == ["CASE-2"]


def test_a_deleted_case_can_come_again(url: str, make_case: Callable[..., Case]) -> None:
    with Store.open(url) as store:
        for _ in range(2):
            retention.delete(store, "CASE-1", "cy", "old", years=YEARS, now=LATER)
            assert store.save_case(make_case(), "ada") == 1
        assert store.verify_audit() is None


@pytest.mark.sqlite
def test_what_is_deleted_is_gone_from_the_files(url: str) -> None:
    path = Path(url.removeprefix("sqlite:///"))

    def held() -> bool:
        return any(b"Wei Han" in file.read_bytes() for file in path.parent.glob("cases.db*"))

    with Store.open(url) as store:
        assert held()
        retention.delete(store, "CASE-1", "cy", "old", years=YEARS, now=LATER)
        assert not held()


def _batch(store: Store, run: str, *done: tuple[str, str | None]) -> None:
    """A run with a job for each alert and the case that it made, and a reply of a model."""
    spent = {"at": 1, "tokens": 7, "usd": 0.1}
    with store.writes() as connection:
        connection.execute(runs.insert().values(run=run, at=1, who="night", options="{}", state="ended"))
        for place, (alert, case) in enumerate(done):
            ended = {"alert": alert, "case_id": case, "place": place, "state": "failed", "worker": "w"}
            connection.execute(jobs.insert().values(run=run, reason="Wei Han was named", **ended, **spent))
        reply = {"request": run, "model": "m", "reply": '"Wei Han paid"'}
        connection.execute(batch_calls.insert().values(run=run, **reply, **spent))


def test_what_a_batch_kept_of_persons_goes_with_the_case(url: str, make_case: Callable[..., Case]) -> None:
    with Store.open(url) as store:
        store.save_case(make_case("CASE-AL-7", alert=Alert(id="AL-7", subject="C-10482", at=1_740_000_000)), "ada")
        _batch(store, "made it", ("AL-7", "CASE-AL-7"), ("AL-8", "CASE-2"))
        _batch(store, "failed before", ("AL-7", None))
        _batch(store, "of others", ("AL-8", "CASE-2"))
        retention.delete(store, "CASE-AL-7", "cy", "old", years=YEARS, now=LATER)
        with store.reads() as connection:
            replied = connection.execute(sa.select(batch_calls.c.run)).scalars().all()
            told = connection.execute(sa.select(jobs.c.run, jobs.c.alert).where(jobs.c.reason != "")).all()
            spent = connection.execute(sa.select(sa.func.sum(jobs.c.tokens))).scalar()
    assert replied == ["of others"]
    assert sorted(map(tuple, told)) == [("made it", "AL-8"), ("of others", "AL-8")]
    assert spent == 28


def test_a_row_that_vanishes_beside_a_deletion_is_still_found(url: str) -> None:
    with Store.open(url) as store:
        retention.delete(store, "CASE-1", "cy", "old", years=YEARS, now=LATER)
        stores.change(url, "delete from filing_acts where case_id = 'CASE-2'")
        broken = store.verify_audit()
    assert broken is not None
    assert broken.why == "suspicion told, CASE-2: what was stored with it in filing_acts is gone"


def test_a_forged_tombstone_is_found(url: str) -> None:
    with Store.open(url) as store:
        retention.delete(store, "CASE-1", "cy", "old", years=YEARS, now=LATER)
        seq = store.entries("CASE-1")[-1].seq
        entry = store.entries("CASE-2")[-1].seq
        stores.change(url, f"insert into tombstones (entry, audit) values ({entry}, {seq})")
        stores.change(url, "delete from filing_acts where case_id = 'CASE-2'")
        broken = store.verify_audit()
    assert broken is not None
    assert (broken.seq, "tombstones" in broken.why) == (seq, True)


def test_the_database_lets_go_only_what_has_a_tombstone(url: str) -> None:
    with Store.open(url) as store:
        with store.reads() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.execute(cases.delete())
        retention.delete(store, "CASE-1", "cy", "old", years=YEARS, now=LATER)
        with store.reads() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.execute(cases.delete())


def test_a_case_is_kept_for_years_from_the_last_act_on_it(url: str) -> None:
    with Store.open(url) as store:
        stores.change(url, "update audit set at = 1709164800 where about = 'CASE-2'")  # 2024-02-29
        first, _ = retention.kept(store, YEARS)
        assert (first.case, first.until) == ("CASE-2", clock.epoch("2029-03-01T00:00:00Z"))
        store.record("ada", "asked", "CASE-2", {"evidence": []})
        assert retention.kept(store, YEARS)[0] == first
        with pytest.raises(PolicyError, match="CASE-2 is kept until 2029-03-01, 5 years from the last act"):
            retention.delete(store, "CASE-2", "cy", "old", years=YEARS, now=first.until - 1)
        decide(store, "CASE-2", "bo", RoleSet(person="C-2", role="mule", reason="x"))
        assert retention.kept(store, YEARS)[1].case == "CASE-2"


@pytest.mark.parametrize("about", ["CASE-1", "C-10482"])
def test_what_is_held_is_not_deleted(url: str, about: str) -> None:
    with Store.open(url) as store:
        retention.hold(store, about, "mei", "court order 7")
        with pytest.raises(PolicyError, match=r"CASE-1 is held since .* by mei: court order 7"):
            retention.delete(store, "CASE-1", "cy", "old", years=YEARS, now=LATER)
        with pytest.raises(PolicyError, match="is held already, by mei"):
            retention.hold(store, about, "cy", "again")
        assert [(one.about, one.who) for one in retention.holds(store)] == [(about, "mei")]
        retention.delete(store, "CASE-2", "cy", "old", years=YEARS, now=LATER)
        retention.lift(store, about, "mei", "the order ended")
        with pytest.raises(PolicyError, match="is not held"):
            retention.lift(store, about, "mei", "again")
        retention.delete(store, "CASE-1", "cy", "old", years=YEARS, now=LATER)
        assert store.verify_audit() is None


def test_what_cannot_be_meant_is_refused(url: str) -> None:
    with Store.open(url) as store:
        with pytest.raises(NotFound, match="no case and no subject of a case is 'C-9'"):
            retention.hold(store, "C-9", "mei", "x")
        for who, reason in ((" ", "x"), ("mei", " ")):
            with pytest.raises(UsageError):
                retention.delete(store, "CASE-1", who, reason, years=YEARS, now=LATER)
        assert [row.id for row in store.cases()] != []
