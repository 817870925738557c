"""What an account held of each asset at both ends of its window, and what moved it: opening + moves = closing."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from casewright.knowledge.evidence import Column, Evidence, Fact, Row
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import asking, spans_of
from casewright.tools.queries._shape import (
    LEGS,
    Measure,
    column,
    facts_of,
    native,
    native_facts,
    native_sum,
    plus,
    table,
)
from casewright.tools.warehouse import Ledger

# What moved a balance, in the order told, and its sign.
_MOVES = {"received": 1, "sent": -1, "fees": -1, "traded_in": 1, "traded_out": -1}
_HEAD: tuple[Column, ...] = (
    column("subject"),
    column("asset"),
    column("opening", "native", means="held when the window began, as far as this ledger knows"),
    column("received", "native", means="in the window, without trades"),
    column("sent", "native", means="in the window, without trades and fees"),
    column("fees", "native", means="paid in the window"),
    column("traded_in", "native", means="got in trades in the window"),
    column("traded_out", "native", means="given in trades in the window"),
    column("closing", "native", means="opening + received - sent - fees + traded_in - traded_out"),
)


def balances(ledger: Ledger, subjects: Subjects, *, limit: Annotated[int, Field(ge=1, le=100_000)] = 50) -> Evidence:
    """Tell what each account held of each asset when its window began and ended, and what moved it, in native amounts.

    Completed transfers only; a window without a beginning opens with nothing. A closing balance below nought says
    that the ledger does not hold all of the account's history.

    limit: assets for each account, those with most transfers are kept
    """
    with asking(ledger, subjects, "balances") as question:
        question.keep("moved_assets", _MOVED_ASSETS)
        sums = question.dicts(_SUMS, limit=limit)
        totals = question.dicts(_TOTALS)
        rows = table(_HEAD, _closed(sums))
        cut = {t["subject"]: f"{t['assets'] - limit:,} of {t['assets']:,} assets left out, those with fewest transfers"
               for t in totals if t["assets"] > limit}  # fmt: skip
        spans = spans_of((t["subject"], t["legs"], t["first"], t["last"]) for t in totals)
        return question.answer([rows], _facts(rows.rows, totals), spans, cut=cut, from_start=True)


# An amount that is not known counts as its value where the asset is USD itself.
_MOVED_ASSETS = f"""
with mine as (
    select s.nr, s.id as subject, l.asset, l.epoch,
        coalesce(l.amount, if(l.asset = 'USD', cast(l.usd as decimal(38, 18)), null)) as amount,
        case when l.epoch < s.since then 'opening_' || l.direction when l.kind = 'trade' then 'traded_' || l.direction
            when l.kind = 'fee' and l.direction = 'out' then 'fees' when l.direction = 'in' then 'received'
            else 'sent' end as move
    from {LEGS} where l.epoch < s.until and l.status = 'completed' and (l.kind = 'trade' or l.counterparty <> l.account)
)
select nr, subject, asset, move, count(*) as legs, min(epoch) as first, max(epoch) as last,
    {native_sum("amount")} as sum
from mine group by nr, subject, asset, move"""

_SUMS = """
with assets as (
    select nr, asset, row_number() over (partition by nr order by sum(legs) desc, asset) as place
    from moved_assets group by nr, asset
)
select m.nr, m.subject, m.asset, m.move, m.sum from moved_assets m join assets a on a.nr = m.nr and a.asset = m.asset
where a.place <= $limit order by m.nr, a.place, m.move"""

_TOTALS = """
select subject, count(distinct asset) as assets, sum(legs)::bigint as legs, min(first) as first, max(last) as last
from moved_assets group by nr, subject order by nr"""


def _closed(sums: Iterable[dict[str, Any]]) -> list[list[Any]]:
    """A line for each subject and asset: what moved it, and what follows. Moves of unknown amount count as nothing."""
    moves: dict[tuple[str, str], dict[str, Decimal]] = {}
    for found in sums:
        amount = native(found["sum"])
        moves.setdefault((found["subject"], found["asset"]), {})[found["move"]] = amount or Decimal(0)
    lines = []
    for (subject, asset), of in moves.items():
        opening = plus(of.get("opening_in", Decimal(0)), -of.get("opening_out", Decimal(0)))
        amounts = [of.get(name, Decimal(0)) for name in _MOVES]
        closing = plus(opening, *(sign * amount for sign, amount in zip(_MOVES.values(), amounts, strict=True)))
        lines.append([subject, asset, opening, *amounts, closing])
    return lines


def _facts(rows: Iterable[Row], totals: Iterable[dict[str, Any]]) -> list[Fact]:
    counts = {t["subject"]: {**t, "held": 0, "overdrawn": 0} for t in totals}
    told: dict[str, list[tuple[str, str, Decimal]]] = {"opening": [], "closing": []}
    for row in rows:
        subject, closing = str(row["subject"]), row["closing"]
        counts[subject]["held"] += isinstance(closing, Decimal) and closing > 0
        counts[subject]["overdrawn"] += isinstance(closing, Decimal) and closing < 0
        for name, amounts in told.items():
            amount = row[name]
            if isinstance(amount, Decimal):
                amounts.append((subject, str(row["asset"]), amount))
    measures = [
        Measure("assets", "count", "assets", "that moved up to the window's end"),
        Measure("assets_held", "count", "assets", "with a balance above nought at the end", row="held", of="assets"),
        Measure("overdrawn_assets", "count", "assets", "with a balance below nought at the end: history is missing",
                row="overdrawn", of="assets"),
    ]  # fmt: skip
    return [
        *facts_of(counts.values(), measures),
        *native_facts("opening", told["opening"], "held when the window began", status="completed"),
        *native_facts("closing", told["closing"], "held when the window ended", status="completed"),
    ]
