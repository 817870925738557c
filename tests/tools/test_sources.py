"""Each format of transfers: what its columns become, on small files and on the public data sets where they are."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from casewright.knowledge.categories import categories
from casewright.tools.importing import ImportReport, import_file, sources
from casewright.tools.intake.kinds import KINDS
from casewright.tools.sources import _tables
from casewright.tools.warehouse import Ledger

AMLWORLD = (
    "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,Payment Currency,"
    "Payment Format,Is Laundering"
)
SAML_D = (
    "Time,Date,Sender_account,Receiver_account,Amount,Payment_currency,Received_currency,Sender_bank_location,"
    "Receiver_bank_location,Payment_type,Is_laundering,Laundering_type"
)
HEIST = "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD"


class Here:
    """A ledger to import into and to ask."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "ws" / "ledger.duckdb"

    def bring(self, *lines: str, name: str = "export.csv", kind: str = "transfers", **options: Any) -> ImportReport:
        file = self.folder / name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return import_file(self.path, kind, file, **options)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with Ledger.open(self.path) as ledger:
            return ledger.rows(query)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


def test_every_format_is_found_by_its_file_and_yields_known_kinds() -> None:
    folder = Path(next(iter(__import__("casewright.tools.sources").tools.sources.__path__)))
    files = {path.stem.replace("_", "-") for path in folder.glob("[!_]*.py")}
    named = {source.name for formats in sources().values() for source in formats.values()}
    assert named == files
    assert set(sources()) == set(KINDS)
    assert all("table" in formats for formats in sources().values())


def test_the_tables_know_only_our_categories() -> None:
    ours = set(categories())
    for table in ("abuses.yaml", "tag_categories.yaml", "explorer_tags.yaml"):
        assert set(_tables.words(table).values()) <= ours
    inline = _tables._named("inline_names.yaml")
    assert {name for group in inline.first for name in group} | {inline.otherwise} <= ours
    assert not categories()[inline.otherwise].accuses


def test_heist_csv_keeps_the_flow_and_the_names_at_its_ends(here: Here) -> None:
    one = f"2024-08-22 14:05:59,1,0x{'9D' * 32},0x{'2A' * 20},Alder_Deposit_1,0x{'45' * 20},KuCoin 17,34755.1308111996"
    report = here.bring(
        HEIST, one, one, one.replace("34755", "-34755"), one.replace("34755.1308111996", ""), name="case.csv"
    )
    assert (report.format, report.read, report.stored, report.duplicates, report.rejected) == ("heist-csv", 4, 1, 1, 2)
    assert [reject.reason for reject in report.rejects] == [
        "usd '-34755.1308111996' is negative",
        "neither usd nor amount is given",
    ]
    query = "select epoch, src, dst, hash, network, asset, amount, usd, kind, status from transfers"
    assert here.rows(query) == [
        (1724335559, f"0x{'2a' * 20}", f"0x{'45' * 20}", f"0x{'9d' * 32}", "ethereum", "USD", None, Decimal("34755.13"),
         "transfer", "completed")
    ]  # fmt: skip
    query = "select id, name, category, source, confidence, network, import_id, line from labels order by name"
    assert here.rows(query) == [
        (f"0x{'2a' * 20}", "Alder_Deposit_1", "user", "case.csv", "inline", "ethereum", 1, 2),
        (f"0x{'45' * 20}", "KuCoin 17", "exchange", "case.csv", "inline", "ethereum", 1, 2),
    ]


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Tornado.Cash: Router", "mixer"),
        ("eXch", "swap_service"),
        ("eXch_Deposit_0x4adc", "swap_service"),
        ("ChangeHero", "swap_service"),
        ("KuCoin_Deposit_0x23aa", "exchange"),
        ("LI.FI Exploiter 2", "hack"),
        ("LI.FI Hack Terminus", "hack"),
        ("Ronin Bridge Exploiter", "hack"),
        ("Fake_Phishing324039", "phishing"),
        ("Hop Protocol: Ethereum Bridge", "bridge"),
        ("LI.FI: LiFi Diamond", "bridge"),
        ("THORChain: THORChain Router v4.1.1", "bridge"),
        ("CoW Protocol: GPv2Settlement", "dex"),
        ("MakerDAO: sDAI Token", "contract"),
        ("Null Address", "burn"),
        ("transit_8cc5", "user"),
        ("Nordhaus Feinkost", "user"),
        ("exchequer", "user"),
    ],
)
def test_inline_names_become_categories_that_accuse_nobody_by_guess(name: str, category: str) -> None:
    import duckdb

    with duckdb.connect() as connection:
        query = f"select {_tables.category_by_name('inline_names.yaml')('name')} from (select $name as name)"
        assert connection.execute(query, {"name": name}).fetchall() == [(category,)]


