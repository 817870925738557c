"""Fixtures as a ledger: all that experts made up in one exchange of its own, imported as any file is.

Each fixture has its own accounts, devices and addresses, so that none meets another. The exchange counts in US dollars
and UTC: local values are those in USD.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from casewright.knowledge import clock
from casewright.knowledge.errors import DataError
from casewright.knowledge.fixture import SELF, Fixture, Holding, Move, seconds
from casewright.knowledge.records import Subject
from casewright.tools.importing import import_file

FIRST_MIDNIGHT = 1_740_960_000  # 2025-03-03, a Monday
HOUSE = "house"  # where fees go
_DAY = 86400

# US dollars for one unit, made up once and for all; what is not here is worth a dollar.
_PRICES = """
SGD 0.75, EUR 1.10, GBP 1.25, MYR 0.22, HKD 0.128, CNY 0.14, XSGD 0.75, EURC 1.10,
BTC 60000, WBTC 60000, ETH 3000, WETH 3000, SOL 150, BNB 600, LTC 80, BCH 400, DASH 30,
XMR 160, ZEC 30, TRX 0.25, XRP 0.5, DOGE 0.2, ADA 0.5, AVAX 30, MATIC 0.5, TON 5"""
PRICES: Mapping[str, str] = dict(pair.split() for pair in _PRICES.split(","))
_FIAT = {"fiat_in", "fiat_out"}
_NAME = re.compile(r"^(from|to)\s+", re.IGNORECASE)
_EIGHT = Decimal("0.00000001")

Row = dict[str, Any]


@dataclass(frozen=True)
class Played:
    """A fixture in the ledger: whose it is, its place in that file from 1, and the account to ask about.

    The account's window ends with the last that happens in the fixture.
    """

    typology: str
    number: int
    fixture: Fixture

    @property
    def subject(self) -> Subject:
        """The account that the fixture calls `self`."""
        return Subject(id=self.party(SELF), until=1 + max(row["at"] for row in self._happenings()))

    def party(self, name: str) -> str:
        """The party's id in the ledger."""
        return f"{self.typology}-{self.number}.{name}"

    def transfers(self) -> Iterator[Row]:
        """The transfers and trades."""
        for place, move in enumerate(self.fixture.moves, 1):
            values = move.usd if isinstance(move.usd, tuple) else (move.usd,)
            for nr, usd in enumerate(islice(cycle(values), move.times), 1):
                yield self._transfer(move, usd, nr) | {"id": self.party(f"move-{place}-{nr}")}

    def _transfer(self, move: Move, usd: Decimal, nr: int) -> Row:
        src, dst = _counted(move.from_, nr), _counted(move.to, nr)
        if move.kind == "trade":
            dst = src
        elif src == dst and move.kind == "fee":
            dst = HOUSE
        asset = move.asset or ("SGD" if move.kind in _FIAT else "USDT")
        row = {"at": _at(move.at, move.every, nr), "src": self.party(src), "dst": self.party(dst), "kind": move.kind}
        row |= {"status": move.status, "usd": f"{usd:f}", "asset": asset, "amount": _amount(usd, asset)}
        if move.asset_in:
            row |= {"asset_in": move.asset_in, "amount_in": _amount(usd, move.asset_in)}
        if move.memo:
            row["memo"] = _NAME.sub("", move.memo.replace("{n}", str(nr)))
        network = move.network or ("internal" if move.kind in {"trade", "internal", "p2p", "fee"} else None)
        return row | ({"network": network} if network else {})

    def logins(self) -> Iterator[Row]:
        """The log-ins."""
        for login in self.fixture.logins:
            for nr in range(1, login.times + 1):
                row = {"subject": self.party(_counted(login.who, nr)), "at": _at(login.at, login.every, nr)}
                row |= {name: self.party(word) for name in ("device", "ip") if (word := getattr(login, name))}
                yield row | ({"country": login.country} if login.country else {})

    def events(self) -> Iterator[Row]:
        """What is on record about the accounts."""
        for place, event in enumerate(self.fixture.events, 1):
            for nr in range(1, event.times + 1):
                yield {
                    "id": self.party(f"event-{place}-{nr}"),
                    "subject": self.party(_counted(event.who, nr)),
                    "kind": event.kind,
                    "at": _at(event.at, event.every, nr),
                }

    def customers(self) -> Iterator[Row]:
        """The customers' records, known from the opening of each account on."""
        for name, holding in self.fixture.customers.items():
            yield {"id": self.party(name), **_record(holding)}

    def labels(self) -> Iterator[Row]:
        """The labels, known from the first midnight on; one of `payer-{n}` is borne by each of them."""
        parties = {row[side].partition(".")[2] for row in self.transfers() for side in ("src", "dst")}
        for bearing in self.fixture.labels:
            stem = bearing.who.removesuffix("{n}")
            counted = sorted(name for name in parties if re.fullmatch(rf"{re.escape(stem)}\d+", name))
            for name in counted if stem != bearing.who else [bearing.who]:
                yield {
                    "id": self.party(name),
                    "name": bearing.category,
                    "category": bearing.category,
                    "source": "fixture",
                    "confidence": "high",
                    "known_at": FIRST_MIDNIGHT,
                }

    def _happenings(self) -> Iterator[Row]:
        yield from self.transfers()
        yield from self.logins()
        yield from self.events()


def write(played: Sequence[Played], folder: Path) -> Path:
    """Make the ledger of these fixtures in FOLDER. Raises DataError with every row that cannot be imported."""
    path = folder / "ledger.duckdb"
    mapping = folder / "map.yaml"
    for kind in ("transfers", "customers", "labels", "logins", "events"):
        rows = [row for one in played for row in getattr(one, kind)()]
        if rows:
            file = folder / f"{kind}.jsonl"
            file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
            names = sorted({name for row in rows for name in row})
            mapping.write_text(_map(names), encoding="utf-8")
            report = import_file(path, kind, file, "table", map_path=mapping)
            if report.rejected:
                told = "; ".join(f"{reject.reason}: {reject.text}" for reject in report.rejects)
                raise DataError(f"a fixture's {kind} cannot be imported: {told}")
    return path


def _map(names: Iterable[str]) -> str:
    return f"columns: {json.dumps({name: name for name in names})}\ntime_format: epoch\n"


def _record(holding: Holding) -> Row:
    opened = FIRST_MIDNIGHT - seconds(holding.opened)
    row: Row = {"opened_at": opened, "known_at": opened, "kind": holding.kind, "country": holding.country}
    for name in ("name", "occupation", "income_usd", "turnover_usd", "tier", "licence"):
        value = getattr(holding, name)
        if value is not None:
            row[name] = f"{value:f}" if isinstance(value, Decimal) else value
    if holding.age is not None:
        born = clock.iso(FIRST_MIDNIGHT - holding.age * 365 * _DAY - holding.age // 4 * _DAY - 180 * _DAY)
        row["born"] = born[:10]
    return row


def _at(first: str, every: str, nr: int) -> int:
    return FIRST_MIDNIGHT + seconds(first) + (nr - 1) * seconds(every)


def _counted(party: str, nr: int) -> str:
    return party.replace("{n}", str(nr))


def _amount(usd: Decimal, asset: str) -> str:
    return f"{(usd / Decimal(PRICES.get(asset, '1'))).quantize(_EIGHT).normalize():f}"
