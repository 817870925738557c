"""Ordinary customers with one odd mark each: what a rule that looks at one mark alone will raise, for nothing.

They are no planted look-alikes and stand in no truth: the crowd is simply not as smooth as its averages.
"""

import random
from collections.abc import Callable

from casewright.tools.simulate.actor import BTC, ETH, HOUR, MINUTE, SGD, SOL, USDT, Actor
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.sessions import API
from casewright.tools.simulate.stage import Pair, Stage


def collects(stage: Stage, actor: Actor) -> None:
    """Friends pay their share of a journey or a present; it goes on at once."""
    rng = stage.rng
    each = rng.choice([20, 50, 80, 120, 150, 300, 450, 900])
    to = stage.parties.add("tron")
    for _ in range(rng.randint(6, 18)):
        actor.pay_in(
            actor.clock + rng.randint(600, 14 * HOUR),
            each,
            stage.stranger(),
            reference=rng.choice(["SHARE", "", "GIFT"]),
        )
        if rng.random() < 0.4:
            _forward(actor, to)
    _forward(actor, to)


def _forward(actor: Actor, to: int) -> None:
    actor.login(actor.clock + 300)
    actor.buy(actor.clock + actor.rng.randint(5 * MINUTE, 3 * HOUR), USDT)
    actor.withdraw(actor.clock + actor.rng.randint(5 * MINUTE, 2 * HOUR), USDT, "tron", to)


def pays_just_under(stage: Stage, actor: Actor) -> None:
    """Whose bank lets go of a little less than 5,000 at a time, or who likes such numbers."""
    rng = stage.rng
    for _ in range(rng.randint(3, 7)):
        actor.pay_in(
            actor.clock + rng.randint(2 * HOUR, 20 * HOUR), rng.choice([4900, 4950, 4999, 4500, 4800, 5000, 4600])
        )
    actor.login(actor.clock + 600)
    actor.buy(actor.clock + rng.randint(HOUR, 3 * DAY), rng.choice([BTC, USDT, ETH]))


def uses_each_address_once(stage: Stage, actor: Actor) -> None:
    """Whose wallet shows another address every time."""
    rng = stage.rng
    for _ in range(rng.randint(4, 12)):
        actor.pay_in(actor.clock + rng.randint(1, 16) * DAY, rng.randint(2, 60) * 100)
        actor.login(actor.clock + 200)
        actor.buy(actor.clock + rng.randint(5 * MINUTE, HOUR), BTC)
        actor.withdraw(actor.clock + rng.randint(5 * MINUTE, HOUR), BTC, "bitcoin", stage.parties.add("bitcoin"))


def empties_on_a_new_phone(stage: Stage, actor: Actor) -> None:
    """A new phone, a reset, and everything moved to a new wallet the same day: of one's own free will."""
    rng = stage.rng
    for _ in range(rng.randint(2, 4)):
        actor.pay_in(actor.clock + rng.randint(5, 20) * DAY, rng.randint(3, 40) * 100)
        actor.buy(actor.clock + rng.randint(HOUR, DAY), rng.choice([BTC, ETH, SOL]))
    at = actor.clock + rng.randint(5, 30) * DAY
    actor.event("security_change", at, "Two-factor method reset.")
    actor.new_device()
    actor.login(at + 200)
    for asset in [a for a in (BTC, ETH, SOL) if actor.balance(a)]:
        actor.trade(actor.clock + rng.randint(60, 900) if actor.clock > at else at + 600, asset, USDT)
    actor.withdraw(actor.clock + rng.randint(HOUR, 15 * HOUR), USDT, "tron", stage.parties.add("tron"))


def sells_to_others(stage: Stage, actor: Actor) -> None:
    """A private person who sells now and then on the P2P market, out of an own stock."""
    rng = stage.rng
    actor.deposit(actor.start, USDT, "tron", units_of(rng.randint(20, 90) * 100, USDT), actor.wallet("tron"))
    for _ in range(rng.randint(8, 30)):
        at = actor.clock + rng.randint(HOUR, 3 * DAY)
        buyer = stage.anyone(at)
        payer = stage.outsider() if rng.random() < 0.06 else buyer
        memo = stage.order_memo(payer, rng.randint(10**6, 10**7 - 1))
        actor.hand(at, USDT, buyer, actor.sgd(rng.uniform(60, 500), USDT, at), kind="p2p", memo=memo)


