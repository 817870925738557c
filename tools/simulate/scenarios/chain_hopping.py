"""13: in on one chain, converted twice, out on another at a loss; and an arbitrageur between two exchanges."""

from casewright.tools.simulate.actor import BTC, ETH, HOUR, SOL, USDC, USDT, Actor
from casewright.tools.simulate.book import NETWORK
from casewright.tools.simulate.chain import NETWORK_FEES, units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(13, "chain-hopping", "chain-hopping", "arbitrageur")
_ROUTES = (
    (USDT, "tron", BTC, ETH, "ethereum"),
    (ETH, "ethereum", USDT, SOL, "solana"),
    (BTC, "bitcoin", ETH, USDT, "tron"),
    (USDC, "solana", USDT, BTC, "bitcoin"),
    (SOL, "solana", BTC, USDT, "tron"),
    (USDT, "ethereum", ETH, USDT, "tron"),
)


def planted(stage: Stage, count: int) -> None:
    """6-15 cycles, out on another network than in, two conversions in 60 min, 1.5-4% lost each, new destinations."""
    for actor in stage.actors(count, days=24, lead=30, ages=(21, 50), account_days=(20, 300), tier="plus"):
        actor.cover(until=actor.start - 4 * DAY, hard=3)
        again(stage, actor)
        stage.tell(actor, "controller")


def again(stage: Stage, actor: Actor) -> None:
    """The same, as a second story of somebody who has acted before."""
    rng = stage.rng
    cycles = actor.count(6, 15)
    for number in range(cycles):
        at = actor.start + int((number + rng.random() * 0.9) / cycles * 20 * DAY)
        asset, network, middle, last, out = rng.choice(_ROUTES)
        units = actor.sgd(actor.pick(4000, 16_000) * rng.uniform(0.8, 1.2), asset, at)
        source = stage.parties.add(network)
        origin = stage.chain.service(rng.choice(["swap_service", "exchange"]), network, rng)
        stage.chain.trail_to(source, at - 900, asset, network, units, rng, hops=rng.randint(1, 3), origin=origin)
        actor.login(at - 60)
        actor.deposit(at, asset, network, units, source)
        charge = actor.pick(0.0105, 0.0175)  # the instant conversion costs this much each time
        got = actor.trade(actor.clock + rng.randint(60, 500), asset, middle, int(units / (1 + charge)), fee=charge)
        got = actor.trade(actor.clock + rng.randint(30, 400), middle, last, int(got / (1 + charge)), fee=charge)
        paid = NETWORK_FEES[last, NETWORK[out]]
        actor.withdraw(actor.clock + rng.randint(60, 900), last, out, stage.parties.add(out), got - paid)


def look_alike(stage: Stage, count: int) -> None:
    """Hundreds of cycles at a gain of 0.05-0.3%, mostly as maker without a fee, always the same own addresses."""
    rng = stage.rng
    for actor in stage.actors(count, days=42, lead=5, ages=(24, 50), account_days=(200, 700), tier="plus",
                              purpose="trading", occupation="software engineer"):  # fmt: skip
        stage.people.turnover[actor.customer] = rng.randint(30, 90) * 100_000
        here, there = actor.wallet("tron"), actor.wallet("solana")
        cycles, worth = 200, rng.uniform(4000, 20_000)
        for number in range(cycles):
            at = actor.start + int((number + rng.random() * 0.6) / cycles * 40 * DAY)
            at = max(at, actor.clock + 60)
            worth *= 1 + rng.uniform(0.0005, 0.003)
            actor.deposit(at, USDT, "tron", units_of(worth, USDT), here)
            fee = 0.0 if rng.random() < 0.75 else 0.0005
            actor.trade(actor.clock + rng.randint(20, 400), USDT, SOL, fee=fee)
            left = actor.withdraw(actor.clock + rng.randint(20, 900), SOL, "solana", there)
            worth = stage.market.cents_at(SOL, left, actor.clock) / 100
            if number % 10 == 0:
                actor.login(at - HOUR // 4)
        stage.tell(actor, "none", planted=False)
