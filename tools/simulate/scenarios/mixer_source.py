"""11: income out of a mixer in its own denominations, and people on whom its dust fell."""

from casewright.tools.simulate.actor import BTC, ETH, HOUR, SGD, Actor
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(11, "mixer-source", "mixer-exposure", "dusted-or-a-trace")
_DUSTED_BESIDE = 15  # ordinary customers who get the same dust, for each told one


def planted(stage: Stage, count: int) -> None:
    """At least 10% of 30 days' inflow from a mixer, at most one hop away, three times or more, in its notes."""
    for actor in stage.actors(count, days=28, lead=40, ages=(21, 55), account_days=(60, 600)):
        actor.cover(until=actor.start - 3 * DAY)
        again(stage, actor)
        stage.tell(actor, "controller")


def again(stage: Stage, actor: Actor) -> None:
    """The same, as a second story of somebody who has acted before."""
    rng, chain = stage.rng, stage.chain
    times = actor.count(3, 8)
    asset, network = rng.choice([(ETH, "ethereum"), (ETH, "ethereum"), (BTC, "bitcoin")])
    note = (0.1 if actor.strength < 0.3 else 1.0) if asset == BTC else (1.0 if actor.strength < 0.7 else 10.0)
    mixer = chain.service("mixer", network, rng)
    wallet = stage.parties.add(network)
    for number in range(times):
        at = stage.noon(actor.start + int((number + rng.random()) / times * 24 * DAY), rng.uniform(6, 23.9))
        units = units_of(note * (1 - rng.uniform(0.001, 0.005)), asset)
        if rng.random() < 0.35:
            source = mixer
        else:
            source = wallet if rng.random() < 0.5 else stage.parties.add(network)
            chain.hop(at - rng.randint(1200, 20 * HOUR), asset, network, units, mixer, source)
        actor.login(at + 120)
        actor.deposit(at, asset, network, units, source)
        actor.sell(actor.clock + rng.randint(600, 9 * HOUR), asset)
        if rng.random() < 0.7:
            actor.pay_out(actor.clock + rng.randint(900, 30 * HOUR))
    if rng.random() < 0.5:
        actor.pay_in(actor.clock + HOUR, rng.randint(2, 12) * 100)


def look_alike(stage: Stage, count: int) -> None:
    """Less than a dollar that nobody asked for, sent to thousands; or a trace at 4-5 hops through a large pool."""
    rng, chain = stage.rng, stage.chain
    for number, actor in enumerate(stage.actors(count, days=60, lead=30, account_days=(100, 700))):
        until = min(actor.start + 58 * DAY, stage.plan.until)
        actor.live(actor.start, until, rng.randint(3, 7))
        at = actor.start + rng.randint(5, 25) * DAY
        if number % 2:
            mixer = chain.service("mixer", "ethereum", rng)
            actor.deposit(at, ETH, "ethereum", units_of(rng.choice([0.0001, 0.00015, 0.0002]), ETH), mixer)
            for _ in range(_DUSTED_BESIDE):
                other = stage.anyone(at)
                stage.dust(at + rng.randint(1, 5000), ETH, "ethereum", units_of(0.0001, ETH), mixer, other)
        else:
            _through_a_pool(stage, actor, at)
        stage.tell(actor, "none", planted=False, until=until)


def _through_a_pool(stage: Stage, actor: Actor, at: int) -> None:
    """A deposit by way of a large pool, of whose value 0.3% once came out of a mixer."""
    rng, chain = stage.rng, stage.chain
    units = units_of(rng.uniform(0.5, 4), ETH)
    pool = chain.service("dex", "ethereum", rng)
    wallet = actor.wallet("ethereum")
    left = chain.trail_to(wallet, at - HOUR, ETH, "ethereum", units, rng, hops=2, origin=pool)
    mixer = chain.service("mixer", "ethereum", rng)
    chain.trail_to(pool, left - DAY, ETH, "ethereum", max(10**6, units // 333 // 100 * 100), rng, hops=2, origin=mixer)
    exchange = chain.service("exchange", "ethereum", rng)
    chain.hop(left - 2 * DAY, ETH, "ethereum", units * 2, exchange, pool)
    actor.login(at)
    actor.deposit(at, ETH, "ethereum", units, wallet)
    actor.sell(actor.clock + rng.randint(HOUR, 4 * DAY), ETH, units // 2 // 100 * 100)
    actor.pay_out(actor.clock + DAY, actor.balance(SGD))
