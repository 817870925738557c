"""7: a stranger in somebody's account, and a new phone or a journey."""

from casewright.tools.simulate.actor import BTC, ETH, HOUR, SOL, USDT, Actor
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(7, "account-takeover", "account-takeover", "new-phone-or-travel")
_PLACES = ("NG", "KH", "RU", "NL", "US", "GB")


def _save(stage: Stage, actor: Actor, until: int) -> None:
    """A few months of buying and keeping, so that there is something to take."""
    rng = stage.rng
    wallet = actor.wallet("ethereum")
    actor.clock = max(int(stage.people.opened[actor.customer]) + 2 * DAY, until - 300 * DAY)
    steps = rng.randint(4, 8)
    span = until - actor.clock - 12 * DAY
    first = actor.clock
    for step in range(steps):
        at = stage.noon(first + int(span * (step + rng.random()) / steps), rng.uniform(9, 22))
        actor.login(at)
        actor.pay_in(at, rng.randint(5, 60) * 100)
        asset = ETH if step == 0 else rng.choice([BTC, ETH, SOL])
        actor.buy(actor.clock + rng.randint(300, 6 * HOUR), asset)
        if step == 0:
            actor.withdraw(actor.clock + HOUR, ETH, "ethereum", wallet, actor.balance(ETH) // 4 // 100 * 100)


def planted(stage: Stage, count: int) -> None:
    """New device and country, 2FA reset, all sold in 20 min, out to a new address in 24 h, a complaint in 3 d."""
    rng = stage.rng
    for actor in stage.actors(count, days=5, lead=40, account_days=(150, 650)):
        _save(stage, actor, actor.start)
        at = stage.noon(max(actor.start, actor.clock + 2 * DAY), rng.uniform(7, 23.9))
        actor.start = at
        actor.device, actor.ip = stage.new_device(), stage.new_ip()
        actor.country = stage.country(rng.choice(_PLACES))
        actor.event("security_change", at, "Two-factor method reset.")
        actor.login(at + 60)
        sold = at + 90
        for asset in [a for a in (BTC, ETH, SOL) if actor.balance(a)]:
            sold += rng.randint(30, 300)
            actor.trade(sold, asset, USDT)
        if actor.balance() > 10**9:
            actor.buy(sold + 60, USDT)
        address = stage.parties.add("tron")
        out = actor.clock + rng.randint(600, int(actor.pick(20, 1) * HOUR))
        actor.login(out - 90)
        actor.withdraw(out, USDT, "tron", address)
        ended = actor.clock
        units = actor.sgd(4000, USDT, ended)
        target = stage.chain.service("swap_service", "tron", rng)
        stage.chain.trail_from(address, ended, USDT, "tron", units, rng, hops=rng.randint(1, 3), target=target)
        asked = ended + rng.randint(HOUR, 3 * DAY - 2 * HOUR)
        actor.event("complaint", asked, "Customer says that the last withdrawal was made by somebody else.")
        stage.tell(actor, "victim", until=ended)


def look_alike(stage: Stage, count: int) -> None:
    """A new phone in the same country, or the old one abroad; at most 40% out to an old address, nothing sold off."""
    rng = stage.rng
    for number, actor in enumerate(stage.actors(count, days=14, lead=40, account_days=(150, 650))):
        _save(stage, actor, actor.start)
        at = stage.noon(max(actor.start, actor.clock + 2 * DAY), rng.uniform(7, 23.9))
        actor.start = at
        if number % 2:
            actor.device = stage.new_device()
            actor.event("security_change", at, rng.choice(["Two-factor method changed.", "Two-factor method reset."]))
        else:
            actor.country = stage.country(rng.choice(["JP", "TH", "AU", "GB"]))
            actor.event(
                "ticket", at - DAY, f"Ticket {rng.randint(100_000, 999_999)}: customer travels, sends a flight ticket."
            )
        for visit in range(rng.randint(2, 5)):
            actor.login(at + visit * DAY + rng.randint(0, 9 * HOUR))
        if actor.balance(ETH):
            part = int(actor.balance(ETH) * rng.uniform(0.1, 0.35)) // 100 * 100
            actor.withdraw(at + rng.randint(1, 5) * DAY, ETH, "ethereum", actor.wallet("ethereum"), part)
        stage.tell(actor, "none", planted=False, until=max(actor.clock, at + 6 * DAY))
