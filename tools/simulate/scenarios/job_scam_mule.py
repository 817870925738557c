"""1: a young account lent to a job scam, and a student who lives on family money."""

from casewright.tools.simulate import occurrences as say
from casewright.tools.simulate.actor import HOUR, SGD, USDT, Actor
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(1, "job-scam-mule", "money-mule-account", "student-on-family-money")
_RECALLED = 0.30
_REASONS = ("job scam", "loan scam", "impersonation scam", "fraud reported by the payer")


def planted(stage: Stage, count: int) -> None:
    """20-40 PayNow credits of 800-4,900 from 15-30 first-time payers in 5-20 days, 90-99% out as USDT within 90 min."""
    for actor in stage.actors(count, days=22, lead=90, ages=(19, 23), income=(0, 10_000), occupation="student",
                              account_days=(46, 84), tier="standard"):  # fmt: skip
        opened = int(stage.people.opened[actor.customer])
        actor.clock = opened
        actor.pay_in(opened + 2 * DAY, stage.rng.randint(5, 30) * 10)
        credit(stage, actor)
        stage.tell(actor, "mule")


def credit(stage: Stage, actor: Actor) -> None:
    """The credits and what becomes of each."""
    rng = stage.rng
    credits, days = actor.count(21, 39), actor.pick(18, 6)
    payers = [stage.stranger() for _ in range(min(credits, actor.count(16, 29)))]
    payers += [rng.choice(payers) for _ in range(credits - len(payers))]
    addresses = [stage.parties.add("tron") for _ in range(rng.randint(1, 3))]
    collector, top = stage.parties.add("tron"), actor.pick(1600, 4900)
    actor.new_device()
    actor.login(actor.start - rng.randint(600, 7200))
    moments = sorted(actor.start + int(rng.random() * days * DAY) for _ in range(credits))
    for at, payer in zip(moments, payers, strict=True):
        at = stage.noon(at, rng.uniform(9, 22.5))
        sgd = round(rng.uniform(820, top) / 50) * 50
        to = rng.choices(addresses, [5, 2, 1][: len(addresses)])[0]
        actor.login(at + rng.randint(60, 400))
        sent = actor.pass_on(at, sgd, payer, to, spend=rng.uniform(0.93, 0.985), within=(12, 80), rail="paynow")
        if rng.random() < 0.5:
            stage.chain.hop(actor.clock + rng.randint(600, 9000), USDT, "tron", sent, to, collector)
        if rng.random() < _RECALLED and not actor.quiet:
            recall(stage, actor, at, sgd)
    target = stage.chain.service(rng.choice(["exchange", "swap_service"]), "tron", rng)
    stage.chain.trail_from(collector, actor.clock, USDT, "tron", actor.sgd(credits * 400, USDT, actor.clock), rng,
                           hops=2, target=target)  # fmt: skip


def recall(stage: Stage, actor: Actor, at: int, sgd: float) -> None:
    """The payer's bank wants the money back, one to ten days later."""
    asked = at + int(stage.rng.uniform(1, 10) * DAY)
    day = stage.market.date((at - stage.plan.history) // DAY).isoformat()
    actor.event("recall", asked, say.recall(f"{sgd:,.2f}", day, stage.rng.choice(_REASONS)))


def look_alike(stage: Stage, count: int) -> None:
    """2-4 recurring payers, 1.5-8k a term, at least half of it kept for 30 days, an old address, the same device."""
    rng = stage.rng
    for actor in stage.actors(count, days=220, lead=5, ages=(19, 24), income=(0, 10_000), occupation="student",
                              account_days=(150, 600), tier="standard"):  # fmt: skip
        payers = [stage.relative(actor) for _ in range(rng.randint(2, 4))]
        wallet = actor.wallet("tron")
        for term in range(2):
            first = stage.noon(actor.start + term * 120 * DAY, rng.uniform(10, 21))
            total = rng.uniform(1600, 7800)
            for number, payer in enumerate(payers):
                share = round(total / len(payers) / 50) * 50
                actor.pay_in(first + number * rng.randint(6 * HOUR, 2 * DAY), share, payer, reference="FAMILY")
            actor.login(actor.clock + 600)
            actor.buy(actor.clock + rng.randint(1, 5) * DAY, USDT, int(actor.balance(SGD) * rng.uniform(0.15, 0.4)))
            actor.withdraw(actor.clock + 1800, USDT, "tron", wallet)
            actor.login(actor.clock + 35 * DAY)
            actor.pay_out(actor.clock + 36 * DAY, int(actor.balance(SGD) * rng.uniform(0.5, 0.9)) // 10**8 * 10**8)
        stage.tell(actor, "none", planted=False)
