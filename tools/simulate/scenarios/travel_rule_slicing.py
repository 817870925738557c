"""9: a withdrawal cut to pieces after the form appeared, and somebody who sends a little home every week."""

from casewright.tools.simulate.actor import HOUR, MINUTE, USDT, Actor
from casewright.tools.simulate.limits import TRAVEL_RULE
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(9, "travel-rule-slicing", "structuring-travel-rule", "weekly-remitter")


def planted(stage: Stage, count: int) -> None:
    """A cancelled request of 9-25k, then 6-20 withdrawals of 1,275-1,499 in 24 h, to 1-4 addresses that meet."""
    for actor in stage.actors(count, days=5, lead=40, ages=(22, 60), account_days=(60, 400), tier="plus"):
        actor.cover(until=actor.start - 2 * DAY)
        again(stage, actor)
        stage.tell(actor, "controller")


def again(stage: Stage, actor: Actor) -> None:
    """The same, as a second story of somebody who has acted before."""
    rng = stage.rng
    slices = actor.count(6, 17)
    total = max(slices * TRAVEL_RULE * 1.02, 9_700)
    at = stage.noon(actor.start, rng.uniform(8, 18))
    actor.login(at - 300)
    actor.pay_in(at, round(total + 60, -1))
    actor.buy(actor.clock + rng.randint(600, 5 * HOUR), USDT)
    addresses = [stage.parties.add("tron") for _ in range(rng.randint(1, 4))]
    asked = actor.clock + rng.randint(600, 3 * HOUR)
    request = actor.sgd(min(24_500, max(9_300, total * 0.97)), USDT, asked)
    actor.withdraw(asked, USDT, "tron", addresses[0], request, status="cancelled")
    at = actor.clock + rng.randint(5, 60) * MINUTE
    gap = actor.pick(20, 5) * HOUR / slices
    sent = 0
    for number in range(slices):
        at += int(gap * rng.uniform(0.5, 1.1))
        units = actor.sgd(rng.uniform(1290, 1490), USDT, at)
        sent += actor.withdraw(at, USDT, "tron", addresses[number % len(addresses)], units)
    meeting = stage.parties.add("tron")
    for address in addresses:
        stage.chain.trail_from(address, actor.clock, USDT, "tron", sent // len(addresses), rng, hops=rng.randint(1, 3),
                               target=meeting)  # fmt: skip


def look_alike(stage: Stage, count: int) -> None:
    """1,200-1,450 every week to one address for over three months, nothing cancelled."""
    rng = stage.rng
    for actor in stage.actors(count, days=135, lead=5, ages=(25, 60), account_days=(60, 600), purpose="remittance"):
        home = actor.wallet("tron")
        for week in range(rng.randint(15, 18)):
            at = stage.noon(actor.start + week * 7 * DAY, rng.uniform(9, 21))
            sgd = rng.uniform(1215, 1440)
            actor.login(at)
            actor.pay_in(at, round(sgd * 1.008 + 4, 0))
            actor.buy(actor.clock + rng.randint(300, 5 * HOUR), USDT)
            at = actor.clock + rng.randint(300, 3 * HOUR)
            actor.withdraw(at, USDT, "tron", home, actor.sgd(sgd, USDT, at))
        stage.tell(actor, "none", planted=False)
