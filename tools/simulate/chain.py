"""What lies on the chains around the exchange: named services, labels as they became known, and plain transfers."""

import random
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import yaml

from casewright.tools.simulate.book import KIND, NETWORK, NETWORKS, Book
from casewright.tools.simulate.market import ASSETS, CODE, QUANTUM, UNIT, Ints
from casewright.tools.simulate.parties import Parties
from casewright.tools.simulate.people import Bools
from casewright.tools.simulate.plan import DAY, Plan

LABELS = "chain labels (made up)"
SANCTIONS = "sanctions list (made up)"
HOUSE_BOOKS = "house books (made up)"
_SERVICES: list[dict[str, Any]] = yaml.safe_load(
    (resources.files("casewright.tools.simulate") / "services.yaml").read_text(encoding="utf-8")
)
# Where honest wallets get value from, and where they send it on to; the rest is wallets without a name.
_SOURCES = {"exchange": 0.42, "dex": 0.12, "payment_processor": 0.03, "gambling": 0.02, "defi": 0.05, "bridge": 0.03,
            "mixer": 0.002, "darknet": 0.0015, "swap_service": 0.01, "p2p_market": 0.01}  # fmt: skip
_TARGETS = {"exchange": 0.22, "dex": 0.2, "defi": 0.14, "lending": 0.05, "gambling": 0.03, "bridge": 0.05,
            "mixer": 0.001, "swap_service": 0.008, "donation": 0.004}  # fmt: skip
_PUBLIC = ("payment_processor", "gambling", "dex", "p2p_market", "lending")
_SHOPS = 12  # a network


@dataclass(frozen=True)
class Label:
    """What somebody says that an address is, and when the exchange could first know it."""

    party: int
    name: str
    category: str
    source: str
    confidence: str
    network: int
    known: int


