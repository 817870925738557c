"""A customer who acts out a story: every step is a row, and none can spend what is not held."""

import random
from typing import TYPE_CHECKING

from casewright.tools.simulate.book import KIND, NETWORK, STATUS
from casewright.tools.simulate.chain import NETWORK_FEES, units_of
from casewright.tools.simulate.market import ASSETS, CODE, FIAT, UNIT
from casewright.tools.simulate.people import REFERENCED, WORDS
from casewright.tools.simulate.plan import DAY

if TYPE_CHECKING:
    from casewright.tools.simulate.stage import Stage

SGD, USDT, USDC, BTC, ETH, SOL = (CODE[symbol] for symbol in ("SGD", "USDT", "USDC", "BTC", "ETH", "SOL"))
TRADE_FEE = 0.001
MINUTE, HOUR = 60, 3600


class Actor:
    """One customer on stage. Times never run backward: each step happens at least a second after the one before.

    `strength` (0 weak .. 1 strong) places the actor in its typology's ranges: hard ones at the weak end.
    """

    def __init__(self, stage: "Stage", customer: int, start: int, *, strength: float, difficulty: str, quiet: bool,
                 rng: random.Random) -> None:  # fmt: skip
        self.stage, self.customer, self.start, self.rng = stage, customer, start, rng
        self.strength, self.difficulty, self.quiet = strength, difficulty, quiet
        self.clock, self.group = start, ""
        self.held: dict[int, int] = {}
        self.device = self.ip = customer
        self.country = int(stage.people.country[customer])
        self.agent = -1
        self._bank = -1
        self._wallets: dict[str, int] = {}

    # who and where

    def pick(self, weak: float, strong: float) -> float:
        """A value of the range, near STRONG for easy actors and near WEAK for hard ones."""
        return weak + (strong - weak) * min(1.0, max(0.0, self.strength + self.rng.uniform(-0.12, 0.12)))

    def count(self, weak: int, strong: int) -> int:
        """A whole number of the range, both ends in it."""
        return round(self.pick(weak, strong))

    @property
    def bank(self) -> int:
        """The customer's own bank account."""
        if self._bank < 0:
            self._bank = self.stage.parties.account(self.rng.random(), self.customer)
            self.stage.banks[self.customer] = self._bank
        return self._bank

    def wallet(self, network: str) -> int:
        """The customer's own address on that network, an old one."""
        if network not in self._wallets:
            self._wallets[network] = self.stage.parties.add(network)
        return self._wallets[network]

    def balance(self, asset: int = SGD) -> int:
        """What is held, in units of 1e-8."""
        return self.held.get(asset, 0)

    def sgd(self, amount: float, asset: int, at: int) -> int:
        """So many SGD in units of an asset at that second's price."""
        market = self.stage.market
        return units_of(amount * market.rate_micro(SGD, at) / 1e6 / market.price_at(asset, at), asset)

    # steps: each returns the units that moved, 0 where there was nothing to move

    def pay_in(self, at: int, sgd: float, payer: int | None = None, *, reference: str = "", network: str = "",
               status: str = "completed") -> int:  # fmt: skip
        """A bank payment of so many SGD, from PAYER's account, else the customer's own."""
        units = round(sgd * 100) * 10**6
        src = self.bank if payer is None else payer
        network = network or ("paynow" if self.rng.random() < 0.68 else "fast")
        if not reference and self.rng.random() < REFERENCED:
            reference = self.rng.choice(WORDS["references"])
        self._put(at, src, self.customer, "fiat_in", network, SGD, units, memo=reference, status=status)
        if status == "completed":
            self._gain(SGD, units)
        return units

    def pay_out(self, at: int, units: int | None = None, payee: int | None = None, *, reference: str = "",
                network: str = "fast") -> int:  # fmt: skip
        """A payment of SGD, all unless told, to PAYEE's bank account, else the customer's own."""
        units = self._affordable(SGD, units)
        if units:
            dst = self.bank if payee is None else payee
            self._put(at, self.customer, dst, "fiat_out", network, SGD, units, memo=reference)
            self._gain(SGD, -units)
        return units

    def trade(self, at: int, give: int, take: int, units: int | None = None, *, fee: float = TRADE_FEE) -> int:
        """Give units of one asset, all unless told, with the fee on top; returns what was got of the other."""
        most = int(self.balance(give) / (1 + fee))
        wanted = most if units is None else min(units, most)
        quantum = ASSETS[give].quantum
        given = wanted // quantum * quantum
        market, at = self.stage.market, self._next(at)
        cents = market.cents_at(give, given, at)
        if take in FIAT:
            got = int(given / UNIT * market.price_at(give, at, -1) * 1e6 / market.rate_micro(take, at) * 100) * 10**6
            cents = market.cents_at(take, got, at)
        else:
            price = market.price_at(take, at, 1)
            if give not in FIAT:
                cents = int(given / UNIT * market.price_at(give, at, -1) * 100)
            got = units_of(cents / 100 / price, take)
        if not given or not got:
            return 0
        self._put(at, self.customer, self.customer, "trade", "internal", give, given, usd=cents, take=take, got=got)
        charged = int(given * fee) // quantum * quantum
        self._gain(give, -given)
        self._gain(take, got)
        self._charge(give, min(charged, self.balance(give)))
        return got

    def buy(self, at: int, asset: int, units: int | None = None) -> int:
        """Spend SGD, all unless told; returns the units got."""
        return self.trade(at, SGD, asset, units)

    def sell(self, at: int, asset: int, units: int | None = None) -> int:
        """Sell units, all unless told; returns the SGD got."""
        return self.trade(at, asset, SGD, units)

    def deposit(self, at: int, asset: int, network: str, units: int, source: int) -> int:
        """A transfer on the chain from SOURCE into the account."""
        self._put(at, source, self.customer, "deposit", network, asset, units)
        self._gain(asset, units)
        return units

    def reward(self, at: int, asset: int, units: int) -> int:
        """A bonus from the house."""
        self._put(at, self.stage.chain.fees, self.customer, "reward", "internal", asset, units)
        self._gain(asset, units)
        return units

    def withdraw(self, at: int, asset: int, network: str, to: int, units: int | None = None, *,
                 status: str = "completed") -> int:  # fmt: skip
        """Send units, all unless told, to an address, with the network's fee on top; a cancelled one moves nothing."""
        fee = NETWORK_FEES[asset, NETWORK[network]]
        most = self.balance(asset) - fee
        sent = most if units is None else min(units, most)
        if status != "completed":
            sent = units or most
        if sent <= 0:
            return 0
        self._put(at, self.customer, to, "withdrawal", network, asset, sent, status=status)
        if status == "completed":
            self._gain(asset, -sent)
            self._charge(asset, fee)
        return sent

    def send(self, at: int, asset: int, other: "Actor", units: int | None = None, *, kind: str = "internal",
             memo: str = "") -> int:  # fmt: skip
        """Hand units, all unless told, to another customer inside the exchange."""
        units = self._affordable(asset, units)
        if units:
            at = self.clock = max(at, self.clock + 1, other.clock + 1)
            self.clock -= 1
            self._put(at, self.customer, other.customer, kind, "internal", asset, units, memo=memo)
            self._gain(asset, -units)
            other._gain(asset, units)
            other.clock = self.clock
        return units

    def hand(self, at: int, asset: int, customer: int, units: int, *, kind: str = "internal", memo: str = "") -> int:
        """Hand units to a customer who acts in no story."""
        units = self._affordable(asset, units)
        if units:
            self._put(at, self.customer, customer, kind, "internal", asset, units, memo=memo)
            self._gain(asset, -units)
        return units

    def pass_on(self, at: int, sgd: float, payer: int | None, to: int, *, spend: float, within: tuple[float, float],
                asset: int = USDT, network: str = "tron", reference: str = "", rail: str = "") -> int:  # fmt: skip
        """A bank payment, SPEND of it turned into crypto and sent out WITHIN so many minutes; returns what left."""
        units = self.pay_in(at, sgd, payer, reference=reference, network=rail)
        pause = self.rng.uniform(*within) * MINUTE
        came = self.clock
        self.buy(came + int(pause * self.rng.uniform(0.2, 0.7)), asset, int(units * spend / (1 + TRADE_FEE)))
        return self.withdraw(came + int(pause), asset, network, to)

    # beside the money

    def login(self, at: int) -> None:
        """A session on the device, at the address and in the country of the moment."""
        self.stage.login(self.customer, at, self.device, self.ip, self.country, self.agent)

    def new_device(self) -> None:
        """From now on another device and another network address."""
        self.device, self.ip = self.stage.new_device(), self.stage.new_ip()

    def shares_home(self, device: int | None, ip: int | None) -> None:
        """The usual device or network address is one that others use too."""
        self.device = self.customer if device is None else device
        self.ip = self.customer if ip is None else ip
        self.stage.homes[self.customer] = (self.device, self.ip)

    def event(self, kind: str, at: int, text: str, *, known: int | None = None) -> None:
        """Something happened to the customer, known at KNOWN."""
        self.stage.event(self.customer, kind, at, text, known=known)

    def live(self, since: int, until: int, episodes: int) -> None:
        """Let the customer behave like anybody between these times: that many times a payment, a trade and so on."""
        self.stage.live(self.customer, since, until, episodes)

    def cover(self, *, until: int | None = None, easy: int = 0, hard: int = 5) -> None:
        """An ordinary past up to UNTIL (the start): none for easy actors, more the harder they are to see."""
        episodes = round(easy + (hard - easy) * (1 - self.strength))
        opened = int(self.stage.people.opened[self.customer]) + DAY
        self.live(opened, self.start if until is None else until, episodes)

    def _put(self, at: int, src: int, dst: int, kind: str, network: str, asset: int, units: int, *, usd: int = -1,
             take: int = -1, got: int = 0, memo: str = "", status: str = "completed") -> None:  # fmt: skip
        at = at if kind == "trade" else self._next(at)
        book = self.stage.book
        usd = book.market.cents_at(asset, units, at) if usd < 0 else usd
        code = book.texts.code(memo) if memo else 0
        book.rows.append((at, at, src, dst, KIND[kind], STATUS[status], NETWORK[network], asset, units, usd, take,
                          got, code))  # fmt: skip

    def _charge(self, asset: int, units: int) -> None:
        if units > 0:
            book, at = self.stage.book, self.clock
            usd = book.market.cents_at(asset, units, at)
            book.rows.append((at, at, self.customer, self.stage.chain.fees, KIND["fee"], 0, NETWORK["internal"], asset,
                              units, usd, -1, 0, 0))  # fmt: skip
            self._gain(asset, -units)

    def _affordable(self, asset: int, units: int | None) -> int:
        return self.balance(asset) if units is None else min(units, self.balance(asset))

    def _gain(self, asset: int, units: int) -> None:
        left = self.held.get(asset, 0) + units
        if left < 0:
            raise AssertionError(f"an actor would hold {left} units of {ASSETS[asset].symbol}")
        self.held[asset] = left

    def _next(self, at: int) -> int:
        self.clock = max(at, self.clock + 1)
        return self.clock
