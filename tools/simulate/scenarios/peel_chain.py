"""12: Bitcoin peeled off a chain of addresses at even intervals, and a miner's daily share."""

from casewright.tools.simulate.actor import BTC, HOUR, Actor
from casewright.tools.simulate.book import NETWORK
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(12, "peel-chain", "peel-chain", "miner")
_LONGEST = 17  # steps of one chain: with the root and the peel itself under twenty hops


def planted(stage: Stage, count: int) -> None:
    """20-80 deposits of 0.05-0.4 BTC from first-seen addresses at even gaps, one ancestor, each sold within 30 min."""
    rng = stage.rng
    for actor in stage.actors(count, days=24, lead=30, ages=(22, 55), account_days=(30, 300), tier="plus"):
        actor.cover(until=actor.start - 4 * DAY, hard=3)
        peels = actor.count(21, 60)
        gap = min(22 * DAY // peels, int(rng.uniform(5, 11) * HOUR))
        sizes = [units_of(rng.uniform(0.055, actor.pick(0.15, 0.38)), BTC) for _ in range(peels)]
        moments = [actor.start + int(number * gap + rng.uniform(-0.13, 0.13) * gap) for number in range(peels)]
        sources = _chains(stage, actor, moments, sizes)
        for at, units, source in zip(moments, sizes, sources, strict=True):
            actor.deposit(at, BTC, "bitcoin", units, source)
            sold = actor.clock + rng.randint(200, 1700)
            actor.login(sold - 30)
            actor.sell(sold, BTC)
            if rng.random() < 0.25:
                actor.pay_out(actor.clock + rng.randint(600, gap // 3))
        stage.tell(actor, "controller")


def _chains(stage: Stage, actor: Actor, moments: list[int], sizes: list[int]) -> list[int]:
    """The addresses that pay in: each peeled off one of the chains that begin at one root."""
    rng, chain = stage.rng, stage.chain
    root, sources = stage.parties.add("bitcoin"), []
    begun = moments[0] - rng.randint(2, 8) * DAY
    origin = chain.service("darknet", "bitcoin", rng) if actor.difficulty == "easy" else stage.parties.add("bitcoin")
    chain.hop(begun, BTC, "bitcoin", int(sum(sizes) * 1.02), origin, root)
    if actor.difficulty == "medium":
        known = actor.start + rng.randint(10, 80) * DAY
        chain.label(root, f"Reported theft {rng.randint(100, 999)}", "hack", NETWORK["bitcoin"], known)
    for first in range(0, len(sizes), _LONGEST):
        at, change = begun + rng.randint(600, 40_000), root
        for number in range(first, min(first + _LONGEST, len(sizes))):
            left = sum(sizes[number : first + _LONGEST])
            at = max(at + 60, moments[number] - rng.randint(1200, 6000))
            following, peel = stage.parties.add("bitcoin"), stage.parties.add("bitcoin")
            chain.hop(at - 40, BTC, "bitcoin", int(left * 1.001), change, following)
            chain.hop(at, BTC, "bitcoin", sizes[number] + 900, following, peel)
            change = following
            sources.append(peel)
    return sources


def look_alike(stage: Stage, count: int) -> None:
    """0.01-0.05 BTC a day from one mining pool, sold once a month."""
    rng = stage.rng
    for actor in stage.actors(count, days=96, lead=5, ages=(24, 60), account_days=(200, 700), occupation="technician"):
        pool = stage.chain.service("miner", "bitcoin", rng)
        usual = rng.uniform(0.012, 0.04)
        for day in range(92):
            at = stage.noon(actor.start + day * DAY, 8 + rng.uniform(0, 0.7))
            actor.deposit(at, BTC, "bitcoin", units_of(usual * rng.uniform(0.9, 1.1), BTC), pool)
            if day % 30 == 29:
                actor.login(actor.clock + 7000)
                actor.sell(actor.clock + 2 * HOUR, BTC)
                actor.pay_out(actor.clock + rng.randint(600, 6 * HOUR))
        stage.tell(actor, "none", planted=False)
