"""Findings: what the evidence says for and against suspicion, each in a sentence of quotations.

A reading is a function of the dossier; it looks at one thing and says nothing where there is nothing to say. What
speaks against is read as carefully as what speaks for, and says how much it would explain.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Literal

from casewright.agent.memo.dossier import Cells, Dossier, value_of
from casewright.agent.memo.names import bearing
from casewright.agent.memo.quote import Quote, in_words, listed, say
from casewright.knowledge.case import Finding, Sentence, Strength
from casewright.knowledge.categories import categories
from casewright.knowledge.clock import epoch
from casewright.knowledge.evidence import Fact
from casewright.knowledge.indicator import Request

Reading = Callable[[Dossier], Iterator[Finding]]

# Events that outsiders or our own controls raise about a customer, in the words of a memo.
_GRAVE_EVENTS = {
    "recall": "the sender's bank asked for a payment back",
    "police_request": "a request by the police was received",
    "seizure_order": "a seizure order was received",
    "complaint": "a complaint was received",
    "screening_hit": "screening returned a hit",
}
_MOST_TOLD = 5
_HOUSEHOLD = 3  # new payers that are nothing to remark on, less one (ours)
_ASLEEP = 90  # days without use that make a long history say nothing (ours)
_STEADY_DAYS = 60  # how long a destination must have been the same to speak for the customer (ours)
_FAST = 6 * 3600  # seconds at rest that are few (ours)
# Indicators that a reading of its own tells in better words.
_TOLD_OTHERWISE = {"new_payers", "turnover_to_income", "fast_turnaround_share", "recalls", "shared_device_users"}


def _finding(
    sentence: Sentence | None,
    speaks: Literal["for", "against"],
    strength: Strength = "moderate",
    **more: str,
) -> Iterator[Finding]:
    if sentence is not None:
        yield Finding(statement=sentence.text, evidence=sentence.evidence, speaks=speaks, strength=strength, **more)


def findings(dossier: Dossier) -> tuple[Finding, ...]:
    """Everything that the readings say, for before against, the strongest first."""
    read = [finding for reading in (*FOR, *AGAINST) for finding in reading(dossier)]
    weight = {"strong": 0, "moderate": 1, "weak": 2}
    return tuple(sorted(read, key=lambda f: (f.speaks == "against", weight[f.strength])))


def risky_exposure(dossier: Dossier) -> Iterator[Finding]:
    """Value that came from, or went to, a labelled address of a risky category."""
    risky = [c for c in dossier.cells("exposure") if c.text("category") and categories()[c.text("category")].risk]
    risky.sort(key=lambda c: (c.text("reach") != "direct", -value_of(c.row)))
    for cells in risky[:_MOST_TOLD]:
        direct, side = cells.text("reach") == "direct", cells.side()
        if direct:
            template = "it received {sum} from {who}" if side == "in" else "it sent {sum} to {who}"
        elif side == "in":
            template = "indirectly, over {hops}, value that it received had left {who}: {sum}"
        else:
            template = "indirectly, over {hops}, value that it sent reached {who}: {sum} arrived there"
        told = say(
            f"{template}, first on {{at}}.",
            sum=cells.money(),
            who=bearing(cells),
            at=cells["at"],
            hops=cells.count("hop", "hop"),
        )
        about, category = cells.text("id"), cells.text("category")
        yield from _finding(told, "for", "strong" if direct else "moderate", about=about, category=category)


def own_label(dossier: Dossier) -> Iterator[Finding]:
    """A risky label on the subject itself."""
    for cells in dossier.cells("labels"):
        category = cells.text("category")
        if category in categories() and categories()[category].risk:
            told = say("it bears a label itself: {who}.", who=bearing(cells))
            yield from _finding(told, "for", "strong", about=dossier.subject.id, category=category)
            return


def grave_events(dossier: Dossier) -> Iterator[Finding]:
    """Recalls, complaints and requests by authorities."""
    for cells in dossier.cells("timeline"):
        words = _GRAVE_EVENTS.get(cells.text("kind"))
        if words:
            told = say(
                "on {at} {what}, known to us on {known}.",
                at=cells["at"],
                what=Quote(words, (cells.evidence,)),
                known=cells["known_at"],
            )
            yield from _finding(told, "for", "strong", about=dossier.subject.id)


def new_payers(dossier: Dossier) -> Iterator[Finding]:
    """Payers who had never paid the account before."""
    fresh, all_payers = dossier.quote("counterparties", "new_counterparties_in"), None
    if fresh is not None and dossier.is_customer:
        all_payers = dossier.count("counterparties", "counterparties_in", "payer")
        number = dossier.number("counterparties", "new_counterparties_in")
        everybody = number == dossier.number("counterparties", "counterparties_in")
        if number >= _HOUSEHOLD:
            template = (
                "all {all} in the period were new to it." if everybody else "{fresh} of {all} in the period were new."
            )
            told = say(template, all=all_payers, fresh=fresh)
            yield from _finding(told, "for", "moderate", about=dossier.subject.id)


def other_names(dossier: Dossier) -> Iterator[Finding]:
    """Payers who are not the customer by name."""
    if dossier.number("payers", "different_name_payers") >= _HOUSEHOLD:
        told = say(
            "of {payers} by bank, {different} bear another name than the customer; it received {sum} from these.",
            payers=dossier.count("payers", "payers", "payer"),
            different=dossier.quote("payers", "different_name_payers"),
            sum=dossier.money("payers", "different_name"),
        )
        yield from _finding(told, "for", "moderate", about=dossier.subject.id)


def own_name(dossier: Dossier) -> Iterator[Finding]:
    """What the customer paid in from accounts of the same name."""
    if dossier.number("payers", "same_name_payers"):
        told = say(
            "{same} by bank bears the customer's own name; this explains {sum} of {inflow}."
            if dossier.number("payers", "same_name_payers") == 1
            else "{same} by bank bear the customer's own name; these explain {sum} of {inflow}.",
            same=dossier.count("payers", "same_name_payers", "payer"),
            sum=dossier.money("payers", "same_name"),
            inflow=dossier.money("account_profile", "inflow"),
        )
        whole = dossier.number("payers", "same_name_payers") == dossier.number("payers", "payers")
        yield from _finding(told, "against", "moderate" if whole else "weak", about=dossier.subject.id)


def one_wallet(dossier: Dossier) -> Iterator[Finding]:
    """The same destination for months, which nobody else pays."""
    profile = dossier.of("account_profile")
    if profile is None or dossier.number("account_profile", "counterparties_out") != 1:
        return
    first, last = (dossier.fact("account_profile", f"{end}_out_at") for end in ("first", "last"))
    days = (epoch(str(last.value)) - epoch(str(first.value))) / 86400 if first and last else 0
    for cells in dossier.cells("counterparties"):
        if cells.side() == "out" and days >= _STEADY_DAYS and not dossier.number("co_users", "co_users"):
            told = say(
                "{period} it sent {sum} to {who} in {transfers}; {others} sent to the same address.",
                period=cells.period(),
                sum=cells.money(),
                who=bearing(cells, "counterparty"),
                transfers=cells.count("transfers", "transfer"),
                others=dossier.count("co_users", "co_users", "other account"),
            )
            yield from _finding(told, "against", "moderate", about=dossier.subject.id)


def _within_a_year(dossier: Dossier) -> bool:
    first, last = (dossier.fact("account_profile", name) for name in ("first_at", "last_at"))
    return bool(first and last and epoch(str(last.value)) - epoch(str(first.value)) <= 366 * 86400)


def beyond_income(dossier: Dossier) -> Iterator[Finding]:
    """More came in than the customer says to earn."""
    inflow, income = dossier.fact("account_profile", "inflow_usd"), dossier.fact("customer", "income_usd")
    if inflow and income and float(inflow.value) > float(income.value) > 0 and _within_a_year(dossier):
        told = say(
            "the account took in {inflow}; the yearly income that the customer declared is {income}.",
            inflow=dossier.money("account_profile", "inflow"),
            income=dossier.money("customer", "income"),
        )
        yield from _finding(told, "for", "moderate", about=dossier.subject.id)


def beyond_own_past(dossier: Dossier) -> Iterator[Finding]:
    """Far more value than the account had ever moved before."""
    now = dossier.fact("account_profile", "inflow_usd")
    before = dossier.fact("account_profile", "before_inflow_usd")
    if now and before and float(now.value) > 3 * float(before.value):  # threefold: ours
        told = say(
            "in the {days} before the period it had received {before} in {transfers}; in the period it received {now}.",
            days=dossier.count("account_profile", "history_days", "day"),
            before=dossier.money("account_profile", "before_inflow"),
            transfers=dossier.count("account_profile", "before_transfers_in", "transfer"),
            now=dossier.money("account_profile", "inflow"),
        )
        yield from _finding(told, "for", "moderate", about=dossier.subject.id)


def leaves_at_once(dossier: Dossier) -> Iterator[Finding]:
    """Value that hardly rested."""
    dwell = dossier.fact("dwell", "median_dwell")
    most_left = 2 * dossier.number("dwell", "gone_credits") > dossier.number("dwell", "credits")
    if dwell and int(dwell.value) <= _FAST and most_left:
        told = say(
            "of {credits} received, {gone} were gone by the end of the period; "
            "value rested for a median of {dwell}, weighted by value.",
            credits=dossier.count("dwell", "credits", "credit"),
            gone=dossier.quote("dwell", "gone_credits"),
            dwell=dossier.quote("dwell", "median_dwell"),
        )
        yield from _finding(told, "for", "moderate", about=dossier.subject.id)


def red_flags(dossier: Dossier) -> Iterator[Finding]:
    """What of the best-fitting typology was measured, where no other reading tells it."""
    if dossier.typology is None:
        return
    rows = {(c.text("indicator"), c.text("settings")): c for c in dossier.cells("indicators")}
    for flag in dossier.typology.red_flags:
        settings = Request(indicator=flag.indicator, parameters=flag.parameters).settings if flag.indicator else ""
        cells = rows.get((flag.indicator, settings))
        if cells is None or flag.indicator in _TOLD_OTHERWISE or flag.at_least is None:
            continue
        if Decimal(str(cells.row["value"])) >= flag.at_least:
            measured = measure(cells)
            told = say(
                '{name} ("{means}") came to {value}; this was reached on {at}.',
                name=Quote(cells.text("indicator").replace("_usd", " USD").replace("_", " "), (cells.evidence,)),
                means=cells["means"],
                value=measured,
                at=cells["at"],
            )
            yield from _finding(told, "for", "moderate", about=dossier.subject.id, typology=dossier.typology.id)


def measure(cells: Cells) -> Quote:
    """The value of an indicator in its own unit."""
    value, unit = Decimal(str(cells.row["value"])), cells.text("unit")
    if unit == "share":
        text = in_words(Fact(name="share", value=value, kind="share"), cells.zone)
    elif unit == "times":
        text = in_words(Fact(name="ratio", value=value, kind="ratio"), cells.zone)
    elif unit == "USD":
        text = in_words(Fact(name="sum", value=value, kind="money", unit=unit), cells.zone)
    else:
        text = f"{value.normalize():,f} {unit[:-1] if value == 1 else unit}"
    return Quote(text, (cells.evidence,))


def shared_destinations(dossier: Dossier) -> Iterator[Finding]:
    """Other customers who send to the same address."""
    by_address: dict[str, list[Cells]] = {}
    if not dossier.is_customer:  # between outside addresses a shared destination is nothing to remark on
        return
    for cells in dossier.cells("co_users"):
        by_address.setdefault(cells.text("counterparty"), []).append(cells)
    for users in sorted(by_address.values(), key=len, reverse=True)[:3]:
        told = say(
            "{address}, to which it sent, also received {others}.",
            address=users[0]["counterparty"],
            others=listed(_from(cells) for cells in users[:_MOST_TOLD]),
        )
        yield from _finding(told, "for", "moderate", about=dossier.subject.id)


def _from(cells: Cells) -> Quote | None:
    parts = (cells.money(), cells.count("transfers", "transfer"), cells["id"])
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return Quote(f"{known[0]} in {known[1]} from {known[2]}", known[0].evidence)


def shared_devices(dossier: Dossier) -> Iterator[Finding]:
    """Devices that other customers use as well."""
    for cells in dossier.cells("logins"):
        if int(cells.row.get("others") or 0) > 0:
            told = say(
                "device {device}, first seen on the account on {first}, is used by {others} as well.",
                device=cells["device"],
                first=cells["first_at"],
                others=cells.count("others", "other customer"),
            )
            yield from _finding(told, "for", "moderate", about=dossier.subject.id)


def attempts(dossier: Dossier) -> Iterator[Finding]:
    """Transfers that were asked for and given up."""
    number = dossier.number("account_profile", "cancelled_transfers")
    told = say(
        f"{{attempts}} worth {{sum}} {'was' if number == 1 else 'were'} cancelled before completion.",
        attempts=dossier.count("account_profile", "cancelled_transfers", "transfer"),
        sum=dossier.money("account_profile", "cancelled"),
    )
    if number:
        yield from _finding(told, "for", "weak", about=dossier.subject.id)


def known_payers(dossier: Dossier) -> Iterator[Finding]:
    """Payers who paid before the period: what of the inflow they explain."""
    own = {c.text("counterparty") for c in dossier.cells("payers") if c.text("name_match") == "same"}
    known = [
        c
        for c in dossier.cells("counterparties")
        if c.side() == "in" and c.text("new") == "no" and c.text("counterparty") not in own
    ]
    inflow = dossier.money("account_profile", "inflow")
    for cells in sorted(known, key=lambda c: -value_of(c.row))[:3]:
        told = say(
            "{payer} has paid it since {since}; that relation would explain {sum} of {inflow}.",
            payer=cells["counterparty"],
            since=cells.day("known_since"),
            sum=cells.money(),
            inflow=inflow,
        )
        yield from _finding(told, "against", "weak", about=cells.text("counterparty"))


def still_held(dossier: Dossier) -> Iterator[Finding]:
    """What of the credits was not passed on."""
    held, credited = dossier.fact("dwell", "held_usd"), dossier.fact("dwell", "credited_usd")
    if held and credited and float(held.value) >= 0.1 * float(credited.value):  # a tenth: ours
        told = say(
            "the credits received came to {credited}; {held} was still held at the end of the period.",
            credited=dossier.money("dwell", "credited"),
            held=dossier.money("dwell", "held"),
        )
        yield from _finding(told, "against", "weak", about=dossier.subject.id)


def own_device(dossier: Dossier) -> Iterator[Finding]:
    """The same device as ever."""
    if dossier.number("logins", "logins") and not dossier.number("logins", "new_devices"):
        told = say(
            "log-ins came from {devices}; {new} of these were new in the period.",
            devices=dossier.count("logins", "devices", "device"),
            new=dossier.quote("logins", "new_devices"),
        )
        yield from _finding(told, "against", "weak", about=dossier.subject.id)


def long_known(dossier: Dossier) -> Iterator[Finding]:
    """A long quiet history before the period."""
    days = dossier.number("account_profile", "history_days")
    slept = any(
        c.text("indicator") == "dormancy_days" and int(Decimal(str(c.row["value"]))) >= _ASLEEP
        for c in dossier.cells("indicators")
    )
    if days >= 365 and not slept:
        told = say(
            "the account had been in use for {days} before the period, with {transfers} received.",
            days=dossier.count("account_profile", "history_days", "day"),
            transfers=dossier.count("account_profile", "before_transfers_in", "transfer"),
        )
        yield from _finding(told, "against", "weak", about=dossier.subject.id)


def licensed(dossier: Dossier) -> Iterator[Finding]:
    """A company with a licence, or a declared turnover that covers the inflow."""
    told = say(
        "the customer is on record as a company with the licence {licence}.",
        licence=dossier.quote("customer", "licence"),
    )
    yield from _finding(told, "against", "moderate", about=dossier.subject.id)
    inflow, turnover = dossier.fact("account_profile", "inflow_usd"), dossier.fact("customer", "turnover_usd")
    if inflow and turnover and float(inflow.value) <= float(turnover.value) and dossier.fact("customer", "licence"):
        told = say(
            "the declared yearly turnover of {turnover} would cover the inflow of {inflow}.",
            turnover=dossier.money("customer", "turnover"),
            inflow=dossier.money("account_profile", "inflow"),
        )
        yield from _finding(told, "against", "weak", about=dossier.subject.id)


FOR: Iterable[Reading] = (
    own_label,
    risky_exposure,
    grave_events,
    shared_destinations,
    shared_devices,
    new_payers,
    other_names,
    beyond_income,
    beyond_own_past,
    leaves_at_once,
    red_flags,
    attempts,
)
AGAINST: Iterable[Reading] = (licensed, own_name, one_wallet, known_payers, long_known, own_device, still_held)
