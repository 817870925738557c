"""14: an exchange that hides in a private account, and a market maker."""

from casewright.tools.simulate.actor import BTC, MINUTE, USDT, Actor
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.sessions import API
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(14, "nested-exchange", "nested-exchange", "market-maker")


def planted(stage: Stage, count: int) -> None:
    """Retail KYC, 200-800 addresses a month, in and out match in 60 min at 0.5-2.5%, all hours, a cloud API."""
    rng = stage.rng
    for actor in stage.actors(count, days=31, lead=20, ages=(24, 55), income=(30_000, 90_000), account_days=(60, 500),
                              tier="plus"):  # fmt: skip
        pairs, margin = actor.count(112, 290), actor.pick(0.008, 0.022)
        actor.device, actor.ip, actor.agent = stage.new_device(), stage.new_ip(), API
        for number in range(pairs):
            at = max(actor.start + int((number + rng.random()) / pairs * 30 * DAY), actor.clock + 30)
            units = units_of(rng.lognormvariate(7.2, 0.8), USDT)
            actor.deposit(at, USDT, "tron", max(units, units_of(150, USDT)), stage.parties.add("tron"))
            came = actor.balance(USDT) if number == 0 else max(units, units_of(150, USDT))
            out = units_of(came / 10**8 * (1 - margin * rng.uniform(0.8, 1.1)) - 1, USDT)
            actor.withdraw(actor.clock + int(rng.uniform(3, 40) * MINUTE), USDT, "tron", stage.parties.add("tron"), out)
            if number % 4 == 0:
                actor.login(at - 20)
        stage.tell(actor, "controller")


def look_alike(stage: Stage, count: int) -> None:
    """A company, a great many trades a day, fewer than ten counterparties, net about nothing, 2-5 prime brokers."""
    rng = stage.rng
    for actor in stage.actors(count, days=6, lead=5, company=True, account_days=(300, 640), purpose="trading",
                              turnover=rng.randint(50, 300) * 10**6):  # fmt: skip
        brokers = [stage.chain.service("exchange", "tron", rng) for _ in range(rng.randint(2, 5))]
        actor.agent = API
        for broker in brokers:
            actor.deposit(
                stage.noon(actor.start, 9), USDT, "tron", units_of(rng.randint(150, 600) * 1000, USDT), broker
            )
        _make_market(stage, actor, trades=rng.randint(380, 460))
        actor.trade(actor.clock + 60, BTC, USDT, fee=0)
        left = actor.balance(USDT)
        for number, broker in enumerate(brokers):
            share = None if number == len(brokers) - 1 else left // len(brokers) // 10**4 * 10**4
            actor.withdraw(actor.clock + rng.randint(600, 9000), USDT, "tron", broker, share)
        stage.tell(actor, "none", planted=False)


def _make_market(stage: Stage, actor: Actor, *, trades: int) -> None:
    """Buys and sells in turn, so that little is held for long; a maker pays no fee."""
    rng = stage.rng
    for number in range(trades):
        at = max(actor.start + 3600 + int(number / trades * 3 * DAY), actor.clock + 1)
        if actor.balance(BTC) and rng.random() < 0.5:
            actor.trade(at, BTC, USDT, int(actor.balance(BTC) * rng.uniform(0.3, 1)), fee=0)
        else:
            actor.trade(at, USDT, BTC, int(actor.balance(USDT) * rng.uniform(0.01, 0.06)) // 100 * 100, fee=0)
        if number % 40 == 0:
            actor.login(at)
