"""2: accounts run one after the other from one device, and people who share a roof."""

from casewright.tools.simulate.actor import HOUR, USDT, Actor
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.scenarios.job_scam_mule import recall
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(2, "mule-cell", "scam-proceeds-consolidation", "dorm-or-household")


def planted(stage: Stage, count: int) -> None:
    """5-12 accounts opened within 21 days, 1-2 devices, sessions in sequence under 5 min apart, 1-3 addresses."""
    sizes = stage.groups(count, 5, 12)
    leaders = stage.actors(len(sizes), days=26, lead=60, ages=(20, 45), income=(12_000, 40_000), account_days=(23, 44))
    for number, (leader, size) in enumerate(zip(leaders, sizes, strict=True)):
        cell = [leader, *(stage.like(leader, ages=(20, 45), income=(12_000, 40_000)) for _ in range(size - 1))]
        first = leader.start - 44 * DAY
        for member in cell:
            stage.people.opened[member.customer] = first + int(stage.rng.uniform(0, 20) * DAY)
        _work(stage, cell)
        for member in cell:
            member.group = f"cell-{number + 1}"
            stage.tell(member, "controller" if member is leader else "mule")


def _work(stage: Stage, cell: list[Actor]) -> None:
    rng, leader = stage.rng, cell[0]
    devices, ip = [stage.new_device() for _ in range(rng.randint(1, 2))], stage.new_ip()
    addresses = [stage.parties.add("tron") for _ in range(rng.randint(1, 3))]
    for member in cell:
        member.device, member.ip = rng.choice(devices), ip
    rounds, top = leader.count(5, 12), leader.pick(1500, 4500)
    for day in sorted(rng.sample(range(24), rounds)):
        turn = stage.noon(leader.start + day * DAY, rng.uniform(13, 22))
        for member in cell:
            turn += rng.randint(90, 270)
            member.login(turn)
            paid = turn - rng.randint(20 * 60, 4 * HOUR)
            sgd = round(rng.uniform(700, top) / 50) * 50
            member.pay_in(paid, sgd, stage.stranger(), network="paynow")
            member.buy(turn + 20, USDT, int(member.balance() * rng.uniform(0.95, 0.995)))
            member.withdraw(turn + 50, USDT, "tron", rng.choice(addresses))
            if rng.random() < 0.3 and not leader.quiet:
                recall(stage, member, paid, sgd)
    for address in addresses:
        target = stage.chain.service("exchange", "tron", rng)
        units = leader.sgd(20_000, USDT, leader.clock)
        stage.chain.trail_from(address, leader.clock, USDT, "tron", units, rng, hops=3, target=target)


def look_alike(stage: Stage, count: int) -> None:
    """3-60 people on one network address, each with an own device, opened over years, no address in common."""
    rng = stage.rng
    sizes = [
        size for part in (count // 2, count - count // 2) for size in stage.groups(part, 3, 40 if part > 20 else 6)
    ]
    homes = stage.actors(len(sizes), days=130, lead=5, account_days=(200, 700))
    for number, (first, size) in enumerate(zip(homes, sizes, strict=True)):
        ip = stage.new_ip()
        for member in [first, *(stage.cast(first.start, account_days=(150, 700)) for _ in range(size - 1))]:
            member.difficulty, member.group = first.difficulty, f"home-{number + 1}"
            member.shares_home(None, ip)
            until = min(first.start + 125 * DAY, stage.plan.until)
            member.live(first.start, until, rng.randint(3, 7))
            for _ in range(4):
                member.login(rng.randrange(first.start, until))
            stage.tell(member, "none", planted=False, since=first.start, until=until)
