"""Free SQL behind two walls: what may be asked is answered, and of many ways through neither wall lets one pass."""

import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from casewright.knowledge.errors import CasewrightError, PolicyError, UsageError
from casewright.tools import sql
from casewright.tools.warehouse import Ledger, locked

# Files, the network, the machine, other statements, the engine's own tables, and ways to hide any of these.
ATTACKS = [
    "select * from read_csv('{file}')",
    "select * from read_csv_auto('{file}')",
    "select * from '{file}'",
    'select * from "{file}"',
    'with a as (select * from "{file}"), "{file}" as (select 1 as x) select * from a',
    "select 1 from transfers limit 1 + 1",
    "select * from read_text('{file}')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_json('/etc/passwd')",
    "select * from read_json_auto('{file}')",
    "select * from read_ndjson('{file}')",
    "select * from read_parquet('{file}')",
    "select * from parquet_scan('{file}')",
    "select * from parquet_metadata('{file}')",
    "select * from sniff_csv('{file}')",
    "select * from glob('/etc/*')",
    "select content from read_text('http://127.0.0.1:9/x')",
    "select * from 'https://example.org/x.parquet'",
    "select * from 's3://bucket/x.csv'",
    "copy transfers to '{out}'",
    "copy (select * from customers) to '{out}' (format csv)",
    "copy transfers from '{file}'",
    "export database '{out}'",
    "import database '{out}'",
    "attach '{out}' as other",
    "attach ':memory:' as other",
    "detach ledger",
    "use memory",
    "install httpfs",
    "load httpfs",
    "force install json",
    "pragma database_list",
    "pragma enable_external_access=true",
    "call pragma_version()",
    "set enable_external_access = true",
    "set disabled_filesystems = ''",
    "set lock_configuration = false",
    "set memory_limit = '64GB'",
    "reset memory_limit",
    "create table t as select 1",
    "create temp table t as select 1",
    "create view v as select 1",
    "create macro f(x) as x",
    "create secret s (type s3)",
    "drop table transfers",
    "delete from transfers",
    "update customers set risk = 'low'",
    "insert into labels select * from labels",
    "alter table transfers add column x int",
    "truncate transfers",
    "vacuum",
    "checkpoint",
    "begin transaction",
    "prepare p as select 1",
    "execute p",
    "explain analyze select * from read_text('{file}')",
    "explain select 1",
    "describe transfers",
    "summarize customers",
    "show tables",
    "select 1; select 2",
    "select 1; drop table transfers",
    "select 1 -- ; \n; copy transfers to '{out}'",
    "select * from meta",
    "select * from rejects",
    "select * from ledger.main.meta",
    "select * from memory.information_schema.tables",
    "select * from information_schema.columns",
    "select * from duckdb_settings()",
    "select * from duckdb_secrets()",
    "select * from duckdb_tables",
    "select * from pg_catalog.pg_class",
    "select * from sqlite_master",
    "select * from pragma_table_info('transfers')",
    "select getenv('HOME')",
    "select current_setting('memory_limit')",
    "select set_config('memory_limit', '64GB')",
    "select getvariable('x')",
    "select * from query('select * from meta')",
    "select * from query_table('meta')",
    "select * from (with duckdb_settings as (select 1) select * from duckdb_settings) a, duckdb_settings b",
    "with transfers as (select * from read_text('{file}')) select * from transfers",
    "select (select content from read_text('{file}'))",
    "select 1 where exists (select 1 from read_csv('{file}'))",
    "select * from transfers union all select content from read_text('{file}')",
    "select * from transfers order by (select 1 from read_text('{file}'))",
    "select * from transfers, lateral (select * from read_text('{file}'))",
    "from read_text('{file}')",
    "from meta",
    "values (1)",
    "table meta",
    "pivot meta on name using max(value)",
    "select columns('.*') from meta",
    "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t",
    "select repeat('x', 1000000000)",
    "select * from range(100000000000)",
    "select unnest(range(1000000000))",
    "select list_transform([1], x -> getenv('HOME'))",
    "select write_log('x')",
    "select nextval('s')",
    "select $1",
    "select /* {file} */ * from/**/read_text('{file}')",
    "select * from READ_TEXT('{file}')",
    "select * from \"read_text\"('{file}')",
    "select * from main.read_text('{file}')",
    "select system.main.getenv('HOME')",
    "select * from transfers at (version => 1)",
    "select * from transfers tablesample 100000 rows",
    "select '" + "x" * 20_000 + "'",
    "select " + "(" * 400 + "1" + ")" * 400,
    "select \x00 1",
    "",
    "  ;  ",
    "-- nothing",
]


