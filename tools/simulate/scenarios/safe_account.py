"""6: savings moved under instruction within an hour, and the day on which everybody takes out everything."""

from casewright.tools.simulate.actor import BTC, ETH, HOUR, SGD, USDT
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(6, "safe-account-coercion", "vulnerable-customer-coercion", "bank-run-day")


def planted(stage: Stage, count: int) -> None:
    """An account under 48 h, a remote-control flag, 1-3 credits of 20-150k = 70-100% of savings, out within 60 min."""
    rng = stage.rng
    for actor in stage.actors(count, days=4, lead=5, ages=(55, 80), account_days=(0.05, 0.6), purpose="savings",
                              tier="plus"):  # fmt: skip
        credits = rng.randint(1, 3)
        each = actor.pick(22_000, 140_000)
        stage.people.verified[actor.customer] = 900
        at = stage.noon(actor.start, rng.uniform(9.5, 19))
        address = stage.parties.add("tron")
        actor.login(at - 300)
        actor.event("device_flag", at - 200, "Screen-sharing software was active during the session.")
        total = 0.0
        for _ in range(credits):
            sgd = max(20_000, round(each * rng.uniform(0.8, 1.05), -2))
            total += sgd
            actor.pass_on(at, sgd, None, address, spend=1.0, within=(15, 55))
            at = actor.clock + rng.randint(1200, 3 * HOUR)
        savings = total / rng.uniform(0.72, 0.99)
        actor.event("document_check", actor.start - HOUR, f"Bank statement on file: savings of SGD {savings:,.2f}.")
        if rng.random() < 0.6 and not actor.quiet:
            actor.event("complaint", actor.clock + rng.randint(1, 6) * DAY,
                        "Customer says that a caller gave the instructions on the phone.")  # fmt: skip
        target = stage.chain.service("swap_service", "tron", rng)
        units = actor.sgd(total * 0.95, USDT, actor.clock)
        stage.chain.trail_from(address, actor.clock, USDT, "tron", units, rng, hops=rng.randint(2, 4), target=target)
        stage.tell(actor, "victim")


def look_alike(stage: Stage, count: int) -> None:
    """Accounts over 180 days that take out 100% on the same day as everybody else, to old addresses."""
    rng = stage.rng
    run = stage.noon(stage.plan.until - 75 * DAY, 0)
    for actor in stage.actors(count, days=1, lead=1):
        stage.people.opened[actor.customer] = run - rng.randint(200, 600) * DAY
        actor.start = run
        actor.clock = int(stage.people.opened[actor.customer]) + 2 * DAY
        asset, network = rng.choice([(BTC, "bitcoin"), (ETH, "ethereum"), (USDT, "tron")])
        wallet = actor.wallet(network)
        span = run - 20 * DAY - actor.clock
        for part in range(rng.randint(3, 6)):
            actor.pay_in(actor.clock + int(span / 8 * rng.uniform(0.5, 1)), rng.randint(4, 90) * 100)
            actor.buy(actor.clock + rng.randint(600, DAY), asset)
            if part == 0:
                actor.withdraw(actor.clock + DAY, asset, network, wallet, actor.balance(asset) // 5 // 100 * 100)
        at = run + int(rng.triangular(8, 23, 15) * HOUR)
        actor.login(at - 200)
        actor.withdraw(at, asset, network, wallet)
        if actor.balance(SGD) > 20 * 10**8:
            actor.pay_out(at + 300)
        stage.tell(actor, "none", planted=False, since=run)