class Chain:
    """The surroundings. `fees` is the house's account, `hot` and `cold` are its wallets by network."""

    def __init__(self, plan: Plan, parties: Parties, book: Book) -> None:
        self.plan, self.parties, self.book = plan, parties, book
        self.labels: list[Label] = []
        self._shops: dict[str, list[int]] = {}
        self.fees = parties.named("HOUSE")
        self.keep(self.fees, NETWORK["internal"], "Fees and rewards")
        self.hot = {name: parties.add(name) for name in NETWORKS[:4]}
        self.cold = {name: parties.add(name) for name in NETWORKS[:4]}
        for name in NETWORKS[:4]:
            self.keep(self.hot[name], NETWORK[name], f"Hot wallet {name}")
            self.keep(self.cold[name], NETWORK[name], f"Cold wallet {name}")
        self.services: dict[tuple[str, str], list[int]] = {}
        for entry in _SERVICES:
            self._open(entry)

    def label(self, party: int, name: str, category: str, network: int, known: int, *, source: str = LABELS) -> None:
        """Somebody publishes what this address is; the exchange knows from then on."""
        confidence = "authority_data" if source == SANCTIONS else "service_data"
        self.labels.append(Label(party, name, category, source, confidence, network, known))

    def keep(self, party: int, network: int, name: str, category: str = "own") -> None:
        """One of the house's own addresses, or (custodial) one that it keeps for its customers."""
        self.labels.append(Label(party, name, category, HOUSE_BOOKS, "authority_data", network, self.plan.history))

    def service(self, category: str, network: str, rng: random.Random) -> int:
        """An address of some service of that kind on that network."""
        return rng.choice(self.services[category, network])

    def hop(self, at: int, asset: int, network: str, units: int, src: int, dst: int) -> None:
        """A plain transfer on the chain, between parties that are none of ours."""
        usd = self.book.market.cents_at(asset, units, at)
        row = (at, at, src, dst, KIND["transfer"], 0, NETWORK[network], asset, units, usd, -1, 0, 0)
        self.book.rows.append(row)

    def trail_to(
        self, address: int, at: int, asset: int, network: str, units: int, rng: random.Random, *, hops: int,
        origin: int, pause: tuple[int, int] = (300, 5400),
    ) -> int:  # fmt: skip
        """Value that reaches ADDRESS at AT over HOPS transfers from ORIGIN; returns when it left there."""
        quantum = ASSETS[asset].quantum
        for step in range(hops):
            before = origin if step == hops - 1 else self.parties.add(network)
            self.hop(at, asset, network, units, before, address)
            address, at = before, at - rng.randint(*pause)
            units = int(units * (1 + rng.uniform(0.0005, 0.004)) / quantum) * quantum
        return at

    def trail_from(
        self, address: int, at: int, asset: int, network: str, units: int, rng: random.Random, *, hops: int,
        target: int, pause: tuple[int, int] = (300, 5400),
    ) -> int:  # fmt: skip
        """Value that ADDRESS got before AT moves on over HOPS transfers to TARGET; returns when it arrived there."""
        quantum = ASSETS[asset].quantum
        for step in range(hops):
            after = target if step == hops - 1 else self.parties.add(network)
            at += rng.randint(*pause)
            units = max(quantum, int(units * (1 - rng.uniform(0.0005, 0.004)) / quantum) * quantum)
            self.hop(at, asset, network, units, address, after)
            address = after
        return at

    def surround(self, seed: list[int], at: Ints, asset: Ints, network: Ints, units: Ints, address: Ints, *,
                 backward: bool) -> None:  # fmt: skip
        """Earlier (BACKWARD) or later transfers of honest wallets: a third have some, over one to four hops."""
        rng = np.random.default_rng(seed)
        keep = rng.random(len(at)) < 0.34
        at, asset, network, units, address = (column[keep] for column in (at, asset, network, units, address))
        pause = np.exp(rng.normal(9.5, 1.6, (4, len(at)))).astype(np.int64).clip(60, 40 * DAY)
        for hop in range(4):
            if not len(at):
                return
            ends = rng.random(len(at)) < (0.55 if hop < 3 else 1.0)
            other = self._others(rng, network, ends, _SOURCES if backward else _TARGETS)
            loss = np.exp(-np.abs(rng.normal(0, 0.05 if backward else 0.3, len(at))))
            units = _rounded(units / loss if backward else units * loss, asset)
            at = at - pause[hop][: len(at)] if backward else at + pause[hop][: len(at)]
            sound = (units > 0) & (at < self.plan.until) & (at > self.plan.history)
            pair = {"src": other, "dst": address} if backward else {"src": address, "dst": other}
            self.book.add(epoch=at, **pair, kind=KIND["transfer"], network=network, asset=asset, amount=units,
                          where=sound)  # fmt: skip
            on = ~ends & sound
            at, asset, network, units, address = at[on], asset[on], network[on], units[on], other[on]

    def exchanges(self, rng: np.random.Generator, network: Ints) -> Ints:
        """An address of some other exchange on each of these networks."""
        return self._one_of(rng, network, {name: self.services["exchange", name] for name in NETWORKS[:4]})

    def popular(self, rng: np.random.Generator, network: Ints) -> Ints:
        """An address to which many send: exchanges, processors, gambling, swaps."""
        choice = {name: [*self.services["exchange", name]] for name in NETWORKS[:4]}
        for (category, name), addresses in self.services.items():
            if category in _PUBLIC:
                choice[name] += addresses
        return self._one_of(rng, network, choice)

    def shops(self, rng: np.random.Generator, network: Ints) -> Ints:
        """An address to which many send and of which nobody says whose it is."""
        if not self._shops:
            self._shops = {name: [self.parties.add(name) for _ in range(_SHOPS)] for name in NETWORKS[:4]}
        return self._one_of(rng, network, self._shops)

    def _one_of(self, rng: np.random.Generator, network: Ints, choice: dict[str, list[int]]) -> Ints:
        found = np.empty(len(network), dtype=np.int64)
        for code, name in enumerate(NETWORKS[:4]):
            rows = network == code
            found[rows] = rng.choice(choice[name], int(rows.sum()))
        return found

    def _others(self, rng: np.random.Generator, network: Ints, ends: Bools, shares: dict[str, float]) -> Ints:
        """The next address of each trail: a service's by its share where the trail ENDS, else one without a name."""
        found = np.full(len(network), -1, dtype=np.int64)
        draw, level = rng.random(len(network)), 0.0
        for category, share in shares.items():
            chosen = ends & (draw >= level) & (draw < level + share)
            level += share
            for code, name in enumerate(NETWORKS[:4]):
                rows = chosen & (network == code)
                if rows.any() and (category, name) in self.services:
                    found[rows] = rng.choice(self.services[category, name], int(rows.sum()))
        unnamed = found < 0
        found[unnamed] = self.parties.addresses(network[unnamed])
        return found

    def _open(self, entry: dict[str, Any]) -> None:
        for network in entry["networks"]:
            for name in entry["names"]:
                for number in range(entry["addresses"]):
                    party = self.parties.add(network)
                    self.services.setdefault((entry["category"], network), []).append(party)
                    source = SANCTIONS if entry["category"] == "sanctioned" else LABELS
                    known = self.plan.history - (1 + number) * 30 * DAY
                    code = NETWORK[network]
                    self.label(party, f"{name} {number + 1}", entry["category"], code, known, source=source)


def _rounded(units: Any, asset: Ints) -> Ints:
    found: Ints = (np.asarray(units) / QUANTUM[asset]).astype(np.int64) * QUANTUM[asset]
    return found


def units_of(amount: float, asset: int) -> int:
    """An amount in units of 1e-8, rounded down to what the asset can carry."""
    quantum = ASSETS[asset].quantum
    return int(amount * UNIT / quantum + 1e-6) * quantum


NETWORK_FEES = {
    (CODE[a.symbol], NETWORK[name]): units_of(fee, CODE[a.symbol])
    for a in ASSETS
    for name, fee in a.network_fee.items()
}
