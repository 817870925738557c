"""8: payments that stay just under a limit, and payments that a bank's cap or a salary makes equal."""

from casewright.tools.simulate.actor import HOUR, SGD, USDT, Actor
from casewright.tools.simulate.limits import LIMITS
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(8, "structuring", "structuring-fiat-deposits", "bank-cap-or-salary")


def planted(stage: Stage, count: int) -> None:
    """4-9 credits in 72 h just under the tier's limit, none above, varied before; one buy in 6 h; again one tier up."""
    rng = stage.rng
    for actor in stage.actors(count, days=32, lead=70, ages=(24, 62), income=(40_000, 150_000), account_days=(90, 300),
                              tier="basic"):  # fmt: skip
        _vary(stage, actor)
        rounds = 1 if actor.difficulty == "hard" else 2
        begun = actor.start = max(actor.start, actor.clock + 8 * DAY)
        for tier in ("basic", "standard")[:rounds]:
            if tier == "standard":
                begun = actor.clock + rng.randint(5, 12) * DAY
                stage.rise(actor, begun - DAY, "standard")
            _band(stage, actor, begun, LIMITS[tier])
        stage.tell(actor, "controller")


def _vary(stage: Stage, actor: Actor) -> None:
    """The ordinary past: sums of all sizes."""
    rng = stage.rng
    opened = actor.clock = int(stage.people.opened[actor.customer]) + DAY
    span = actor.start - opened - 15 * DAY
    for part in range(rng.randint(3, 6)):
        at = stage.noon(opened + int(span * (part + rng.random()) / 6), rng.uniform(9, 22))
        actor.login(at)
        actor.pay_in(at, rng.choice([rng.randint(2, 40) * 50, rng.randint(200, 3900)]))
        if rng.random() < 0.7:
            actor.buy(actor.clock + rng.randint(600, DAY), USDT)


def _band(stage: Stage, actor: Actor, begun: int, limit: int) -> None:
    rng = stage.rng
    credits, days = actor.count(4, 9), round(actor.pick(3, 2))
    moments = [stage.noon(begun + rng.randrange(days) * DAY, rng.uniform(8, 22)) for _ in range(credits)]
    for at in sorted(moments):
        sgd = limit * rng.uniform(0.905, 0.985)
        sgd = round(sgd, -1) if rng.random() < 0.7 else round(sgd)
        actor.login(at + 60)
        actor.pay_in(at, sgd)
    actor.buy(actor.clock + rng.randint(600, 5 * HOUR), USDT)
    if rng.random() < 0.6:
        actor.withdraw(actor.clock + rng.randint(1, 40) * HOUR, USDT, "tron", stage.parties.add("tron"))


def look_alike(stage: Stage, count: int) -> None:
    """Exactly 5,000.00 a day from the own name until a stated 40k, or 4,800 on the 27th from an employer."""
    rng = stage.rng
    for number, actor in enumerate(stage.actors(count, days=190, lead=5, ages=(25, 60), account_days=(60, 500),
                                                tier="standard")):  # fmt: skip
        if number % 2:
            text = "customer will move SGD 40,000.00; the bank's app allows 5,000.00 a day."
            actor.event("ticket", actor.start - DAY, f"Ticket {rng.randint(100_000, 999_999)}: {text}")
            for day in range(8):
                at = stage.noon(actor.start + day * DAY, rng.uniform(8, 22))
                actor.login(at)
                actor.pay_in(at, 5000)
                if rng.random() < 0.5:
                    actor.buy(actor.clock + rng.randint(600, 4 * HOUR), USDT, int(actor.balance(SGD) * 0.6))
        else:
            employer, pay = stage.firm(), rng.choice([4800, 4650, 4900])
            for month in range(6):
                at = stage.day_of_month(actor.start + month * 30 * DAY, 27, rng.uniform(9, 12))
                actor.pay_in(at, pay, employer, network="fast", reference="SALARY")
                actor.login(actor.clock + 4000)
                actor.buy(
                    actor.clock + rng.randint(600, 3 * DAY), USDT, int(actor.balance(SGD) * rng.uniform(0.1, 0.5))
                )
                actor.pay_out(actor.clock + rng.randint(1, 12) * DAY, int(actor.balance(SGD) * 0.9) // 10**6 * 10**6)
        stage.tell(actor, "none", planted=False)