def changes_chains(stage: Stage, actor: Actor) -> None:
    """Somebody who uses the exchange as a bridge to the own wallet on another chain."""
    rng = stage.rng
    for _ in range(rng.randint(1, 5)):
        at = actor.clock + rng.randint(1, 20) * DAY
        actor.deposit(at, USDT, "tron", actor.sgd(rng.randint(3, 90) * 100, USDT, at), actor.wallet("tron"))
        actor.login(actor.clock + 100)
        actor.trade(actor.clock + rng.randint(3, 40) * MINUTE, USDT, ETH)
        actor.withdraw(actor.clock + rng.randint(3, 50) * MINUTE, ETH, "ethereum", actor.wallet("ethereum"))


def is_careful_and_rich(stage: Stage, actor: Actor) -> None:
    """Large sums that go at once to a new wallet, which is the customer's own."""
    rng = stage.rng
    wallet = stage.parties.add("bitcoin")
    for _ in range(rng.randint(1, 4)):
        actor.pay_in(actor.clock + rng.randint(1, 12) * DAY, rng.randint(8, 90) * 1000, network="fast")
        actor.login(actor.clock + 100)
        actor.buy(actor.clock + rng.randint(5 * MINUTE, 2 * HOUR), BTC)
        actor.withdraw(actor.clock + rng.randint(5 * MINUTE, 3 * HOUR), BTC, "bitcoin", wallet)


def gets_tips(stage: Stage, actor: Actor) -> None:
    """Whose followers send a few dollars each."""
    rng = stage.rng
    for _ in range(rng.randint(15, 50)):
        at = actor.clock + rng.randint(HOUR, 20 * HOUR)
        actor.deposit(at, USDT, "tron", actor.sgd(rng.randint(5, 60), USDT, at), stage.parties.add("tron"))
    actor.sell(actor.clock + rng.randint(HOUR, 3 * DAY), USDT)
    actor.pay_out(actor.clock + rng.randint(HOUR, DAY), actor.balance(SGD))


def trades_by_machine(stage: Stage, actor: Actor) -> None:
    """A program trades around the clock."""
    rng = stage.rng
    actor.agent, actor.device = API, stage.new_device()
    actor.pay_in(actor.start, rng.randint(20, 200) * 100)
    actor.buy(actor.clock + 3600, USDT)
    for number in range(rng.randint(40, 120)):
        held = SOL if actor.balance(SOL) else USDT
        actor.trade(actor.clock + rng.randint(600, 4 * HOUR), held, USDT if held == SOL else SOL)
        if number % 10 == 0:
            actor.login(actor.clock)


# How many of the crowd have each.
_QUIRKS: dict[Callable[[Stage, Actor], None], float] = {
    collects: 0.006,
    pays_just_under: 0.003,
    uses_each_address_once: 0.005,
    empties_on_a_new_phone: 0.002,
    sells_to_others: 0.003,
    changes_chains: 0.004,
    is_careful_and_rich: 0.003,
    gets_tips: 0.001,
    trades_by_machine: 0.0006,
}


def quirks(stage: Stage) -> None:
    """Let some of the crowd be odd in one way, at any time of the period."""
    stage.play(Pair(0, "quirks", "", ""), "crowd")
    plan, rng = stage.plan, stage.rng
    free = [int(who) for who in stage.crowd]
    rng.shuffle(free)
    for quirk, share in _QUIRKS.items():
        for _ in range(max(1, round(share * len(stage.crowd)))):
            who = free.pop()
            first = max(plan.since, int(stage.people.opened[who]) + 2 * DAY)
            if first < plan.until - 20 * DAY:
                start = stage.noon(rng.randrange(first, plan.until - 18 * DAY), rng.uniform(8, 22))
                start = max(start, first)
                actor = Actor(
                    stage, who, start, strength=0.5, difficulty="", quiet=False, rng=random.Random(rng.random())
                )
                actor.login(start - 60)
                quirk(stage, actor)
