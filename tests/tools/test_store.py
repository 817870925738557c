"""The case store: versions, the log's chain, migrations, and what a kill, a lock or a broken file leaves."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
import stores
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from casewright.knowledge.case import Alert, Case
from casewright.knowledge.errors import DataError, NotFound, SettingsError
from casewright.knowledge.records import subjects
from casewright.tools.store import Store, earlier_cases, engine, typologies
from casewright.tools.store.filing import decided
from casewright.tools.store.tables import metadata

MakeCase = Callable[..., Case]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with stores.fresh(tmp_path / "deep" / "cases.db") as place:
        yield place


def _raw(url: str) -> sqlite3.Connection:
    return sqlite3.connect(url.removeprefix("sqlite:///"))


def test_a_case_comes_back_as_it_was_saved(url: str, make_case: MakeCase) -> None:
    case = make_case(usd="86450.00")
    with Store.open(url) as store:
        assert store.save_case(case, "ada") == 1
    with Store.open(url) as store:
        assert store.load_case("CASE-1") == case


def test_the_same_content_is_kept_once_whenever_it_was_made(url: str, make_case: MakeCase) -> None:
    with Store.open(url) as store:
        store.save_case(make_case(), "ada")
        assert store.save_case(make_case(), "ada") == 1
        assert store.save_case(make_case(made_at="2026-01-01T00:00:00Z"), "bo") == 1
        assert store.save_case(store.load_case("CASE-1"), "bo") == 1
        assert len(store.entries()) == 1


@pytest.mark.parametrize("name", ["writer", "model", "prompts", "ledger", "typologies", "rules", "indicators"])
def test_the_same_content_made_with_something_else_is_a_version(url: str, make_case: MakeCase, name: str) -> None:
    one, other = (
        case.model_copy(update={"versions": case.versions.model_copy(update={name: told})})
        for case, told in ((make_case(), "before"), (make_case(), "after"))
    )
    with Store.open(url) as store:
        assert [store.save_case(case, "ada") for case in (one, one, other, other)] == [1, 1, 2, 2]


def test_every_change_is_a_version_and_an_entry(url: str, make_case: MakeCase) -> None:
    with Store.open(url) as store:
        for usd in ("1.00", "2.00", "1.00"):
            store.save_case(make_case(usd=usd), "ada")
        assert store.load_case("CASE-1", 2) == make_case(usd="2.00")
        assert store.load_case("CASE-1") == make_case(usd="1.00")
        assert [entry.payload["version"] for entry in store.entries("CASE-1")] == [1, 2, 3]
        assert [row.version for row in store.cases()] == [3]
        assert store.verify_audit() is None


def test_an_unknown_case_is_told_with_the_nearest(url: str, make_case: MakeCase) -> None:
    with Store.open(url) as store:
        store.save_case(make_case("CASE-A-1042"), "ada")
        with pytest.raises(NotFound, match="did you mean CASE-A-1042"):
            store.load_case("CASE-A-1024")
        with pytest.raises(NotFound, match="has no version 7"):
            store.load_case("CASE-A-1042", 7)


def test_cases_are_listed_by_subject_and_moment(url: str, make_case: MakeCase) -> None:
    address = "0x" + "AB" * 20
    with Store.open(url) as store:
        for number, at in enumerate((100, 300, 200)):
            alert = Alert(id=f"AL-{number}", subject=address, at=at)
            store.save_case(make_case(f"CASE-{number}", address, alert=alert), "ada")
        store.save_case(make_case("CASE-9", "C-2"), "ada")
        assert [row.id for row in store.cases([address])] == ["CASE-1", "CASE-2", "CASE-0"]
        assert [row.id for row in store.cases([address], before=300, leave_out="CASE-0")] == ["CASE-2"]
        assert store.cases([address], limit=1)[0].subjects == (address.lower(),)
        assert len(store.cases()) == 4


def test_earlier_cases_are_evidence_that_differs_from_none_found(url: str, make_case: MakeCase) -> None:
    with Store.open(url) as store:
        none = earlier_cases(store, subjects("C-10482"))
        store.save_case(make_case("CASE-1"), "ada")
        found = earlier_cases(store, subjects("C-10482", "C-2"), leave_out="CASE-7")
        assert (none.status, found.status) == ("empty", "found")
        assert [(fact.about, fact.value) for fact in found.facts] == [("C-10482", 1), ("C-2", 0)]
        assert earlier_cases(store, subjects("C-10482"), leave_out="CASE-1").rows == ()
        with stores.by_hand(url) as raw:
            assert raw.execute(sa.text(found.query)).fetchall()[0][:2] == ("C-10482", "CASE-1")


def test_the_log_keeps_any_text(url: str) -> None:
    with Store.open(url) as store:
        store.record("ada", "opened", "CASE-1", {"why": "é \x00 💶"})
        assert store.entries("CASE-1")[0].payload == {"why": "é \x00 💶"}


def test_a_case_changed_behind_the_log_is_found(url: str, make_case: MakeCase) -> None:
    with Store.open(url) as store:
        store.save_case(make_case(usd="1250.00"), "ada")
        stores.change(url, "update cases set content = replace(content, '1250.0', '1250.1')")
        broken = store.verify_audit()
        assert broken is not None
        assert broken.why == "case saved, CASE-1: what cases holds is not what was stored with it"


def test_a_case_that_cannot_be_read_is_told_in_one_line(url: str, make_case: MakeCase) -> None:
    with Store.open(url) as store:
        store.save_case(make_case(), "ada")
        stores.change(url, """update cases set content = '{"id": 1}'""")
        with pytest.raises(DataError, match="cannot be read by this program"):
            store.load_case("CASE-1")
        assert store.save_case(make_case(), "ada") == 2  # what is damaged stays as it is, what is sound comes next
        assert store.load_case("CASE-1") == make_case()


@pytest.mark.sqlite
def test_opening_twice_changes_nothing(url: str) -> None:
    tables = []
    for _ in range(2):
        with Store.open(url) as store:
            assert store.revision() == engine.newest()
        with contextlib.closing(_raw(url)) as raw:
            tables.append(raw.execute("select name, sql from sqlite_master order by name").fetchall())
    assert tables[0] == tables[1]


def test_the_migrations_lead_to_the_tables_that_the_program_uses(url: str) -> None:
    Store.open(url).__exit__()
    migrated = engine.connect(url)
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    migrated.dispose()
    config = Config()
    config.set_main_option("script_location", str(engine.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == engine.newest()


@pytest.mark.sqlite
@pytest.mark.parametrize("revision", ["0001", "0005"])
def test_an_older_store_moves_forward_with_its_data(url: str, revision: str) -> None:
    """`stores/` holds what the program of that revision had stored."""
    _as_it_was(url, revision)
    with Store.open(url) as store:
        assert store.revision() == engine.newest() > revision
        assert store.verify_audit() is None
        newest = store.load_case("CASE-1")
        assert (newest.alert, [subject.id for subject in newest.subjects]) == (
            Alert(id="AL-1", subject="C-10482", at=1_740_000_000),
            ["C-10482", "C-2"],
        )
        assert [fact.value for fact in newest.evidence[0].facts] == [Decimal("1300.00")]
        assert store.load_case("CASE-1", 1).evidence[0].facts[0].value == Decimal("1250.00")
        assert [(row.id, row.version) for row in store.cases(["C-2"])] == [("CASE-2", 1), ("CASE-1", 2)]
        before = [(entry.who, entry.what) for entry in store.entries()]
        assert before[:4] == [*[(who, "case saved") for who in ("ada", "bo", "ada")], ("ada", "rfi drafted")]
        if revision == "0005":
            assert typologies.versions(store)[0].state == "in force"
            assert [type(act.what).__name__ for act in decided(store, "CASE-1").acts] == [
                "RoleSet",
                "Suspicion",
                "Filed",
            ]
        assert (newest.versions.model, newest.versions.imports, newest.versions.rules) == ("", 0, "")
        told = newest.versions.model_copy(update={"model": "embedded", "imports": 4, "rules": "ab"})
        assert store.save_case(newest.model_copy(update={"versions": told}), "cy") == 2  # the same, told in full
        assert store.save_case(newest.model_copy(update={"role": "mule"}), "cy") == 3
        assert store.verify_audit() is None


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("update cases set content = replace(content, '1300.0', '1300.1') where version = 2", 2),
        ("update cases set version = 7 where id = 'CASE-2'", 3),
        ("delete from cases where id = 'CASE-2'", 3),
        ("update typology_versions set content = content || ' '", 5),
        ("update typology_decisions set decision = 'retired'", 6),
        ("delete from typology_decisions", 6),
        ("update filing_acts set content = replace(content, 'mule', 'victim')", 7),
        ("update filing_acts set act = 'suspicion' where act = 'role'", 7),
        ("delete from filing_acts where act = 'filed'", 9),
    ],
)
def test_what_an_older_program_stored_is_still_vouched_for(url: str, statement: str, entry: int) -> None:
    _as_it_was(url, "0005")
    with Store.open(url) as store:
        stores.change(url, statement)
        broken = store.verify_audit()
        assert broken is not None
        assert broken.seq == entry


def _as_it_was(url: str, revision: str) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.executescript((Path(__file__).parent / "stores" / f"v{revision}.sql").read_text(encoding="utf-8"))


def test_a_store_of_a_newer_program_is_left_alone(url: str) -> None:
    Store.open(url).__exit__()
    stores.change(url, "update alembic_version set version_num = '9999'")
    with pytest.raises(DataError, match="revision 9999"):
        Store.open(url)


@pytest.mark.sqlite
def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "cases.db").write_text("id,at\n" * 200)
    with pytest.raises(DataError, match="no readable case store"):
        Store.open(f"sqlite:///{tmp_path / 'cases.db'}")
    with pytest.raises(SettingsError, match="cannot be used"):
        Store.open("cases.db")
    with pytest.raises(SettingsError, match="cannot be used"):
        Store.open("nosuch://here")


@pytest.mark.sqlite
def test_a_store_that_is_only_read_is_not_made(url: str, tmp_path: Path) -> None:
    assert not Store.exists(url)
    with pytest.raises(NotFound, match="no case store here yet"):
        Store.open(url, create=False)
    assert list(tmp_path.iterdir()) == []
    Store.open(url).__exit__()
    assert Store.exists(url)


def test_a_store_held_by_another_process_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_WAIT_MS", 50)
    with Store.open(url) as store:
        with Store.open(url) as other, other.writes(), pytest.raises(DataError, match="another process is writing"):
            store.record("ada", "looked", "CASE-1")
        assert store.record("ada", "looked", "CASE-1") == 1


def test_many_writers_keep_one_chain(url: str, make_case: MakeCase) -> None:
    def work(who: str) -> None:
        with Store.open(url) as store:
            for number in range(10):
                store.save_case(make_case(f"CASE-{who}-{number}"), who)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Store.open(url) as store:
        assert len(store.cases()) == 40
        assert [entry.seq for entry in store.entries()] == list(range(1, 41))
        assert store.verify_audit() is None


_SAVE_FOR_EVER = """
import itertools, sys
from casewright.knowledge.case import Case
from casewright.tools.store import Store
case = Case.model_validate_json(open(sys.argv[2]).read())
with Store.open(sys.argv[1]) as store:
    print("open", flush=True)
    for number in itertools.count():
        store.save_case(case.model_copy(update={"id": f"CASE-{number}"}), "ada")
        print(number, flush=True)
"""


def test_a_killed_process_leaves_no_half_case(url: str, tmp_path: Path, make_case: MakeCase) -> None:
    case = make_case()
    big = case.evidence[0].model_copy(update={"searched": "x" * 300_000})
    (tmp_path / "case.json").write_text(case.model_copy(update={"evidence": (big,)}).model_dump_json())
    saved = 0
    for pause in (0.0, 0.013, 0.031):
        process = subprocess.Popen(
            [sys.executable, "-c", _SAVE_FOR_EVER, url, str(tmp_path / "case.json")], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(pause)
        os.kill(process.pid, signal.SIGKILL)
        told = process.stdout.read().split()
        process.stdout.close()
        process.wait()
        saved = max([saved, *(int(number) + 1 for number in told)])
        with Store.open(url) as store:
            rows = store.cases()
            assert len(rows) >= saved  # what it told as saved is there
            assert len(store.entries()) == len(rows)
            assert store.verify_audit() is None
            assert all(row.subjects == ("C-10482",) for row in rows)
