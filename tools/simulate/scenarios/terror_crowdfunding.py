"""21: many small gifts passed on to an address that is listed later, and a charity after a disaster."""

from casewright.tools.simulate.actor import HOUR, USDT, Actor
from casewright.tools.simulate.book import NETWORK
from casewright.tools.simulate.chain import SANCTIONS
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(21, "terror-crowdfunding", "terrorist-crowdfunding", "charity")


def planted(stage: Stage, count: int) -> None:
    """30-150 gifts of USD 5-200 in 10 days, on to 1-2 addresses, one of them listed later."""
    rng = stage.rng
    actors = list(stage.actors(count, days=13, lead=30, ages=(20, 50), account_days=(30, 300)))
    actors.sort(key=lambda actor: actor.start)
    shared: list[int] = []
    since, users = 0, 6
    for actor in actors:
        actor.cover(until=actor.start - 4 * DAY, hard=3)
        if users == 6 or actor.start > since + 40 * DAY:
            since, users = actor.start, 0
            shared = [stage.parties.add("tron") for _ in range(rng.randint(1, 2))]
            _listed_later(stage, actor, shared[0])
        users += 1
        _collect(stage, actor, shared)
        stage.tell(actor, "controller")


def _collect(stage: Stage, actor: Actor, shared: list[int]) -> None:
    rng = stage.rng
    for at in sorted(actor.start + int(rng.random() ** 1.3 * 9.8 * DAY) for _ in range(actor.count(32, 110))):
        sgd = min(250.0, max(7.5, rng.lognormvariate(3.6, 0.8)))
        actor.deposit(at, USDT, "tron", actor.sgd(round(sgd), USDT, at), stage.parties.add("tron"))
        if rng.random() < 0.08:
            actor.login(actor.clock + 300)
            actor.withdraw(actor.clock + 600, USDT, "tron", rng.choice(shared))
    actor.login(actor.clock + HOUR)
    actor.withdraw(actor.clock + rng.randint(HOUR, 2 * DAY), USDT, "tron", shared[0])


def _listed_later(stage: Stage, first: Actor, address: int) -> None:
    """After all who share the address have used it; the quietest are never listed."""
    known = first.start + stage.rng.randint(56, 90) * DAY
    if not first.quiet:
        name = f"Listed address {stage.rng.randint(100, 999)}"
        stage.chain.label(address, name, "terrorism_financing", NETWORK["tron"], known, source=SANCTIONS)


def look_alike(stage: Stage, count: int) -> None:
    """A registered charity, a spike after a disaster, sold to SGD and paid to the bank account on file."""
    rng = stage.rng
    for actor in stage.actors(count, days=25, lead=5, company=True, account_days=(200, 640), purpose="payments",
                              licence=f"Charity {rng.randint(1000, 2999)}"):  # fmt: skip
        gifts = rng.randint(35, 90)
        for number, at in enumerate(sorted(actor.start + int(rng.random() ** 2 * 20 * DAY) for _ in range(gifts))):
            sgd = min(1500.0, max(7.0, rng.lognormvariate(3.9, 1.0)))
            actor.deposit(at, USDT, "tron", actor.sgd(round(sgd), USDT, at), stage.parties.add("tron"))
            if number % 30 == 29:
                actor.login(actor.clock + 600)
                actor.sell(actor.clock + HOUR, USDT)
                actor.pay_out(actor.clock + rng.randint(600, DAY))
        actor.sell(actor.clock + DAY, USDT)
        actor.pay_out(actor.clock + HOUR)
        stage.tell(actor, "none", planted=False)
