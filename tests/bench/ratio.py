"""What benches share: a ratio against a plain reference, the best of several runs, and generated ledgers of any size.

The generated exchange is seeded by row number, so that the same size gives the same rows on every machine. Nothing in
it is planted: it has the shape of an exchange (heavy-tailed accounts, mixed kinds, assets, states), not its stories.
"""

import hashlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casewright.tools.warehouse import SCHEMA, Ledger

SINCE, UNTIL = 1_704_067_200, 1_735_689_600  # the year 2024, UTC
LARGE = 50_000_000  # from here on a bench also measures a tenth of the size, and how much more this one takes
_PER_SLICE = 5_000_000  # transfers sorted at a time, so that memory stays flat


@dataclass(frozen=True)
class Ratio:
    """One comparison, both sides in the same measure (seconds unless the name says otherwise).

    `wanted` is `>= 5x` (at least five times faster than the reference) or `<= 8x` (at most eight times its time).
    """

    name: str
    ours: float
    reference: float
    wanted: str

    @property
    def ratio(self) -> float:
        """Times faster than the reference for `>=`, times the reference's time for `<=`."""
        above, below = (self.reference, self.ours) if ">" in self.wanted else (self.ours, self.reference)
        return above / below if below else float("inf")

    @property
    def met(self) -> bool:
        """Whether the ratio is as wanted."""
        found = re.fullmatch(r"\s*([<>])=?\s*([0-9.]+)\s*x?\s*", self.wanted)
        if found is None:
            raise ValueError(f"{self.name}: wanted is {self.wanted!r}, expected '>= 5x' or '<= 8x'")
        bound = float(found[2])
        return self.ratio >= bound if found[1] == ">" else self.ratio <= bound


def best_of(n: int, function: Callable[[], Any]) -> float:
    """Seconds of the fastest of N calls: what the work costs when nothing else is in the way."""
    seconds = []
    for _ in range(n):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def ledger_of(folder: Path, transfers: int) -> Path:
    """The path of a generated ledger of that many transfers over 2024, made once and kept in FOLDER.

    It lies where a workspace keeps it, so that `path.parent.parent` is a workspace for the command line.
    Accounts are `ACC-0000001` (a 25th of the transfers, the first the busiest), their outsiders `0x...` addresses
    (2% labelled) and `BANK-0000001` accounts; the house is `HOUSE`.
    """
    path = folder / f"exchange-{transfers}-{_version()}" / ".casewright" / "ledger.duckdb"
    if not path.exists():
        unfinished = path.with_name(f"unfinished-{os.getpid()}.duckdb")
        unfinished.unlink(missing_ok=True)
        with Ledger.create(unfinished) as ledger:
            _fill(ledger, transfers)
        unfinished.rename(path)
    return path


def csv_of(folder: Path, transfers: int) -> Path:
    """The same transfers as a CSV file under the column names of the `table` format, made once and kept."""
    path = folder / f"exchange-{transfers}-{_version()}.csv"
    if not path.exists():
        with Ledger.open(ledger_of(folder, transfers)) as ledger:
            ledger.rows(
                f"copy (select id, strftime(make_timestamp(epoch * 1000000), '%Y-%m-%dT%H:%M:%SZ') as \"at\", src, dst,"
                f" kind, status, network, asset, amount, usd, asset_in, amount_in, memo from transfers order by epoch)"
                f" to '{path}.unfinished' (format csv, header)"
            )
        Path(f"{path}.unfinished").rename(path)
    return path


def _version() -> str:
    return hashlib.sha256("".join([*SCHEMA.values(), *_MACROS, _TRANSFERS, _LEGS, *_PARTIES]).encode()).hexdigest()[:8]


# u: evenly spread over 0..1 by row and salt. A power above 1 makes the low numbers busy, as in any exchange.
_MACROS = (
    "create temp macro u(i, salt) as hash(i * 32 + salt) / 18446744073709551616.0",
    "create temp macro account(x) as 'ACC-' || lpad((1 + x)::bigint::varchar, 7, '0')",
    "create temp macro bank(x) as 'BANK-' || lpad((1 + x)::bigint::varchar, 7, '0')",
    "create temp macro address(x) as '0x' || md5(x::bigint::varchar) || lpad(lower(hex(x::bigint)), 8, '0')",
    "create temp macro pick(n, x, power) as floor(n * pow(x, power))",
)

