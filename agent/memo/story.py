"""What happened, in order of time: entries that each reader of the evidence contributes, sorted by their moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from casewright.agent.findings import labelled
from casewright.agent.memo.dossier import Cells, Dossier, value_of
from casewright.agent.memo.quote import Quote, say
from casewright.knowledge.case import Sentence
from casewright.knowledge.categories import categories

# How a kind of transfer is called, seen from the account: (it received ..., it sent ...).
_KINDS = {
    "fiat_in": ("bank credit", "bank credit"),
    "fiat_out": ("bank payout", "bank payout"),
    "deposit": ("deposit", "deposit"),
    "withdrawal": ("withdrawal", "withdrawal"),
    "internal": ("internal transfer", "internal transfer"),
    "p2p": ("P2P transfer", "P2P transfer"),
    "transfer": ("transfer", "transfer"),
    "reward": ("reward", "reward"),
}
_PARTIES_TOLD = 4
_ENDS_TOLD = 40


@dataclass(frozen=True)
class Entry:
    """A sentence and its moment, UTC in ISO form; `phase` 0 is the time before the window, 2 beyond the account."""

    at: str
    sentence: Sentence
    phase: int = 1


def _entry(at: str, sentence: Sentence | None, phase: int = 1) -> Iterator[Entry]:
    if sentence is not None and at:
        yield Entry(at, sentence, phase)


def story(dossier: Dossier) -> tuple[Sentence, ...]:
    """The sentences of the section, a paragraph a phase."""
    entries = sorted((e for read in READERS for e in read(dossier)), key=lambda e: (e.phase, e.at))
    told: list[Sentence] = []
    phase = None
    for entry in dict.fromkeys(entries):
        told.append(entry.sentence.model_copy(update={"opens": entry.phase != phase}))
        phase = entry.phase
    return tuple(told)


def background(dossier: Dossier) -> Iterator[Entry]:
    """Who the customer is and what the account did before the window."""
    opened = dossier.fact("customer", "opened_at")
    if opened:
        told = say(
            "{name} was opened on {day}; the customer is on record as {occupation} with a yearly income of {income}.",
            name=dossier.name(),
            day=dossier.day("customer", "opened_at"),
            occupation=dossier.quote("customer", "occupation"),
            income=dossier.money("customer", "income"),
        )
        told = told or say("{name} was opened on {day}.", name=dossier.name(), day=dossier.day("customer", "opened_at"))
        yield from _entry(str(opened.value), told, 0)
    told = say(
        "in the {days} before the period it received {before} in {transfers} and sent {sent} in {sends}.",
        days=dossier.count("account_profile", "history_days", "day"),
        before=dossier.money("account_profile", "before_inflow"),
        transfers=dossier.count("account_profile", "before_transfers_in", "transfer"),
        sent=dossier.money("account_profile", "before_outflow"),
        sends=dossier.count("account_profile", "before_transfers_out", "transfer"),
    )
    if dossier.number("account_profile", "history_days"):
        yield from _entry("9999", told, 0)


def flows(dossier: Dossier) -> Iterator[Entry]:
    """Each kind of movement: what, how much, how often, from when to when."""
    for cells in dossier.cells("flows"):
        if cells.text("status") != "completed" or cells.text("kind") in {"fee", "trade"}:
            continue
        noun = _KINDS.get(cells.text("kind"), ("transfer", "transfer"))[cells.side() == "out"]
        sums = cells.money()
        native = cells["amount"] if cells.text("asset") not in {dossier.currency, "USD"} else None
        amount = sums if native is None else _both(native, sums)
        one = cells.row.get("transfers") == 1
        verb = "it received" if cells.side() == "in" else "it sent"
        when = "on {since}" if one else "between {since} and {until}"
        told = say(
            f"{when} {verb} {{amount}} in {{transfers}}{_over(cells)}.",
            since=cells["first_at"] if one else cells.day("first_at"),
            until=cells.day("last_at"),
            amount=amount,
            transfers=cells.count("transfers", noun),
            network=cells["network"],
        )
        yield from _entry(cells.text("first_at"), told)


def _over(cells: Cells) -> str:
    return " over {network}" if cells.text("network") not in {"", "unknown", "internal"} else ""


def _both(native: Quote, sums: Quote | None) -> Quote:
    return (
        native
        if sums is None
        else Quote(f"{native} ({sums})", tuple({**dict.fromkeys(native.evidence), **dict.fromkeys(sums.evidence)}))
    )


def parties(dossier: Dossier) -> Iterator[Entry]:
    """The counterparties that carried most of the value, each way, in full."""
    for side in ("in", "out"):
        rows = [
            c
            for c in dossier.cells("counterparties")
            if c.side() == side and c.text("counterparty") != dossier.subject.id
        ]
        rows.sort(key=lambda c: -value_of(c.row))
        for cells in rows[:_PARTIES_TOLD]:
            verb = "it received {sum} from" if side == "in" else "it sent {sum} to"
            who = labelled(cells, "counterparty") or cells["counterparty"]
            if cells.row.get("transfers") == 1:
                told = say(f"on {{at}} {verb} {{who}}.", at=cells["first_at"], sum=cells.money(), who=who)
            else:
                told = say(
                    f"between {{since}} and {{until}} {verb} {{who}}, in {{transfers}}.",
                    since=cells.day("first_at"),
                    until=cells.day("last_at"),
                    sum=cells.money(),
                    who=who,
                    transfers=cells.count("transfers", "transfer"),
                )
            yield from _entry(cells.text("first_at"), told)


def conversions(dossier: Dossier) -> Iterator[Entry]:
    """What was exchanged for what."""
    told = say(
        "in the period it made {trades} worth {sum}.",
        trades=dossier.count("account_profile", "trades", "trade"),
        sum=dossier.money("account_profile", "traded"),
    )
    first = dossier.fact("account_profile", "first_in_at") or dossier.fact("account_profile", "first_at")
    if first and dossier.number("account_profile", "trades"):
        yield from _entry(str(first.value), told)


def busiest_day(dossier: Dossier) -> Iterator[Entry]:
    """The day on which most came in."""
    days = sorted((c for c in dossier.cells("timeline", "days") if c.side() == "in"), key=lambda c: -value_of(c.row))
    if len(days) > 2 and value_of(days[0].row) > 2 * value_of(days[1].row):
        told = say(
            "on {date} alone it received {sum} in {transfers}.",
            date=days[0]["date"],
            sum=days[0].money(),
            transfers=days[0].count("transfers", "transfer"),
        )
        yield from _entry(days[0].text("date"), told)


def happenings(dossier: Dossier) -> Iterator[Entry]:
    """What was recorded about the customer: log-ins from new devices, changes, recalls, requests."""
    for cells in dossier.cells("timeline"):
        kind = cells.text("kind").replace("_", " ")
        told = say(
            "on {at} the record shows: {kind} (source {source}).",
            at=cells["at"],
            kind=Quote(kind, (cells.evidence,)),
            source=cells["source"],
        )
        if cells.text("kind") not in {"alert", "login"}:
            yield from _entry(cells.text("at"), told)


def onward(dossier: Dossier) -> Iterator[Entry]:
    """Where traced value ended at a label."""
    ends = [c for c in dossier.cells("trace", "ends", "forward") if c.text("label")]
    ends.sort(key=lambda c: (not categories()[c.text("category")].risk, -value_of(c.row)))
    for cells in ends[:_ENDS_TOLD]:
        if cells.row.get("hop") == 1:
            continue  # told among the parties
        told = say(
            "from {at} on, value that it sent reached {who} over {hops}: {sum} arrived there.",
            at=cells["at"],
            who=labelled(cells),
            hops=cells.count("hop", "hop"),
            sum=cells.money(),
        )
        yield from _entry(cells.text("at"), told, 2)


READERS: tuple[Callable[[Dossier], Iterator[Entry]], ...] = (
    background,
    flows,
    parties,
    conversions,
    busiest_day,
    happenings,
    onward,
)
