"""What happened, in order of time: entries that each reader of the evidence contributes, sorted by their moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from casewright.agent.memo.dossier import Cells, Dossier, value_of
from casewright.agent.memo.names import bearing
from casewright.agent.memo.quote import Quote, merged, say
from casewright.knowledge.case import Sentence
from casewright.knowledge.categories import categories

# How a kind of transfer is called, and the verb that carries it, seen from the account: (in, out).
_KINDS = {
    "fiat_in": ("bank credit", "bank debit"),
    "fiat_out": ("bank credit", "bank payout"),
    "deposit": ("deposit", "withdrawal"),
    "withdrawal": ("deposit", "withdrawal"),
    "internal": ("internal transfer", "internal transfer"),
    "p2p": ("peer-to-peer transfer", "peer-to-peer transfer"),
    "reward": ("reward", "reward"),
}
# Services at which traces end, in the plural, that a reader wants summed up before the single addresses.
_SUMMED = {"mixer": "mixers", "bridge": "bridges", "swap_service": "swap services", "exchange": "exchanges"}
_PARTIES_TOLD = 4
_ENDS_TOLD = 40
_NOT_TOLD = {"alert", "login", "account_opened"}  # of the timeline: told elsewhere in the memo


@dataclass(frozen=True)
class Entry:
    """A sentence and its moment, UTC in ISO form; phase 0 is the time before the window, 2 beyond the account."""

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
        bare = say("{name} was opened on {day}.", name=dossier.name(), day=dossier.day("customer", "opened_at"))
        yield from _entry(str(opened.value), told or bare, 0)
    if dossier.number("account_profile", "history_days"):
        sent = " and sent {sent} in {sends}" if dossier.number("account_profile", "before_transfers_out") else ""
        told = say(
            f"before the period, over {{days}}, it had received {{before}} in {{transfers}}{sent}.",
            days=dossier.count("account_profile", "history_days", "day"),
            before=dossier.money("account_profile", "before_inflow"),
            transfers=dossier.count("account_profile", "before_transfers_in", "transfer"),
            sent=dossier.money("account_profile", "before_outflow"),
            sends=dossier.count("account_profile", "before_transfers_out", "transfer"),
        )
        yield from _entry("9999", told, 0)


def flows(dossier: Dossier) -> Iterator[Entry]:
    """Each kind of movement: what, how much, how often, from when to when."""
    for cells in dossier.cells("flows"):
        if cells.text("status") != "completed" or cells.text("kind") in {"fee", "trade"}:
            continue
        noun = _KINDS.get(cells.text("kind"), ("transfer", "transfer"))[cells.side() == "out"]
        native = None if cells.text("asset") in {dossier.currency, "USD"} else cells["amount"]
        verb = "it received" if cells.side() == "in" else "it sent"
        one = cells.row.get("transfers") == 1
        network = cells.text("network") not in {"", "unknown", "internal"}
        when, over = "on {at}" if one else "{period}", " over {network}" if network else ""
        told = say(
            f"{when} {verb} {{amount}} in {{transfers}}{over}.",
            at=cells["first_at"],
            period=cells.period(),
            amount=_both(native, cells.money()),
            transfers=cells.count("transfers", noun),
            network=cells["network"],
        )
        yield from _entry(cells.text("first_at"), told)


def _both(native: Quote | None, value: Quote | None) -> Quote | None:
    """An amount in its asset with its value: `64,398.73 USDT (SGD 83,976.00)`."""
    if native is None or value is None:
        return native or value
    return Quote(f"{native} ({value})", merged([native, value]))


def parties(dossier: Dossier) -> Iterator[Entry]:
    """The counterparties that carried most of the value, each way, in full."""
    for side, verb in (("in", "it received {sum} from {who}"), ("out", "it sent {sum} to {who}")):
        rows = [c for c in dossier.cells("counterparties") if c.side() == side]
        for cells in sorted(rows, key=lambda c: -value_of(c.row))[:_PARTIES_TOLD]:
            if cells.text("counterparty") == dossier.subject.id:
                continue
            once = cells.row.get("transfers") == 1
            told = say(
                f"on {{at}} {verb}." if once else f"{{period}} {verb} in {{transfers}}.",
                at=cells["first_at"],
                period=cells.period(),
                sum=cells.money(),
                who=bearing(cells, "counterparty"),
                transfers=cells.count("transfers", "transfer"),
            )
            yield from _entry(cells.text("first_at"), told)


def sizes(dossier: Dossier) -> Iterator[Entry]:
    """How large the transfers were, where there are enough of them for a middle to mean something."""
    for side, verb, far in (("in", "received", "from"), ("out", "sent", "to")):
        if dossier.number("account_profile", f"transfers_{side}") >= 10:
            told = say(
                f"the median transfer that it {verb} was {{median}}; "
                f"the largest transfer that it {verb} was {{largest}}, {far} {{other}}.",
                median=dossier.money("account_profile", f"median_{side}"),
                largest=dossier.money("account_profile", f"largest_{side}"),
                other=dossier.other("account_profile", f"largest_{side}_at"),
            )
            at = dossier.fact("account_profile", f"first_{side}_at")
            yield from _entry(str(at.value) if at else "", told)


def conversions(dossier: Dossier) -> Iterator[Entry]:
    """What was exchanged for what."""
    first = dossier.fact("account_profile", "first_in_at") or dossier.fact("account_profile", "first_at")
    if first and dossier.number("account_profile", "trades"):
        told = say(
            "it made {trades} worth {sum}.",
            trades=dossier.count("account_profile", "trades", "trade"),
            sum=dossier.money("account_profile", "traded"),
        )
        yield from _entry(str(first.value), told)


def busiest_day(dossier: Dossier) -> Iterator[Entry]:
    """The day that stands out."""
    for side, verb in (("in", "received"), ("out", "sent")):
        days = sorted(
            (c for c in dossier.cells("timeline", "days") if c.side() == side), key=lambda c: -value_of(c.row)
        )
        if len(days) > 2 and value_of(days[0].row) > 2 * value_of(days[1].row):
            told = say(
                f"on {{date}} it {verb} {{sum}} in {{transfers}}, the largest sum {verb} on one day.",
                date=days[0]["date"],
                sum=days[0].money(),
                transfers=days[0].count("transfers", "transfer"),
            )
            yield from _entry(days[0].text("date"), told)


def happenings(dossier: Dossier) -> Iterator[Entry]:
    """What was recorded about the customer: changes, recalls, requests, new devices."""
    for cells in dossier.cells("timeline"):
        if cells.text("kind") not in _NOT_TOLD:
            told = say(
                "on {at} the record shows: {kind} (source {source}).",
                at=cells["at"],
                kind=Quote(cells.text("kind").replace("_", " "), (cells.evidence,)),
                source=cells["source"],
            )
            yield from _entry(cells.text("at"), told)


def onward(dossier: Dossier) -> Iterator[Entry]:
    """Where traced value ended: the sums by category, then each labelled address beyond the first hop."""
    ends = [c for c in dossier.cells("trace", "ends", "forward") if c.text("label") and _worth_telling(c)]
    reached = dossier.count("trace", "reached", "address", "addresses", direction="forward")
    if ends:
        told = say(
            "traced forward over at most {hops}, value that it sent reached {reached}.",
            reached=reached,
            hops=dossier.count("trace", "hops", "hop", direction="forward"),
        )
        yield from _entry("0", told, 2)
    for name in _SUMMED:
        told = say(f"traced forward, {{sum}} reached {_SUMMED[name]}.", sum=dossier.money("trace", name, "forward"))
        yield from _entry("1", told, 2)
    ends.sort(key=lambda c: (not categories()[c.text("category")].risk, -value_of(c.row)))
    for cells in ends[:_ENDS_TOLD]:
        told = say(
            "traced forward, {sum} reached {who} at {hops}, from {at} on.",
            at=cells["at"],
            who=bearing(cells),
            hops=cells.count("hop", "hop"),
            sum=cells.money(),
        )
        yield from _entry(cells.text("at"), told, 2)


def _worth_telling(cells: Cells) -> bool:
    """At the first hop only services: other counterparties are told among the parties."""
    return cells.row.get("hop") != 1 or cells.text("category") in _SUMMED


def reached_by(dossier: Dossier) -> Iterator[Entry]:
    """Where value that came in had come from, at labels beyond the first hop."""
    ends = [c for c in dossier.cells("trace", "ends", "backward") if c.text("label") and c.row.get("hop") != 1]
    for cells in sorted(ends, key=lambda c: -value_of(c.row))[:_PARTIES_TOLD]:
        told = say(
            "traced backward, {sum} came from {who} at {hops}, up to {at}.",
            at=cells["at"],
            who=bearing(cells),
            hops=cells.count("hop", "hop"),
            sum=cells.money(),
        )
        yield from _entry(cells.text("at"), told, 2)


READERS: tuple[Callable[[Dossier], Iterator[Entry]], ...] = (
    background,
    flows,
    parties,
    sizes,
    conversions,
    busiest_day,
    happenings,
    onward,
    reached_by,
)
