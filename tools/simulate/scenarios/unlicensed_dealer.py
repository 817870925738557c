"""4: a private person who deals for others, and a licensed desk that does."""

from casewright.tools.simulate.actor import HOUR, USDT
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(4, "unlicensed-dealer", "unlicensed-p2p-exchanger", "licensed-otc-desk")
_DAYS = 60


def planted(stage: Stage, count: int) -> None:
    """Income 60k, 2-6m a year, 30-120 payers a month, each credit 95-98% to an address of its own in 2 h."""
    rng = stage.rng
    for actor in stage.actors(count, days=_DAYS + 2, lead=30, ages=(26, 55), income=(50_000, 70_000),
                              account_days=(120, 500), tier="plus", turnover=30_000):  # fmt: skip
        actor.cover(until=actor.start - 5 * DAY)
        credits = actor.count(66, 120)
        total = actor.pick(2.2e6, 5.6e6) * _DAYS / 365
        sizes = [rng.lognormvariate(0, 0.45) for _ in range(credits)]
        regulars = [stage.stranger() for _ in range(credits // 12)]
        for number, size in enumerate(sizes):
            at = stage.noon(actor.start + int((number + rng.random()) / credits * _DAYS * DAY), rng.uniform(9, 22))
            payer = rng.choice(regulars) if rng.random() < 0.04 else stage.stranger()
            actor.login(at + rng.randint(60, 600))
            actor.pass_on(at, max(900, round(total * size / sum(sizes), -1)), payer, stage.parties.add("tron"),
                          spend=rng.uniform(0.958, 0.979), within=(8, 110))  # fmt: skip
        stage.tell(actor, "controller")


def look_alike(stage: Stage, count: int) -> None:
    """A company with a licence, turnover within 30% of what it declared, 2-10 addresses on a white list."""
    rng = stage.rng
    for actor in stage.actors(count, days=_DAYS + 2, lead=5, company=True, account_days=(400, 640), purpose="trading",
                              licence=f"PS{rng.randint(20200001, 20209999)}"):  # fmt: skip
        addresses = [stage.parties.add("tron") for _ in range(rng.randint(2, 10))]
        for address in addresses:
            actor.event(
                "whitelist_change",
                actor.start - rng.randint(20, 200) * DAY,
                "Withdrawal address added to the white list.",
            )
            stage.chain.label(address, "Settlement wallet", "user", 1, actor.start - 10 * DAY)
        clients = [stage.firm() for _ in range(rng.randint(8, 20))]
        deals, total = rng.randint(30, 60), rng.uniform(1.5e6, 6e6) * _DAYS / 365
        sizes = [rng.lognormvariate(0, 0.5) for _ in range(deals)]
        paid = 0.0
        for number, size in enumerate(sizes):
            at = stage.noon(actor.start + int((number + rng.random()) / deals * _DAYS * DAY), rng.uniform(9, 18))
            sgd = round(total * size / sum(sizes), 2)
            paid += sgd
            actor.login(at)
            actor.pay_in(at, sgd, rng.choice(clients), network="fast", reference=f"INV {rng.randint(1000, 9999)}")
            actor.buy(at + rng.randint(1, 20) * HOUR, USDT)
            if number % 3 == 2:
                actor.withdraw(actor.clock + rng.randint(1, 30) * HOUR, USDT, "tron", rng.choice(addresses))
        stage.people.turnover[actor.customer] = round(paid * 365 / _DAYS * rng.uniform(0.8, 1.2), -3)
        stage.tell(actor, "none", planted=False)
