"""The stage on which scenarios play: who is cast, what happens beside the money, and the truth that is kept apart."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from casewright.tools.simulate.actor import USDT, Actor
from casewright.tools.simulate.book import KIND, NETWORK, Book
from casewright.tools.simulate.chain import Chain
from casewright.tools.simulate.market import UNIT, Ints, Market
from casewright.tools.simulate.parties import Parties
from casewright.tools.simulate.people import COUNTRIES, OCCUPATIONS, PURPOSES, TIERS, WORDS, People
from casewright.tools.simulate.plan import DAY, Plan

_DIFFICULTIES = ("easy", "medium", "hard")
_QUIET = 0.6  # of the hard third: a fifth of all planted are kept so low that they should raise no alert
_MAKERS = 40


@dataclass(frozen=True)
class Pair:
    """A typology and its look-alike: the number in the list of scenarios, a name, the ids of both sides."""

    number: int
    name: str
    typology: str
    look_alike: str


@dataclass(frozen=True)
class Truth:
    """What is planted, a line a subject and story; no tool reads it."""

    subject: int
    pair: Pair
    planted: bool
    role: str
    difficulty: str
    quiet: bool
    group: str
    started: int
    ended: int
    signal: bool = True


@dataclass
class Occurrence:
    """An event about a customer."""

    subject: int
    kind: str
    at: int
    known: int
    text: str


@dataclass
class Stage:
    """Everything that a scenario may use. Each has its own `rng`, so that one more changes nothing in the others."""

    plan: Plan
    market: Market
    people: People
    parties: Parties
    book: Book
    chain: Chain
    crowd: Ints  # honest customers who are active: other sides of P2P orders and gifts
    pool: list[int]  # customers free to be cast, in random order
    rng: random.Random = field(default_factory=random.Random)
    pair: Pair = Pair(0, "", "", "")
    truth: list[Truth] = field(default_factory=list)
    events: list[Occurrence] = field(default_factory=list)
    logins: list[tuple[int, ...]] = field(default_factory=list)
    lives: list[tuple[int, int, int, int]] = field(default_factory=list)
    banks: dict[int, int] = field(default_factory=dict)
    cast_so_far: list[Actor] = field(default_factory=list)
    homes: dict[int, tuple[int, int]] = field(default_factory=dict)  # usual device and address, where shared

    def __post_init__(self) -> None:
        self._devices = self._ips = self.plan.customers
        self._outsiders = self.people.customers + np.random.default_rng([self.plan.seed, 104]).permutation(
            self.people.outsiders
        )
        self._next_outsider = 0
        self.makers = [self.pool.pop() for _ in range(min(_MAKERS, max(6, len(self.crowd) // 100)))]
        self._drawn: dict[tuple[int, int], tuple[int, int]] = {}
        for maker in self.makers:
            self.people.opened[maker] = self.plan.history + 60 * DAY + maker % 90 * DAY
            self.people.tier[maker] = TIERS.index("plus")

    # casting

    def play(self, pair: Pair, side: str) -> None:
        """Get ready for one side of a pair."""
        self.pair = pair
        self.rng = random.Random(f"{self.plan.seed}/{pair.name}/{side}")

    def actors(self, count: int, *, days: float, lead: float = 5, **wanted: Any) -> Iterator[Actor]:
        """So many actors for stories of so many DAYS, begun evenly over the period after LEAD days.

        A third each is easy, medium and hard. A story starts in the early morning of a day. WANTED: see `cast`.
        """
        span = (self.plan.until - self.plan.since) // DAY - lead - days - 1
        slots = self.rng.sample(range(count), count)
        for number, slot in enumerate(slots):
            start = self.plan.since + int((lead + max(1.0, span) * (slot + self.rng.random()) / count) * DAY)
            third = number % 3
            quiet = third == 2 and number // 3 % 5 < _QUIET * 5
            strength = 0.05 if quiet else (0.88, 0.5, 0.16)[third]
            actor = self.cast(self.noon(start, 6 + self.rng.random() / 3), **wanted)
            actor.strength, actor.difficulty, actor.quiet = strength, _DIFFICULTIES[third], quiet
            yield actor

    def cast(
        self, start: int, *, account_days: tuple[float, float] = (60, 700), ages: tuple[int, int] | None = None,
        income: tuple[float, float] | None = None, occupation: str | tuple[str, ...] | None = None,
        company: bool = False, tier: str | None = None, turnover: float | None = None, licence: str = "",
        purpose: str | None = None, country: str = "SG",
    ) -> Actor:  # fmt: skip
        """Somebody who fits, from those not used yet: age in years, income and turnover in SGD a year."""
        rng, people = self.rng, self.people
        who = self.pool.pop()
        work = [occupation] if isinstance(occupation, str) else list(occupation or ())
        if company:
            people.company[who], people.culture[who] = True, len(WORDS["cultures"])
            people.income[who] = round(rng.lognormvariate(14.0, 0.7), -2)
            tier = tier or "plus"
        elif people.company[who]:
            people.company[who], people.culture[who] = False, rng.randrange(len(WORDS["cultures"]))
            people.income[who] = rng.randint(300, 900) * 100
        people.opened[who] = start - int(rng.uniform(*account_days) * DAY)
        if ages or work:
            self._employ(who, ages, work)
        if income is not None:
            people.income[who] = round(rng.uniform(*income), -2)
        if tier is not None:
            people.tier[who] = TIERS.index(tier)
        if turnover is not None:
            people.turnover[who] = round(turnover, -2)
        if purpose is not None:
            people.purpose[who] = PURPOSES.index(purpose)
        people.country[who], people.licence[who] = COUNTRIES.index(country), licence
        actor = Actor(self, who, start, strength=0.5, difficulty="medium", quiet=False, rng=rng)
        self.cast_so_far.append(actor)
        return actor

    def like(self, leader: Actor, **wanted: Any) -> Actor:
        """One more of a group, as easy or hard to see as its leader and begun at the same time."""
        actor = self.cast(leader.start, **wanted)
        actor.strength, actor.difficulty, actor.quiet = leader.strength, leader.difficulty, leader.quiet
        return actor

    def groups(self, count: int, least: int, most: int) -> list[int]:
        """Sizes of groups that make up COUNT, or just above it: none is smaller than LEAST."""
        sizes: list[int] = []
        while count > 0:
            size = self.rng.randint(least, most)
            size = max(least, min(size, count))
            sizes.append(size if count - size >= least or count <= size else max(size, min(most, count)))
            count -= sizes[-1]
        return sizes

    def _employ(self, who: int, ages: tuple[int, int] | None, work: list[str]) -> None:
        """Give somebody an age and an occupation that go together."""
        entries = [e for e in WORDS["occupations"] if not work or e["name"] in work]
        fits = [e for e in entries if not ages or (e["ages"][0] <= ages[1] and e["ages"][1] >= ages[0])] or entries
        entry = self.rng.choices(fits, [e["share"] for e in fits])[0]
        low, high = (max(a, b) for a, b in zip(entry["ages"], ages or entry["ages"], strict=True))
        low, high = (ages or (low, high))[0], min(high, (ages or (low, high))[1])
        age = self.rng.uniform(min(low, high - 0.9) + 0.05, high + 0.9)
        people = self.people
        people.occupation[who] = OCCUPATIONS.index(entry["name"])
        people.born[who] = int(self.plan.since // DAY - age * 365.25)
        people.income[who] = round(self.rng.uniform(*entry["income"]), -2)

    def tell(self, actor: Actor, role: str, *, planted: bool = True, since: int | None = None,
             until: int | None = None) -> None:  # fmt: skip
        """Write down the truth about an actor whose story is over."""
        ended = min(actor.clock if until is None else until, self.plan.until - 1)
        started = actor.start if since is None else since
        self.truth.append(Truth(actor.customer, self.pair, planted, role, actor.difficulty, actor.quiet and planted,
                                actor.group, started, max(started, ended)))  # fmt: skip

    # other sides

    def outsider(self) -> int:
        """The name of somebody who is no customer and has not been met."""
        self._next_outsider += 1
        return int(self._outsiders[self._next_outsider % len(self._outsiders)])

    def stranger(self) -> int:
        """The bank account of such a person."""
        return self.parties.account(self.rng.random(), self.outsider())

    def firm(self) -> int:
        """The bank account of some company."""
        words = WORDS["companies"]
        return self.payer(" ".join(self.rng.choice(words[part]) for part in ("first", "second", "last")))

    def relative(self, actor: Actor) -> int:
        """The bank account of somebody with the customer's family name."""
        holder = self.people.relative(actor.customer, (self.rng.random(), self.rng.random()))
        return self.parties.account(self.rng.random(), holder)

    def payer(self, name: str) -> int:
        """The bank account of a holder of this name."""
        return self.parties.account(self.rng.random(), self.people.literal(name))

    def anyone(self, at: int) -> int:
        """Some honest active customer whose account was open by then."""
        for _ in range(50):
            who = int(self.crowd[self.rng.randrange(len(self.crowd))])
            if self.people.opened[who] + 2 * DAY < at:
                break
        return who

    def supply(self, actor: Actor, at: int, units: int, memo: str) -> None:
        """A P2P order filled by one of the market makers: USDT to the actor, paid for outside the exchange."""
        maker = self.makers[self.rng.randrange(len(self.makers))]
        at = actor._next(at)
        usd = self.market.cents_at(USDT, units, at)
        self.book.rows.append((at, at, maker, actor.customer, KIND["p2p"], 0, NETWORK["internal"], USDT, units, usd,
                               -1, 0, self.book.texts.code(memo)))  # fmt: skip
        self.draw(maker, at, units)
        actor._gain(USDT, units)

    def dust(self, at: int, asset: int, network: str, units: int, source: int, customer: int) -> None:
        """A deposit that a customer who acts in no story did not ask for."""
        usd = self.market.cents_at(asset, units, at)
        self.book.rows.append((at, at, source, customer, KIND["deposit"], 0, NETWORK[network], asset, units, usd, -1,
                               0, 0))  # fmt: skip

    def order_memo(self, holder: int, number: int) -> str:
        """What a P2P order says about who paid for it, outside the exchange."""
        return f"P2P order {number}; paid by {self.people.name_of(holder, bank=True)} via PayNow"

    def draw(self, maker: int, at: int, units: int) -> None:
        """Note what a maker must have in stock for a month's orders."""
        month = (at - self.plan.history) // (30 * DAY)
        first, total = self._drawn.get((maker, month), (at, 0))
        self._drawn[maker, month] = (min(first, at), total + units)

    def stock_up(self) -> None:
        """Each maker brings a month's stock from another exchange before the month's first order."""
        rng = random.Random(f"{self.plan.seed}/stock")
        for (maker, _), (first, total) in sorted(self._drawn.items()):
            units = (int(total * rng.uniform(1.02, 1.2)) // UNIT + 1) * UNIT
            at = first - rng.randint(1800, 30_000)
            source = self.chain.service("exchange", "tron", rng)
            usd = self.market.cents_at(USDT, units, at)
            self.book.rows.append((at, at, source, maker, KIND["deposit"], 0, NETWORK["tron"], USDT, units, usd, -1,
                                   0, 0))  # fmt: skip

    # beside the money

    def new_device(self) -> int:
        """A device that nobody has used."""
        self._devices += 1
        return self._devices

    def new_ip(self) -> int:
        """A network address that nobody has used."""
        self._ips += 1
        return self._ips

    def login(self, customer: int, at: int, device: int, ip: int, country: int, agent: int) -> None:
        """A session; AGENT -1 is whatever the device is."""
        self.logins.append((customer, at, device, ip, country, agent))

    def event(self, customer: int, kind: str, at: int, text: str, *, known: int | None = None) -> None:
        """Something happened at AT, known at KNOWN (AT unless told)."""
        self.events.append(Occurrence(customer, kind, at, max(at, at if known is None else known), text))

    def live(self, customer: int, since: int, until: int, episodes: int) -> None:
        """Ordinary behaviour between two times, made together with the crowd's."""
        since = max(since, self.plan.history, int(self.people.opened[customer]) + 3600)
        if until - since > DAY and episodes > 0:
            self.lives.append((customer, since, until, episodes))

    def rise(self, actor: Actor, at: int, tier: str) -> None:
        """The customer's tier goes up: an event, and a new version of the KYC."""
        self.people.revise(actor.customer, at, tier=TIERS.index(tier))
        actor.event("tier_change", at, f"Tier raised to {tier}.")

    def noon(self, at: int, hour: float) -> int:
        """That hour of the local day of AT."""
        return (at - self.plan.history) // DAY * DAY + self.plan.history + int(hour * 3600)

    def day_of_month(self, at: int, day: int, hour: float) -> int:
        """That hour of the next such day of a month, at or after AT."""
        number = (at - self.plan.history) // DAY
        while self.market.date(number).day != day:
            number += 1
        return self.plan.history + number * DAY + int(hour * 3600)

    def country(self, code: str) -> int:
        """The number of a country of log-ins."""
        return LOGIN_COUNTRIES.index(code)


# Those of the customers first, so that a customer's own country has the same number.
LOGIN_COUNTRIES = [*COUNTRIES, "TH", "JP", "GB", "US", "AE", "HK", "TW", "NL", "DE", "IR", "KP", "RU", "NG", "KH"]
