"""The case store on a PostgreSQL server: what is told where it cannot be used, and many who write at once."""

import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import stores

from casewright.knowledge.case import Case
from casewright.knowledge.errors import DataError, PolicyError, SettingsError
from casewright.tools.store import Store, engine, typologies

PASSWORD = "open-sesame"
server = pytest.mark.skipif(not stores.SERVER, reason="`make test-postgres` starts a server")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with stores.fresh(tmp_path / "cases.db") as place:
        yield place


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (f"postgresql://ada:{PASSWORD}@127.0.0.1:1/cases", "no PostgreSQL server answers here"),
        (f"postgresql://ada:{PASSWORD}@127.0.0.1:1/cases?sslmode=maybe", "URL cannot be used"),
        (f"postgresql+psycopg://ada:{PASSWORD}@127.0.0.1:1/cases", "URL cannot be used"),
        (f"mysql://ada:{PASSWORD}@127.0.0.1:1/cases", "URL cannot be used"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_without_the_password(place: str, told: str) -> None:
    with pytest.raises((DataError, SettingsError), match=told) as error:
        Store.open(place)
    assert PASSWORD not in str(error.value)
    assert "ada:***@127.0.0.1:1/cases" in str(error.value)


def test_the_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pg8000", None)
    with pytest.raises(SettingsError, match=r"needs a package; pip install 'casewright\[postgres\]'"):
        Store.open("postgresql://ada@127.0.0.1:1/cases")


def test_another_machine_is_reached_over_tls_unless_the_url_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(sa, "create_engine", lambda url, **rest: given.append((url, rest)) or _stop())
    for place in ("db.example", "db.example/c?sslmode=require", "db.example/c?sslmode=disable", "127.0.0.1"):
        with pytest.raises(StopIteration):
            engine.connect(f"postgresql://ada@{place}")
    checked, unchecked, off, here = [rest["connect_args"]["ssl_context"] for _, rest in given]
    assert (checked.verify_mode, checked.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (unchecked.verify_mode, unchecked.check_hostname) == (ssl.CERT_NONE, False)
    assert (off, here) == (None, None)
    assert all("sslmode" not in address.query for address, _ in given)


def _stop() -> None:
    raise StopIteration


def test_a_certificate_that_does_not_hold_and_a_connection_that_is_lost_are_told() -> None:
    place = f"postgresql://ada:{PASSWORD}@db.example/cases"
    for error, told in (
        (ssl.SSLCertVerificationError(1, "self-signed"), "certificate does not hold"),
        (ConnectionResetError("reset"), "the connection to the server was lost"),
    ):
        with pytest.raises(DataError, match=told) as found, engine.told(place):
            raise error
        assert PASSWORD not in str(found.value)


@server
def test_a_wrong_password_and_an_unknown_database_are_told(url: str) -> None:
    wrong = sa.make_url(url).set(password=PASSWORD).render_as_string(hide_password=False)
    with pytest.raises(DataError, match="does not take this user and password") as told:
        Store.open(wrong)
    assert PASSWORD not in str(told.value)
    nowhere = sa.make_url(url).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(DataError, match='database "nowhere" does not exist'):
        Store.open(nowhere)


@server
def test_a_connection_that_the_server_ended_is_made_anew(url: str) -> None:
    with Store.open(url) as store:
        store.record("ada", "looked", "CASE-1")
        others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        stores.change(url, f"{others} and pid <> pg_backend_pid()")
        assert store.record("ada", "looked", "CASE-1") == 2


def _at_once(count: int, work: Callable[[int], None]) -> None:
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_of_many_who_open_an_empty_place_one_makes_the_tables(url: str) -> None:
    def work(number: int) -> None:
        with Store.open(url) as store:
            store.record(f"w{number}", "opened", "store")

    _at_once(6, work)
    with Store.open(url) as store:
        assert [entry.seq for entry in store.entries()] == list(range(1, 7))
        assert store.verify_audit() is None


def test_the_log_is_checked_as_of_one_moment_while_others_write(url: str, make_case: Callable[..., Case]) -> None:
    with Store.open(url) as first:
        first.save_case(make_case("CASE-0"), "ada")
    done = threading.Event()
    found: list[Any] = []

    def work(number: int) -> None:
        with Store.open(url) as store:
            if number == 0:
                while not done.is_set():
                    found.append(store.verify_audit())
                return
            for one in range(40):
                store.save_case(make_case(f"CASE-{number}-{one}"), f"w{number}")
            done.set()

    _at_once(3, work)
    assert found
    assert not any(found)


def test_of_those_who_decide_at_once_each_proposal_is_decided_once(url: str) -> None:
    with Store.open(url) as store:
        for number in range(20):
            typologies.propose(store, f"t{number}", f"id: t{number}\n", "ada", "new")
    won: list[str] = []

    def work(number: int) -> None:
        with Store.open(url) as store:
            for one in range(20):
                try:
                    typologies.decide(store, f"t{one}", "approved", "ada" if number == 0 else f"w{number}", "agreed")
                    won.append(f"w{number}")
                except PolicyError:
                    pass

    _at_once(4, work)
    assert len(won) == 20
    assert "w0" not in won  # its maker
    with Store.open(url) as store:
        assert store.verify_audit() is None
