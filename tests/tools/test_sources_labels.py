"""Each format of labels: whose they are, which category, from when on; and addresses whose letter case is not known."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from casewright.knowledge.errors import DataError, UsageError
from casewright.tools.importing import ImportReport, import_file
from casewright.tools.warehouse import Ledger

TRON = "TQ4mVtJmGz8uSMxV4B7mJNhTqdu1JQdnjL"
OFAC = "address_lower,address,asset,entity,program,uid,akas,case_exact"


class Here:
    """A ledger to import into and to ask."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "ws" / "ledger.duckdb"

    def bring(
        self, file_name: str, *lines: str, kind: str = "labels", format: str = "", **options: Any
    ) -> ImportReport:
        file = self.folder / file_name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return import_file(self.path, kind, file, format, **options)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with Ledger.open(self.path) as ledger:
            return ledger.rows(query)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


def test_an_address_list_of_sanctions_needs_nothing_but_a_date(here: Here) -> None:
    report = here.bring(
        "sanctioned_addresses_ETH.txt",
        *("# of 2024", f"0x{'AB' * 20}  # a note", "", "not an address!", f"0x{'ab' * 20}"),
        as_of=date(2024, 11, 1),
    )  # fmt: skip
    assert (report.format, report.read, report.stored, report.duplicates) == ("address-list", 3, 1, 1)
    assert [(r.line, r.reason, r.text) for r in report.rejects] == [(4, "this is no address", "not an address!")]
    assert report.notes == ()
    assert here.rows("select id, name, category, source, network, known_epoch from labels") == [
        (f"0x{'ab' * 20}", "sanctions list", "sanctioned", "sanctioned_addresses_ETH.txt", "ethereum", 1730419200)
    ]


def test_an_address_list_of_something_else_is_said_by_a_person(here: Here) -> None:
    with pytest.raises(UsageError, match="say it with --category"):
        here.bring("list.txt", TRON)
    report = here.bring("list.txt", TRON, category="own", name="Hot wallet", source="treasury")
    assert "tells no date" in report.notes[0]
    assert here.rows("select id, name, category, source from labels") == [(TRON, "Hot wallet", "own", "treasury")]
    with pytest.raises(DataError, match="this is not address-list"):
        here.bring("list.csv", "id,at,src,dst,usd", format="address-list", category="own")


def test_a_wrong_category_of_a_list_is_told(here: Here) -> None:
    report = here.bring("list.txt", TRON, category="exchnge")
    assert report.useless
    assert report.rejects[0].reason.startswith("category 'exchnge' is unknown; expected exchange,")


def test_ofac_labels_are_sanctioned_with_entity_programme_and_date(here: Here) -> None:
    report = here.bring(
        "ofac_2026-08-22.csv",
        OFAC,
        f"{TRON.lower()},{TRON},TRX,ALDER TRADING,CYBER2,1,,True",
        f'0x{"ab" * 20},0x{"aB" * 20},USDT,QUILL GROUP,"DPRK2, SDGT",2,A|B,True',
    )
    assert (report.format, report.stored, report.ignored) == ("ofac-csv", 2, ())
    query = "select id, name, category, source, confidence, network, known_epoch from labels order by name"
    assert here.rows(query) == [
        (TRON, "ALDER TRADING", "sanctioned", "OFAC SDN list (CYBER2)", "authority_data", "tron", 1787356800),
        (f"0x{'ab' * 20}", "QUILL GROUP", "sanctioned", "OFAC SDN list (DPRK2, SDGT)", "authority_data", "ethereum",
         1787356800),
    ]  # fmt: skip


@pytest.mark.parametrize("labels_first", [True, False])
def test_an_address_of_unknown_letter_case_meets_its_party(here: Here, labels_first: bool) -> None:
    def labels() -> ImportReport:
        return here.bring("ofac_2026-08-22.csv", OFAC, f"{TRON.lower()},,TRX,ALDER TRADING,CYBER2,1,,False")

    def transfers() -> ImportReport:
        return here.bring("export.csv", "id,at,src,dst,usd", f"P-1,2026-09-01,C-1,{TRON},5", kind="transfers")

    steps = [labels, transfers] if labels_first else [transfers, labels]
    for step in (*steps, *steps):
        step()
    assert here.rows("select id, category, confidence, known_epoch from labels order by id") == [
        (TRON, "sanctioned", "authority_data", 1787356800),
        (TRON.lower(), "sanctioned", "case unknown", 1787356800),
    ]