@pytest.fixture
def ledger(make_ledger: Callable[..., Ledger]) -> Ledger:
    rows = [
        {"src": f"C-{number % 7}0482", "dst": "C-14330", "at": 1_700_000_000 + number * 60, "usd": str(number)}
        for number in range(1, 301)
    ]
    people = [{"id": "C-14330", "name": "Ong Li", "country": "SG"}, {"id": "C-10482", "name": "Max Ott"}]
    return make_ledger(rows, customers=people, currency="SGD")


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\nkeepsake,2\n", encoding="utf-8")
    return {"file": str(secret), "out": str(tmp_path / "taken")}


def _attack(text: str, places: dict[str, str]) -> str:
    return text.replace("{file}", places["file"]).replace("{out}", places["out"])


def test_there_are_at_least_sixty_attacks() -> None:
    assert len(set(ATTACKS)) >= 60


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_first_wall_lets_no_attack_through(attack: str, ledger: Ledger, places: dict[str, str]) -> None:
    with pytest.raises((PolicyError, UsageError)):
        sql.ask(ledger, _attack(attack, places))
    assert not Path(places["out"]).exists()


# What the second wall must stop alone; what only reads the ledger or the engine's own tables is the first one's task.
_HARM = [text for text in ATTACKS if "{file}" in text or "{out}" in text or "/etc/" in text or "://" in text]
_HARM += ["install httpfs", "load httpfs", "set enable_external_access = true", "set lock_configuration = false",
          "set memory_limit = '64GB'", "set disabled_filesystems = ''", "drop table transfers", "delete from transfers",
          "update customers set risk = 'low'", "alter table transfers add column x int",
          "select repeat('x', 1000000000)"]  # fmt: skip


_STATE = """select (select count(*) from transfers),
    (select sum(usd) from transfers), (select max(risk) from customers),
    (select list((name, value) order by name) from duckdb_settings() where name in
        ('memory_limit', 'enable_external_access', 'disabled_filesystems', 'lock_configuration'))"""


@pytest.mark.parametrize("attack", dict.fromkeys(_HARM))
def test_the_second_wall_alone_lets_nothing_be_read_or_changed(
    attack: str, ledger: Ledger, places: dict[str, str]
) -> None:
    with locked(ledger.path, seconds=2) as connection:
        before = connection.execute(_STATE).fetchall()
        found: list[object] = []
        told = ""
        try:
            found = connection.execute(_attack(attack, places)).fetchall()
        except (duckdb.Error, RuntimeError) as error:
            told = str(error)
        assert "keepsake" not in f"{found}{told}"
        assert "root:" not in f"{found}{told}"
        assert connection.execute(_STATE).fetchall() == before
    assert not Path(places["out"]).exists()


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select count(*) as n from transfers", [{"n": 300}]),
        ("SELECT src, sum(usd) AS usd FROM transfers GROUP BY ALL ORDER BY usd DESC LIMIT 1", None),
        ("from customers select name where country = 'SG'", [{"name": "Ong Li"}]),
        ("with big as (select * from legs where usd > 299) select direction, count(*) n from big group by 1 order by 1",
         [{"direction": "in", "n": 1}, {"direction": "out", "n": 1}]),
        ("select c.id, (select count(*) from transfers t where t.dst = c.id) n from customers c order by 1 limit 1",
         [{"id": "C-10482", "n": 0}]),
        ("select max(usd) usd, min(epoch) first_epoch, usd > 5 and src ilike 'c-1%' as odd from transfers where usd = 8"
         " group by all", None),
        ("select src from transfers where usd = 3 union all select dst from transfers where usd = 3",
         [{"src": "C-30482"}, {"src": "C-14330"}]),
        ("select strftime(make_timestamp(epoch * 1000000), '%Y-%m') m, count(*) filter (usd > 100) n from transfers"
         " group by m", [{"m": "2023-11", "n": 200}]),
        ("select row_number() over (partition by src order by epoch) n, lag(usd) over (order by epoch) l from transfers"
         " qualify n = 1 and l is null", [{"n": 1, "l": None}]),
        ("select 1 as x where false", []),
    ],
)  # fmt: skip
def test_what_people_ask_is_answered(query: str, rows: list[dict[str, object]] | None, ledger: Ledger) -> None:
    answer = sql.ask(ledger, query)
    assert answer.status == ("empty" if rows == [] else "found")
    if rows is not None:
        assert list(answer.rows) == rows


