"""The single transfers of an account: those that a filter lets through, with what they amount to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Column, Evidence, Fact, Rank, Side
from casewright.knowledge.records import Id, Subjects
from casewright.tools.labels import best_labels
from casewright.tools.queries._question import Span, asking
from casewright.tools.queries._shape import (
    ECHO,
    IN_OUT,
    LEGS,
    MOVED,
    WINDOW,
    Measure,
    column,
    columns,
    currencies,
    facts_of,
    money,
    money_measures,
    table,
    utc,
)
from casewright.tools.warehouse import Ledger

_ORDERS = {
    "time": "epoch, transfer, direction",
    "newest": "epoch desc, transfer, direction",
    "value": "usd desc nulls last, epoch, transfer, direction",
}
_LABEL = ("label", "category", "label_source", "label_at")


def transfers(
    ledger: Ledger,
    subjects: Subjects,
    *,
    direction: Literal["in", "out"] | None = None,
    kind: str | None = None,
    asset: str | None = None,
    network: str | None = None,
    status: str | None = None,
    counterparty: Id | None = None,
    min_usd: Annotated[Decimal, Field(ge=0)] | None = None,
    min_local: Annotated[Decimal, Field(ge=0)] | None = None,
    max_usd: Annotated[Decimal, Field(ge=0)] | None = None,
    max_local: Annotated[Decimal, Field(ge=0)] | None = None,
    limit: Annotated[int, Field(ge=1, le=1_000_000)] = 200,
    order: Literal["time", "newest", "value"] = "time",
) -> Evidence:
    """List the transfers of each account in its window that match, and tell what they amount to.

    A trade is one row: `asset` and `amount` are what was given, `asset_in` and `amount_in` what was got. The facts are
    about all that match, whatever the limit: counts, completed sums each way without trades and fees, the first, the
    last and the largest.

    direction: only what came in, or went out
    kind: only of this kind, such as deposit, withdrawal, fiat_in, trade, fee
    asset: only in this asset, given or got
    network: only over this network
    status: only in this state, such as completed, cancelled, reversed
    counterparty: only with this one
    min_usd: only of at least this value
    min_local: only of at least this value in the workspace's own currency
    max_usd: only of at most this value
    max_local: only of at most this value in the workspace's own currency
    limit: rows for each account
    order: time lists the oldest first, newest the newest, value the largest; the limit cuts in that order
    """
    given = {"direction": direction, "kind": kind, "asset": asset and asset.upper(), "network": network,
             "status": status, "counterparty": counterparty, "min_usd": min_usd, "min_local": min_local,
             "max_usd": max_usd, "max_local": max_local}  # fmt: skip
    wanted = {name: value for name, value in given.items() if value is not None}
    with asking(ledger, subjects, "transfers") as question:
        question.keep("matched", _matched(wanted), **wanted)
        question.keep("listed", _listed(_ORDERS[order]), limit=limit)
        question.keep("listed_labels", best_labels("(select distinct counterparty as id from listed)"))
        rows = question.rows(_rows(ledger))
        totals = question.dicts(_totals(ledger))
        wholes = [total for total in totals if total["direction"] is None]
        spans = {t["subject"]: Span(t["legs"], t["first"], t["last"]) for t in wholes}
        cut = {t["subject"]: f"{t['matched'] - limit:,} of {t['matched']:,} transfers left out, {_LEFT[order]}"
               for t in wholes if t["matched"] > limit}  # fmt: skip
        return question.answer([table(_head(ledger), rows)], _facts(ledger, totals), spans,
                               nouns=("transfer", "transfers"), cut=cut)  # fmt: skip


_LEFT = {"time": "the later ones", "newest": "the older ones", "value": "those of least value"}
_FILTERS = {
    "direction": "l.direction = $direction",
    "kind": "l.kind = $kind",
    "asset": "(upper(l.asset) = $asset or upper(g.asset) = $asset)",
    "network": "l.network = $network",
    "status": "l.status = $status",
    "counterparty": "l.counterparty = $counterparty",
    "min_usd": "l.usd >= $min_usd",
    "min_local": "l.local >= $min_local",
    "max_usd": "l.usd <= $max_usd",
    "max_local": "l.local <= $max_local",
}


def _matched(wanted: Mapping[str, Any]) -> str:
    """Every transfer in the windows, with the mark of a match; g is what a trade got."""
    filters = " and ".join(_FILTERS[name] for name in wanted) or "true"
    return f"""
with mine as materialized (select s.nr, s.id as subject, l.* exclude (key, known_epoch) from {LEGS} where {WINDOW}),
got as (select nr, epoch, transfer, asset, amount from mine l where l.kind = 'trade' and {ECHO})
select l.*, g.asset as asset_in, g.amount as amount_in, coalesce({filters}, false) as match,
    {MOVED} as moved
