"""Single movements: where there are few, each is told, in runs of one kind, a conversion with what left after it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from casewright.agent.memo.dossier import FIAT, Cells, Dossier
from casewright.agent.memo.names import bearing
from casewright.agent.memo.quote import Quote, listed, merged, say
from casewright.knowledge.case import Sentence

FEW = 14  # movements that a reader follows one by one (ours)
_IN_ONE_SENTENCE = 4


@dataclass(frozen=True)
class Run:
    """Movements of one kind, one after the other."""

    way: str  # in, trade, out
    rows: tuple[Cells, ...]

    @property
    def at(self) -> str:
        """The first one's moment."""
        return self.rows[0].text("at")


def movements(dossier: Dossier) -> list[Cells]:
    """The completed movements in order of time, without fees; empty where they are too many or some were cut off."""
    asked = dossier.of("transfers")
    if asked is None or asked.truncated:
        return []
    rows = [c for c in dossier.cells("transfers") if c.text("status") == "completed" and c.text("kind") != "fee"]
    return sorted(rows, key=lambda c: c.text("at")) if len(rows) <= FEW else []


def runs(dossier: Dossier) -> list[Run]:
    """The movements in runs, none longer than a sentence holds."""
    made = []
    for way, group in groupby(movements(dossier), key=_way):
        rows = list(group)
        for start in range(0, len(rows), _IN_ONE_SENTENCE):
            made.append(Run(way, tuple(rows[start : start + _IN_ONE_SENTENCE])))
    return made


def _way(cells: Cells) -> str:
    return "trade" if cells.text("kind") == "trade" else cells.side()


def told_singly(dossier: Dossier) -> Iterator[tuple[str, Sentence]]:
    """A sentence for each run with its moment; one conversion and what left right after it share a sentence."""
    found = runs(dossier)
    place = 0
    while place < len(found):
        run, after = found[place], found[place + 1] if place + 1 < len(found) else None
        sentence = None
        if run.way == "trade" and after and after.way == "out" and len(run.rows) == len(after.rows) == 1:
            sentence = _both(run.rows[0], after.rows[0], dossier)
        place += 1 if sentence is None else 2
        sentence = sentence or _TOLD[run.way](run.rows, dossier)
        if sentence is not None:
            yield run.at, sentence


def _both(trade: Cells, out: Cells, dossier: Dossier) -> Sentence | None:
    return say(
        "on {at} it converted {paid} into {got}{rate}; on {then} it sent {sum}{over} to {who}.",
        at=trade["at"],
        paid=trade.amount(),
        got=trade.amount("amount_in"),
        rate=_rate(trade),
        then=out["at"],
        sum=out.worth(dossier.currency),
        over=_over([out]),
        who=_party(out, dossier),
    )


def _rate(trade: Cells) -> Quote:
    """What a unit of the asset cost, or was sold for, in the currency of the other side: ` at 1.3446 SGD a unit`."""
    sides = [(trade.text("asset"), trade.row["amount"]), (trade.text("asset_in"), trade.row["amount_in"])]
    money = [(unit, Decimal(str(amount))) for unit, amount in sides if unit in FIAT and amount]
    native = [Decimal(str(amount)) for unit, amount in sides if unit not in FIAT and amount]
    if len(money) != 1 or len(native) != 1:
        return Quote("")
    unit, paid = money[0]
    price = paid / native[0]
    digits = max(2, 4 - max(0, price.adjusted()))
    return Quote(f" at {round(price, digits):,f} {unit} a unit", (trade.evidence,))


def _over(rows: Sequence[Cells]) -> Quote:
    """The network, where it is known and the same for all."""
    networks = {cells.text("network") for cells in rows}
    network = rows[0]["network"]
    known = len(networks) == 1 and network is not None and not networks & {"", "unknown", "internal"}
    return Quote(f" over {network}", network.evidence) if known and network else Quote("")


def _party(cells: Cells, dossier: Dossier) -> Quote | None:
    """The far party with its label and what is known of it: new to the account, paid by it since, of which name."""
    party = bearing(cells, "counterparty")
    found = _row_of(dossier, "counterparties", cells)
    told = [_standing(found, cells, dossier) if found else None]
    same, other = (dossier.number("payers", f"{kind}_name_payers") for kind in ("same", "different"))
    if cells.side() == "in" and dossier.number("payers", "payers") not in {same, other}:
        told.append(_name(_row_of(dossier, "payers", cells)))
    known = [part for part in told if part is not None]
    if party is None or not known:
        return party
    return Quote(f"{party}, {' and '.join(part.text for part in known)}", merged([party, *known]))


