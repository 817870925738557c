"""Habits of ordinary customers, drawn once each: how often, with what, from which bank, to which wallet, when."""

from dataclasses import dataclass

import numpy as np

from casewright.tools.simulate.book import NETWORK
from casewright.tools.simulate.market import CODE, FIAT, Floats, Ints, Market
from casewright.tools.simulate.parties import Parties
from casewright.tools.simulate.people import Bools, People
from casewright.tools.simulate.plan import DAY, Plan
from casewright.tools.simulate.stage import Stage

# What people like to hold, on which network they move it, and how many of them do.
FAVOURITES = (
    ("USDT", "tron", 0.22), ("USDT", "ethereum", 0.08), ("USDC", "ethereum", 0.06), ("USDC", "solana", 0.04),
    ("BTC", "bitcoin", 0.30), ("ETH", "ethereum", 0.22), ("SOL", "solana", 0.08),
)  # fmt: skip
FORWARDERS = 0.15  # of honest users: they send what they buy to their own wallet
_HOURS = np.array([1, 0.5, 0.3, 0.2, 0.2, 0.4, 1, 2, 3, 4, 4.5, 5, 6, 5, 4.5, 4.5, 4.5, 5, 5, 5.5, 6.5, 7, 5.5, 3])
_BULL = 4.4  # times the usual volume in the bull week: some of what is begun in it goes on after it
_OFFICE = np.array([0] * 9 + [3, 5, 5, 3, 3, 5, 5, 4, 2] + [0] * 6, dtype=float)


@dataclass
class Habits:
    """One array a trait, over the customers who act; `row_of` finds a customer's row."""

    customer: Ints
    row_of: Ints
    opened: Ints
    fiat: Ints
    bank: Ints
    other_payer: Ints  # a spouse, parent or joint account that sometimes pays; -1 for most
    asset: Ints
    network: Ints
    wallet: Ints
    rate: Floats
    monthly_usd: Floats
    forwarder: Bools
    depositor: Bools
    trader: Bools
    office: Bools

    @classmethod
    def drawn(cls, plan: Plan, people: People, parties: Parties, stage: Stage) -> "Habits":
        """The habits of the crowd, and of cast customers for the ordinary part of their lives."""
        rng = np.random.default_rng([plan.seed, 105])
        cast = np.unique(np.array([life[0] for life in stage.lives], dtype=np.int64))
        customer = np.concatenate([stage.crowd, cast])
        n = len(customer)
        row_of = np.full(plan.customers, -1, dtype=np.int64)
        row_of[customer] = np.arange(n)
        euro = (rng.random(n) < 0.02) & (np.arange(n) < len(stage.crowd))
        bank = np.full(plan.customers, -1, dtype=np.int64)
        bank[list(stage.banks)] = list(stage.banks.values())
        fresh = bank[customer] < 0
        bank[customer[fresh]] = parties.accounts(rng, customer[fresh], euro=euro[fresh])
        other = np.full(n, -1, dtype=np.int64)
        paid = rng.random(n) < 0.06
        payers = people.customers + rng.integers(0, people.outsiders, int(paid.sum()))
        other[paid] = parties.accounts(rng, payers)
        favourite = rng.choice(len(FAVOURITES), n, p=[share for _, _, share in FAVOURITES])
        asset = np.array([CODE[symbol] for symbol, _, _ in FAVOURITES])[favourite]
        network = np.array([NETWORK[name] for _, name, _ in FAVOURITES])[favourite]
        income = np.maximum(people.income[customer], 6_000) / 12 * 0.74
        trader = rng.random(n) < 0.2
        return cls(
            customer=customer, row_of=row_of, opened=people.opened[customer] + people.verified[customer],
            fiat=np.where(euro, FIAT[1], FIAT[0]), bank=bank[customer], other_payer=other, asset=asset,
            network=network, wallet=parties.addresses(network), rate=rng.lognormal(0, 1.15, n) * (1 + trader),
            monthly_usd=income, forwarder=rng.random(n) < FORWARDERS, depositor=rng.random(n) < 0.27, trader=trader,
            office=people.company[customer],
        )  # fmt: skip


class Calendar:
    """When ordinary people act: growing numbers, pay-days, week-ends, the bull week at four times, hours of the day."""

    def __init__(self, plan: Plan, market: Market, opened: Ints, rate: Floats) -> None:
        self.plan = plan
        days = (plan.end - plan.first_day).days
        before = (plan.start - plan.first_day).days
        dates = [market.date(day) for day in range(days)]
        volume = np.r_[np.linspace(0.01, 0.06, before - 60), np.linspace(0.06, 0.7, 60)]
        volume = np.r_[volume, np.linspace(0.85, 1.15, days - before)]
        volume *= np.array([0.75 if day.weekday() >= 5 else 1.0 for day in dates])
        volume *= np.array([1.9 if 25 <= day.day <= 28 else 1.3 if day.day in (1, 29, 30) else 1.0 for day in dates])
        volume[market.bull] = _BULL * volume[before:].mean()
        self._level = np.r_[0, np.cumsum(_appetite(volume, (opened - plan.history) // DAY, rate))]

    def moments(self, rng: np.random.Generator, since: Ints, until: Ints, office: Bools) -> Ints:
        """A moment for each between SINCE and UNTIL, drawn by the day's weight, then by the hour's."""
        origin = self.plan.history
        last = len(self._level) - 1
        low = np.interp((since - origin) / DAY, np.arange(last + 1), self._level)
        high = np.interp((until - origin) / DAY, np.arange(last + 1), self._level)
        at = np.interp(low + (high - low) * rng.random(len(since)), self._level, np.arange(last + 1))
        hours = [rng.choice(24, len(since), p=weights / weights.sum()) for weights in (_HOURS, _OFFICE)]
        hour = np.where(office, hours[1], hours[0])
        found = at.astype(np.int64) * DAY + origin + hour * 3600 + rng.integers(0, 3600, len(since))
        inside = (found > since) & (found < until)
        kept: Ints = np.where(inside, found, (at * DAY).astype(np.int64) + origin)
        return kept


def _appetite(volume: Floats, opened: Ints, rate: Floats) -> Floats:
    """How keen those who are customers by then must be on each day, so that all of them make the day's volume.

    Everybody acts as often as their rate says between their first day and the last one, so that late joiners crowd
    into fewer days; the weights that make up for it are found by turns.
    """
    days = len(volume)
    first = np.clip(opened, 0, days - 1)
    weight = volume.copy()
    for _ in range(12):
        left = np.cumsum(weight[::-1])[::-1]
        share = np.bincount(first, rate / left[first], days).cumsum()
        expected = weight * share
        weight = weight * np.where(expected > 0, volume / np.maximum(expected, 1e-12), 1)
        weight *= volume.sum() / weight.sum()
    return weight
