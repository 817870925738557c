"""Findings: what the evidence says for and against suspicion, each in a sentence of quotations.

A reading is a function of the dossier; it looks at one thing and says nothing where there is nothing to say. What
speaks against is read as carefully as what speaks for, and says how much it would explain. FOR stands in the order
of what tells most of a case: a memo leads with the first that has something to say.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from casewright.agent.labelled import ours, own_label, risky_exposure
from casewright.agent.memo import beside, signs
from casewright.agent.memo.dossier import Cells, Dossier, value_of
from casewright.agent.memo.events import grave, words
from casewright.agent.memo.names import bearing
from casewright.agent.memo.quote import Quote, listed, say
from casewright.agent.memo.signs import finding as _finding
from casewright.agent.memo.signs import measured
from casewright.agent.memo.spoken import speaks_to_reviewers
from casewright.knowledge.case import Finding
from casewright.knowledge.clock import epoch
from casewright.knowledge.indicator import Request

Reading = Callable[[Dossier], Iterator[Finding]]

_MOST_TOLD = 5
_ADDRESSES = 3  # shared destinations that are named
_KNOWN_TOLD = 3
_HOUSEHOLD = 3  # new payers that are nothing to remark on, less one (ours)
_STEADY_DAYS = 60  # how long a destination must have been the same to speak for the customer (ours)
_FAST = 6 * 3600  # seconds at rest that are few (ours)
# Indicators that a reading of its own tells in better words.
_TOLD_OTHERWISE = {
    "new_payers",
    "turnover_to_income",
    "fast_turnaround_share",
    "recalls",
    "shared_device_users",
}


def findings(dossier: Dossier) -> tuple[Finding, ...]:
    """Everything that the readings say: for before against, what tells most first, what is strong before the rest."""
    read = [finding for reading in (*FOR, *AGAINST, speaks_to_reviewers) for finding in reading(dossier)]
    return tuple(sorted(read, key=lambda f: (f.speaks == "against", f.strength != "strong")))


def grave_events(dossier: Dossier) -> Iterator[Finding]:
    """Recalls, complaints, requests by authorities, and hits of screening that were not cleared."""
    for cells in dossier.cells("timeline"):
        if not grave(cells):
            continue
        known = ", known to us on {known}" if cells.text("known_at") != cells.text("at") else ""
        told = say(
            f"on {{at}} {{what}}{known}.",
            at=cells["at"],
            what=words(cells),
            known=cells["known_at"],
        )
        yield from _finding(told, "for", "strong", about=dossier.subject.id)


def new_payers(dossier: Dossier) -> Iterator[Finding]:
    """Payers who had never paid the account before."""
    number = dossier.number("counterparties", "new_counterparties_in")
    if dossier.is_customer and number >= _HOUSEHOLD:
        everybody = number == dossier.number("counterparties", "counterparties_in")
        told = say(
            "all {all} in the period were new to it." if everybody else "{fresh} of {all} in the period were new.",
            all=dossier.count("counterparties", "counterparties_in", "payer"),
            fresh=dossier.quote("counterparties", "new_counterparties_in"),
        )
        yield from _finding(told, "for", "moderate", about=dossier.subject.id)


def other_names(dossier: Dossier) -> Iterator[Finding]:
    """Payers who are not the customer by name."""
    number = dossier.number("payers", "different_name_payers")
    if number >= _HOUSEHOLD:
        template = (
            "all {payers} by bank bear another name than the customer."
            if number == dossier.number("payers", "payers")
            else "of {payers} by bank, {different} bear another name than the customer; it received {sum} from these."
        )
        told = say(
            template,
            payers=dossier.count("payers", "payers", "payer"),
            different=dossier.quote("payers", "different_name_payers"),
            sum=dossier.money("payers", "different_name"),
        )
        yield from _finding(told, "for", "moderate", about=dossier.subject.id)


def own_name(dossier: Dossier) -> Iterator[Finding]:
    """What the customer paid in from accounts of the same name."""
    number = dossier.number("payers", "same_name_payers")
    if number:
        whole = number == dossier.number("payers", "payers")
        bear = "bears" if number == 1 else "bear"
        explains = "this explains" if number == 1 else "these explain"
        told = say(
            f"{{same}} by bank {bear} the customer's own name; {explains} {{sum}} of {{inflow}}.",
            same=dossier.count("payers", "same_name_payers", "payer"),
            sum=dossier.money("payers", "same_name"),
            inflow=dossier.money("account_profile", "inflow"),
        )
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
            inflow=dossier.quote("account_profile", "inflow_usd"),
            income=dossier.quote("customer", "income_usd"),
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
        several = dossier.number("dwell", "credits") > 1
        shortest = ", the shortest stay of a credit was {shortest}" if several else ""
        told = say(
            "of {credited} credited, {left} had left by the end of the period; "
            f"value rested for a median of {{dwell}}{shortest}.",
            credited=dossier.money("dwell", "credited"),
            left=dossier.money("dwell", "left"),
            dwell=dossier.quote("dwell", "median_dwell"),
            shortest=dossier.quote("dwell", "shortest_dwell"),
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
        if Decimal(str(cells.row["value"])) >= flag.at_least and not signs.told_here(dossier, cells):
            told = measured(cells)
            yield from _finding(told, "for", "moderate", about=dossier.subject.id, typology=dossier.typology.id)


def shared_destinations(dossier: Dossier) -> Iterator[Finding]:
    """Other customers who send to the same address."""
    by_address: dict[str, list[Cells]] = {}
    if not dossier.is_customer:  # between outside addresses a shared destination is nothing to remark on
        return
    for cells in dossier.cells("co_users"):
        by_address.setdefault(cells.text("counterparty"), []).append(cells)
    for users in sorted(by_address.values(), key=len, reverse=True)[:_ADDRESSES]:
        users.sort(key=lambda c: -value_of(c.row))
        cut = len(users) > _MOST_TOLD or len(by_address) > _ADDRESSES
        told = say(
            "{address}, to which it sent, also received {others}"
            + ("; {all} sent to addresses that it sent to." if cut else "."),
            address=users[0]["counterparty"],
            others=listed(_from(cells) for cells in users[:_MOST_TOLD]),
            all=dossier.count("co_users", "co_users", "other account"),
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
    known.sort(key=lambda c: -value_of(c.row))
    for number, cells in enumerate(known[:_KNOWN_TOLD], 1):
        cut = number == _KNOWN_TOLD < len(known)
        told = say(
            "{payer} has paid it since {since}; that relation would explain {sum} of {inflow}"
            + ("; of {all} in all, {fresh} were new." if cut else "."),
            all=dossier.count("counterparties", "counterparties_in", "payer"),
            fresh=dossier.quote("counterparties", "new_counterparties_in"),
            payer=cells["counterparty"],
            since=cells.day("known_since"),
            sum=cells.money(),
            inflow=inflow,
        )
        yield from _finding(told, "against", "weak", about=cells.text("counterparty"))


def not_left(dossier: Dossier) -> Iterator[Finding]:
    """What of the credits was not passed on. That is no balance: fees and conversions took from it, or added to it."""
    held, credited = dossier.fact("dwell", "held_usd"), dossier.fact("dwell", "credited_usd")
    if held and credited and float(held.value) >= 0.1 * float(credited.value):  # a tenth: ours
        whole = held.value == credited.value
        told = say(
            "of {credited} credited, nothing had left by the end of the period."
            if whole
            else "of {credited} credited, {held} had not left by the end of the period.",
            credited=dossier.money("dwell", "credited"),
            held=dossier.money("dwell", "held"),
        )
        yield from _finding(told, "against", "weak", about=dossier.subject.id)


def own_device(dossier: Dossier) -> Iterator[Finding]:
    """The same devices as before the period, not merely none that is known to be new."""
    devices = list(dossier.cells("logins"))
    since = dossier.subject.since
    old = all(epoch(cells.text("known_since") or "9999-01-01T00:00:00Z") < (since or 0) for cells in devices)
    whole = since is None and dossier.number("logins", "devices") == 1 and _within_a_year(dossier) is False
    if devices and (old or whole) and not dossier.number("logins", "new_devices"):
        told = say(
            "its {logins} came from device {device}, in use on it since {since}."
            if len(devices) == 1
            else "its {logins} came from {devices}; {new} of these were new in the period.",
            logins=dossier.count("logins", "logins", "log-in"),
            device=devices[0]["device"] if devices else None,
            since=devices[0].day("known_since") if devices else None,
            devices=dossier.count("logins", "devices", "device"),
            new=dossier.quote("logins", "new_devices"),
        )
        yield from _finding(told, "against", "weak", about=dossier.subject.id)


def long_known(dossier: Dossier) -> Iterator[Finding]:
    """A long quiet history before the period."""
    days = dossier.number("account_profile", "history_days")
    slept = any(
        c.text("indicator") == "dormancy_days" and int(Decimal(str(c.row["value"]))) >= signs.ASLEEP
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


def grounds(dossier: Dossier, speaks: str) -> list[str]:
    """What speaks for suspicion, or against it, each in a few words, in the order of what tells most."""
    readings = FOR if speaks == "for" else AGAINST
    return [IN_SHORT[reading.__name__] for reading in readings if next(reading(dossier), None)]


IN_SHORT = {
    "own_label": "its own label",
    "risky_exposure": "its dealings with labelled addresses",
    "grave_events": "what others reported",
    "shared_devices": "a device in common with others",
    "shared_destinations": "a destination in common with others",
    "equal_credits": "credits of one size",
    "near_limit": "credits near a limit",
    "long_silence": "the silence before",
    "silence": "the silence before",
    "control_changed": "the change before value moved",
    "leaves_at_once": "value gone within hours",
    "other_names": "payers of other names",
    "new_payers": "payers without earlier contact",
    "beyond_own_past": "sums beyond its own past",
    "beyond_income": "sums beyond the declared income",
    "red_flags": "the measures told above",
    "first_contact": "destinations without earlier contact",
    "attempts": "transfers given up",
    "ours": "its being an address of the house itself",
    "licensed": "the licence",
    "own_name": "money of the customer's own name",
    "one_wallet": "one steady destination",
    "above_peers": "measures high among its peers",
    "above_own_past": "measures high beside its own past",
    "as_before": "earlier periods of its own like this one",
    "as_others": "measures that peers show as well",
    "known_payers": "payers of long standing",
    "long_known": "its long use",
    "own_device": "a device in use as before",
    "not_left": "what had not left",
}

FOR: Sequence[Reading] = (
    own_label,
    risky_exposure,
    grave_events,
    shared_devices,
    shared_destinations,
    signs.equal_credits,
    signs.near_limit,
    signs.long_silence,
    signs.control_changed,
    leaves_at_once,
    other_names,
    new_payers,
    signs.silence,
    beyond_own_past,
    beyond_income,
    beside.above_peers,
    beside.above_own_past,
    red_flags,
    signs.first_contact,
    attempts,
)
AGAINST: Sequence[Reading] = (
    ours,
    licensed,
    own_name,
    one_wallet,
    known_payers,
    long_known,
    own_device,
    beside.as_before,
    beside.as_others,
    not_left,
)
