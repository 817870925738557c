"""20: the evening income of a vendor, and of somebody who sells what can be shown."""

from casewright.tools.simulate.actor import BTC, HOUR, Actor
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(20, "darknet-vendor", "darknet-vendor", "creator-or-merchant")
_WEEKS = 8


def _weekly(stage: Stage, actor: Actor, at: int) -> None:
    actor.login(at)
    actor.sell(at + 300, BTC)
    actor.pay_out(actor.clock + stage.rng.randint(300, 5 * HOUR))


def planted(stage: Stage, count: int) -> None:
    """60-200 deposits of USD 30-400, evenings and week-ends, 70% or more darknet or swapper, weekly cash-out."""
    rng, chain = stage.rng, stage.chain
    for actor in stage.actors(count, days=_WEEKS * 7 + 2, lead=20, ages=(20, 45), account_days=(30, 400)):
        orders, marked = actor.count(62, 110), actor.pick(0.76, 0.95)
        monday = actor.start
        while stage.market.date((monday - stage.plan.history) // DAY).weekday():
            monday -= DAY
        actor.start = actor.clock = max(monday, int(stage.people.opened[actor.customer]) + DAY)
        moments = []
        for number in range(orders):
            day = number * _WEEKS * 7 // orders
            hour = rng.uniform(9, 23.9) if day % 7 >= 5 else rng.uniform(18.5, 23.9)
            moments.append(stage.noon(actor.start + day * DAY, hour))
        week = 0
        for number, at in enumerate(sorted(moments)):
            if (at - actor.start) // (7 * DAY) > week:
                week = (at - actor.start) // (7 * DAY)
                _weekly(stage, actor, stage.noon(actor.start + (week * 7) * DAY, rng.uniform(8, 12)))
            units = actor.sgd(rng.uniform(45, 500), BTC, at)
            source = stage.parties.add("bitcoin")
            kind = rng.choice(["darknet", "darknet", "swap_service"])
            if number == 0 or (number * 7919) % orders < marked * orders:
                origin = chain.service(kind, "bitcoin", rng)
                chain.trail_to(source, at - rng.randint(900, 30_000), BTC, "bitcoin", units, rng, hops=1, origin=origin)
            actor.deposit(at, BTC, "bitcoin", units, source)
        _weekly(stage, actor, actor.clock + 9 * HOUR)
        stage.tell(actor, "controller")


def look_alike(stage: Stage, count: int) -> None:
    """40-150 deposits from a payment processor in the amounts of invoices, declared as business."""
    rng = stage.rng
    for actor in stage.actors(count, days=62, lead=5, ages=(22, 55), account_days=(100, 600), purpose="payments",
                              occupation=("freelance designer", "business owner")):  # fmt: skip
        processor = stage.chain.service("payment_processor", "bitcoin", rng)
        orders = rng.randint(42, 90)
        stage.people.turnover[actor.customer] = orders * 6 * 90
        prices = [rng.choice([19.9, 29.0, 49.0, 79.0, 120.0, 249.0]) for _ in range(orders)]
        for number, price in enumerate(prices):
            at = stage.noon(actor.start + number * 60 * DAY // orders, rng.uniform(0, 23.9))
            at = max(at, actor.clock + 60)
            actor.deposit(at, BTC, "bitcoin", actor.sgd(price, BTC, at), processor)
            if number % 30 == 29:
                _weekly(stage, actor, actor.clock + 5 * HOUR)
        stage.tell(actor, "none", planted=False)
