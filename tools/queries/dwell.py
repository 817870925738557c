"""How long value rested: credits are matched with what left, first in first out, by value in USD."""

from typing import Annotated

from pydantic import Field

from casewright.knowledge.evidence import Column, Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import asking, spans_of
from casewright.tools.queries._shape import (
    LEGS,
    MOVED,
    Measure,
    column,
    columns,
    currencies,
    facts_of,
    money_measures,
    table,
    utc,
)
from casewright.tools.warehouse import Ledger

_HOUR, _DAY = 3600, 86400


def dwell(ledger: Ledger, subjects: Subjects, *, limit: Annotated[int, Field(ge=1, le=100_000)] = 200) -> Evidence:
    """Tell for each credit of each account in its window when its value had left again, and how long value rested.

    First in first out by value in USD at the time, from the account's first transfer on, up to the window's end; what
    left beyond all that had come in was there before this ledger begins and takes nothing. Completed transfers without
    trades, fees and transfers to itself; those without a known value are left out and told.

    limit: credits listed for each account, the oldest are kept
    """
    with asking(ledger, subjects, "dwell") as question:
        question.keep("drawn", _DRAWN)
        question.keep("pieces", _PIECES)
        question.keep("credits", _credits(ledger))
        rows = question.rows(_rows(ledger), limit=limit)
        totals = question.dicts(_totals(ledger))
        legs = question.dicts(_HISTORY)
        unvalued = {leg["subject"]: leg["unvalued"] or None for leg in legs}
        for total in totals:
            total["unvalued"] = unvalued[total["subject"]]
        cut = {t["subject"]: f"{t['credits'] - limit:,} later of {t['credits']:,} credits left out"
               for t in totals if t["credits"] > limit}  # fmt: skip
        spans = spans_of((leg["subject"], leg["legs"], leg["first"], leg["last"]) for leg in legs)
        facts = facts_of(totals, _measures(ledger))
        return question.answer([table(_head(ledger), rows)], facts, spans, cut=cut, from_start=True)


# In the order of time, credits before debits in the same second. `came` and `went` run up what moved so far, `taken`
# what left out of what had come in: the rest of what left, the greatest lack so far, was never seen to come.
_DRAWN = f"""
with moves as (
    select s.nr, s.since, s.id as subject, l.direction, l.epoch, l.transfer, l.counterparty, l.usd, l.local
    from {LEGS} where l.epoch < s.until and {MOVED} and l.usd > 0
), summed as (
    select *, sum(if(direction = 'in', usd, 0)) over run as came, sum(if(direction = 'out', usd, 0)) over run as went
    from moves window run as (partition by nr order by epoch, direction, transfer rows unbounded preceding)
)
select *, went - greatest(0, max(went - came) over run) as taken
from summed window run as (partition by nr order by epoch, direction, transfer rows unbounded preceding)"""

# The value is a line, cut wherever a credit or a debit ends: each piece lies in one credit and left with one debit.
_PIECES = """
with ends as (
    select nr, came as upto, epoch as came_at, transfer, null as left_at from drawn where direction = 'in'
    union all
    select nr, taken, null, null, epoch from (
        select *, lag(taken, 1, 0) over (partition by nr order by epoch, direction, transfer) as before
        from drawn where direction = 'out')
    where taken > before
), cuts as (
    select nr, upto, max(came_at) as came_at, max(transfer) as transfer, max(left_at) as left_at
    from ends group by nr, upto
)
select nr, upto - lag(upto, 1, 0) over (partition by nr order by upto) as usd,
    first_value(came_at ignore nulls) over onward as came_at, first_value(transfer ignore nulls) over onward as credit,
    first_value(left_at ignore nulls) over onward as left_at
from cuts
window onward as (partition by nr order by upto rows between current row and unbounded following)"""

_HISTORY = f"""
select s.id as subject, count(*) as legs, min(l.epoch) as first, max(l.epoch) as last,
    count(*) filter (l.direction = 'in' and l.epoch >= s.since and l.usd is null) as unvalued
from {LEGS} where l.epoch < s.until and {MOVED} group by s.nr, s.id order by s.nr"""


