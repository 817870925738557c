"""5: somebody who believes in an investment that is none, and a monthly buyer with a wallet in the drawer."""

from casewright.tools.simulate.actor import BTC, ETH, HOUR, USDT, Actor
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(5, "investment-scam-victim", "pig-butchering-victim", "monthly-buyer-to-cold-wallet")
_RING = 12  # the fewest who pay one address: each of them must have ten others beside it


def planted(stage: Stage, count: int) -> None:
    """Age 50-75, first crypto, 6-12 credits of 2k to 80k in 4-10 weeks, a loan, each out in 3 h to shared addresses."""
    rng = stage.rng
    count = max(count, _RING)
    victims = list(stage.actors(count, days=75, lead=10, ages=(50, 75), account_days=(1, 9), purpose="investment",
                                tier="plus"))  # fmt: skip
    victims.sort(key=lambda victim: victim.start)
    rings = max(1, count // 20)
    for ring in range(rings):  # each is at work for some months
        members = victims[ring * count // rings : (ring + 1) * count // rings]
        addresses = [stage.parties.add("tron") for _ in range(rng.randint(1, 3))]
        for victim in members:
            victim.group = f"ring-{ring + 1}"
            _pay(stage, victim, addresses)
            stage.tell(victim, "victim")
        _beyond(stage, members, addresses)


def _pay(stage: Stage, victim: Actor, addresses: list[int]) -> None:
    rng = stage.rng
    credits, days, top = victim.count(6, 12), victim.pick(67, 32), victim.pick(13_000, 76_000)
    loan = rng.randint(credits // 2, credits - 1)
    lender = stage.payer("Eastlake Credit Pte Ltd")
    for number in range(credits):
        at = stage.noon(victim.start + int(number / (credits - 1) * (days - 2) * DAY), rng.uniform(9, 20))
        sgd = round(2000 * (top / 2000) ** (number / (credits - 1)) * rng.uniform(0.93, 1.0) / 100) * 100
        victim.login(at + 300)
        victim.pass_on(at, max(2000, sgd), lender if number == loan else None, addresses[number % len(addresses)],
                       spend=1.0, within=(20, 170), reference="LOAN" if number == loan else "")  # fmt: skip
        if number == 1:
            back = victim.sgd(sgd * rng.uniform(0.02, 0.04) * 2, USDT, victim.clock)
            victim.deposit(victim.clock + rng.randint(1, 3) * DAY, USDT, "tron", back, stage.parties.add("tron"))
            victim.sell(victim.clock + 2 * HOUR, USDT)
            victim.pay_out(victim.clock + HOUR)
    if rng.random() < 0.5 and not victim.quiet:
        text = "Customer says that an investment platform does not pay out and asks to stop the transfers."
        victim.event("complaint", victim.clock + rng.randint(3, 25) * DAY, text)


def _beyond(stage: Stage, members: list[Actor], addresses: list[int]) -> None:
    """Where the addresses send it; one of them is reported in time, long after the first payments."""
    rng = stage.rng
    first, last = min(m.start for m in members), max(m.clock for m in members)
    for address in addresses:
        for _ in range(6):
            at = rng.randrange(first + 20 * DAY, max(last, first + 21 * DAY))
            units = members[0].sgd(rng.uniform(10_000, 60_000), USDT, at)
            target = stage.chain.service(rng.choice(["exchange", "swap_service"]), "tron", rng)
            stage.chain.trail_from(address, at, USDT, "tron", units, rng, hops=rng.randint(2, 4), target=target)
    if rng.random() < 0.7:
        known = first + rng.randint(20, 90) * DAY
        stage.chain.label(addresses[0], f"Reported investment site {rng.randint(100, 999)}", "scam", 1, known)


def look_alike(stage: Stage, count: int) -> None:
    """Sums within 15% of each other month by month, or one documented lump, to an own address that nobody else pays."""
    rng = stage.rng
    for actor in stage.actors(count, days=250, lead=5, ages=(40, 72), account_days=(40, 600), purpose="savings",
                              tier="plus"):  # fmt: skip
        asset, network = rng.choice([(BTC, "bitcoin"), (ETH, "ethereum")])
        wallet = actor.wallet(network)
        lump = rng.random() < 0.2
        usual = rng.randint(4, 30) * 100
        for month in range(1 if lump else 8):
            at = stage.noon(actor.start + month * 30 * DAY + rng.randint(0, 3) * DAY, rng.uniform(8, 21))
            sgd = rng.randint(30, 120) * 1000 if lump else round(usual * rng.uniform(0.88, 1.12), -1)
            actor.login(at)
            actor.pay_in(at, sgd)
            if lump:
                actor.event("information_request", at + DAY, "Asked for the source of funds of recent payments.")
                text = f"Sent a maturity letter of an insurance policy over SGD {sgd:,.2f}; amounts match."
                actor.event("information_reply", at + 3 * DAY, text)
            actor.buy(at + rng.randint(600, 8 * HOUR), asset)
            actor.withdraw(actor.clock + rng.randint(600, 20 * HOUR), asset, network, wallet)
        stage.tell(actor, "none", planted=False)
