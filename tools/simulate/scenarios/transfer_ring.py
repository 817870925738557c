"""17: value that goes round between accounts, and a family that helps one of its own."""

from casewright.tools.simulate.actor import HOUR, USDT
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(17, "transfer-ring", "internal-transfer-ring", "family-support")


def planted(stage: Stage, count: int) -> None:
    """5-9 accounts, at least four rounds that bring back 97-100% to the first within 48 h."""
    rng = stage.rng
    sizes = stage.groups(count, 5, 9)
    leaders = stage.actors(len(sizes), days=40, lead=40, ages=(22, 58), account_days=(40, 400))
    for number, (leader, size) in enumerate(zip(leaders, sizes, strict=True)):
        ring = [leader, *(stage.like(leader, ages=(22, 58), account_days=(40, 400)) for _ in range(size - 1))]
        for actor in ring:
            actor.cover(until=actor.start - 5 * DAY, hard=4)
        cycles, worth = leader.count(4, 9), leader.pick(4000, 40_000)
        leader.pay_in(stage.noon(leader.start, rng.uniform(9, 19)), round(worth, -2))
        leader.buy(leader.clock + 1800, USDT)
        for cycle in range(cycles):
            at = stage.noon(leader.start + 2 * DAY + int(cycle / cycles * 34 * DAY), rng.uniform(8, 20))
            at = max(at, leader.clock + HOUR)
            units = int(leader.balance(USDT) * rng.uniform(0.9, 0.99)) // 10**4 * 10**4
            kept = rng.uniform(0.0005, 0.025) / size
            for place, actor in enumerate(ring):
                actor.login(at - 60)
                units = actor.send(at, USDT, ring[(place + 1) % size], units)
                units = int(units * (1 - kept)) // 10**4 * 10**4
                at = actor.clock + rng.randint(600, 40 * HOUR // size)
        for actor in ring:
            actor.group = f"ring-{number + 1}"
            stage.tell(actor, "controller" if actor is leader else "mule")


def look_alike(stage: Stage, count: int) -> None:
    """200-1,000 a month, one way, to a relative who keeps or spends it."""
    rng = stage.rng
    for actor in stage.actors((count + 1) // 2, days=185, lead=5, ages=(35, 65), account_days=(200, 700)):
        child = stage.like(actor, ages=(18, 28), account_days=(100, 500))
        if stage.people.culture[actor.customer] < 10:
            stage.people.share_family_name(actor.customer, child.customer)
        usual = rng.randint(25, 80) * 10
        for month in range(6):
            at = stage.noon(actor.start + month * 30 * DAY + rng.randint(0, 3) * DAY, rng.uniform(9, 21))
            actor.login(at)
            actor.pay_in(at, usual + 20)
            actor.buy(actor.clock + 1800, USDT)
            at = actor.clock + rng.randint(600, 5 * HOUR)
            actor.send(at, USDT, child, actor.sgd(usual, USDT, at))
            if rng.random() < 0.6:
                child.sell(child.clock + rng.randint(HOUR, 9 * DAY), USDT)
                child.pay_out(child.clock + HOUR)
        for one in (actor, child):
            one.group = f"family-{actor.start % 9973}"
            stage.tell(one, "none", planted=False)
