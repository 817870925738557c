"""Credits that were followed by a withdrawal: how soon, and how much had left by then."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from casewright.knowledge.evidence import Column, Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import asking, spans_of
from casewright.tools.queries._shape import (
    LEGS,
    MOVED,
    WINDOW,
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

_HOUR = 3600


def turnarounds(
    ledger: Ledger,
    subjects: Subjects,
    *,
    within: Annotated[int, Field(ge=0, le=31_536_000)] = _HOUR,
    min_usd: Annotated[Decimal, Field(ge=0)] | None = None,
    min_local: Annotated[Decimal, Field(ge=0)] | None = None,
    limit: Annotated[int, Field(ge=1, le=100_000)] = 200,
) -> Evidence:
    """List the credits of each account in its window that a withdrawal followed within so many seconds.

    A withdrawal is any completed transfer out but trades, fees and transfers to itself; it need not be of the same
    value or asset. Each with the first withdrawal after it and all that left in that time. The facts tell how many of
    the credits that large were followed, and how many were not.

    within: seconds from the credit to the withdrawal
    min_usd: only credits of at least this value
    min_local: only credits of at least this value in the workspace's own currency
    limit: credits listed for each account, the oldest are kept
    """
    least = {f"least_{word}": value for word, value in (("usd", min_usd), ("local", min_local)) if value is not None}
    with asking(ledger, subjects, "turnarounds") as question:
        question.keep("moves", _MOVES)
        question.keep("credits", _credits(least), **least)
        question.keep("turned", _turned(ledger), within=within)
        turned, head = question.dicts(_rows(ledger), limit=limit), _head(ledger)
        for row in turned:  # engines read the parts of a tuple each in their own way
            _, row["out_transfer"], row["out_to"] = row["first_out"]
        rows = ([row[field.name] for field in head] for row in turned)
        totals = question.dicts(_totals(ledger))
        legs = question.rows("select subject, count(*), min(epoch), max(epoch) from moves group by nr, subject")
        cut = {t["subject"]: f"{t['followed'] - limit:,} later of {t['followed']:,} credits left out"
               for t in totals if t["followed"] > limit}  # fmt: skip
        found = {t["subject"] for t in totals if t["followed"]}
        return question.answer([table(head, rows)], facts_of(totals, _measures(ledger)),
                               spans_of(legs), found=found, cut=cut)  # fmt: skip


_MOVES = f"""
select s.nr, s.id as subject, l.direction, l.epoch, l.transfer, l.counterparty, l.usd, l.local
from {LEGS} where {WINDOW} and {MOVED}"""


def _credits(least: dict[str, Any]) -> str:
    bounds = "".join(f" and {name.removeprefix('least_')} >= ${name}" for name in least)
    return f"select * from moves where direction = 'in'{bounds}"


def _turned(ledger: Ledger) -> str:
    """Each credit with what left after it; a withdrawal in the second of the credit comes after it."""
    words = [word for word, _ in currencies(ledger)]
    own = ", ".join(f"any_value(c.{word}) as {word}" for word in words)
    outs = ", ".join(f"sum(o.{word}) as out_{word}" for word in words)
    return f"""
select c.nr, c.subject, c.epoch, c.transfer, any_value(c.counterparty) as counterparty, {own},
    min(o.epoch) as out_epoch, min((o.epoch, o.transfer, o.counterparty)) as first_out,
    count(o.transfer) as outs, {outs}
from credits c join moves o
    on o.nr = c.nr and o.direction = 'out' and o.epoch >= c.epoch and o.epoch <= c.epoch + $within
group by c.nr, c.subject, c.epoch, c.transfer"""


def _head(ledger: Ledger) -> tuple[Column, ...]:
    return columns(
        ledger,
        *("subject", "at", "counterparty", "transfer", "usd"),
        column("out_at", "time", means="when the first withdrawal after it left"),
        column("gap", "duration", "seconds", "from the credit to that withdrawal"),
        column("out_transfer", "hash", means="that withdrawal"),
        column("out_to", "id", means="who received it"),
        column("outs", "count", "withdrawals", "that left in that time"),
        "out_usd",
    )


def _rows(ledger: Ledger) -> str:
    sums = ", ".join(word for word, _ in currencies(ledger))
    outs = ", ".join(f"out_{word}" for word, _ in currencies(ledger))
    return f"""
select subject, {utc("epoch")} as at, counterparty, transfer, {sums}, {utc("out_epoch")} as out_at,
    out_epoch - epoch as gap, first_out, outs, {outs}
from (select *, row_number() over (partition by nr order by epoch, transfer) as place from turned)
where place <= $limit order by nr, place"""


def _totals(ledger: Ledger) -> str:
    words = [word for word, _ in currencies(ledger)]
    whole = ", ".join(f"sum(c.{word}) as credited_{word}" for word in words)
    part = ", ".join(f"coalesce(sum(t.{word}), 0) as followed_{word}" for word in words)
    return f"""
select c.subject, count(*) as credits, count(t.transfer) as followed, {whole}, {part},
    min(t.out_epoch - t.epoch) as shortest_gap, min(c.epoch) as first, max(c.epoch) as last
from credits c left join turned t on t.nr = c.nr and t.epoch = c.epoch and t.transfer = c.transfer
group by c.nr, c.subject order by c.nr"""


def _measures(ledger: Ledger) -> list[Measure]:
    told = "of the credits asked for"
    measures = [
        Measure("credits", "count", "credits", "as large as was asked for, in the window", side="in"),
        Measure("followed_credits", "count", "credits", f"{told}, those that a withdrawal followed in time",
                row="followed", of="credits", side="in"),
        Measure("shortest_gap", "duration", "seconds", "from a credit to the withdrawal after it", rank="smallest"),
        *money_measures(ledger, "credited", told, side="in"),
        *money_measures(ledger, "followed", f"{told}, those that a withdrawal followed in time", side="in"),
    ]  # fmt: skip
    return [measure.at(measure.side, "completed") for measure in measures]