PACK = f"""title: A pack
creator: somebody
lastmod: 2022-04-05
currency: BTC
source: https://example.org/report
tags:
  - address: 1Alder
    label: Alder
    category: exchange
    confidence: forensic
  - address: "{TRON}"
    label: Basin
    currency: TRX
    abuse: ransomware
    lastmod: 2023-01-02
  - {{address: bc1qalder, label: Quill, category: wizardry}}
  - {{label: Nobody}}
  - words
"""


def test_a_tagpack_in_yaml_inherits_what_stands_before_its_tags(here: Here) -> None:
    report = here.bring("alder.yaml", PACK)
    assert (report.format, report.read, report.stored) == ("tagpack", 5, 3)
    assert [(r.line, r.reason) for r in report.rejects] == [(17, "id is absent"), (18, "this tag has no keys")]
    query = "select id, name, category, source, confidence, network, known_epoch, line from labels order by line"
    source = "TagPack alder, https://example.org/report"
    assert here.rows(query) == [
        ("1Alder", "Alder", "exchange", source, "forensic", "bitcoin", 1649116800, 7),
        (TRON, "Basin", "ransomware", source, "unknown", "tron", 1672617600, 11),
        ("bc1qalder", "Quill", "service", source, "unknown", "bitcoin", 1649116800, 16),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: x\n", "expected a key `tags` with a list"),
        ("tags: [a, b\n", "this is not YAML"),
        ("tags: &a [1]\nother: *a\n", "alder.yaml:2: anchors are not read"),
        ("tags: " + "[" * 5000, "more than 10 levels within each other"),
    ],
)
def test_a_tagpack_that_is_none_is_told(here: Here, text: str, told: str) -> None:
    with pytest.raises(DataError) as error:
        here.bring("alder.yaml", text)
    assert told in str(error.value)
    assert not here.path.exists()


def test_explorer_tags_decide_in_order_and_accuse_nobody_by_guess(here: Here) -> None:
    report = here.bring(
        "explorers_2023-06-01.csv",
        "explorer,address,name,labels",
        f"etherscan,0x{'01' * 20},Alder: Deposit,binance|exchange",
        f"bscscan,0x{'02' * 20},Basin Hacker,bitfinex|heist",
        f"etherscan,0x{'03' * 20},Quill,some-new-thing",
        f"etherscan,0x{'04' * 20},,",
    )
    assert (report.format, report.stored) == ("explorer-labels", 4)
    query = "select name, category, network, source from labels order by id"
    assert here.rows(query) == [
        ("Alder: Deposit", "exchange", "ethereum", "etherscan"),
        ("Basin Hacker", "hack", "bsc", "bscscan"),
        ("Quill", "service", "ethereum", "etherscan"),
        ("service", "service", "ethereum", "etherscan"),
    ]


@pytest.mark.parametrize(
    ("file", "format", "read", "rejected"),
    [
        ("ofac_crypto_addresses_2026-08-22.csv", "ofac-csv", 977, 0),
        ("sanctioned_addresses_XBT.txt", "address-list", 435, 0),
        ("tags_compact.parquet", "tagpack", 76_744, 0),
        ("etherscan_labels.parquet", "explorer-labels", 33_016, 6),  # sums of several accounts
        ("phishing_scams.csv", "explorer-labels", 6_726, 0),
        ("etherscan_malicious_labels.csv", "explorer-labels", 7_780, 0),
        ("malicious_smart_contracts.csv", "explorer-labels", 753, 0),
    ],
)
def test_the_public_label_files_are_read_whole(
    data_folder: Path, here: Here, file: str, format: str, read: int, rejected: int
) -> None:
    report = import_file(here.path, "labels", data_folder / "labels" / file, as_of=date(2024, 11, 1))
    assert (report.format, report.read, report.rejected) == (format, read, rejected)
    assert report.stored + report.duplicates == read - rejected


def test_a_real_heist_meets_the_real_labels(data_folder: Path, here: Here) -> None:
    import_file(here.path, "transfers", data_folder / "ethereum-heists/LIFI/LIFI.csv")
    for file in ("tags_compact.parquet", "sanctioned_addresses_ETH.txt"):
        import_file(here.path, "labels", data_folder / "labels" / file, as_of=date(2024, 11, 1))
    router = "0xd90e2f925da726b50c4ed8d0fb90ad053324f31b"
    assert here.rows(f"select category, confidence from labels where id = '{router}' order by all") == [
        ("mixer", "authority_data"),
        ("mixer", "inline"),
        ("mixer", "web_crawl"),
        ("sanctioned", "list"),
    ]
