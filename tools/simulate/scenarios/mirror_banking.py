"""16: bank money in and the same in USDT out for others, and a firm that pays its suppliers."""

from casewright.tools.simulate import occurrences as say
from casewright.tools.simulate.actor import HOUR, USDT, Actor
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(16, "mirror-banking", "underground-banking-mirror", "import-company")


def planted(stage: Stage, count: int) -> None:
    """Students or homemakers: 20-100k a day from strangers, as much USDT out in 6 h at one margin; 4-10 holders."""
    rng = stage.rng
    sizes = stage.groups(count, 4, 10)
    leaders = stage.actors(len(sizes), days=46, lead=40, occupation=("student", "homemaker"), account_days=(40, 200),
                           tier="plus")  # fmt: skip
    for number, (leader, size) in enumerate(zip(leaders, sizes, strict=True)):
        margin, passport = rng.uniform(0.005, 0.0165), rng.randint(10**6, 10**7 - 100)
        for place in range(size):
            actor = leader if not place else stage.like(leader, occupation=("student", "homemaker"),
                                                        account_days=(40, 200), tier="plus")  # fmt: skip
            opened = int(stage.people.opened[actor.customer])
            actor.event("document_check", opened + 1200, f"Passport {say.passport(passport + place)} verified.")
            _mirror(stage, actor, margin)
            actor.group = f"holders-{number + 1}"
            stage.tell(actor, "controller" if not place else "mule")


def _mirror(stage: Stage, actor: Actor, margin: float) -> None:
    rng = stage.rng
    pairs = actor.count(8, 15)  # in six weeks
    for number in range(pairs):
        at = stage.noon(actor.start + int((number + rng.random() * 0.8) / pairs * 42 * DAY), rng.uniform(9, 14))
        total = actor.pick(22_000, 88_000) * rng.uniform(0.95, 1.12)
        parts = rng.randint(2, 4)
        for _ in range(parts):
            actor.pay_in(at, max(100, round(total / parts, -2)), stage.stranger(), network="fast")
            at = actor.clock + rng.randint(300, 2400)
        came = actor.balance() / 10**8
        actor.login(at)
        actor.buy(at + rng.randint(300, 3000), USDT)
        at = actor.clock + rng.randint(300, int(1.6 * HOUR))
        units = actor.sgd(came * (1 - margin), USDT, at)
        actor.withdraw(at, USDT, "tron", stage.parties.add("tron"), min(units, actor.balance(USDT) - 2 * 10**8))


def look_alike(stage: Stage, count: int) -> None:
    """A company, 3-8 suppliers, invoices to the cent, the market's rate, office hours."""
    rng = stage.rng
    for actor in stage.actors(count, days=65, lead=5, company=True, account_days=(120, 640), purpose="payments",
                              turnover=rng.randint(8, 30) * 100_000):  # fmt: skip
        suppliers = [stage.parties.add("tron") for _ in range(rng.randint(3, 8))]
        for invoice in range(rng.randint(12, 20)):
            day = actor.start + invoice * 3 * DAY
            while stage.market.date((day - stage.plan.history) // DAY).weekday() >= 5:
                day += DAY
            at = stage.noon(day, rng.uniform(9.2, 15))
            actor.login(at)
            actor.pay_in(
                at, round(rng.uniform(8_000, 60_000), 2), network="fast", reference=f"INV {rng.randint(1000, 9999)}"
            )
            actor.buy(actor.clock + rng.randint(300, HOUR), USDT)
            actor.withdraw(actor.clock + rng.randint(300, HOUR), USDT, "tron", rng.choice(suppliers))
        stage.tell(actor, "none", planted=False)
