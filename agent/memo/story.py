"""What happened, in order of time: entries that each reader of the evidence contributes, sorted by their moment."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from casewright.agent.memo.dossier import Cells, Dossier, value_of
from casewright.agent.memo.events import event, grave
from casewright.agent.memo.movements import movements, told_singly
from casewright.agent.memo.names import bearing
from casewright.agent.memo.quote import Quote, listed, merged, remainder, say
from casewright.knowledge.case import Sentence
from casewright.knowledge.categories import categories
from casewright.knowledge.clock import epoch, iso

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
_BALANCES_TOLD = 4
_PLACES = 8  # decimals of an amount that are shown
# What moves a balance, each with its sign, in the order told.
_MOVES = {"received": " + ", "traded_in": " + ", "sent": " - ", "traded_out": " - ", "fees": " - "}
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
    """What the account did before the window, where no finding sets it beside the window."""
    before_in, before_out = (dossier.number("account_profile", f"before_transfers_{side}") for side in ("in", "out"))
    if not dossier.number("account_profile", "history_days") or not (before_in or before_out):
        return
    if any(f.statement.startswith("In the ") and "before the period" in f.statement for f in dossier.findings):
        return
    received = "received {before} in {transfers}" + (", the largest {largest}" if before_in > 1 else "")
    sent = "sent {sent} in {sends}"
    what = f"{received}; it had {sent}" if before_in and before_out else received if before_in else sent
    told = say(
        f"before the period, over {{days}}, it had {what}.",
        days=dossier.count("account_profile", "history_days", "day"),
        before=dossier.money("account_profile", "before_inflow"),
        transfers=dossier.count("account_profile", "before_transfers_in", "transfer"),
        largest=dossier.money("account_profile", "before_largest_in"),
        sent=dossier.money("account_profile", "before_outflow"),
        sends=dossier.count("account_profile", "before_transfers_out", "transfer"),
    )
    yield from _entry("9999", told, 0)


def single(dossier: Dossier) -> Iterator[Entry]:
    """Each movement, where they are few."""
    for at, sentence in told_singly(dossier):
        yield from _entry(at, sentence)


def flows(dossier: Dossier) -> Iterator[Entry]:
    """Where movements are many: each kind of them, but for a side that a single counterparty tells whole."""
    if movements(dossier):
        return
    for cells in dossier.cells("flows"):
        if cells.text("status") != "completed" or cells.text("kind") in {"fee", "trade"}:
            continue
        if _lone_party(dossier, cells.side()) or _alone_among_parties(dossier, cells):
            continue
        noun = _KINDS.get(cells.text("kind"), ("transfer", "transfer"))[cells.side() == "out"]
        verb = "it received" if cells.side() == "in" else "it sent"
        one = cells.row.get("transfers") == 1
        network = cells.text("network") not in {"", "unknown", "internal"}
        when, over = "on {at}" if one else "{period}", " over {network}" if network else ""
        told = say(
            f"{when} {verb} {{amount}} in {{transfers}}{over}.",
            at=cells["first_at"],
            period=cells.period(),
            amount=cells.worth(dossier.currency),
            transfers=cells.count("transfers", noun),
            network=cells["network"],
        )
        yield from _entry(cells.text("first_at"), told)


def _lone_party(dossier: Dossier, side: str) -> bool:
    """Whether one counterparty, in one asset, is all there is on a side: its own sentence tells the flow."""
    return len([c for c in dossier.cells("counterparties") if c.side() == side]) == 1


def _alone_among_parties(dossier: Dossier, cells: Cells) -> bool:
    """Whether it is one transfer, of a counterparty that is told with that very moment."""
    alone = [c for c in _weightiest(dossier, cells.side())[:_PARTIES_TOLD] if c.row.get("transfers") == 1]
    return cells.row.get("transfers") == 1 and cells.text("first_at") in {c.text("first_at") for c in alone}


def _weightiest(dossier: Dossier, side: str) -> list[Cells]:
    """The counterparties of a side, those that carried most first."""
    rows = [c for c in dossier.cells("counterparties") if c.side() == side]
    rows = [c for c in rows if c.text("counterparty") != dossier.subject.id]
    return sorted(rows, key=lambda c: -value_of(c.row))


def parties(dossier: Dossier) -> Iterator[Entry]:
    """Where movements are many: the counterparties that carried most, each way, and what the others came to."""
    if movements(dossier):
        return
    for side, verb in (("in", "it received {sum} from {who}"), ("out", "it sent {sum} to {who}")):
        rows = _weightiest(dossier, side)
        told = rows[:_PARTIES_TOLD]
        if len(told) > 1:
            yield from _entry(min(c.text("first_at") for c in told), _listed(told, side))
        elif told:
            once = told[0].row.get("transfers") == 1
            yield from _entry(
                told[0].text("first_at"),
                say(
                    f"on {{at}} {verb}." if once else f"{{period}} {verb} in {{transfers}}.",
                    at=told[0]["first_at"],
                    period=told[0].period(),
                    sum=told[0].worth(dossier.currency),
                    who=bearing(told[0], "counterparty"),
                    transfers=told[0].count("transfers", "transfer"),
                ),
            )
        if len(rows) > _PARTIES_TOLD:
            yield from _entry(min(c.text("first_at") for c in told), _others(dossier, side, told))


def _listed(rows: Sequence[Cells], side: str) -> Sentence | None:
    """Several counterparties in one sentence, in order of time, each with its sum and days."""
    verb, far = ("received", "from") if side == "in" else ("sent", "to")
    items: list[Quote | None] = []
    for cells in sorted(rows, key=lambda c: c.text("first_at")):
        total, who = cells.money(), bearing(cells, "counterparty")
        one = cells.row.get("transfers") == 1
        when = cells["first_at"] if one else cells.period()
        often = cells.count("transfers", "transfer")
        if total is None or who is None or when is None or often is None:
            return None
        text = f"{total} on {when} {far} {who}" if one else f"{total} in {often} {when} {far} {who}"
        items.append(Quote(text, merged([total, who, when, often])))
    return say(f"it {verb} {{items}}.", items=listed(items))


def _others(dossier: Dossier, side: str, told: Sequence[Cells]) -> Sentence | None:
    """How many counterparties there are in all, and what those not named came to: the sum, written out."""
    flow, noun = ("inflow", "payer") if side == "in" else ("outflow", "recipient")
    whole = dossier.money("account_profile", flow)
    rest = remainder(whole, [cells.money() for cells in told])
    words = (
        "{all} paid it in all; the others paid it {rest}."
        if side == "in"
        else "it sent to {all} in all; to the others it sent {rest}."
    )
    return say(
        words,
        all=dossier.count("account_profile", f"counterparties_{side}", noun),
        rest=rest,
    )


def sizes(dossier: Dossier) -> Iterator[Entry]:
    """How large the transfers were, where there are too many to tell each and enough for a middle to mean something."""
    if movements(dossier):
        return
    for side, verb, far in (("in", "received", "from"), ("out", "sent", "to")):
        if dossier.number("account_profile", f"transfers_{side}") >= 10:
            several = dossier.number("account_profile", f"counterparties_{side}") > 1
            told = say(
                f"the median transfer that it {verb} was {{median}}; "
                f"the largest transfer that it {verb} was {{largest}}{f', {far} {{other}}' if several else ''}.",
                median=dossier.money("account_profile", f"median_{side}"),
                largest=dossier.money("account_profile", f"largest_{side}"),
                other=dossier.other("account_profile", f"largest_{side}_at") if several else Quote(""),
            )
            at = dossier.fact("account_profile", f"first_{side}_at")
            yield from _entry(str(at.value) if at else "", told)


def conversions(dossier: Dossier) -> Iterator[Entry]:
    """Where movements are many: how often what was exchanged for what, and the sums of either side."""
    if movements(dossier) or not dossier.number("account_profile", "trades"):
        return
    sides: dict[str, list[Cells]] = {"in": [], "out": []}
    for cells in dossier.cells("flows"):
        if cells.text("kind") == "trade" and cells.text("status") == "completed":
            sides[cells.side()].append(cells)
    paid, got = (listed(c.amount() for c in sides[side]) for side in ("out", "in"))
    made = "it made {trades} worth {sum}"
    first = min((c.text("first_at") for c in (*sides["in"], *sides["out"])), default="")
    plain = len(sides["in"]) == len(sides["out"]) == 1
    told = say(
        f"{made}; {{paid}} was converted into {{got}}." if plain else f"{made}, between {{assets}}.",
        trades=dossier.count("account_profile", "trades", "trade"),
        sum=dossier.money("account_profile", "traded"),
        paid=paid,
        got=got,
        assets=listed(asset for asset in dict.fromkeys(c["asset"] for c in (*sides["out"], *sides["in"]))),
    )
    yield from _entry(first, told)


def busiest_day(dossier: Dossier) -> Iterator[Entry]:
    """Where movements are many: the day that stands out."""
    if movements(dossier):
        return
    for side, verb in (("in", "received"), ("out", "sent")):
        days = sorted(
            (c for c in dossier.cells("timeline", "days") if c.side() == side), key=lambda c: -value_of(c.row)
        )
        several = bool(days) and days[0].row.get("transfers") != 1  # a single one is told as the largest transfer
        if len(days) > 2 and several and value_of(days[0].row) > 2 * value_of(days[1].row):
            told = say(
                f"on {{date}} it {verb} {{sum}} in {{transfers}}, the largest sum {verb} on one day.",
                date=days[0]["date"],
                sum=days[0].money(),
                transfers=days[0].count("transfers", "transfer"),
            )
            yield from _entry(iso(epoch(days[0].text("date"), dossier.zone)), told)


def fees(dossier: Dossier) -> Iterator[Entry]:
    """What was taken in fees, in each asset."""
    rows = [c for c in dossier.cells("flows") if c.text("kind") == "fee" and c.text("status") == "completed"]
    yield from _entry("9998", say("fees of {sums} were taken.", sums=listed(c.amount() for c in rows)))


def balances(dossier: Dossier) -> Iterator[Entry]:
    """That the balances close, for each asset that moved: opening, in, out, conversions, fees, and what is held."""
    rows = [c for c in dossier.cells("balances") if any(c.row[name] for name in _MOVES)]
    if rows and len(rows) <= _BALANCES_TOLD:
        told = say(
            "the balances close (opening + what came in - what went out): {sums} held at the end of the period.",
            sums=listed(_equation(cells) for cells in rows),
        )
        yield from _entry("9999", told)


def _equation(cells: Cells) -> Quote | None:
    """`SGD 140.00 + SGD 3,200.00 - SGD 3,015.15 - SGD 3.01 = SGD 321.84`; None where what is shown does not close."""
    moves = [name for name in _MOVES if cells.row[name]]
    exact = [Decimal(str(cells.row[name])) for name in ("opening", *moves, "closing")]
    amounts = [cells.amount(name) for name in ("opening", *moves, "closing")]
    if exact[0] < 0 or exact[-1] < 0 or any(round(value, _PLACES) != value for value in exact):
        return None
    signs = ["", *(_MOVES[name] for name in moves), " = "]
    text = "".join(f"{sign}{amount}" for sign, amount in zip(signs, amounts, strict=True))
    return Quote(text, (cells.evidence,))


def happenings(dossier: Dossier) -> Iterator[Entry]:
    """What was recorded about the customer beside what the findings tell: changes, requests, replies."""
    for cells in dossier.cells("timeline"):
        if cells.text("kind") not in _NOT_TOLD and not grave(cells) and not _leads_in(dossier, cells):
            yield from _entry(cells.text("at"), event(cells))


def _leads_in(dossier: Dossier, cells: Cells) -> bool:
    """Whether a finding tells this event beside the first credit."""
    at = str(cells["at"])
    return any(f"{at} " in f.statement and "; the first " in f.statement for f in dossier.findings)


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
    if len(ends) > _ENDS_TOLD:
        yield from _entry("99", _labelled_in_all(dossier, "forward"), 2)


def _worth_telling(cells: Cells) -> bool:
    """At the first hop only services: other counterparties are told among the parties."""
    return cells.row.get("hop") != 1 or cells.text("category") in _SUMMED


def reached_by(dossier: Dossier) -> Iterator[Entry]:
    """Where value that came in had come from, at labels beyond the first hop; how many there are in all."""
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
    if len(ends) > _PARTIES_TOLD:
        yield from _entry("99", _labelled_in_all(dossier, "backward"), 2)


def _labelled_in_all(dossier: Dossier, direction: str) -> Sentence | None:
    """That more labelled addresses were reached than are named here, and of how many."""
    back = "backward" if direction == "backward" else "forward"
    return say(
        f"more were reached than are named here: traced {back}, {{labelled}} of {{ends}} bore a label.",
        labelled=dossier.quote("trace", "labelled_ends", direction),
        ends=dossier.count("trace", "ends", "address", "addresses", direction),
    )


READERS: tuple[Callable[[Dossier], Iterator[Entry]], ...] = (
    background,
    single,
    flows,
    parties,
    sizes,
    conversions,
    busiest_day,
    fees,
    balances,
    happenings,
    onward,
    reached_by,
)