def test_the_answer_says_what_it_is_and_over_what_it_speaks(ledger: Ledger) -> None:
    answer = sql.ask(ledger, "select src, usd, local, epoch, usd / 3 as third, memo, usd from transfers", limit=10)
    kinds = {column.name: (column.kind, column.unit) for column in answer.table("rows").columns}
    assert kinds == {
        "src": ("id", ""),
        "usd": ("money", "USD"),
        "local": ("money", "SGD"),
        "epoch": ("time", ""),
        "third": ("ratio", ""),
        "memo": ("text", ""),
        "usd_2": ("money", "USD"),
    }
    assert answer.rows[0]["epoch"] == "2023-11-14T22:14:20Z"
    assert answer.searched == "transfers of the whole ledger, every account and all time"
    assert answer.truncated == "the first 10 rows are shown"
    assert len(answer.rows) == 10
    assert "LIMIT 11" in answer.query
    assert sql.ask(ledger, "select * from customers limit 2", limit=2).truncated == ""


def test_only_the_ledgers_own_seconds_are_told_as_moments(ledger: Ledger) -> None:
    query = "select max(epoch) - min(epoch) as span_epoch, count(distinct account) as a_epoch, max(epoch) as epoch"
    kinds = {column.name: column.kind for column in sql.ask(ledger, f"{query} from legs").tables[0].columns}
    assert kinds == {"span_epoch": "count", "a_epoch": "count", "epoch": "time"}


@pytest.mark.parametrize("call", ["make_timestamp(epoch * 1000000)", "epoch_ms(epoch * 1000)", "hash(account)"])
def test_each_function_that_is_listed_by_its_own_name_can_be_asked(call: str, ledger: Ledger) -> None:
    assert {name for name in sql._BY_NAME if f"{name}(" in call}
    assert sql.ask(ledger, f"select {call} as told from legs limit 3").status == "found"


def test_a_statement_that_takes_too_long_is_ended(ledger: Ledger) -> None:
    began = time.monotonic()
    with pytest.raises(UsageError, match=r"longer than 0\.5 seconds"):
        sql.ask(ledger, "select count(*) from legs a, legs b, legs c, legs d where a.usd < d.usd", seconds=0.5)
    assert time.monotonic() - began < 5


def test_a_wrong_statement_is_told_in_one_line(ledger: Ledger) -> None:
    with pytest.raises(CasewrightError) as caught:
        sql.ask(ledger, "select nothing from transfers")
    assert "\n" not in str(caught.value)


def test_the_command_is_off_until_the_settings_allow_it(
    casewright: Callable[..., object], workspace: object, build_ledger: Callable[..., Path]
) -> None:
    folder: Path = workspace.folder  # type: ignore[attr-defined]
    build_ledger(folder / ".casewright" / "ledger.duckdb", [{"src": "C-1", "dst": "C-2", "at": 5, "usd": "3.50"}])
    ran = casewright("-w", folder, "sql", "select usd from transfers", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (7, "refused")  # type: ignore[attr-defined]
    settings = folder / "casewright.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("sql = false", "sql = true"), encoding="utf-8")
    ran = casewright("-w", folder, "sql", "select usd from transfers", "--json")
    assert ran.json["rows"] == [{"usd": 3.5}]  # type: ignore[attr-defined]
    ran = casewright("-w", folder, "sql", "select * from read_text('/etc/passwd')", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (7, "refused")  # type: ignore[attr-defined]
