"""3: P2P orders that strangers pay for, and a merchant of the P2P market."""

import math

from casewright.tools.simulate.actor import USDT, Actor
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(3, "p2p-triangulation", "p2p-triangulation", "p2p-merchant")


def planted(stage: Stage, count: int) -> None:
    """An account under 30 days, 8-25 orders a week of 300-3k, the payer is not the buyer in 60-100%, out in 15 min."""
    rng = stage.rng
    for actor in stage.actors(count, days=22, lead=20, ages=(20, 45), income=(15_000, 60_000), account_days=(1, 7)):
        orders, other = actor.count(9, 24) * 3, actor.pick(0.66, 0.97)
        addresses = [stage.parties.add("tron") for _ in range(rng.randint(2, 5))]
        disputes = max(math.ceil(orders * 0.1), int(orders * actor.pick(0.11, 0.23)))
        disputed = set(rng.sample(range(orders), disputes))
        for number in range(orders):
            day = actor.start + int((number + rng.random()) / orders * 21 * DAY)
            at = max(stage.noon(day, rng.uniform(8, 23.5)), actor.clock + 900)
            stranger = number / orders < other if orders < 5 else (number * 7919) % orders < other * orders
            payer = stage.outsider() if stranger else actor.customer
            identity = rng.randint(10**6, 10**7 - 1)
            actor.login(at - rng.randint(60, 500))
            sgd = rng.uniform(320, actor.pick(1200, 2900))
            stage.supply(actor, at, actor.sgd(sgd, USDT, at), stage.order_memo(payer, identity))
            actor.withdraw(actor.clock + rng.randint(100, 840), USDT, "tron", rng.choice(addresses))
            if number in disputed:
                asked = at + rng.randint(3600, 5 * DAY)
                actor.event("dispute", asked, f"P2P order {identity} disputed: payer says that the goods never came.")
        stage.tell(actor, "controller")


def look_alike(stage: Stage, count: int) -> None:
    """A company over a year old, 100-400 orders a week, both sides, another payer in 3% at most, few disputes."""
    rng = stage.rng
    for actor in stage.actors(count, days=16, lead=5, company=True, account_days=(380, 640), purpose="trading",
                              turnover=rng.randint(20, 60) * 100_000):  # fmt: skip
        orders = rng.randint(105, 130) * 2
        stock = units_of(rng.randint(90, 160) * 1000, USDT)
        exchange = stage.chain.service("exchange", "tron", rng)
        actor.deposit(stage.noon(actor.start, 7), USDT, "tron", stock, exchange)
        for number in range(orders):
            at = max(actor.start + 2 * 3600 + int((number + rng.random()) / orders * 14 * DAY), actor.clock + 5)
            order(stage, actor, at, selling=rng.random() < 0.55)
            if number % 12 == 0:
                actor.login(at - 100)
        stage.tell(actor, "none", planted=False)


def order(stage: Stage, actor: Actor, at: int, *, selling: bool) -> None:
    """One order of a merchant: USDT to a buyer out of stock, or from a seller into it."""
    rng = stage.rng
    units, identity = actor.sgd(rng.uniform(150, 1500), USDT, at), rng.randint(10**6, 10**7 - 1)
    if selling:
        buyer = stage.anyone(at)
        payer = stage.outsider() if rng.random() < 0.012 else buyer
        actor.hand(at, USDT, buyer, units, kind="p2p", memo=stage.order_memo(payer, identity))
    else:
        stage.supply(actor, at, units, stage.order_memo(actor.customer, identity))
