"""18: an account that slept and woke in other hands, and a holder who comes back to old coins."""

from casewright.tools.simulate import occurrences as say
from casewright.tools.simulate.actor import BTC, ETH, HOUR, SGD, Actor
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(18, "sold-dormant-account", "dormant-reactivation", "returning-holder")


def _long_ago(stage: Stage, actor: Actor, idle: int, asset: int) -> float:
    """A little activity that ended IDLE days before the story; returns the largest payment, in SGD."""
    rng = stage.rng
    last = actor.start - idle * DAY
    stage.people.opened[actor.customer] = last - 60 * DAY
    actor.clock, largest = last - 40 * DAY, 0.0
    for part in range(rng.randint(2, 4)):
        sgd = rng.randint(8, 25) * 20
        largest = max(largest, sgd)
        actor.pay_in(last - (30 - 8 * part) * DAY, sgd)
        actor.buy(actor.clock + rng.randint(600, DAY), asset)
    return largest


def planted(stage: Stage, count: int) -> None:
    """Idle 9-24 months; device, country, phone change in 48 h; 30-100 times the largest payment in 14 days."""
    rng = stage.rng
    for actor in stage.actors(count, days=16, lead=5, ages=(22, 60), tier="standard"):
        limit = (actor.start - stage.plan.history) // DAY - 120
        largest = _long_ago(stage, actor, min(rng.randint(280, 700), limit), BTC)
        actor.start = max(actor.start, actor.clock)
        actor.new_device()
        actor.country = stage.country(rng.choice(["KH", "MY", "TH", "HK"]))
        actor.event(
            "security_change",
            actor.start + rng.randint(HOUR, 20 * HOUR),
            say.phone(rng.randint(81_000_000, 98_999_999)),
        )
        actor.login(stage.noon(actor.start, rng.uniform(8, 22)))
        total, credits = largest * actor.pick(33, 95), actor.count(6, 16)
        addresses = [stage.parties.add("tron") for _ in range(rng.randint(1, 3))]
        sizes = [rng.uniform(0.5, 1.5) for _ in range(credits)]
        for number, size in enumerate(sizes):
            at = stage.noon(
                actor.start + DAY + int((number + rng.random() * 0.8) / credits * 12 * DAY), rng.uniform(9, 22)
            )
            actor.login(at + 60)
            actor.pass_on(at, round(total * size / sum(sizes)), stage.stranger(), rng.choice(addresses),
                          spend=rng.uniform(0.94, 0.99), within=(15, 240))  # fmt: skip
        stage.tell(actor, "mule")


def look_alike(stage: Stage, count: int) -> None:
    """The same phone, liveness passed, old coins sold to the bank account on file, in the week when hundreds do so."""
    rng = stage.rng
    week = stage.plan.history + stage.market.bull.start * DAY
    for actor in stage.actors(count, days=10, lead=5, ages=(24, 65)):
        actor.start = actor.clock = week + rng.randrange(7 * DAY)
        asset = rng.choice([BTC, ETH])
        _long_ago(stage, actor, rng.randint(280, (actor.start - stage.plan.history) // DAY - 120), asset)
        actor.login(actor.start)
        actor.event("document_check", actor.start + 300, "Liveness check passed.")
        actor.sell(actor.start + rng.randint(900, 6 * HOUR), asset)
        actor.pay_out(actor.clock + rng.randint(900, 20 * HOUR), actor.balance(SGD))
        stage.tell(actor, "none", planted=False)
