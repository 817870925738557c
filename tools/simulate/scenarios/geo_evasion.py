"""15: sessions from where the exchange serves nobody, and people who travel or like their VPN."""

from casewright.tools.simulate.actor import HOUR, USDT
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.stage import Pair, Stage

PAIR = Pair(15, "geo-evasion", "sanctions-geo-evasion", "traveller-or-vpn")
_LEAKS = {"IR": "Asia/Tehran", "RU": "Europe/Moscow", "KP": "Asia/Pyongyang"}


def planted(stage: Stage, count: int) -> None:
    """40-100% of sessions from an embargoed region or a VPN that leaks one; sanctioned exposure at 1-2 hops."""
    rng = stage.rng
    for actor in stage.actors(count, days=60, lead=20, ages=(22, 55), account_days=(30, 500)):
        place, share = rng.choice(list(_LEAKS)), actor.pick(0.5, 0.95)
        abroad, home = stage.country(place), actor.country
        deals = actor.count(4, 10)
        sessions = deals * 3
        for number in range(sessions):
            at = actor.start + int((number + rng.random() * 0.7) / sessions * 55 * DAY)
            away = number == 1 or (number * 7919) % sessions < share * sessions
            leaks = away and rng.random() < 0.3
            actor.country = stage.country("NL") if leaks else abroad if away else home
            actor.login(at)
            if leaks:
                actor.event("device_flag", at + 5, f"Device time zone {_LEAKS[place]} while the session comes from NL.")
            if number % 3 == 1:
                units = actor.sgd(actor.pick(700, 6000) * rng.uniform(0.6, 1.4), USDT, at)
                source = stage.parties.add("tron")
                sanctioned = stage.chain.service("sanctioned", "tron", rng)
                stage.chain.trail_to(
                    source, at - HOUR, USDT, "tron", units, rng, hops=rng.randint(1, 2), origin=sanctioned
                )
                actor.deposit(at + 300, USDT, "tron", units, source)
                actor.sell(actor.clock + rng.randint(600, 20 * HOUR), USDT)
                actor.pay_out(actor.clock + rng.randint(600, 40 * HOUR))
        stage.tell(actor, "controller")


def look_alike(stage: Stage, count: int) -> None:
    """3-10 days abroad on the same device, or one VPN exit ever since the account was opened; no such exposure."""
    rng = stage.rng
    for number, actor in enumerate(stage.actors(count, days=60, lead=20, account_days=(90, 700))):
        until = min(actor.start + 58 * DAY, stage.plan.until)
        actor.live(actor.start, until, rng.randint(3, 6))
        if number % 2:
            actor.country = stage.country(rng.choice(["NL", "DE"]))
            for visit in range(rng.randint(8, 16)):
                actor.login(actor.start + int(visit * 3.4 * DAY) + rng.randint(0, DAY))
        else:
            actor.country = stage.country(rng.choice(["JP", "TH", "AE", "GB", "AU"]))
            left, days = actor.start + rng.randint(5, 30) * DAY, rng.randint(3, 10)
            for _ in range(rng.randint(3, 8)):
                actor.login(left + rng.randrange(days * DAY))
        stage.tell(actor, "none", planted=False, until=until)
