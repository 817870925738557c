"""A small exchange with everything that makes counting hard: what the query tools are held against."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from casewright.knowledge.records import Subject, Subjects
from casewright.tools.warehouse import Ledger

START = 1_730_000_000  # 2024-10-27 in UTC; the zone's midnight lies elsewhere
_HOUR = 3600
_KINDS = ("deposit", "withdrawal", "fiat_in", "fiat_out", "internal", "p2p", "transfer", "trade", "fee", "reward")
_STATUSES = ("completed",) * 8 + ("cancelled", "rejected", "reversed", "held")
_ASSETS = ("USDT", "ETH", "SGD", "BTC")

_LEGS = """
insert into legs select * from (
    select hash(src) as key, src as account, epoch, known_epoch, 'out' as direction, dst, id, kind, status, network,
        asset, amount, usd, local from transfers
    union all
    select hash(dst), dst, epoch, known_epoch, 'in', src, id, kind, status, network, coalesce(asset_in, asset),
        if(asset_in is null, amount, amount_in), usd, local from transfers
) order by key, epoch"""


@dataclass
class Exchange:
    """The ledger and the rows that it was made of."""

    ledger: Ledger
    transfers: list[dict[str, Any]]
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()

    def subjects(self) -> Subjects:
        """Every account and address, each in a window of its own kind, and one that is not there at all."""
        windows = ((None, None), (START + 40 * _HOUR, START + 90 * _HOUR), (START + 60 * _HOUR, None),
                   (None, START + 70 * _HOUR), (START + 200 * _HOUR, START + 300 * _HOUR))  # fmt: skip
        found = [Subject(id=name, since=windows[nr % 5][0], until=windows[nr % 5][1])
                 for nr, name in enumerate(self.accounts)]  # fmt: skip
        return (*found, Subject(id="C-99999", since=START, until=START + 9 * _HOUR))


def _transfer(rng: random.Random, number: int, customers: list[str], outside: list[str]) -> dict[str, Any]:
    kind = rng.choice(_KINDS)
    own, other = rng.choice(customers), rng.choice(outside)
    src, dst = (other, own) if kind in {"deposit", "fiat_in", "reward"} else (own, other)
    if kind in {"internal", "p2p", "transfer"}:
        src, dst = own, rng.choice([*customers, other])
    if kind == "trade":
        dst = own
    if kind == "fee":
        dst = "HOUSE"
    cents = None if rng.random() < 0.06 else Decimal(rng.choice([0, 10_000, 50_000, rng.randrange(1, 300_000)])) / 100
    amount = None if rng.random() < 0.05 else Decimal(rng.randrange(0, 10**9)) / Decimal(10**5)
    at = START + rng.randrange(0, 110) * _HOUR + rng.choice([0, 0, 0, 7])  # many in the same second
    return {
        "id": f"T{number}", "epoch": at, "known_epoch": at, "src": src, "dst": dst, "kind": kind,
        "status": rng.choice(_STATUSES), "network": rng.choice(("tron", "ethereum", "internal")),
        "asset": rng.choice(_ASSETS), "amount": amount, "usd": cents,
        "local": None if cents is None else round(cents * Decimal("1.3405"), 2),
        "asset_in": "USDT" if kind == "trade" else None,
        "amount_in": Decimal(rng.randrange(1, 10**8)) / 1000 if kind == "trade" else None,
        "hash": None if number % 3 else f"0x{number:064x}", "memo": None if number % 4 else f"invoice {number}",
        "import_id": 1, "line": number,
    }  # fmt: skip


def _records(rng: random.Random, customers: list[str], outside: list[str]) -> dict[str, list[dict[str, Any]]]:
    origin = {"import_id": 1}
    people, logins, events, scores, alerts = [], [], [], [], []
    for number, name in enumerate(customers):
        for version in range(1 + number % 3):
            known = START - 10 * _HOUR + version * 70 * _HOUR
            people.append({
                "id": name, "known_epoch": known, "opened_epoch": START - 400 * _HOUR, "name": f"Person {number}",
                "kind": "person", "born": None, "country": "SG", "occupation": ("clerk", "driver", "nurse")[version],
                "income_usd": Decimal(9600 + 100 * version), "turnover_usd": None, "tier": "basic", "risk": "low",
                "purpose": None, "licence": None, "line": number * 10 + version, **origin,
            })  # fmt: skip
    for number in range(60):
        at = START + rng.randrange(0, 110) * _HOUR
        logins.append({"subject": rng.choice(customers), "epoch": at, "known_epoch": at, "ip": f"10.0.0.{number % 7}",
                       "device": rng.choice([None, "d1", "d2", "d3", "d4"]), "country": rng.choice(["SG", "MY", None]),
                       "user_agent": None, "line": number, **origin})  # fmt: skip
        events.append({"id": f"V{number}", "subject": rng.choice(customers), "kind": rng.choice(["recall", "ticket"]),
                       "epoch": at, "known_epoch": at + rng.randrange(0, 60) * _HOUR, "text": f"note {number}",
                       "source": "desk", "line": number, **origin})  # fmt: skip
        scores.append({"id": rng.choice(customers), "score": rng.randrange(0, 1000) / 1000, "model": "m1",
                       "epoch": at, "reasons": None, "line": number, **origin})  # fmt: skip
    alerts.append({"id": "A1", "subject": customers[0], "epoch": START + 50 * _HOUR, "known_epoch": START + 50 * _HOUR,
                   "since_epoch": None, "rule": "r1", "title": "Many payers", "reason": "6 payers", "source": "rules",
                   "line": 1, **origin})  # fmt: skip
    labels = [
        {"id": name, "name": f"Label {nr}", "category": category, "source": "list", "confidence": "high",
         "network": "", "known_epoch": START + nr * 30 * _HOUR, "line": nr, **origin}
        for nr, (name, category) in enumerate([("HOUSE", "own"), (outside[0], "mixer"), (outside[1], "custodial"),
                                               (outside[2], "exchange"), (outside[0], "service")])
    ]  # fmt: skip
    return {
        "customers": people,
        "logins": logins,
        "events": events,
        "scores": scores,
        "alerts": alerts,
        "labels": labels,
    }


def _store(ledger: Ledger, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    ledger.connection.register("given", pa.Table.from_pylist(rows))
    ledger.rows(f"insert into {table} ({', '.join(names)}) select {', '.join(names)} from given")
    ledger.connection.unregister("given")


@contextmanager
def _open(seed: int, folder: Path) -> Iterator[Exchange]:
    rng = random.Random(seed)
    customers = [f"C-1000{number}" for number in range(8)]
    outside = [f"0x{number:040x}" for number in range(1, 8)]
    transfers = [_transfer(rng, number, customers, outside) for number in range(700)]
    tables = _records(rng, customers, outside)
    with Ledger.create(folder / "ledger.duckdb", currency="SGD", timezone="Asia/Singapore") as ledger:
        _store(ledger, "transfers", sorted(transfers, key=lambda row: row["epoch"]))
        ledger.rows(_LEGS)
        for table, rows in tables.items():
            _store(ledger, table, rows)
    with Ledger.open(folder / "ledger.duckdb") as ledger:
        yield Exchange(ledger, transfers, tables, (*customers, *outside, "HOUSE"))


@pytest.fixture(scope="session", params=[1, 2])
def exchange(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Such an exchange, in Singapore dollars and time; the test runs on two."""
    with _open(request.param, tmp_path_factory.mktemp("exchange")) as found:
        yield found


@pytest.fixture(scope="session")
def an_exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """One more of them, where one will do."""
    with _open(3, tmp_path_factory.mktemp("exchange")) as found:
        yield found
