"""Made-up prices and exchange rates by day: one price for each asset at each second, always within its day's range."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from casewright.tools.simulate.plan import DAY, Plan

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

UNIT = 10**8  # amounts are whole numbers of 1e-8: no rounding on the way, so balances close to the last unit
SOURCE = "made up by casewright simulate"


@dataclass(frozen=True)
class Asset:
    """An asset of the exchange: its decimals, where it began, how it moves, what leaving it costs on each network."""

    symbol: str
    decimals: int
    start_usd: float
    daily_move: float
    network_fee: dict[str, float]

    @property
    def quantum(self) -> int:
        """The smallest amount, in units of 1e-8."""
        return int(10 ** (8 - self.decimals))


ASSETS = (
    Asset("SGD", 2, 0.7410, 0.0022, {}),
    Asset("EUR", 2, 1.0840, 0.0030, {}),
    Asset("USDT", 6, 1.0, 0.0004, {"tron": 1.0, "ethereum": 4.0}),
    Asset("USDC", 6, 1.0, 0.0003, {"ethereum": 4.0, "solana": 0.5}),
    Asset("BTC", 8, 41_500.0, 0.024, {"bitcoin": 0.00012}),
    Asset("ETH", 8, 2_250.0, 0.031, {"ethereum": 0.0018}),
    Asset("SOL", 8, 96.0, 0.040, {"solana": 0.008}),
)
CODE = {asset.symbol: code for code, asset in enumerate(ASSETS)}
FIAT = (CODE["SGD"], CODE["EUR"])
STABLE = (CODE["USDT"], CODE["USDC"])
QUANTUM = np.array([asset.quantum for asset in ASSETS], dtype=np.int64)
SPREAD = 0.0006  # of the price, given up on each side of a trade


class Market:
    """Prices in USD. Days are those of Singapore; a day's opening price is the last one's close."""

    def __init__(self, plan: Plan) -> None:
        self.first_day: date = plan.first_day
        self._zero = plan.history
        self.days = (plan.end - plan.first_day).days + 45  # labels and replies come in after the period's end
        rng = np.random.default_rng([plan.seed, 101])
        self.bull = self._bull_week(plan)
        walks = [self._walk(rng, asset) for asset in ASSETS]
        self._open = np.array([walk[:-1] for walk in walks])
        self._close = np.array([walk[1:] for walk in walks])
        margin = np.array([asset.daily_move for asset in ASSETS])[:, None] * rng.uniform(0.25, 0.9, (2, 1, self.days))
        margin[:, : len(FIAT)] = 0  # fiat has one rate a day
        self.low = np.minimum(self._open, self._close) * (1 - margin[0])
        self.high = np.maximum(self._open, self._close) * (1 + margin[1])
        self._phase = rng.uniform(0, 2 * np.pi, (len(ASSETS), self.days))
        self._rate_micro = np.rint(self._open[: len(FIAT)] * 1e6).astype(np.int64)
        tables = (self._open, self._close, self.low, self.high, self._phase, self._rate_micro)
        self._lists = [table.tolist() for table in tables]  # for one price at a time: 20 times faster than an array

    def day(self, epoch: Ints | int) -> Ints:
        """The local day's number, counted from the first day known."""
        found: Ints = np.clip((np.asarray(epoch, dtype=np.int64) - self._zero) // DAY, 0, self.days - 1)
        return found

    def date(self, number: int) -> date:
        """The day of that number."""
        return self.first_day + timedelta(days=int(number))

    def price(self, asset: Ints | int, epoch: Ints | int) -> Floats:
        """USD for one unit of a crypto asset at that second, within the day's range."""
        asset, epoch = np.asarray(asset), np.asarray(epoch, dtype=np.int64)
        day, part = self.day(epoch), ((epoch - self._zero) % DAY) / DAY
        opened, closed, low, high = (t[asset, day] for t in (self._open, self._close, self.low, self.high))
        wave = np.sin(2 * np.pi * (3 + asset) * part + self._phase[asset, day]) * (high - low) * 0.3
        found: Floats = np.clip(opened + (closed - opened) * part + wave * part * (1 - part) * 4, low, high)
        return found

    def traded(self, asset: Ints | int, epoch: Ints | int, side: int) -> Floats:
        """The price that a buyer (SIDE 1) or a seller (-1) gets, within the day's range too."""
        day = self.day(epoch)
        found: Floats = np.clip(
            self.price(asset, epoch) * (1 + side * SPREAD), self.low[asset, day], self.high[asset, day]
        )
        return found

    def price_at(self, asset: int, epoch: int, side: int = 0) -> float:
        """One price (SIDE 0) or what a buyer (1) or a seller (-1) gets; the same as `price` and `traded`."""
        day, second = divmod(epoch - self._zero, DAY)
        day, part = min(max(day, 0), self.days - 1), second / DAY
        opened, closed, low, high, phase = (table[asset][day] for table in self._lists[:5])
        wave = math.sin(2 * math.pi * (3 + asset) * part + phase) * (high - low) * 0.3
        found = opened + (closed - opened) * part + wave * part * (1 - part) * 4
        found = min(max(found, low), high)
        return float(min(max(found * (1 + side * SPREAD), low), high))

    def cents_at(self, asset: int, units: int, epoch: int) -> int:
        """One amount in whole US cents, as `usd_cents` has it."""
        if asset < len(FIAT):
            return int((units // 10**6 * self.rate_micro(asset, epoch) + 500_000) // 10**6)
        return math.floor(units * self.price_at(asset, epoch) / 10**6 + 0.5)

    def rate_micro(self, fiat: int, epoch: int) -> int:
        """Millionths of a US dollar for one SGD or EUR on that second's local day."""
        day = (epoch - self._zero) // DAY
        return int(self._lists[5][fiat][min(max(day, 0), self.days - 1)])

    def usd_cents(self, asset: Ints | int, units: Ints | int, epoch: Ints | int) -> Ints:
        """What the amount is worth, in whole US cents: fiat at the day's rate, crypto at that second's price."""
        asset, units = np.asarray(asset), np.asarray(units, dtype=np.int64)
        fiat = asset < len(FIAT)
        micro = self._rate_micro[np.where(fiat, asset, 0), self.day(epoch)]
        of_fiat = (units // 10**6 * micro + 500_000) // 10**6
        of_crypto = np.floor(units * self.price(asset, epoch) / 10**6 + 0.5).astype(np.int64)
        return np.where(fiat, of_fiat, of_crypto)

    def fiat_units(self, fiat: Ints | int, usd: Floats | float, epoch: Ints | int) -> Ints:
        """So many US dollars in SGD or EUR, in units, whole cents."""
        rate = self._rate_micro[np.asarray(fiat), self.day(epoch)] / 1e6
        found: Ints = np.floor(usd / rate * 100).astype(np.int64) * 10**6
        return found

    def rates(self) -> list[tuple[str, str, str, str]]:
        """date, currency, usd_per_unit, source: every day, SGD and EUR."""
        return [
            (self.date(day).isoformat(), ASSETS[fiat].symbol, f"{self._rate_micro[fiat, day] / 1e6:.6f}", SOURCE)
            for day in range(self.days)
            for fiat in FIAT
        ]

    def prices(self) -> list[tuple[str, str, str, str, str, str]]:
        """date, asset, usd_low, usd_high, usd_close, source: every day, each crypto asset."""
        return [
            (self.date(day).isoformat(), ASSETS[asset].symbol, f"{self.low[asset, day]:.10f}",
             f"{self.high[asset, day]:.10f}", f"{self._close[asset, day]:.10f}", SOURCE)
            for day in range(self.days)
            for asset in range(len(FIAT), len(ASSETS))
        ]  # fmt: skip

    def _bull_week(self, plan: Plan) -> slice:
        """The week in which everybody trades: four times the volume, rising prices."""
        first = (plan.start - plan.first_day).days + int((plan.end - plan.start).days * 0.62)
        return slice(first, first + 7)

    def _walk(self, rng: np.random.Generator, asset: Asset) -> Floats:
        moves = rng.normal(0.0004, asset.daily_move, self.days + 1)
        if asset.symbol in ("USDT", "USDC"):
            return asset.start_usd + moves
        if asset.decimals == 2:
            pull, level, path = 0.02, 0.0, []
            for move in moves:  # an exchange rate wanders about where it began
                level += move - 0.0004 - pull * level
                path.append(level)
            found: Floats = np.round(asset.start_usd * np.exp(np.array(path)), 4)
            return found
        moves[self.bull] = np.abs(moves[self.bull]) + 0.01
        return asset.start_usd * np.exp(np.cumsum(moves - 0.0004 + 0.0007))