_TRANSFERS = """
insert into transfers
with drawn as (
    select i, floor(u(i, 1) * 1000) as k, pick($n, u(i, 2), 2) as a, pick($n, u(i, 3), 2) as b,
        pick($n, u(i, 4), 3) as c, pick($n, u(i, 5), 3) as d, floor(u(i, 6) * 1000) as s, floor(u(i, 7) * 6) as g,
        cast(least(40.0 * pow(u(i, 8) + 1e-9, -0.9), 5e6) as decimal(18, 2)) + 1 as usd,
        cast($since + floor((i + u(i, 9)) * (($until - $since) / $transfers)) as bigint) as epoch
    from range($first, $last) r(i)
), kinds as (
    select *, case when k < 300 then 'trade' when k < 480 then 'deposit' when k < 660 then 'withdrawal'
        when k < 740 then 'fiat_in' when k < 800 then 'fiat_out' when k < 860 then 'internal' when k < 900 then 'p2p'
        when k < 940 then 'fee' else 'transfer' end as kind
    from drawn
), parties as (
    select *, kind like 'fiat%' or kind = 'fee' as fiat,
        case kind when 'deposit' then address(c) when 'transfer' then address(c) when 'fiat_in' then bank(c)
            else account(a) end as src,
        case kind when 'trade' then account(a) when 'deposit' then account(a) when 'fiat_in' then account(a)
            when 'withdrawal' then address(d) when 'transfer' then address(case when c = d then d + $n else d end)
            when 'fiat_out' then bank(d) when 'fee' then 'HOUSE'
            else account(case when a = b then b + $n else b end) end as dst
    from kinds
), assets as (
    select *, case when fiat then 'USD' else ['USDT', 'ETH', 'BTC', 'USDC', 'TRX', 'SOL'][g::integer + 1] end as asset,
        case when fiat then 1.0 else [1.0, 2500.0, 60000.0, 1.0, 0.125, 150.0][g::integer + 1] end as price
    from parties
)
select 'T' || i, epoch, epoch, src, dst, kind,
    case when s < 960 then 'completed' when s < 975 then 'cancelled' when s < 985 then 'rejected'
        when s < 990 then 'pending' when s < 995 then 'reversed' when s < 998 then 'attempted' else 'held' end,
    case when kind in ('trade', 'internal', 'fee', 'p2p') then 'internal' when fiat then 'bank'
        else ['tron', 'ethereum', 'bitcoin', 'ethereum', 'tron', 'solana'][g::integer + 1] end,
    asset, cast(cast(usd / price as decimal(28, 8)) as decimal(38, 18)), usd, usd,
    if(kind = 'trade', if(asset = 'USDT', 'BTC', 'USDT'), null),
    if(kind = 'trade', cast(cast(usd / if(asset = 'USDT', 60000.0, 1.0) as decimal(28, 8)) as decimal(38, 18)), null),
    null, if(kind = 'fiat_in' and k % 4 = 0, 'invoice ' || i, null), 1, i + 2
from assets
"""

_LEGS = """
insert into legs
select * from (
    select hash(src) as key, src as account, epoch, known_epoch, 'out' as direction, dst as counterparty, id, kind,
        status, network, asset, amount, usd, local
    from transfers
    union all
    select hash(dst), dst, epoch, known_epoch, 'in', src, id, kind, status, network, coalesce(asset_in, asset),
        coalesce(amount_in, amount), usd, local
    from transfers
) where key between $low and $high order by key, epoch
"""

_PARTIES = (
    """insert into customers
    select account(i), $since - 1 - floor(u(i, 10) * 3e7)::bigint, $since - 1 - floor(u(i, 10) * 3e7)::bigint,
        'Customer ' || i, if(i % 40 = 0, 'company', 'person'), date '1950-01-01' + floor(u(i, 11) * 20000)::integer,
        ['SG', 'MY', 'ID', 'GB'][1 + (i % 4)], ['student', 'engineer', 'trader', 'retired', 'driver'][1 + (i % 5)],
        cast(pow(10, 3.8 + u(i, 12)) as decimal(18, 2)), null, 'basic', 'low', null, null, 1, i + 2
    from range($n::bigint) r(i)""",
    """insert into labels
    select address(i), ['Harbour', 'Alder', 'Quill', 'Basin'][1 + (i % 4)] || ' ' || i,
        ['exchange', 'defi', 'bridge', 'mixer', 'gambling', 'scam'][1 + (i * 7919 % 6)], 'generated', 'medium',
        'ethereum', $since + floor(u(i, 13) * 2e7)::bigint, 1, i + 2
    from range($n::bigint) r(i) where u(i, 14) < 0.02""",
    """insert into logins
    select account(i), $since + floor(u(i * 4 + j, 15) * ($until - $since))::bigint as epoch, epoch,
        'device-' || if(u(i, 16) < 0.06, i // 50, i), '10.0.' || (i % 250) || '.' || (j % 250), 'SG', null, 1, i + 2
    from range($n::bigint) r(i), range(2) s(j) order by epoch""",
    "insert into labels values ('HOUSE', 'House', 'own', 'generated', 'certain', 'internal', 0, 1, 0)",
)


def _fill(ledger: Ledger, transfers: int) -> None:
    rows = ledger.connection.execute
    rows("set memory_limit = '5GB'")
    for macro in _MACROS:
        rows(macro)
    scale = {"n": float(max(transfers // 25, 10)), "since": SINCE, "until": UNTIL}
    slices = max(1, transfers // _PER_SLICE)
    for first in range(0, transfers, _PER_SLICE):
        part = {"first": first, "last": min(first + _PER_SLICE, transfers), "transfers": transfers}
        rows(_TRANSFERS, scale | part)
    for number in range(slices):
        low, high = 2**64 * number // slices, 2**64 * (number + 1) // slices - 1
        rows(_LEGS, {"low": low, "high": high})
    for query in _PARTIES:
        rows(query, {name: value for name, value in scale.items() if f"${name}" in query})
    row = (1, "transfers", "generated", "generated", _version(), UNTIL, transfers, transfers, 0, 0)
    rows(f"insert into imports values {row}")
    rows("checkpoint")