def test_amlworld_reads_transactions_with_two_columns_of_one_name(here: Here) -> None:
    report = here.bring(
        AMLWORLD,
        "2022/09/01 00:20,010,8000EBD30,010,8000EBD30,3697.34,US Dollar,3697.34,US Dollar,Reinvestment,0",
        "2022/09/01 00:21,021174,800737690,012,80011F990,2848.96,Euro,3000.00,UK Pound,Credit Card,1",
        "2022/09/01 00:22,1,A,2,B,5,Doubloon,5,Doubloon,Wire,0",
    )
    assert (report.format, report.stored, report.ignored) == ("amlworld", 2, ())
    assert [reject.reason for reject in report.rejects] == [
        "no usd value, and no rate for 'DOUBLOON': give usd, or a rate"
    ]
    query = (
        "select epoch, src, dst, kind, network, asset, amount, usd, asset_in, amount_in from transfers order by epoch"
    )
    assert here.rows(query) == [
        (1661991600, "010-8000EBD30", "010-8000EBD30", "internal", "internal", "USD", Decimal("3697.34"),
         Decimal("3697.34"), None, None),
        (1661991660, "021174-800737690", "012-80011F990", "transfer", "card", "GBP", Decimal(3000), Decimal("3470.67"),
         "EUR", Decimal("2848.96")),
    ]  # fmt: skip
    legs = "select account, asset, amount from legs where epoch = 1661991660 order by direction desc"
    assert here.rows(legs) == [("021174-800737690", "GBP", Decimal(3000)), ("012-80011F990", "EUR", Decimal("2848.96"))]


def test_amlworld_reads_attempts_between_their_marks_with_true_lines(here: Here) -> None:
    report = here.bring(
        "BEGIN LAUNDERING ATTEMPT - FAN-OUT:  Max 16-degree Fan-Out",
        "2022/09/01 00:06,021174,800737690,012,80011F990,2848.96,Euro,2848.96,Euro,ACH,1",
        "2022/09/01 04:33,021174,800737690,020,80020C5B0,oops,Euro,oops,Euro,ACH,1",
        "END LAUNDERING ATTEMPT - FAN-OUT",
        "",
        "BEGIN LAUNDERING ATTEMPT - CYCLE:  Max 10 hops",
        "2022/09/01 00:03,01467,8013C4030,020,80BC62F10,58702.10,Yuan,58702.10,Yuan,ACH,1",
        "END LAUNDERING ATTEMPT - CYCLE:  Max 10 hops",
        name="Patterns.txt",
    )
    assert (report.format, report.read, report.stored) == ("amlworld", 3, 2)
    assert report.rejects[0].line == 3
    assert here.rows("select line, usd from transfers order by line") == [
        (2, Decimal("2850.10")),
        (7, Decimal("8508.87")),
    ]


def test_saml_d_reads_date_and_time_apart(here: Here) -> None:
    report = here.bring(
        SAML_D,
        "10:35:19,2022-10-07,8724731955,2769355426,1459.15,UK pounds,UK pounds,UK,UK,Cash Deposit,0,Normal_Cash",
        "10:35:20,2022-10-07,1491989064,8401255335,6019.64,UK pounds,Dirham,UK,UAE,Cross-border,0,Normal_Fan_Out",
    )
    assert (report.format, report.stored, report.ignored) == ("saml-d", 2, ())
    query = "select epoch, src, kind, network, asset, amount, usd from transfers order by epoch"
    assert here.rows(query) == [
        (1665138919, "8724731955", "fiat_in", "cash", "GBP", Decimal("1459.15"), Decimal("1688.08")),
        (1665138920, "1491989064", "transfer", "wire", "GBP", Decimal("6019.64"), Decimal("6964.06")),
    ]