def _credits(ledger: Ledger) -> str:
    """The credits in the windows. A part of a credit has its share of the local value."""
    left = "coalesce(sum(p.usd) filter (p.left_at is not null), 0)"
    part = f"round(d.local::double * ({left})::double / d.usd::double, 2)::decimal(18, 2)"
    local = f", d.local, if({left} = d.usd, d.local, {part}) as left_local" if ledger.currency != "USD" else ""
    return f"""
select d.nr, d.subject, d.epoch, d.counterparty, d.transfer, d.usd, {left}::decimal(38, 2) as left_usd,
    if({left} = d.usd, max(p.left_at), null) as gone{local},
    row_number() over (partition by d.nr order by d.epoch, d.transfer) as place
from drawn d left join pieces p on p.nr = d.nr and p.came_at = d.epoch and p.credit = d.transfer
where d.direction = 'in' and d.epoch >= d.since
group by d.nr, d.subject, d.epoch, d.counterparty, d.transfer, d.usd, d.local"""


def _head(ledger: Ledger) -> tuple[Column, ...]:
    return columns(
        ledger,
        *("subject", "at", "counterparty", "transfer", "usd"),
        column("gone_at", "time", means="when the last of it had left"),
        column("dwell", "duration", "seconds", "from its arrival until the last of it had left"),
        "left_usd",
    )


def _rows(ledger: Ledger) -> str:
    sums = ", ".join(word for word, _ in currencies(ledger))
    left = ", ".join(f"left_{word}" for word, _ in currencies(ledger))
    return f"""
select subject, {utc("epoch")} as at, counterparty, transfer, {sums}, {utc("gone")} as gone_at, gone - epoch as dwell,
    {left}
from credits where place <= $limit order by nr, place"""


def _totals(ledger: Ledger) -> str:
    words = [word for word, _ in currencies(ledger)]
    sums = ", ".join(
        f"sum({w}) as credited_{w}, sum(left_{w}) as left_{w}, sum({w}) - sum(left_{w}) as held_{w}" for w in words
    )
    return f"""
with left_pieces as (
    select c.nr, p.usd, p.left_at - p.came_at as dwell
    from pieces p join credits c on c.nr = p.nr and c.epoch = p.came_at and c.transfer = p.credit
    where p.left_at is not null
), run as (
    select *, sum(usd) over (partition by nr order by dwell rows unbounded preceding) as upto,
        sum(usd) over (partition by nr) as whole
    from left_pieces
), rested as materialized (
    select nr, min(dwell) filter (2 * upto >= whole) as median_dwell, min(dwell) as shortest_dwell,
        max(dwell) as longest_dwell, sum(usd) filter (dwell <= {_HOUR}) as within_hour,
        sum(usd) filter (dwell <= {_DAY}) as within_day
    from run group by nr
)
select c.subject, count(*) as credits, count(c.gone) as gone, {sums}, any_value(r.median_dwell) as median_dwell,
    any_value(r.shortest_dwell) as shortest_dwell, any_value(r.longest_dwell) as longest_dwell,
    round(coalesce(any_value(r.within_hour), 0)::double / sum(c.usd)::double, 6)::decimal(9, 6) as share_out_1h,
    round(coalesce(any_value(r.within_day), 0)::double / sum(c.usd)::double, 6)::decimal(9, 6) as share_out_24h,
    round(sum(c.left_usd)::double / sum(c.usd)::double, 6)::decimal(9, 6) as share_out
from credits c left join rested r on r.nr = c.nr
group by c.nr, c.subject order by c.nr"""


def _measures(ledger: Ledger) -> list[Measure]:
    rested = "from arrival until it left, first in first out, of the value of the window's credits that had left"
    told = [
        Measure("credits", "count", "credits", "that came in within the window", side="in"),
        Measure("gone_credits", "count", "credits", "all of whose value had left", row="gone", of="credits", side="in"),
        Measure("unvalued_credits", "count", "credits", "of unknown value, left out", row="unvalued", side="in"),
        Measure("median_dwell", "duration", "seconds", f"median by value {rested}"),
        Measure("shortest_dwell", "duration", "seconds", f"shortest {rested}", rank="smallest"),
        Measure("longest_dwell", "duration", "seconds", f"longest {rested}", rank="largest"),
        Measure("share_out_1h", "share", "", "of the credits' value left within an hour of its arrival", side="out"),
        Measure("share_out_24h", "share", "", "of the credits' value left within a day of its arrival", side="out"),
        Measure("share_out", "share", "", "of the credits' value left by the window's end", side="out"),
        *money_measures(ledger, "credited", "came in within the window", side="in"),
        *money_measures(ledger, "left", "of that had left by the window's end", side="out"),
        *money_measures(ledger, "held", "of that had not left by the window's end"),
    ]
    return [measure.at(measure.side, "completed") for measure in told]
