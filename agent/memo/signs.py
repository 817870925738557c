"""Signs that single cases have of their own: equal credits, a silence before, control changed, what the rule measured.

Each tells what this evidence shows and another case's does not; nothing is said where there is nothing of the kind.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from casewright.agent.memo.dossier import Cells, Dossier
from casewright.agent.memo.events import CONTROL, words
from casewright.agent.memo.quote import Quote, in_words, say
from casewright.knowledge.case import Finding, Sentence, Strength
from casewright.knowledge.clock import epoch
from casewright.knowledge.evidence import Fact

ASLEEP = 90  # days without use that are a silence (ours)
_YEAR = 365  # days
_NEAR = 3  # credits just under a limit that are no accident (ours)
_EQUAL = 3  # credits of one sum that are no accident (ours)
_BEFORE_FIRST = 7 * 86400  # seconds from a change to what moves first in which the two belong together (ours)


def finding(
    sentence: Sentence | None,
    speaks: Literal["for", "against"],
    strength: Strength = "moderate",
    **more: str,
) -> Iterator[Finding]:
    """The sentence as a finding; nothing where there is no sentence."""
    if sentence is not None:
        yield Finding(statement=sentence.text, evidence=sentence.evidence, speaks=speaks, strength=strength, **more)


def equal_credits(dossier: Dossier) -> Iterator[Finding]:
    """Credits that are all of one sum, of several payers."""
    rows = [c for c in dossier.cells("transfers") if c.side() == "in" and c.text("kind") == "fiat_in"]
    rows = [c for c in rows if c.text("status") == "completed"]
    sums, payers = {c.text("local") for c in rows}, {c.text("counterparty") for c in rows}
    whole = len(rows) == dossier.number("account_profile", "transfers_in")
    if len(rows) >= _EQUAL and whole and len(sums) == 1 and len(payers) > 1:
        told = say(
            "the {credits} of {payers} are of one size; the median transfer that it received was {median}, "
            "the largest {largest}.",
            credits=dossier.count("payers", "bank_credits", "bank credit"),
            payers=dossier.count("payers", "payers", "payer"),
            median=dossier.money("account_profile", "median_in"),
            largest=dossier.money("account_profile", "largest_in"),
        )
        yield from finding(told, "for", "weak", about=dossier.subject.id)


def near_limit(dossier: Dossier) -> Iterator[Finding]:
    """Credits just under a limit: how many, of which sizes, within which time."""
    most = peak(dossier, "near_limit_credits")
    if most is None:
        return
    several = dossier.number("account_profile", "transfers_in") > 1
    sizes = "; the median transfer that it received was {median}, the largest {largest}" if several else ""
    had = dossier.number("account_profile", "before_transfers_in")
    earlier = "; before the period the largest that it had received was {earlier}" if had else ""
    told = say(
        f"credits near the limit came to {{value}}, reached on {{at}}{sizes}{earlier}.",
        value=measure(most),
        at=most["at"],
        median=dossier.money("account_profile", "median_in"),
        largest=dossier.money("account_profile", "largest_in"),
        earlier=dossier.money("account_profile", "before_largest_in"),
    )
    flagged = _flagged(dossier, "near_limit_credits")
    yield from finding(told, "for", "moderate" if flagged else "weak", about=dossier.subject.id)


def long_silence(dossier: Dossier) -> Iterator[Finding]:
    """A year or more without use before the account came alive: few things tell more."""
    yield from _silence(dossier, long=True)


def silence(dossier: Dossier) -> Iterator[Finding]:
    """Months without use before the account came alive."""
    yield from _silence(dossier, long=False)


def _silence(dossier: Dossier, *, long: bool) -> Iterator[Finding]:
    """Told where the rule or the typology asks for it."""
    longest = peak(dossier, "dormancy_days")
    if longest is None or long != (Decimal(str(longest.row["value"])) >= _YEAR):
        return
    flagged = _flagged(dossier, "dormancy_days")
    if not flagged and not (dossier.alert and f"{longest.text('means')}: " in dossier.alert.reason):
        return
    told = say(
        "the account had been dormant for {days}; this ended on {at}.",
        days=measure(longest),
        at=longest["at"],
    )
    yield from finding(told, "for", "moderate" if flagged else "weak", about=dossier.subject.id)


_REMARKABLE = {"near_limit_credits": _NEAR, "dormancy_days": ASLEEP}


def peak(dossier: Dossier, indicator: str) -> Cells | None:
    """The row in which an indicator was highest, None where that is nothing to remark on."""
    rows = [c for c in dossier.cells("indicators") if c.text("indicator") == indicator]
    most = max(rows, key=lambda c: Decimal(str(c.row["value"])), default=None)
    remarkable = most is not None and Decimal(str(most.row["value"])) >= _REMARKABLE[indicator]
    return most if remarkable else None


def told_here(dossier: Dossier, cells: Cells) -> bool:
    """Whether a sign of its own tells this row of the indicators."""
    most = peak(dossier, cells.text("indicator")) if cells.text("indicator") in _REMARKABLE else None
    return most is not None and most.row == cells.row


def _flagged(dossier: Dossier, indicator: str) -> bool:
    """Whether the indicator is a sign of the typology that fits best."""
    return dossier.typology is not None and any(f.indicator == indicator for f in dossier.typology.red_flags)


_FIRST = {"in": "the first credit came in on {then}", "out": "the first transfer that it sent left on {then}"}


def control_changed(dossier: Dossier) -> Iterator[Finding]:
    """What changed in who controls the account, or in what stops it, in the days before it first received or sent."""
    for cells in dossier.cells("timeline"):
        if cells.text("kind") not in CONTROL:
            continue
        for side, then in _FIRST.items():
            moment = dossier.fact("account_profile", f"first_{side}_at")
            ahead = epoch(str(moment.value)) - epoch(cells.text("at")) if moment else -1
            if 0 <= ahead <= _BEFORE_FIRST:
                told = say(
                    f"on {{at}} {{what}}; {then}.",
                    at=cells["at"],
                    what=words(cells),
                    then=dossier.quote("account_profile", f"first_{side}_at"),
                )
                yield from finding(told, "for", "weak", about=dossier.subject.id)
                break


def first_contact(dossier: Dossier) -> Iterator[Finding]:
    """Where all that left went to destinations that it had never paid."""
    number = dossier.number("counterparties", "counterparties_out")
    if number > 1 and number == dossier.number("counterparties", "new_counterparties_out"):
        told = say(
            "all {recipients} that it sent to in the period were new to it.",
            recipients=dossier.count("counterparties", "counterparties_out", "recipient"),
        )
        yield from finding(told, "for", "weak", about=dossier.subject.id)


# Indicators in prose; every part of the name stands in it, so that the check can tell which is meant.
_IN_PROSE = {
    "cancelled_attempts": "cancelled attempts",
    "credits_count": "the count of credits",
    "fast_turnaround_share": "the share with a fast turnaround",
    "inflow_usd": "the inflow in USD",
    "largest_to_prior_max": "the ratio of the largest credit to the prior max",
    "near_limit_credits": "credits near the limit",
    "near_limit_share": "the share of credits near the limit",
    "near_limit_withdrawals": "withdrawals near the limit",
    "new_destination_share": "the share of a new destination",
    "night_share": "the share at night",
    "outflow_usd": "the outflow in USD",
    "pass_through_ratio": "the ratio of pass through",
    "shared_destination_users": "the users of a shared destination",
    "shared_device_users": "the users of a shared device",
    "turnover_to_income": "the ratio of turnover to income",
}


def measured(cells: Cells) -> Sentence | None:
    """An indicator's peak: its name in prose, what it measures in its own words, what it came to and when."""
    return say(
        '{name} ("{means}") came to {value}; this was reached on {at}.',
        name=Quote(in_prose(cells), (cells.evidence,)),
        means=cells["means"],
        value=measure(cells),
        at=cells["at"],
    )


def in_prose(cells: Cells) -> str:
    """The indicator's name in prose."""
    name = cells.text("indicator")
    return _IN_PROSE.get(name, name.replace("_", " "))


def measure(cells: Cells, column: str = "value") -> Quote | None:
    """The value of an indicator in its own unit, None where there is none."""
    if cells.row[column] is None:
        return None
    value, unit = Decimal(str(cells.row[column])), cells.text("unit")
    if unit == "share":
        text = in_words(Fact(name="share", value=value, kind="share"), cells.zone)
    elif unit == "times":
        text = in_words(Fact(name="ratio", value=value, kind="ratio"), cells.zone)
    elif unit == "USD":
        text = in_words(Fact(name="sum", value=value, kind="money", unit=unit), cells.zone)
    else:
        text = f"{value.normalize():,f} {unit[:-1] if value == 1 else unit}"
    return Quote(text, (cells.evidence,))
