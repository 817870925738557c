"""19: tokens of unknown origin turned into property, and somebody who moves house."""

from casewright.tools.simulate.actor import HOUR, USDT
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(19, "luxury-integration", "luxury-property-integration", "moving-house")
_PAYEES = ("Cedar Law LLC", "Bayfront Residences Pte Ltd", "Stonefield Motors Pte Ltd", "Hillcrest Jewellers Pte Ltd",
           "Rivervale Developments Pte Ltd", "Oakbridge Law LLC", "Meridian Yachts Pte Ltd")  # fmt: skip


def planted(stage: Stage, count: int) -> None:
    """Income 70k, 400k-2m USDT from wallets under 30 days, straight to SGD and to law firms, developers or dealers."""
    rng = stage.rng
    for actor in stage.actors(count, days=30, lead=30, ages=(28, 60), income=(60_000, 80_000), account_days=(40, 500),
                              tier="plus", turnover=30_000):  # fmt: skip
        actor.cover(until=actor.start - 5 * DAY, hard=3)
        parts, total = rng.randint(3, 8), actor.pick(430_000, 1_700_000)
        payees = [stage.payer(name) for name in rng.sample(_PAYEES, rng.randint(1, 3))]
        for number in range(parts):
            at = stage.noon(actor.start + int((number + rng.random() * 0.8) / parts * 26 * DAY), rng.uniform(9, 17))
            units = units_of(total / parts * rng.uniform(0.96, 1.08), USDT)
            wallet = stage.parties.add("tron")
            origin = stage.chain.service(rng.choice(["swap_service", "exchange"]), "tron", rng)
            filled = at - rng.randint(HOUR, 20 * DAY)
            stage.chain.trail_to(wallet, filled, USDT, "tron", units, rng, hops=rng.randint(1, 3), origin=origin)
            actor.login(at - 300)
            actor.deposit(at, USDT, "tron", units, wallet)
            actor.sell(actor.clock + rng.randint(600, 4 * HOUR), USDT)
            actor.pay_out(actor.clock + rng.randint(HOUR, 20 * HOUR), None, rng.choice(payees), reference="PAYMENT")
        asked = actor.start + 9 * DAY
        actor.event("information_request", asked, "Asked for the source of funds of recent deposits.")
        shown = total * rng.uniform(0.15, 0.6)
        actor.event("information_reply", asked + rng.randint(2, 9) * DAY,
                    f"Sent a sale contract over SGD {shown:,.2f}; amounts do not match the deposits.")  # fmt: skip
        stage.tell(actor, "controller")


def look_alike(stage: Stage, count: int) -> None:
    """One sum from a conveyancing account, dated sale, papers that match within 1%, part of it into crypto and kept."""
    rng = stage.rng
    for actor in stage.actors(count, days=30, lead=5, ages=(32, 68), income=(70_000, 200_000), account_days=(100, 700),
                              tier="plus"):  # fmt: skip
        sgd = rng.randint(480, 820) * 1000
        at = stage.noon(actor.start, rng.uniform(9, 16))
        firm = stage.payer(rng.choice(["Lakeside Conveyancing LLC", "Northgate Conveyancing LLC"]))
        actor.login(at)
        actor.pay_in(at, sgd, firm, network="fast", reference="TRANSFER")
        day = stage.market.date((at - stage.plan.history) // DAY - 12).isoformat()
        actor.event("information_request", at + DAY, "Asked for the source of funds of recent payments.")
        shown = sgd * rng.uniform(0.995, 1.005)
        text = f"Sent the sale contract of a flat dated {day} over SGD {shown:,.2f}; amounts match."
        actor.event("information_reply", at + 4 * DAY, text)
        actor.buy(at + rng.randint(5, 9) * DAY, USDT, int(sgd * rng.uniform(0.1, 0.4)) * 10**8)
        actor.pay_out(actor.clock + rng.randint(2, 14) * DAY, int(actor.balance() * 0.9) // 10**8 * 10**8)
        stage.tell(actor, "none", planted=False)