def _row_of(dossier: Dossier, tool: str, cells: Cells) -> Cells | None:
    same = (
        c
        for c in dossier.cells(tool)
        if c.text("counterparty") == cells.text("counterparty") and c.text("direction") in {"", cells.side()}
    )
    return next(same, None)


def _standing(found: Cells, cells: Cells, dossier: Dossier) -> Quote | None:
    """At the first movement with it, that the party was new; where all of several were new a finding tells it."""
    side = cells.side()
    if found.text("first_at") != cells.text("at") or found.text("new") != "yes":
        return None
    number = dossier.number("counterparties", f"counterparties_{side}")
    if number > 1 and number == dossier.number("counterparties", f"new_counterparties_{side}"):
        return None
    return Quote(f"a {'payer' if side == 'in' else 'recipient'} new to it", (found.evidence,))


def _name(row: Cells | None) -> Quote | None:
    words = {"different": "of another name than the customer", "same": "of the customer's own name"}
    told = words.get(row.text("name_match")) if row else None
    return Quote(told, (row.evidence,)) if row and told else None


def _credits(rows: Sequence[Cells], dossier: Dossier) -> Sentence | None:
    return _side(rows, dossier, "received", "from")


def _payouts(rows: Sequence[Cells], dossier: Dossier) -> Sentence | None:
    return _side(rows, dossier, "sent", "to")


def _side(rows: Sequence[Cells], dossier: Dossier, verb: str, far: str) -> Sentence | None:
    """One movement with its moment; several in a list, by the day where all are of one, by the party where all are."""
    over = _over(rows)
    if len(rows) == 1:
        return say(
            f"on {{at}} it {verb} {{sum}}{{over}} {far} {{who}}.",
            at=rows[0]["at"],
            sum=rows[0].worth(dossier.currency),
            over=over,
            who=_party(rows[0], dossier),
        )
    parties, days = {c.text("counterparty") for c in rows}, {str(c.day("at")) for c in rows}
    sums = [c.worth(dossier.currency) for c in rows]
    one_day = len(days) == 1
    when = "on {day} " if one_day else ""
    if len(parties) == 1:
        items = [
            _joined(total, " at " if one_day else " on ", cells.clock("at") if one_day else cells["at"])
            for total, cells in zip(_again(sums), rows, strict=True)
        ]
        return say(
            f"{when}it {verb} {{items}}{{over}} {far} {{who}}.",
            day=rows[0].day("at"),
            items=listed(items),
            over=over,
            who=_party(rows[0], dossier),
        )
    items = [
        _joined(
            total,
            over if n == 0 else "",
            " at " if one_day else " on ",
            cells.clock("at") if one_day else cells["at"],
            f" {far} ",
            _party(cells, dossier),
        )
        for n, (total, cells) in enumerate(zip(_again(sums), rows, strict=True))
    ]
    return say(f"{when}it {verb} {{items}}.", day=rows[0].day("at"), items=listed(items))


def _again(sums: Sequence[Quote | None]) -> list[Quote | None]:
    """`the same sum` where a sum is that of the movement before."""
    return [
        Quote("the same sum", total.evidence) if n and total and total == sums[n - 1] else total
        for n, total in enumerate(sums)
    ]


def _joined(*parts: Quote | str | None) -> Quote | None:
    if any(part is None for part in parts):
        return None
    quotes = [part for part in parts if isinstance(part, Quote)]
    return Quote("".join(str(part) for part in parts), merged(quotes))


def _trades(rows: Sequence[Cells], dossier: Dossier) -> Sentence | None:
    if len(rows) == 1:
        return say(
            "on {at} it converted {paid} into {got}{rate}.",
            at=rows[0]["at"],
            paid=rows[0].amount(),
            got=rows[0].amount("amount_in"),
            rate=_rate(rows[0]),
        )
    items = [
        _joined(cells.amount(), " into ", cells.amount("amount_in"), _rate(cells), " on ", cells["at"])
        for cells in rows
    ]
    return say("it converted {items}.", items=listed(items))


_TOLD = {"in": _credits, "trade": _trades, "out": _payouts}