def test_amlsim_reads_both_schemas(here: Here) -> None:
    from datetime import date

    full = "tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,is_sar,alert_id"
    report = here.bring(full, "7,723,951,TRANSFER,649.50,2021-01-01T00:00:00Z,False,-1", name="full.csv")
    assert (report.format, report.stored, report.ignored) == ("amlsim", 1, ())
    edges = "sourceNodeId,targetNodeId,value,time"
    here.bring(edges, "280,15349,147.8,1", "280,15349,147.80,1", name="edges.csv")
    here.bring(edges, "280,15349,147.8,1", name="later.csv", start=date(2020, 1, 1))
    query = "select id, src, dst, usd, make_timestamp(epoch * 1000000)::date::varchar from transfers order by epoch"
    found = here.rows(query)
    assert [row[1:] for row in found] == [
        ("280", "15349", Decimal("147.80"), "2017-01-02"),
        ("280", "15349", Decimal("147.80"), "2020-01-02"),
        ("723", "951", Decimal("649.50"), "2021-01-01"),
    ]
    assert found[2][0] == "7"


def test_amlgentex_takes_no_opening_balance_for_a_payment(here: Here) -> None:
    report = here.bring(
        "step,type,amount,nameOrig,nameDest,bankOrig,bankDest,isSAR",
        "0,INITALBALANCE,40931.77,-2,0,source,bank_a,0",
        "3,TRANSFER,409.66943,3,-1,bank_a,sink,0",
        "25,TRANSFER,1000,-2,3,source,bank_a,0",
        "26,CASH,5,3,-1,bank_a,sink,0",
    )
    assert (report.format, report.read, report.stored, report.ignored) == ("amlgentex", 4, 3, ())
    assert [(r.line, r.reason) for r in report.rejects] == [(2, "an opening balance is no payment")]
    day = "make_timestamp(epoch * 1000000)::date::varchar"
    query = f"select src, dst, usd, kind, network, {day} from transfers order by epoch"
    assert here.rows(query) == [
        ("3", "sink", Decimal("409.67"), "transfer", "bank", "2024-01-04"),
        ("source", "3", Decimal(1000), "transfer", "bank", "2024-01-26"),
        ("3", "sink", Decimal(5), "fiat_out", "cash", "2024-01-27"),
    ]


@pytest.mark.parametrize(("case", "edges", "names"), [("LIFI", 135, 24), ("54m", 292, 29)])
def test_the_real_heists_are_read_whole(heists: Path, here: Here, case: str, edges: int, names: int) -> None:
    report = import_file(here.path, "transfers", heists / case / f"{case}.csv", "heist-csv")
    assert (report.read, report.stored, report.labels) == (edges, edges, names)
    again = import_file(here.path, "transfers", heists / case / f"{case}.csv")
    assert (again.stored, again.duplicates, again.labels) == (0, edges, 0)
    source, target = heists / case / "source_addresses.csv", heists / case / "terminal_addresses.csv"
    for file in (source, target):
        for address in file.read_text().split():
            assert here.rows(f"select count(*) > 0 from legs where account = '{address.lower()}'") == [(True,)]


@pytest.mark.parametrize(
    ("file", "format", "read", "stored", "duplicates"),
    [
        ("amlworld/HI-Small_Patterns.txt", "amlworld", 3_209, 3_209, 0),
        ("amlsim/transactions_1k.parquet", "amlsim", 52_202, 52_202, 0),
        ("amlsim/20K_cycle200_transactions.parquet", "amlsim", 117_805, 116_385, 1_420),
    ],
)
def test_the_public_data_sets_are_read_whole(
    data_folder: Path, here: Here, file: str, format: str, read: int, stored: int, duplicates: int
) -> None:
    report = import_file(here.path, "transfers", data_folder / file)
    assert (report.format, report.read, report.stored, report.duplicates) == (format, read, stored, duplicates)
    assert report.rejected == 0
    assert here.rows("select count(*) filter (where usd is null), count(*) from transfers") == [(0, stored)]
