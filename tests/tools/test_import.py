"""Importing transfers as a table: typed values, both layouts, repeats, reasons, maps, local currency."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from casewright.knowledge.errors import DataError, SettingsError, UsageError
from casewright.tools.importing import ImportReport, import_file
from casewright.tools.warehouse import Ledger

HEADER = "id,at,src,dst,usd"
ROW = "P-1,2025-03-04T05:06:07Z,C-1,C-2,120.50"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ws" / "ledger.duckdb"


@pytest.fixture
def bring(tmp_path: Path, path: Path) -> Callable[..., ImportReport]:
    """Import lines of text: `bring(header, row, row, kind="transfers", map="columns: ...")`."""
    count = iter(range(1000))

    def run(*lines: str, kind: str = "transfers", format: str = "table", map: str = "", suffix: str = "csv",
            **options: Any) -> ImportReport:  # fmt: skip
        file = tmp_path / f"export-{next(count)}.{suffix}"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        map_path = None
        if map:
            map_path = tmp_path / "MAP.yaml"
            map_path.write_text(map, encoding="utf-8")
        return import_file(path, kind, file, format, map_path=map_path, **options)

    return run


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with Ledger.open(path) as ledger:
        return ledger.rows(query)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.read, report.stored, report.duplicates, report.rejected


def test_a_transfer_is_stored_once_and_as_two_legs(bring: Callable[..., ImportReport], path: Path) -> None:
    assert counts(bring(HEADER, ROW)) == (1, 1, 0, 0)
    moment = 1741064767
    stored = rows(
        path,
        "select id, epoch, known_epoch, src, dst, kind, status, network, asset, amount, usd, local, line"
        " from transfers",
    )
    assert stored == [
        ("P-1", moment, moment, "C-1", "C-2", "transfer", "completed", "unknown", "USD", None, Decimal("120.50"),
         Decimal("120.50"), 2)
    ]  # fmt: skip
    legs = rows(
        path, "select key = hash(account), account, direction, counterparty, transfer, usd from legs order by account"
    )
    assert legs == [
        (True, "C-1", "out", "C-2", "P-1", Decimal("120.50")),
        (True, "C-2", "in", "C-1", "P-1", Decimal("120.50")),
    ]


def test_both_layouts_are_appended_in_their_order(bring: Callable[..., ImportReport], path: Path) -> None:
    made = [f"P-{n},2025-03-{1 + n * 7 % 28:02}T00:00:00Z,C-{n % 5},C-{n % 7 + 5},{n}" for n in range(60)]
    bring(HEADER, *made)
    epochs = [row[0] for row in rows(path, "select epoch from transfers order by rowid")]
    keys = rows(path, "select key, epoch from legs order by rowid")
    assert epochs == sorted(epochs)
    assert keys == sorted(keys)
    assert len(keys) == 2 * len(epochs)


def test_the_same_file_again_stores_nothing_new(bring: Callable[..., ImportReport], path: Path) -> None:
    lines = (HEADER, ROW, "P-2,2025-03-05,C-1,C-3,oops")
    assert counts(bring(*lines)) == (2, 1, 0, 1)
    assert counts(bring(*lines)) == (2, 0, 1, 1)
    assert rows(
        path, "select (select count(*) from transfers), (select count(*) from legs), (select count(*) from rejects)"
    ) == [(1, 2, 1)]
    assert rows(path, "select read, stored, duplicates, rejected from imports order by import_id") == [
        (2, 1, 0, 1),
        (2, 0, 1, 1),
    ]


def test_a_stored_id_with_other_values_is_rejected_in_both_files_and_ledger(bring: Callable[..., ImportReport]) -> None:
    report = bring(HEADER, ROW, ROW, ROW.replace("120.50", "120.51"))
    assert counts(report) == (3, 1, 1, 1)
    assert report.rejects[0].line == 4
    assert report.rejects[0].reason == "this id stands in line 2 already, with other values"
    report = bring(HEADER, ROW.replace("C-2", "C-9"))
    assert report.rejects[0].reason == "this id is stored already with other values"
    assert "dst=C-9" in report.rejects[0].text


def test_without_ids_rows_are_the_same_where_all_typed_columns_are_equal(
    bring: Callable[..., ImportReport], path: Path
) -> None:
    header = "at,src,dst,usd,memo"
    report = bring(
        header, "2025-03-04,A,B,5,x", "2025-03-04T00:00:00Z,A,B,5.00,x", "2025-03-04,A,B,5,y", "2025-03-04,A,B,5,"
    )
    assert counts(report) == (4, 3, 1, 0)
    assert all(len(name) == 32 for (name,) in rows(path, "select id from transfers"))


def test_usd_is_rounded_to_cents_once_half_away_from_zero(bring: Callable[..., ImportReport], path: Path) -> None:
    amounts = ["1.005", "2.675", "34755.1308111996", "1e3", ".5", "0"]
    bring(HEADER, *(f"P-{n},2025-03-04,A,B,{amount}" for n, amount in enumerate(amounts)))
    found = [row[0] for row in rows(path, "select usd from transfers order by id")]
    assert found == [Decimal(text) for text in ("1.01", "2.68", "34755.13", "1000.00", "0.50", "0.00")]


BAD_ROWS = [
    ("P-2,yesterday,A,B,5", "at 'yesterday' is no time; expected a time such as 2024-07-16T12:04:47Z"),
    ("P-2,2025-02-30,A,B,5", "at '2025-02-30' is no time; expected a time such as 2024-07-16T12:04:47Z"),
    ("P-2,2201-01-01,A,B,5", "at '2201-01-01' lies outside 1970 to 2099"),
    ("P-2,infinity,A,B,5", "at 'infinity' is no time; expected a time such as 2024-07-16T12:04:47Z"),
    ("P-2,,A,B,5", "at is absent"),
    ("P-2,2025-03-04,,B,5", "src is absent"),
    ("P-2,2025-03-04,A, ,5", "dst is absent"),
    ("P-2,2025-03-04,A,B,-5", "usd '-5' is negative"),
    ("P-2,2025-03-04,A,B,-0.001", "usd '-0.001' is negative"),
    ("P-2,2025-03-04,A,B,", "neither usd nor amount is given"),
    ("P-2,2025-03-04,A,B,nan", "usd 'nan' is no amount; expected a number such as 1234.50"),
    ('P-2,2025-03-04,A,B,"1,234.50"', "usd '1,234.50' is no amount; expected a number such as 1234.50"),
    ("P-2,2025-03-04,A,B,1e17", "usd '1e17' is too large: at most 16 digits before the point are kept"),
    ("P-2,2025-03-04,A,B", "the row has 4 cells, the header 5"),
    ("P-2,2025-03-04,A,B,5,6", "the row has 6 cells, the header 5"),
    (f"P-2,2025-03-04,A,{'B' * 201},5", "dst has 201 characters, at most 200 are taken"),
]  # fmt: skip


def test_a_bad_row_is_rejected_with_its_line_reason_and_text(bring: Callable[..., ImportReport], path: Path) -> None:
    report = bring(HEADER, ROW, *(row for row, _ in BAD_ROWS))
    assert counts(report) == (1 + len(BAD_ROWS), 1, 0, len(BAD_ROWS))
    expected = [(line, reason) for line, (_, reason) in enumerate(BAD_ROWS, 3)]
    assert [(reject.line, reject.reason) for reject in report.rejects] == expected
    assert rows(path, "select line, reason from rejects order by line") == expected
    assert rows(path, "select bool_and(starts_with(text, 'P-2')) from rejects") == [(True,)]


def test_lines_are_true_where_a_row_is_no_line(bring: Callable[..., ImportReport], path: Path) -> None:
    report = bring(
        f"{HEADER},memo",
        'P-1,2025-03-04,A,B,5,"two',
        'lines"',
        "",
        "P-2,2025-03-04,A,B,bad,x",
        "P-3,2025-03-04,A,B,5,x",
    )
    assert counts(report) == (3, 2, 0, 1)
    assert report.rejects[0].line == 5
    assert rows(path, "select id, line, memo from transfers order by id") == [("P-1", 2, "two\nlines"), ("P-3", 6, "x")]


def test_a_memo_that_is_too_long_is_rejected_or_cut_as_the_person_says(
    bring: Callable[..., ImportReport], path: Path
) -> None:
    lines = f"{HEADER},memo", f"{ROW},{'m' * 10_000}", ROW.replace("P-1", "P-2") + ","
    report = bring(*lines)
    assert report.rejects[0].reason == "memo has 10000 characters, at most 2000 are taken"
    assert len(report.rejects[0].text) == 500
    assert counts(bring(*lines, cut_memos=True)) == (2, 1, 1, 0)
    assert rows(path, "select length(memo) from transfers where id = 'P-1'") == [(2000,)]


def test_a_trade_is_two_legs_of_one_account(bring: Callable[..., ImportReport], path: Path) -> None:
    header = "id,at,src,dst,kind,asset,amount,asset_in,amount_in,usd"
    report = bring(
        header,
        "W-1,2025-03-04,A,A,trade,USDT,100,btc,0.001,100",
        "W-2,2025-03-04,A,,trade,USDT,100,BTC,0.001,100",
        "W-3,2025-03-04,A,B,trade,USDT,100,BTC,0.001,100",
        "W-4,2025-03-04,A,A,trade,USDT,100,,,100",
    )
    assert [r.reason for r in report.rejects] == [
        "a trade has one account: src and dst differ",
        "a trade needs asset_in and amount_in",
    ]
    legs = "select account, direction, counterparty, asset, amount, usd from legs where transfer = 'W-2'"
    assert rows(path, f"{legs} order by direction") == [
        ("A", "in", "A", "BTC", Decimal("0.001"), Decimal(100)),
        ("A", "out", "A", "USDT", Decimal(100), Decimal(100)),
    ]


def test_status_and_kind_are_checked_against_their_vocabulary(bring: Callable[..., ImportReport], path: Path) -> None:
    report = bring(f"{HEADER},status,kind", f"{ROW},Reversed,FIAT_IN", ROW.replace("P-1", "P-2") + ",done,gift")
    assert report.rejects[0].reason.startswith("kind 'gift' is unknown; expected transfer, deposit,")
    assert rows(path, "select status, kind from transfers") == [("reversed", "fiat_in")]


def test_ids_are_kept_in_one_form(bring: Callable[..., ImportReport], path: Path) -> None:
    address, tron = "0x" + "aB" * 20, "TQ4mVtJmGz8uSMxV4B7mJNhTqdu1JQdnjL"
    bring(f"{HEADER},hash", f"P-1,2025-03-04, {address} ,{tron},5,0X{'CD' * 32}")
    assert rows(path, "select src, dst, hash from transfers") == [(address.lower(), tron, "0x" + "cd" * 32)]


def test_times_may_have_offsets_zones_and_be_known_later(bring: Callable[..., ImportReport], path: Path) -> None:
    header = "id,at,known_at,src,dst,usd"
    bring(
        header,
        "P-1,2025-03-04T08:00:00+08:00,2025-03-05 00:00:00,A,B,5",
        "P-2,1741046400,,A,B,5",
        "P-3,1741046400000,,A,B,5",
    )
    assert rows(path, "select epoch, known_epoch - epoch from transfers order by id") == [
        (1741046400, 86400),
        (1741046400, 0),
        (1741046400, 0),
    ]


def test_json_lines_and_parquet_are_read_like_csv(
    bring: Callable[..., ImportReport], path: Path, tmp_path: Path
) -> None:
    import duckdb

    report = bring(
        '{"id": "P-1", "at": "2025-03-04", "src": "A", "dst": "B", "usd": 5.5, "floor": 3}',
        "no json",
        "",
        '{"id": "P-2", "at": "2025-03-04", "src": "A", "dst": "B", "amount": "0.000000000000000001", "asset": "ETH",'
        ' "usd": 1}',
        suffix="jsonl",
    )
    assert counts(report) == (3, 2, 0, 1)
    assert report.ignored == ("floor",)
    assert [(r.line, r.reason, r.text) for r in report.rejects] == [(2, "the line is no JSON object", "no json")]
    assert rows(path, "select line, amount from transfers order by id") == [(1, None), (4, Decimal("1e-18"))]
    file = tmp_path / "export.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'P-' || (2 + i) as id, timestamp '2025-03-04' as \"at\", 'A' as src, 'B' as dst,"
            f" i - 0.5 as usd, 7 as floor from range(3) t(i)) to '{file}'"
        )
    report = import_file(path, "transfers", file, "table")
    assert counts(report) == (3, 2, 0, 1)
    assert [(r.line, r.reason) for r in report.rejects] == [(1, "usd '-0.5' is negative")]
    assert report.rejects[0].text.startswith("P-2,2025-03-04 00:00:00,A,B,-0.5")
    assert rows(path, "select line from transfers where import_id = 2 order by line") == [(2,), (3,)]


def test_names_of_columns_may_stand_in_any_case_and_order(bring: Callable[..., ImportReport]) -> None:
    report = bring("DST;Usd;AT;extra;Src", "B;5;2025-03-04;x;A")
    assert counts(report) == (1, 1, 0, 0)
    assert report.ignored == ("extra",)


MAP = """
columns: {id: ref, at: booked, src: payer, dst: payee, amount: value, asset: ccy, status: state, memo: text}
constants: {network: paynow, kind: fiat_in}
values: {status: {OK: completed, Failed: rejected}}
time_format: "%d/%m/%Y %H:%M"
timezone: Asia/Singapore
currencies: {SGD: 0.75, eur: 1.1}
"""


def test_a_map_names_columns_constants_words_times_and_currencies(
    bring: Callable[..., ImportReport], path: Path
) -> None:
    report = bring(
        "ref,booked,payer,payee,value,ccy,state,text,branch",
        "R-1,04/03/2025 08:30,P,C-1,100.10,sgd,OK,hello,7",
        "R-2,04/03/2025 08:30,P,C-1,100,EUR,failed,,7",
        "R-3,04/03/2025 08:30,P,C-1,100,XAU,OK,,7",
        "R-4,2025-03-04 08:30,P,C-1,100,SGD,OK,,7",
        "R-5,04/03/2025 08:30,P,C-1,1e19,SGD,OK,,7",
        map=MAP,
    )
    assert counts(report) == (5, 2, 0, 3)
    assert [r.reason for r in report.rejects] == [
        "no usd value, and no rate for 'XAU': give usd, or a rate",
        "at '2025-03-04 08:30' is no time; expected a time of the form %d/%m/%Y %H:%M",
        "its value in usd is too large: at most 16 digits before the point are kept",
    ]
    assert report.ignored == ("branch",)
    query = "select epoch, usd, amount, asset, status, kind, network, memo from transfers order by id"
    assert rows(path, query) == [
        (1741048200, Decimal("75.08"), Decimal("100.10"), "SGD", "completed", "fiat_in", "paynow", "hello"),
        (1741048200, Decimal("110.00"), Decimal(100), "EUR", "rejected", "fiat_in", "paynow", None),
    ]


@pytest.mark.parametrize(
    ("map", "told"),
    [
        ("columns: {at: booked}", "columns: at is 'booked', which the file does not have"),
        ("columns: {whom: src}", "columns: transfers have no 'whom'"),
        ("columns: {at: at}", "nothing is said of src"),
        ("columns: {at: at}\nconstants: {at: 2025-01-01}", "'at' is both a column and a constant"),
        ("values: {status: {OK: complete}}", "becomes 'complete', which is unknown; did you mean 'completed'?"),
        ("currencies: {EUR: much}", "currencies has no rate for EUR"),
        ("time_format: dmy", "time_format is no time format"),
        ("timezone: Asia/Nowhere", "timezone is no time zone"),
        ("colums: {at: at}", "unknown key 'colums'; did you mean 'columns'?"),
        ("columns: [", "is not YAML"),
    ],
)  # fmt: skip
def test_a_wrong_map_is_told_before_anything_is_read(
    bring: Callable[..., ImportReport], path: Path, map: str, told: str
) -> None:
    with pytest.raises(DataError) as error:
        bring(HEADER, ROW, map=map)
    assert told in str(error.value)
    assert not path.exists()


def test_a_time_format_that_cannot_be_read_is_told(bring: Callable[..., ImportReport], path: Path) -> None:
    columns = "columns: {id: id, at: at, src: src, dst: dst, usd: usd}"
    with pytest.raises(DataError, match="time_format '%Q' cannot be read"):
        bring(HEADER, ROW, map=f"{columns}\ntime_format: '%Q'")
    assert not path.exists()


def rates(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "rates.csv"
    file.write_text("\n".join(["date,currency,usd_per_unit,source", *lines]) + "\n", encoding="utf-8")
    return file


def test_local_value_is_the_days_rate_in_the_workspaces_zone(
    bring: Callable[..., ImportReport], path: Path, tmp_path: Path
) -> None:
    table = rates(tmp_path, "2025-03-03,SGD,0.75,MAS", "2025-03-05,SGD,0.80,MAS", "2025-03-03,EUR,1.1,ECB")
    report = bring(
        "id,at,src,dst,usd,amount,asset",
        "P-1,2025-03-04T10:00:00Z,A,B,75,75,USDT",  # the rate of two days before
        "P-2,2025-03-04T20:00:00Z,A,B,80,80,USDT",  # 5 March in Singapore
        "P-3,2025-03-04T10:00:00Z,A,B,,100,SGD",
        "P-4,2025-03-04T10:00:00Z,A,B,,100,EUR",
        "P-5,2025-03-12T10:00:00Z,A,B,80,80,USDT",  # seven days old
        currency="SGD",
        timezone="Asia/Singapore",
        rates=table,
    )
    assert counts(report) == (5, 5, 0, 0)
    assert rows(path, "select usd, local from transfers order by id") == [
        (Decimal(75), Decimal("100.00")),
        (Decimal(80), Decimal("100.00")),
        (Decimal(75), Decimal("100.00")),
        (Decimal(110), Decimal("146.67")),
        (Decimal(80), Decimal("100.00")),
    ]
    assert rows(path, "select count(*) from legs where local is null") == [(0,)]


def test_a_missing_rate_stores_nothing_and_names_the_first_day(
    bring: Callable[..., ImportReport], path: Path, tmp_path: Path
) -> None:
    table = rates(tmp_path, "2025-03-01,SGD,0.75,MAS")
    lines = HEADER, "P-1,2025-03-02,A,B,5", "P-2,2025-03-20,A,B,5", "P-3,2025-04-20,A,B,5"
    with pytest.raises(SettingsError, match="no rate of SGD for 2025-03-20") as error:
        bring(*lines, currency="SGD", rates=table)
    assert error.value.exit_code == 4
    assert not path.exists()
    with pytest.raises(SettingsError, match="no rate of SGD for 2025-03-02"):
        bring(*lines, currency="SGD", rates=None)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2025-03-01,SGD,much,MAS", "'much' is no rate"),
        ("1 March,SGD,0.7,MAS", "'1 March' is no date"),
        ("2025-03-01,SGD", "the row has 2 cells"),
        ("2025-03-01,SGD,0,MAS", "'0' is no rate"),
    ],
)
def test_a_table_of_rates_that_is_wrong_is_a_matter_of_settings(
    bring: Callable[..., ImportReport], tmp_path: Path, line: str, told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        bring(HEADER, ROW, currency="SGD", rates=rates(tmp_path, line))


def test_a_ledger_keeps_the_currency_it_was_made_for(bring: Callable[..., ImportReport]) -> None:
    bring(HEADER, ROW)
    with pytest.raises(SettingsError, match="the ledger was made for USD, UTC"):
        bring(HEADER, ROW, currency="SGD")


def test_customers_are_versioned_by_when_they_were_known(bring: Callable[..., ImportReport], path: Path) -> None:
    header = "id,known_at,opened_at,name,income_usd,born"
    first = "C-1,2025-01-01,2024-06-01,Mira Holt,9600,1999-02-03"
    assert counts(bring(header, first, first, first.replace("2025-01-01", "2025-06-01"), kind="customers")) == (
        3,
        2,
        1,
        0,
    )
    report = bring(header, first.replace("9600", "99000"), kind="customers")
    assert report.rejects[0].reason == "this id and known_at is stored already with other values"


def test_customers_without_known_at_are_known_from_the_opening_and_change_now(
    bring: Callable[..., ImportReport], path: Path
) -> None:
    header, row = "id,opened_at,occupation", "C-1,2024-06-01,student"
    assert counts(bring(header, row, kind="customers")) == (1, 1, 0, 0)
    assert counts(bring(header, row, kind="customers")) == (1, 0, 1, 0)
    assert counts(bring(header, row.replace("student", "trader"), kind="customers")) == (1, 1, 0, 0)
    assert counts(bring(header, row, kind="customers")) == (1, 0, 1, 0)
    found = rows(path, "select known_epoch = opened_epoch, occupation from customers order by known_epoch")
    assert found == [(True, "student"), (False, "trader")]


@pytest.mark.parametrize(
    ("kind", "header", "good", "bad"),
    [
        (
            "alerts",
            "id,subject,at,since,rule,title,reason",
            "A-1,C-1,2025-03-04,2025-01-01,fan-in,Many payers,27 payers",
            "A-1,C-1,2025-03-05,,,,",
        ),
        ("outcomes", "id,outcome,at", "A-1,reported,", "A-1,closed,"),
        ("logins", "subject,at,device,ip,country", "C-1,2025-03-04T01:02:03Z,D-1,10.0.0.1,NO", ",2025-03-04,,,"),
        (
            "events",
            "id,subject,kind,happened_at,known_at,text,source",
            "E-1,C-1,recall,2025-03-04,2025-03-09,job scam,bank",
            "E-1,C-1,recall,2025-03-04,2025-03-10,job scam,bank",
        ),
        (
            "scores",
            "id,score,model,time,reasons",
            "C-1,0.87,gbm-3,2025-03-04,payers",
            "C-1,0.88,gbm-3,2025-03-04,payers",
        ),
    ],
)
def test_every_other_kind_is_stored_once(
    bring: Callable[..., ImportReport], path: Path, kind: str, header: str, good: str, bad: str
) -> None:
    assert counts(bring(header, good, good, bad, kind=kind)) == (3, 1, 1, 1)
    assert counts(bring(header, good, kind=kind)) == (1, 0, 1, 0)
    assert rows(path, f"select count(*), min(line) from {kind}") == [(1, 2)]


def test_numbers_that_are_none_are_rejected(bring: Callable[..., ImportReport]) -> None:
    report = bring(
        "id,score,model,at", "C-1,inf,m,2025-03-04", "C-2,high,m,2025-03-04", "C-3,0.5,m,2025-03-04", kind="scores"
    )
    assert [r.reason for r in report.rejects] == ["score 'inf' is no number", "score 'high' is no number"]


def test_labels_take_what_the_person_says_of_the_whole_list(bring: Callable[..., ImportReport], path: Path) -> None:
    from datetime import date

    report = bring(
        "address,name", "A-1,Alder", "A-2,", kind="labels", category="exchange", source="ops", as_of=date(2025, 3, 4)
    )
    assert counts(report) == (2, 2, 0, 0)
    assert rows(path, "select id, name, category, source, known_epoch from labels order by id") == [
        ("A-1", "Alder", "exchange", "ops", 1741046400),
        ("A-2", "exchange", "exchange", "ops", 1741046400),
    ]
    report = bring("address,category", "A-3,wizard", "A-4,mixer", kind="labels")
    assert report.rejects[0].reason.startswith("category 'wizard' is unknown; expected exchange, swap_service, ")


def test_an_unknown_kind_or_format_is_told_with_the_nearest(bring: Callable[..., ImportReport]) -> None:
    with pytest.raises(UsageError, match="unknown format 'tabel' of transfers; did you mean 'table'"):
        bring(HEADER, ROW, format="tabel")
    with pytest.raises(UsageError, match="unknown kind of record 'transfer'"):
        bring(HEADER, ROW, kind="transfer")


def test_progress_never_goes_back_and_ends(bring: Callable[..., ImportReport]) -> None:
    told: list[float] = []
    bring(HEADER, *(f"P-{n},2025-03-04,A,B,{n}" for n in range(20_000)), progress=told.append)
    assert told == sorted(told)
    assert told[0] == 0.0
    assert 0.5 < told[-1] <= 1.0


def test_an_import_leaves_nothing_but_the_ledger(bring: Callable[..., ImportReport], path: Path) -> None:
    bring(HEADER, ROW)
    assert [file.name for file in path.parent.iterdir()] == ["ledger.duckdb"]
