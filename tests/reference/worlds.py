"""Random small worlds, and a ledger filled with one."""

import random
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from reference.world import CUSTOMERS, DAY, EVERYBODY, HOUR, LABELS, Happening, Login, Move, Papers, World

from casewright.tools.warehouse import Ledger

# Whole hours of one day and quarters of two weeks: many records share their second.
MOMENTS = (*range(0, 13 * HOUR, HOUR), *range(0, 15 * DAY, DAY // 4))
_SUMS = (None, "0.00", "0.01", "100", "100", "899.99", "900", "950.5", "999.99", "1000", "1000", "2500")
_KINDS = ("fiat_in", "fiat_in", "fiat_out", "deposit", "withdrawal", "withdrawal", "transfer", "internal", "p2p",
          "trade", "trade", "fee")  # fmt: skip
_STATUSES = (*("completed",) * 8, "cancelled", "reversed", "charged_back", "pending")
_NAMES = (None, "", "Tan Mei Ling", "TAN MEI", "Mei-Ling, Tan", "Ong Boon | ref 7", "Élodie Łuc", "élodie x", "123",
          "Ta", "Goh")  # fmt: skip
_EVENTS = ("security_change", "dispute", "recall", "ticket")


def worlds() -> st.SearchStrategy[World]:
    """Worlds with equal seconds, unknown and zero values, transfers to oneself, and what became known late.

    Some have few parties, so that the same two meet often: hypothesis alone draws few of these.
    """
    return st.integers(0, 2**32).map(world)


def world(seed: int) -> World:
    """The random world of that number."""
    some = random.Random(seed)
    parties = some.sample(EVERYBODY, some.choice([2, 3, 7]))
    spread = some.choice([MOMENTS, MOMENTS, MOMENTS[:13]])
    moves = [_move(some, number, parties, spread) for number in range(some.choice([0, 12, 40, 70]))]
    papers = [
        Papers(some.choice(CUSTOMERS), some.choice(MOMENTS), some.choice([None, *MOMENTS]), _sum(some), _sum(some),
               some.choice([None, "SG", "MY"]), some.choice([None, "basic", "standard", "plus", "vip"]),
               some.choice(_NAMES))
        for _ in range(some.randrange(9))
    ]  # fmt: skip
    logins = [
        Login(some.choice(CUSTOMERS), some.choice(spread), some.choice(["d1", "d2", "d3", None]),
              some.choice(["i1", "i2", None]), some.choice(["SG", "MY", None]))
        for _ in range(some.randrange(16))
    ]  # fmt: skip
    return World(moves, papers, logins, [_happening(some, spread) for _ in range(some.randrange(6))])


def _move(some: random.Random, number: int, parties: list[str], spread: tuple[int, ...]) -> Move:
    at, kind, src = some.choice(spread), some.choice(_KINDS), some.choice(parties)
    dst = src if kind == "trade" or some.random() < 0.05 else some.choice(parties)
    return Move(
        at, at + some.choice([0, 0, 0, HOUR, 3 * DAY]), src, dst, kind, some.choice(_STATUSES), _sum(some),
        some.choice("nm"), some.choice(["USDT", "BTC"]), some.choice(["ETH", "BTC"]), some.choice(_NAMES),
        f"T{number:02d}",
    )  # fmt: skip


def _happening(some: random.Random, spread: tuple[int, ...]) -> Happening:
    at = some.choice(spread)
    return Happening(some.choice(CUSTOMERS), at, at + some.choice([0, HOUR, DAY]), some.choice(_EVENTS))


def _sum(some: random.Random) -> Any:
    text = some.choice(_SUMS)
    return None if text is None else Decimal(text)


def fill(ledger: Ledger, world: World) -> Ledger:
    """The ledger with this world in it and nothing else."""
    transfers = [
        {"id": m.id, "epoch": m.happened, "known_epoch": m.known, "src": m.src, "dst": m.dst, "kind": m.kind,
         "status": m.status, "network": m.network, "asset": m.asset, "usd": m.usd, "local": m.usd, "memo": m.memo,
         "asset_in": m.asset_in if m.kind == "trade" else None}
        for m in world.moves
    ]  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {
        "transfers": transfers,
        "customers": [
            {"id": p.id, "known_epoch": p.known, "opened_epoch": p.opened, "income_usd": p.income, "name": p.name,
             "turnover_usd": p.turnover, "country": p.country, "tier": p.tier}
            for p in world.papers
        ],
        "logins": [
            {"subject": x.subject, "epoch": x.at, "known_epoch": x.at, "device": x.device, "ip": x.ip,
             "country": x.country}
            for x in world.logins
        ],
        "events": [
            {"id": f"V{n}", "subject": h.subject, "epoch": h.happened, "known_epoch": h.known, "kind": h.kind}
            for n, h in enumerate(world.happenings)
        ],
        "labels": [
            {"id": name, "category": category, "known_epoch": known, "name": "Nordhaus", "source": "test",
             "confidence": "high", "network": ""}
            for name, category, known in LABELS
        ],
    }  # fmt: skip
    with ledger.transaction():
        for table, found in rows.items():
            ledger.rows(f"delete from {table}")
            if found:
                _insert(ledger, table, found)
        ledger.rows("delete from legs")
        for side, near, far, asset in (
            ("out", "src", "dst", "asset"),
            ("in", "dst", "src", "coalesce(asset_in, asset)"),
        ):
            ledger.rows(
                f"insert into legs select hash({near}), {near}, epoch, known_epoch, '{side}', {far}, id, kind, status,"
                f" network, {asset}, amount, usd, local from transfers"
            )
    return ledger


def _insert(ledger: Ledger, table: str, rows: list[dict[str, Any]]) -> None:
    names = ", ".join(rows[0])
    ledger.connection.register("given", pa.Table.from_pylist(rows))
    ledger.rows(f"insert into {table} ({names}, import_id, line) select {names}, 1, 1 from given")
    ledger.connection.unregister("given")
