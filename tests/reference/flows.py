"""Plain readings of indicators of value: how much, how fast, how it stays and how its amounts look."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from reference.world import DAY, HOUR, Leg, View, share, total

STABLE = {"USDT", "USDC", "DAI", "EURC", "FDUSD", "PYUSD", "TUSD", "USDE", "USDS", "XSGD"}


def _traded(leg: Leg) -> bool:
    return leg.status == "completed" and leg.kind == "trade" and leg.side == "out"


def _stretches(view: View, side: str, measure: Callable[[list[Leg]], Any]) -> Any:
    """The highest measure of the stretches that end at an event of the window."""
    moved = view.moved(side, view.legs)
    ends = [leg.at for leg in view.window]
    return max((measure([x for x in moved if end - view.asked["burst"] < x.at <= end]) for end in ends), default=None)


def _pass_through(view: View) -> Any:
    came, went = total(view.credits), total(view.debits)
    return share(min(came, went), came, view.asked["floor_usd"])


def _largest_to_prior(view: View) -> Any:
    recent, before = _largest(view.credits), [x for x in view.moved("in", view.legs) if x.at < view.since]
    prior = _largest(before)
    return recent / max(Decimal(view.asked["floor_usd"]), prior) if None not in (recent, prior) else None


def _dormancy(view: View) -> Any:
    acts = sorted({x.at for x in view.legs if x.moved or (x.kind, x.status) == ("trade", "completed")})
    gaps = [(later, later - earlier) for earlier, later in pairwise(acts)]
    papers = [p for p in view.world.papers if acts and p.id == view.account and p.known <= acts[0]]
    opened = [p.opened for p in papers if p.opened is not None and p.opened <= acts[0]]
    gaps += [(acts[0], acts[0] - max(opened))] if opened else []
    recent = [gap for at, gap in gaps if at >= view.since]
    return max(recent) // DAY if recent else None


def _burst_share(view: View) -> Any:
    most = _stretches(view, "in", total)
    told = share(most or 0, total(view.credits), view.asked["floor_usd"])
    return None if told is None else min(told, Decimal(1))


def _to_past(view: View, side: str) -> Any:
    before = [leg for leg in view.legs if leg.at < view.since and leg.moved]
    if not before or view.since - before[0].at < view.asked["seconds"]:
        return None
    average = total(x for x in before if x.side == side) * view.asked["seconds"] / (view.since - before[0].at)
    return total(view.moved(side)) / max(Decimal(view.asked["floor_usd"]), average)


def _lifetime(view: View) -> Any:
    before = [leg for leg in view.legs if leg.at < view.since and leg.moved]
    return total(view.moved()) / max(Decimal(view.asked["floor_usd"]), total(before)) if before else None


def _large(view: View, legs: list[Leg]) -> list[Leg]:
    least = view.asked["limit"] * Decimal(str(view.asked["band"]))
    return [x for x in legs if x.usd is not None and x.usd >= least]


def _near(view: View, legs: list[Leg]) -> int:
    return sum(x.value < view.asked["limit"] for x in _large(view, legs))


def _near_share(view: View, legs: list[Leg], least: str) -> Any:
    return share(_near(view, legs), len(_large(view, legs)), view.asked[least])


def _withdrawals(view: View) -> list[Leg]:
    return [x for x in view.debits if x.kind in ("withdrawal", "transfer")]


def _cap(view: View, moment: int) -> Any:
    return view.asked.get(view.world.declared(view.account, "tier", moment) or "")


def _near_cap(view: View) -> Any:
    if _cap(view, view.now) is None:
        return None
    capped = [(x.usd, _cap(view, x.at)) for x in view.credits]
    band = Decimal(str(view.asked["band"]))
    return sum(usd is not None and cap is not None and cap * band <= usd < cap for usd, cap in capped)


def _sliced(view: View) -> Any:
    kinds = ("withdrawal", "transfer")
    small = [
        x for x in view.moved("out", view.legs) if x.kind in kinds and x.usd is not None and x.usd < view.asked["limit"]
    ]
    runs = [
        [y for y in small if y.other == x.other and x.at - view.asked["span"] < y.at <= x.at]
        for x in small
        if x.at >= view.since
    ]
    return max((total(run) for run in runs if len(run) >= view.asked["pieces"]), default=None)


def _matched(legs: list[Leg]) -> list[tuple[int, int, Decimal]]:
    """When value left, when it had come, how much: first in first out, in one second what comes before what goes."""
    lots: list[list[Any]] = []
    found = []
    for second in sorted({leg.at for leg in legs if leg.moved}):
        lots += [[x.at, x.value] for x in legs if x.moved and x.at == second and x.side == "in"]
        going = total(x for x in legs if x.moved and x.at == second and x.side == "out")
        while going and lots:
            part = min(going, lots[0][1])
            found.append((second, lots[0][0], part))
            going -= part
            lots[0][1] -= part
            if not lots[0][1]:
                lots.pop(0)
    return found


def _held(legs: list[Leg]) -> Decimal:
    came = total(x for x in legs if x.moved and x.side == "in")
    return came - sum((part for _, _, part in _matched(legs)), Decimal(0))


def _holding(view: View) -> Any:
    recent = [(out - came, part) for out, came, part in _matched(view.legs) if out >= view.since]
    left = sum((part for _, part in recent), Decimal(0))
    return share(sum(stay * part for stay, part in recent), left, view.asked["floor_usd"])


def _fast(view: View) -> Any:
    recent = [m for m in _matched(view.legs) if m[0] >= view.since]
    fast = sum((part for out, came, part in recent if out - came <= view.asked["within"]), Decimal(0))
    return share(fast, total(view.debits), view.asked["floor_usd"])


def _drained(view: View) -> Any:
    before = _held([leg for leg in view.legs if leg.at < view.since])
    told = share(total(view.debits), before + total(view.credits), view.asked["floor_usd"])
    return None if told is None else min(told, Decimal(1))


def _passed_on(view: View) -> Any:
    came, went = total(view.credits), total(view.debits)
    enough = went >= came * Decimal(str(view.asked["passed"]))
    return share(max(came - went, Decimal(0)), came, view.asked["floor_usd"]) if enough else None


def _fees(view: View) -> Any:
    fees = total(x for x in view.window if x.kind == "fee" and x.side == "out" and x.status == "completed")
    turned = total(x for x in view.window if x.side == "out" and (x.moved or _traded(x)))
    told = share(fees, turned, view.asked["floor_usd"])
    return None if told is None else min(told, Decimal(1))


def _attempts(view: View) -> Any:
    attempts = [x for x in view.window if x.side == "out" and x.kind not in ("trade", "fee")]
    return share(sum(x.status == "cancelled" for x in attempts), len(attempts), view.asked["attempts"])


def _cancelled(view: View) -> int:
    return sum(x.status == "cancelled" and x.side == "out" and x.kind != "trade" for x in view.window)


def _undone(leg: Leg) -> bool:
    return leg.side == "in" and leg.kind not in ("trade", "fee") and leg.status in ("reversed", "charged_back")


def _stable(view: View) -> Any:
    moved = view.moved()
    return share(total(x for x in moved if x.move.asset in STABLE), total(moved), view.asked["floor_usd"])


def _round(view: View) -> Any:
    made = [x for x in view.moved() if x.value > 0]
    return share(sum(x.value % view.asked["step"] == 0 for x in made), len(made), view.asked["transfers"])


def _twins(view: View) -> Any:
    made = Counter((x.side, int(x.value + Decimal("0.5"))) for x in view.moved() if x.value > 0)
    return share(sum(n for n in made.values() if n > 1), made.total(), view.asked["transfers"])


def _variation(numbers: list[Any], least: int) -> Any:
    n = len(numbers)
    if n < least:
        return None
    mean = Decimal(sum(numbers)) / n
    return (sum((x - mean) ** 2 for x in numbers) / n).sqrt() / mean


def _gaps(view: View) -> Any:
    seconds = sorted({x.at for x in view.moved("in", view.legs)})
    return _variation([b - a for a, b in pairwise(seconds) if b >= view.since], view.asked["gaps"])


def _hours(view: View) -> int:
    return len(
        {(x.at // HOUR + 8) % 24 for x in view.window if x.moved or (x.kind, x.status) == ("trade", "completed")}
    )


def _weekend(view: View) -> Any:
    moved = view.moved()
    days = [(x.at + 8 * HOUR) // DAY % 7 for x in moved]  # the first day of the epoch was a Thursday
    return share(sum(day in (2, 3) for day in days), len(moved), view.asked["transfers"])


def _night(view: View) -> Any:
    nightly = [x for x in view.moved() if (x.at // HOUR + 8) % 24 < view.asked["until_hour"]]
    return share(len(nightly), len(view.moved()), view.asked["transfers"])


def _probe(view: View) -> Any:
    debits = [x for x in view.moved("out", view.legs) if x.value > 0]
    found = []
    for x in debits:
        small = [y.value for y in debits if y.other == x.other and x.at - view.asked["span"] <= y.at < x.at]
        if x.at >= view.since and x.value >= view.asked["floor_usd"] and small:
            found.append(x.value / min(small))
    return max(found, default=None)


def _largest(legs: list[Leg]) -> Any:
    return max((x.usd for x in legs if x.usd is not None), default=None)


READINGS: Mapping[str, Callable[[View], Any]] = {
    "active_hours": _hours,
    "balance_to_turnover": lambda view: share(_held(view.legs), total(view.moved()), view.asked["floor_usd"]),
    "burst_inflow_share": _burst_share,
    "busiest_outflow_usd": lambda view: _stretches(view, "out", total),
    "busiest_transfers": lambda view: _stretches(view, "", len),
    "cancelled_attempts": _cancelled,
    "cancelled_share": _attempts,
    "conversions": lambda view: sum(map(_traded, view.window)),
    "credit_gap_variation": _gaps,
    "credits_count": lambda view: len(view.credits),
    "debit_variation": lambda view: _variation([x.value for x in view.debits if x.value > 0], view.asked["debits"]),
    "debits_count": lambda view: len(view.debits),
    "dormancy_days": _dormancy,
    "drained_share": _drained,
    "equal_amounts_share": _twins,
    "fast_turnaround_share": _fast,
    "fee_share": _fees,
    "holding_time": _holding,
    "inflow_to_past": lambda view: _to_past(view, "in"),
    "inflow_usd": lambda view: total(view.credits),
    "largest_credit_usd": lambda view: _largest(view.credits),
    "largest_debit_usd": lambda view: _largest(view.debits),
    "largest_to_prior_max": _largest_to_prior,
    "near_limit_credits": lambda view: _near(view, view.credits),
    "near_limit_share": lambda view: _near_share(view, view.credits, "credits"),
    "near_limit_withdrawal_share": lambda view: _near_share(view, _withdrawals(view), "withdrawals"),
    "near_limit_withdrawals": lambda view: _near(view, _withdrawals(view)),
    "near_tier_cap_credits": _near_cap,
    "night_share": _night,
    "outflow_to_past": lambda view: _to_past(view, "out"),
    "outflow_usd": lambda view: total(view.debits),
    "pass_through_ratio": _pass_through,
    "passed_on_loss_share": _passed_on,
    "probe_then_large": _probe,
    "reversed_credits": lambda view: sum(map(_undone, view.window)),
    "round_share": _round,
    "sliced_usd": _sliced,
    "small_credits": lambda view: sum(x.usd is not None and x.usd < view.asked["below_usd"] for x in view.credits),
    "stablecoin_share": _stable,
    "trades_per_credit": lambda view: share(sum(map(_traded, view.window)), len(view.credits)),
    "turnover_to_lifetime": _lifetime,
    "weekend_share": _weekend,
}
