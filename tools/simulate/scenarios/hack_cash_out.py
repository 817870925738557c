"""10: the proceeds of an exploit a day or two later, and an honest user of the protocol that was hit."""

from casewright.tools.simulate.actor import ETH, HOUR, SGD, USDT, Actor
from casewright.tools.simulate.book import NETWORK
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(10, "hack-cash-out", "hack-exploit-proceeds", "user-of-hacked-protocol")
_NAMES = ("Lumen Vault", "Harbor Yield", "Prism Lending", "Cinder Pool", "Tessera Farm", "Mistral Bridgehouse")
_ETHEREUM = NETWORK["ethereum"]


def _incident(stage: Stage, number: int, at: int) -> tuple[int, int]:
    """An exploit: the protocol's contract, known for long, and the taker's address, labelled 1-30 days later."""
    protocol, taker = stage.parties.add("ethereum"), stage.parties.add("ethereum")
    name = f"{_NAMES[number % len(_NAMES)]} {number // len(_NAMES) + 1}"
    stage.chain.label(protocol, f"{name}: Pool", "defi", _ETHEREUM, stage.plan.history)
    known = at + int(stage.rng.uniform(1, 30) * DAY)
    stage.chain.label(taker, f"{name} Exploiter", "hack", _ETHEREUM, known)
    stage.chain.hop(at, ETH, "ethereum", units_of(stage.rng.randint(2000, 9000), ETH), protocol, taker)
    return protocol, taker


def planted(stage: Stage, count: int) -> None:
    """5-200 ETH 24-96 h after the event, 2-5 hops and a bridge, a fresh wallet, out on another chain in 2 h."""
    rng = stage.rng
    actors = list(stage.actors(count, days=4, lead=20, ages=(22, 50), account_days=(20, 400), tier="plus"))
    actors.sort(key=lambda a: a.start)
    for number in range(0, count, 10):
        together = actors[number : number + 10]
        event = together[0].start - 60 * HOUR
        _, taker = _incident(stage, number // 10, event)
        for actor in together:
            actor.cover(until=actor.start - 10 * DAY, hard=3)
            actor.start = event + int(rng.uniform(28, 92) * HOUR)
            actor.clock = actor.start - HOUR
            _cash_out(stage, actor, taker, event)
            actor.group = f"incident-{number // 10 + 1}"
            stage.tell(actor, "controller")


def _cash_out(stage: Stage, actor: Actor, taker: int, event: int) -> None:
    rng, chain = stage.rng, stage.chain
    total, parts = actor.pick(9, 150), rng.randint(2, 4)
    wallet = stage.parties.add("ethereum")
    at = actor.start
    for part in range(parts):
        units = units_of(total / parts * rng.uniform(0.9, 1.1), ETH)
        filled = at - rng.randint(1800, 5 * HOUR)
        if part % 2:  # this part crossed a bridge on its way
            middle = chain.service("bridge", "ethereum", rng)
            before = chain.trail_to(wallet, filled, ETH, "ethereum", units, rng, hops=rng.randint(1, 2), origin=middle,
                                    pause=(300, 2400))  # fmt: skip
            wallet_before = stage.parties.add("ethereum")
            chain.hop(max(event + 3600, before - 1800), ETH, "ethereum", units, wallet_before, middle)
            chain.hop(max(event + 1800, before - 5400), ETH, "ethereum", units, taker, wallet_before)
        else:
            chain.trail_to(wallet, filled, ETH, "ethereum", units, rng, hops=rng.randint(2, 5), origin=taker,
                           pause=(300, 2400))  # fmt: skip
        actor.login(at - 60)
        actor.deposit(at, ETH, "ethereum", units, wallet)
        take, network = rng.choice([(USDT, "tron"), (4, "bitcoin")])
        actor.trade(actor.clock + rng.randint(120, 1200), ETH, take)
        actor.withdraw(actor.clock + rng.randint(300, 4800), take, network, stage.parties.add(network))
        at = actor.clock + rng.randint(900, 3 * HOUR)


def look_alike(stage: Stage, count: int) -> None:
    """A wallet over a year old that left before the exploit, or was paid by the recovery contract."""
    rng, chain = stage.rng, stage.chain
    for number, actor in enumerate(stage.actors(count, days=40, lead=30, account_days=(200, 700))):
        if number % 10 == 0:
            event = actor.start
            protocol, _ = _incident(stage, 20 + number // 10, event)
            recovery = stage.parties.add("ethereum")
            chain.label(recovery, "Recovery Contract", "contract", _ETHEREUM, event + 10 * DAY)
        actor.start, actor.clock = event, event
        wallet = actor.wallet("ethereum")
        units = units_of(rng.uniform(0.8, 18), ETH)
        long_ago = max(stage.plan.history, event - rng.randint(380, 500) * DAY)
        exchange = chain.service("exchange", "ethereum", rng)
        chain.hop(long_ago, ETH, "ethereum", units_of(25, ETH), exchange, wallet)
        chain.hop(event - rng.randint(90, 200) * DAY, ETH, "ethereum", units_of(20, ETH), wallet, protocol)
        if number % 2:
            left = event - rng.randint(3, 60) * DAY
            chain.hop(left, ETH, "ethereum", units, protocol, wallet)
        else:
            left = event + rng.randint(18, 30) * DAY
            chain.hop(left, ETH, "ethereum", units, recovery, wallet)
        at = max(event, left) + rng.randint(DAY, 8 * DAY)
        actor.login(at - 300)
        actor.deposit(at, ETH, "ethereum", units, wallet)
        actor.sell(actor.clock + rng.randint(HOUR, 3 * DAY), ETH, int(units * rng.uniform(0.3, 0.9)) // 100 * 100)
        actor.pay_out(actor.clock + rng.randint(HOUR, 2 * DAY), actor.balance(SGD))
        stage.tell(actor, "none", planted=False)
