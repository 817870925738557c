"""Plain readings of indicators of who is on the other side, and who sits before the screen."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from reference.world import EVERYBODY, LABELS, Leg, View, share, total


def _others(legs: list[Leg]) -> set[str]:
    return {leg.other for leg in legs}


def _met_first(legs: list[Leg]) -> dict[str, int]:
    return {name: min(x.at for x in legs if x.other == name) for name in _others(legs)}


def _new(view: View, side: str) -> int:
    """Those of the other side that were met within the window, by a transfer of the kind asked for, for the first time.

    Ever means of any kind.
    """
    first = _met_first([leg for leg in view.legs if leg.moved and leg.side == side])
    return len({x.other for x in view.moved(side) if x.at == first[x.other]})


def _new_share(view: View) -> Any:
    first = _met_first(view.moved("out", view.legs))
    anew = total(x for x in view.debits if first[x.other] >= view.since)
    return share(anew, total(view.debits), view.asked["floor_usd"])


def _shared_destination(view: View) -> Any:
    def outside(leg: Leg) -> bool:
        service = any(name == leg.other and known <= leg.at for name, _, known in LABELS)
        return leg.moved and leg.side == "out" and leg.kind not in ("internal", "p2p") and not service

    sends = [leg for who in EVERYBODY for leg in view.world.legs(who) if outside(leg)]
    mine = [leg for leg in view.window if outside(leg)]
    users = [{x.account for x in sends if x.other == leg.other and x.at <= leg.at} - {view.account} for leg in mine]
    return max(map(len, users), default=None)


def _single_use(view: View) -> Any:
    paid = Counter(x.other for x in view.debits)
    return share(sum(n == 1 for n in paid.values()), len(paid), view.asked["destinations"])


def _concentration(view: View, side: str) -> Any:
    legs = view.moved(side)
    sums = [total(x for x in legs if x.other == name) for name in sorted(_others(legs))]
    told = share(1, total(legs), view.asked["floor_usd"])
    return None if told is None else sum(s * s for s in sums) * told * told


def _stranger(view: View, leg: Leg) -> bool:
    own = view.world.declared(view.account, "name", leg.at)
    given = (leg.move.memo or "").split("|")[0].strip()
    if not own or not given or own.upper().startswith(given.upper()):
        return False
    ours, theirs = ("".join(c if c.isalpha() else " " for c in name.upper()).split() for name in (own, given))
    return sorted(ours) != sorted(theirs) and not set(ours) & set(theirs)


def _third_party_share(view: View, kind: str, side: str) -> Any:
    paid = [x for x in view.moved(side) if x.kind == kind]
    return share(total(x for x in paid if _stranger(view, x)), total(paid), view.asked["floor_usd"])


def _paths(view: View) -> int:
    trades = [x for x in view.window if x.kind == "trade" and x.status == "completed" and x.side == "out"]
    return len({(x.move.asset, x.move.asset_in) for x in trades})


def _switched(view: View) -> Any:
    chain = [x for x in view.moved() if x.kind in ("deposit", "withdrawal", "transfer")]
    came, went = (total(x for x in chain if x.side == side) for side in ("in", "out"))
    same = Decimal(0)
    for key in {(x.move.network, x.move.asset) for x in chain}:
        of_key = [x for x in chain if (x.move.network, x.move.asset) == key]
        same += min(total(x for x in of_key if x.side == side) for side in ("in", "out"))
    return share(went - same, went, view.asked["floor_usd"]) if came and came >= view.asked["floor_usd"] else None


def _mirrored(view: View) -> int:
    moved = [x for x in view.legs if x.moved and x.value > 0]
    low, high = (Decimal(str(view.asked[end])) for end in ("low", "high"))
    found = 0
    debits = sorted((x for x in moved if x.side == "out"), key=lambda x: (x.at, x.id))
    for before, debit in zip([None, *debits], debits, strict=False):
        came = [x for x in moved if x.side == "in" and x.at <= debit.at and (before is None or x.at > before.at)]
        if came and debit.at >= view.since and debit.at - min(x.at for x in came) <= view.asked["within"]:
            found += total(came) * low <= debit.value <= total(came) * high
    return found


def _shared(view: View, what: str) -> Any:
    """The most others who had logged in with the same device, or from the same address, by the time of a log-in."""
    used = [(x.subject, x.at, getattr(x, what)) for x in view.world.logins if getattr(x, what)]
    mine = [(at, name) for who, at, name in used if who == view.account and at >= view.since]
    users = [{who for who, then, other in used if other == name and then <= at} - {view.account} for at, name in mine]
    return max(map(len, users), default=None)


def _foreign(view: View) -> Any:
    mine = [x for x in view.world.logins if x.subject == view.account and x.at >= view.since and x.country]
    held = [(x.country, view.world.declared(view.account, "country", x.at)) for x in mine]
    known = [(there, home) for there, home in held if home]
    return share(sum(there != home for there, home in known), len(known), view.asked["log_ins"])


def _countries(view: View) -> int:
    logins = (x for x in view.world.logins if x.subject == view.account and x.at >= view.since)
    return len({x.country for x in logins if x.country})


def _fresh(view: View, what: str) -> list[int]:
    """When the account first logged in with a device, or from a country, that it had not had before."""
    firsts: dict[str, int] = {}
    for x in view.world.logins:
        name = getattr(x, what)
        if x.subject == view.account and name:
            firsts[name] = min(firsts.get(name, x.at), x.at)
    return [at for at in firsts.values() if at > min(firsts.values())]


def _changes(view: View) -> list[int]:
    return [x.at for x in view.world.happenings if x.subject == view.account and x.kind == "security_change"]


def _after(view: View, marks: list[int]) -> Decimal:
    within = view.asked["within"]
    return total(x for x in view.debits if any(x.at - within < mark <= x.at for mark in marks))


def _to_outflow(view: View) -> Any:
    fresh = _fresh(view, "device")
    return min((x.at - mark for x in view.debits for mark in fresh if mark <= x.at), default=None)


def _happened(view: View, kind: str) -> int:
    recent = [x for x in view.world.happenings if x.subject == view.account and x.at >= view.since]
    return sum(kind in ("any", x.kind) for x in recent)


def _disputes(view: View) -> Any:
    orders = sum(x.kind == "p2p" for x in view.moved())
    told = share(_happened(view, "dispute"), orders, view.asked["orders"])
    return None if told is None else min(told, Decimal(1))


def _age(view: View) -> Any:
    aged = [(x.at, view.world.declared(view.account, "opened", x.at)) for x in view.moved()]
    return min(((at - opened) // 86_400 for at, opened in aged if opened is not None and opened <= at), default=None)


def _early(view: View) -> Any:
    if view.world.declared(view.account, "opened", view.now) is None:
        return None
    aged = [(x.value, x.at, view.world.declared(view.account, "opened", x.at)) for x in view.debits]
    early = view.asked["early"]
    return sum((usd for usd, at, opened in aged if opened is not None and opened <= at < opened + early), Decimal(0))


def _to_declared(view: View, what: str) -> Any:
    declared = view.world.declared(view.account, what, view.now)
    return total(view.credits) / (declared * view.asked["seconds"] / 31_536_000) if declared else None


READINGS: Mapping[str, Callable[[View], Any]] = {
    "account_age_days": _age,
    "account_events": lambda view: _happened(view, view.asked["kind"]),
    "conversion_paths": _paths,
    "destination_concentration": lambda view: _concentration(view, "out"),
    "dispute_share": _disputes,
    "distinct_destinations": lambda view: len(_others(view.debits)),
    "distinct_payers": lambda view: len(_others(view.credits)),
    "early_outflow_usd": _early,
    "fan_ratio": lambda view: Decimal(len(_others(view.credits))) / max(1, len(_others(view.debits))),
    "foreign_login_share": _foreign,
    "login_countries": _countries,
    "mirrored_pairs": _mirrored,
    "network_switch_share": _switched,
    "new_country_outflow_usd": lambda view: _after(view, _fresh(view, "country")),
    "new_destination_share": _new_share,
    "new_destinations": lambda view: _new(view, "out"),
    "new_device_outflow_usd": lambda view: _after(view, _fresh(view, "device")),
    "new_device_to_outflow": _to_outflow,
    "new_payers": lambda view: _new(view, "in"),
    "payer_concentration": lambda view: _concentration(view, "in"),
    "recalls": lambda view: _happened(view, "recall"),
    "security_change_outflow_usd": lambda view: _after(view, _changes(view)),
    "shared_destination_users": _shared_destination,
    "shared_device_users": lambda view: _shared(view, "device"),
    "shared_ip_users": lambda view: _shared(view, "ip"),
    "single_use_share": _single_use,
    "third_party_credit_share": lambda view: _third_party_share(view, "fiat_in", "in"),
    "third_party_payers": lambda view: len(
        {x.other for x in view.credits if x.kind == "fiat_in" and _stranger(view, x)}
    ),
    "third_party_payout_share": lambda view: _third_party_share(view, "fiat_out", "out"),
    "turnover_to_expected": lambda view: _to_declared(view, "turnover"),
    "turnover_to_income": lambda view: _to_declared(view, "income"),
}
