"""23: wages that go on to an address that colleagues use as well, and a freelancer."""

from casewright.tools.simulate.actor import HOUR, USDC
from casewright.tools.simulate.chain import units_of
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.sessions import REMOTE
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(23, "it-worker-proxy", "dprk-it-worker", "freelancer")
_MONTHS = 5
_WORK = ("software engineer", "freelance designer")


def planted(stage: Stage, count: int) -> None:
    """USDC pay of 3-8k a month from 2-4 employers, a remote desktop, out in 24 h to an address that 3 or more use."""
    rng = stage.rng
    sizes = stage.groups(count, 3, 5)
    leaders = stage.actors(len(sizes), days=_MONTHS * 30 + 10, lead=30, ages=(23, 40), account_days=(40, 400),
                           occupation=_WORK)  # fmt: skip
    for number, (leader, size) in enumerate(zip(leaders, sizes, strict=True)):
        collector = stage.parties.add("ethereum")
        for place in range(size):
            actor = leader if not place else stage.like(leader, ages=(23, 40), account_days=(40, 400),
                                                        occupation=_WORK)  # fmt: skip
            actor.device, actor.agent = stage.new_device(), REMOTE
            employers = [stage.parties.add("ethereum") for _ in range(rng.randint(2, 4))]
            monthly = actor.pick(3300, 7500)
            for month in range(_MONTHS):
                for employer in employers:
                    at = stage.noon(actor.start + month * 30 * DAY + rng.randint(0, 6) * DAY, rng.uniform(0, 23))
                    at = max(at, actor.clock + HOUR)
                    units = units_of(monthly / len(employers) * rng.uniform(0.94, 1.05), USDC)
                    actor.deposit(at, USDC, "ethereum", units, employer)
                    out = actor.clock + rng.randint(HOUR, 22 * HOUR)
                    actor.login(out - 120)
                    actor.withdraw(out, USDC, "ethereum", collector)
            actor.group = f"team-{number + 1}"
            stage.tell(actor, "controller" if not place else "mule")


def look_alike(stage: Stage, count: int) -> None:
    """One or two clients, tax papers, paid out to the own bank."""
    rng = stage.rng
    for actor in stage.actors(count, days=_MONTHS * 30 + 10, lead=5, ages=(23, 50), account_days=(100, 600),
                              occupation=_WORK, purpose="payments"):  # fmt: skip
        clients = [stage.parties.add("ethereum") for _ in range(rng.randint(1, 2))]
        monthly = rng.uniform(2500, 7000)
        for month in range(_MONTHS):
            for client in clients:
                at = stage.noon(actor.start + month * 30 * DAY + rng.randint(0, 5) * DAY, rng.uniform(9, 23))
                at = max(at, actor.clock + HOUR)
                actor.deposit(at, USDC, "ethereum", units_of(monthly / len(clients), USDC), client)
            actor.login(actor.clock + 4 * HOUR)
            actor.sell(actor.clock + rng.randint(4 * HOUR, 3 * DAY), USDC)
            actor.pay_out(actor.clock + rng.randint(HOUR, 2 * DAY))
        actor.event("information_request", actor.start + 40 * DAY, "Asked for the source of funds of recent deposits.")
        actor.event(
            "information_reply", actor.start + 44 * DAY, "Sent the notice of assessment and invoices; amounts match."
        )
        stage.tell(actor, "none", planted=False)
