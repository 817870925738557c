"""24: a share of ransoms cashed out, and a firm that had to pay one."""

from casewright.tools.simulate.actor import BTC, HOUR, USDT, Actor
from casewright.tools.simulate.book import NETWORK
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(24, "ransomware-cash-out", "ransomware-cash-out", "ransom-victim-firm")


def planted(stage: Stage, count: int) -> None:
    """2-6 hops from victims' payments that were split 70 to 30 between affiliate and operator."""
    rng = stage.rng
    for number, actor in enumerate(
        stage.actors(count, days=20, lead=40, ages=(22, 50), account_days=(20, 300), tier="plus")
    ):
        actor.cover(until=actor.start - 4 * DAY, hard=3)
        for ransom in range(rng.randint(2, 3)):
            at = actor.start + int((ransom + rng.random() * 0.7) * 6 * DAY)
            wallet = stage.parties.add("bitcoin")
            units = _share(stage, actor, at - 2 * HOUR, 0.7 if number % 2 else 0.3, wallet)
            actor.login(at)
            actor.deposit(at + 300, BTC, "bitcoin", units, wallet)
            actor.trade(actor.clock + rng.randint(300, 5 * HOUR), BTC, USDT)
            actor.withdraw(actor.clock + rng.randint(300, 5 * HOUR), USDT, "tron", stage.parties.add("tron"))
        stage.tell(actor, "controller")


def _share(stage: Stage, actor: Actor, at: int, share: float, wallet: int) -> int:
    """A victim pays, the ransom is split, and this actor's SHARE reaches the wallet before AT; returns its units."""
    rng, chain = stage.rng, stage.chain
    ransom = units_of(actor.pick(1.2, 9) * rng.uniform(0.8, 1.3), BTC)
    victim, desk, other = (stage.parties.add("bitcoin") for _ in range(3))
    units = int(ransom * share)
    mine = stage.parties.add("bitcoin")
    left = chain.trail_to(wallet, at, BTC, "bitcoin", units, rng, hops=rng.randint(1, 4), origin=mine)
    chain.hop(left - 1800, BTC, "bitcoin", int(units * 1.02), desk, mine)
    chain.hop(left - 1800, BTC, "bitcoin", ransom - units, desk, other)
    chain.hop(left - 9000, BTC, "bitcoin", int(ransom * 1.02), victim, desk)
    if not actor.quiet:
        chain.label(desk, f"Ransom wallet {rng.randint(100, 999)}", "ransomware", NETWORK["bitcoin"],
                    at + rng.randint(1, 90) * DAY)  # fmt: skip
    return units


def look_alike(stage: Stage, count: int) -> None:
    """A company's first crypto: one wire of 150-900k, Bitcoin in 4 h to one fresh address, a response firm named."""
    rng = stage.rng
    for actor in stage.actors(count, days=3, lead=5, company=True, account_days=(2, 12), purpose="payments"):
        sgd = rng.randint(160, 880) * 1000
        at = stage.noon(actor.start, rng.uniform(9, 16))
        payer = stage.payer("Stonefield Response Pte Ltd") if rng.random() < 0.4 else None
        reference = f"INV {rng.randint(1000, 9999)}" if payer else f"POLICY {rng.randint(10_000, 99_999)}"
        actor.login(at - 600)
        actor.pay_in(at, sgd, payer, network="fast", reference=reference)
        actor.buy(actor.clock + rng.randint(600, 5000), BTC)
        address = stage.parties.add("bitcoin")
        actor.withdraw(actor.clock + rng.randint(300, 7000), BTC, "bitcoin", address)
        actor.event(
            "ticket",
            at - HOUR,
            f"Ticket {rng.randint(100_000, 999_999)}: a response firm asks for a fast limit for its client.",
        )
        if rng.random() < 0.6:
            stage.chain.label(address, f"Ransom wallet {rng.randint(100, 999)}", "ransomware", NETWORK["bitcoin"],
                              actor.clock + rng.randint(5, 90) * DAY)  # fmt: skip
        stage.tell(actor, "victim", planted=False)