from mine l left join got g on l.kind = 'trade' and g.nr = l.nr and g.epoch = l.epoch and g.transfer = l.transfer
where not {ECHO}"""


def _listed(order: str) -> str:
    return f"""
select *, row_number() over (partition by nr order by {order}) as place from matched where match
qualify row_number() over (partition by nr order by {order}) <= $limit"""


def _head(ledger: Ledger) -> tuple[Column, ...]:
    return columns(
        ledger,
        *("subject", "at", "direction", "counterparty", "from", "to", "kind", "status", "asset", "amount", "network"),
        "usd",
        column("asset_in", "word", "asset", "what a trade got"),
        column("amount_in", "native", means="how much of it"),
        "transfer",
        column("hash", "hash", means="the chain's"),
        column("memo", "text", means="as the sender wrote it"),
        *_LABEL,
    )


def _rows(ledger: Ledger) -> str:
    sums = ", ".join(f"m.{word}" for word, _ in currencies(ledger))
    return f"""
select m.subject, {utc("m.epoch")} as at, m.direction, m.counterparty,
    if(m.direction = 'out', m.subject, m.counterparty) as "from",
    if(m.direction = 'out', m.counterparty, m.subject) as "to",
    m.kind, m.status, m.asset, m.amount, m.network, {sums}, m.asset_in, m.amount_in, m.transfer, t.hash, t.memo,
    b.label, b.category, b.label_source, {utc("b.label_at")} as label_at
from listed m left join transfers t on t.epoch = m.epoch and t.id = m.transfer
left join listed_labels b on b.id = m.counterparty
order by m.nr, m.place"""


def _totals(ledger: Ledger) -> str:
    """One line a subject and direction, and one a subject: what matched, and the extremes with their moment."""
    words = [word for word, _ in currencies(ledger)]
    worth, rest = ", ".join(words), "".join(f", {word}" for word in words[1:])
    moved = "filter (match and moved)"
    return f"""
select nr, subject, direction, count(*) as legs, min(epoch) as first, max(epoch) as last,
    count(*) filter (match) as matched, count(*) {moved} as moved, {money(ledger, "sum({}) " + moved, "moved")},
    count(*) filter (match and status <> 'completed') as undone,
    count(distinct counterparty) {moved} as counterparties,
    min((epoch, transfer, counterparty, {worth})) {moved} as first_one,
    max((epoch, transfer, counterparty, {worth})) {moved} as last_one,
    max((usd, -epoch, transfer, counterparty{rest})) filter (match and moved and usd is not null) as largest_one
from matched group by grouping sets ((nr, subject, direction), (nr, subject)) order by nr, direction"""


def _facts(ledger: Ledger, totals: Sequence[dict[str, Any]]) -> list[Fact]:
    """What matched in all, then each way."""
    words = [word for word, _ in currencies(ledger)]
    for total in totals:
        for name in ("first", "last", "largest"):
            one = total[f"{name}_one"]
            if one:
                epoch, transfer, other, *worth = one if name != "largest" else (-one[1], *one[2:4], one[0], *one[4:])
                total |= {f"{name}_at": iso(epoch), f"{name}_transfer": transfer, f"{name}_other": other}
                total |= {f"{name}_{word}": value for word, value in zip(words, worth, strict=True)}
    facts = facts_of((t for t in totals if t["direction"] is None), [
        Measure("searched_transfers", "count", "transfers", "in the window, in whatever state", row="legs"),
        Measure("matched_transfers", "count", "transfers", "that match what was asked for", row="matched", of="legs"),
        Measure("matched_attempts", "count", "transfers", "that match but did not complete", row="undone", of="matched",
                status="not completed"),
    ])  # fmt: skip
    for side in IN_OUT:
        facts += facts_of((t for t in totals if t["direction"] == side and t["moved"]), _measures(ledger, side))
    return facts


def _measures(ledger: Ledger, side: Side) -> list[Measure]:
    told = f"{'received' if side == 'in' else 'sent'}, of what matches"
    measures = [
        Measure(f"matched_transfers_{side}", "count", "transfers", told, row="moved"),
        Measure(f"matched_counterparties_{side}", "count", "counterparties", told, row="counterparties"),
        *money_measures(ledger, f"matched_{side}", told, row="moved"),
    ]
    ranks: tuple[Rank, ...] = ("first", "last", "largest")
    for rank in ranks:
        means = f"the {rank} {told}"
        more: dict[str, Any] = {"rank": rank, "other": f"{rank}_other"}
        measures += [
            Measure(f"{rank}_{side}_at", "time", "", means, row=f"{rank}_at", **more),
            Measure(f"{rank}_{side}_transfer", "hash", "", means, row=f"{rank}_transfer", **more),
            *money_measures(ledger, f"{rank}_{side}", means, row=rank, **more),
        ]
    return [measure.at(side, "completed") for measure in measures]
