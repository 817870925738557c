"""25: a member of staff who lifts limits for friends, and a busy support agent."""

from casewright.tools.simulate import occurrences as say
from casewright.tools.simulate.actor import HOUR, MINUTE, USDT
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(25, "insider", "insider-collusion", "busy-support-agent")


def planted(stage: Stage, count: int) -> None:
    """One staff id lifts limits of three or more linked accounts, off shift; a withdrawal under 30 min later."""
    rng = stage.rng
    sizes = stage.groups(count, 3, 6)
    leaders = stage.actors(len(sizes), days=32, lead=40, ages=(22, 50), account_days=(30, 400))
    for number, (leader, size) in enumerate(zip(leaders, sizes, strict=True)):
        staff, collector, ip = rng.randint(101, 140), stage.parties.add("tron"), stage.new_ip()
        for place in range(size):
            actor = leader if not place else stage.like(leader, ages=(22, 50), account_days=(30, 400))
            actor.cover(until=actor.start - 4 * DAY, hard=3)
            actor.ip = ip
            at = stage.noon(
                actor.start + rng.randint(1, 25) * DAY,
                rng.choice([22.2, 23.1, 0.4, 1.5, 2.6, 4.0]) + rng.random() * 0.7,
            )
            actor.pay_in(at - rng.randint(5, 12) * HOUR, round(actor.pick(6_000, 70_000) * rng.uniform(0.8, 1.2), -2))
            actor.buy(actor.clock + rng.randint(600, 2 * HOUR), USDT)
            at = max(at, actor.clock + 600)
            what = rng.choice(["withdrawal limit", "withdrawal hold", "daily limit"])
            actor.event("staff_override", at, say.override(staff, None, None, what))
            actor.login(at + 60)
            actor.withdraw(at + rng.randint(3, 28) * MINUTE, USDT, "tron", collector)
            actor.group = f"staff-{number + 1}"
            stage.tell(actor, "controller" if not place else "mule")


def look_alike(stage: Stage, count: int) -> None:
    """Overrides spread over customers who have nothing in common, each with a ticket and a second approver."""
    rng = stage.rng
    agents = [rng.randint(141, 160) for _ in range(max(1, count // 12))]
    for number, actor in enumerate(stage.actors(count, days=20, lead=20, account_days=(60, 600))):
        until = min(actor.start + 18 * DAY, stage.plan.until)
        at = stage.noon(actor.start + 5 * DAY, rng.uniform(9, 17.5))
        ticket = rng.randint(100_000, 999_999)
        actor.event(
            "ticket",
            at - rng.randint(1, 5) * HOUR,
            f"Ticket {ticket}: customer asks for a higher limit for one withdrawal.",
        )
        text = say.override(agents[number % len(agents)], ticket, rng.randint(201, 240), "withdrawal limit")
        actor.event("staff_override", at, text)
        actor.pay_in(at - 2 * DAY, rng.randint(20, 200) * 100)
        actor.login(actor.clock + HOUR)
        actor.buy(actor.clock + 2 * HOUR, USDT)
        actor.withdraw(at + rng.randint(1, 20) * HOUR, USDT, "tron", actor.wallet("tron"))
        stage.tell(actor, "none", planted=False, until=until)
