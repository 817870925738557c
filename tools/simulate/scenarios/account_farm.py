"""22: thirty identities in one hand, and one person with thirty wallets."""

from casewright.tools.simulate import occurrences as say
from casewright.tools.simulate.actor import ETH, HOUR, SOL, USDT
from casewright.tools.simulate.book import NETWORK
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(22, "account-farm", "account-farm", "airdrop-hunter")
_FARM = 30


def planted(stage: Stage, count: int) -> None:
    """30 customers on 1-3 devices with recycled phones, who all send to one address."""
    rng = stage.rng
    sizes = [_FARM] * max(1, count // _FARM) if count >= _FARM else [max(8, count)]
    leaders = stage.actors(len(sizes), days=30, lead=25, account_days=(2, 16))
    for number, (leader, size) in enumerate(zip(leaders, sizes, strict=True)):
        devices, ip = [stage.new_device() for _ in range(rng.randint(1, 3))], stage.new_ip()
        phones, collector = [rng.randint(81_000_000, 98_999_999) for _ in range(4)], stage.parties.add("tron")
        for place in range(size):
            actor = leader if not place else stage.like(leader, account_days=(1, 16))
            actor.shares_home(rng.choice(devices), ip)
            opened = int(stage.people.opened[actor.customer])
            actor.event("security_change", opened + 900, say.phone(rng.choice(phones)))
            for visit in range(rng.randint(2, 3)):
                at = leader.start + visit * 8 * DAY + place * rng.randint(200, 500)
                actor.login(at)
                actor.reward(at + 60, USDT, units_of(rng.randint(8, 20), USDT))
                if rng.random() < 0.6:
                    actor.pay_in(at + 120, rng.randint(3, 15) * 10)
                    actor.buy(actor.clock + 60, USDT)
                actor.withdraw(actor.clock + rng.randint(60, 5 * HOUR), USDT, "tron", collector)
            actor.group = f"farm-{number + 1}"
            stage.tell(actor, "controller" if not place else "mule")


def look_alike(stage: Stage, count: int) -> None:
    """One customer whose thirty own wallets each bring less than USD 200 within 3 days of a claim."""
    rng = stage.rng
    for actor in stage.actors(count, days=8, lead=20, ages=(20, 45), account_days=(60, 600)):
        asset, network = rng.choice([(ETH, "ethereum"), (SOL, "solana")])
        claim = stage.parties.add(network)
        stage.chain.label(
            claim, f"Airdrop {rng.randint(100, 999)}: Claim", "contract", NETWORK[network], actor.start - DAY
        )
        for at in sorted(actor.start + rng.randrange(3 * DAY - 3600) for _ in range(30)):
            units = actor.sgd(rng.uniform(40, 230), asset, at)
            wallet = stage.parties.add(network)
            stage.chain.hop(
                max(actor.start - HOUR, at - rng.randint(600, 40_000)), asset, network, units, claim, wallet
            )
            actor.deposit(at, asset, network, units, wallet)
        actor.login(actor.clock + 900)
        actor.sell(actor.clock + rng.randint(HOUR, DAY), asset)
        actor.pay_out(actor.clock + rng.randint(HOUR, DAY))
        stage.tell(actor, "none", planted=False)
