"""What moved through an account, by direction, kind, asset, network and state."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from casewright.knowledge.evidence import Evidence, Fact, Row
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import asking, spans_of
from casewright.tools.queries._shape import (
    IN_OUT,
    LEGS,
    NOTHING,
    WINDOW,
    Measure,
    columns,
    currencies,
    facts_of,
    money,
    money_measures,
    native,
    native_facts,
    native_sum,
    plus,
    table,
    utc,
)
from casewright.tools.warehouse import Ledger

_COLUMNS = "subject direction kind asset network status transfers counterparties amount usd first_at last_at"


def flows(ledger: Ledger, subjects: Subjects) -> Evidence:
    """Break down what each account received and sent in its window by kind, asset, network and status.

    A trade is two rows, what it gave (out) and what it got (in). Transfers of an account to itself are left out.
    """
    head = columns(ledger, *_COLUMNS.split())
    amount = [column.name for column in head].index("amount") - 1
    records = []
    with asking(ledger, subjects, "flows") as question:
        found = question.rows(_query(ledger))
        for subject, _, _, _, shown, *cells in found:
            if shown:
                cells[amount] = native(cells[amount])
                records.append([subject, *cells])
        rows = table(head, records)
        spans = spans_of((subject, legs, first, last) for subject, legs, first, last, *_ in found)
        return question.answer([rows], _facts(ledger, rows.rows), spans)


def _query(ledger: Ledger) -> str:
    return f"""
select s.id as subject, count(*) as legs, min(l.epoch) as first, max(l.epoch) as last,
    l.kind = 'trade' or l.counterparty <> l.account as shown, l.direction, l.kind, l.asset, l.network, l.status,
    count(*) as transfers, if(l.kind = 'trade', null, count(distinct l.counterparty)) as counterparties,
    {native_sum()} as amount, {money(ledger, "sum(l.{})")},
    {utc("min(l.epoch)")} as first_at, {utc("max(l.epoch)")} as last_at
from {LEGS} where {WINDOW}
group by s.nr, s.id, shown, l.direction, l.kind, l.asset, l.network, l.status
order by s.nr, l.direction, sum(l.usd) desc nulls last, l.kind, l.asset, l.network, l.status"""


def _facts(ledger: Ledger, rows: Iterable[Row]) -> list[Fact]:
    """Totals each way and by asset: completed, without trades and fees."""
    totals: dict[tuple[str, str], dict[str, Any]] = {}
    amounts: dict[str, dict[tuple[str, str], Decimal]] = {"in": {}, "out": {}}
    for row in rows:
        subject, side, asset = str(row["subject"]), str(row["direction"]), str(row["asset"])
        if row["status"] != "completed" or row["kind"] in {"trade", "fee"}:
            continue
        total = totals.setdefault((subject, side), {"subject": subject, "assets": set(), "networks": set()})
        total["assets"].add(asset)
        total["networks"].add(row["network"])
        for word, _ in currencies(ledger):
            if row[word] is not None:
                total[word] = total.get(word, NOTHING) + row[word]
        if isinstance(row["amount"], Decimal):
            amounts[side][subject, asset] = plus(amounts[side].get((subject, asset), Decimal(0)), row["amount"])
    facts = []
    for side, told in zip(IN_OUT, ("received", "sent"), strict=True):
        means = f"{told} in the window, completed, without trades and fees"
        sums = [m.at(side, "completed") for m in money_measures(ledger, f"{side}flow", means, row="")]
        counts = [Measure(f"{what}_{side}", "count", what, means, row=what).at(side, "completed")
                  for what in ("assets", "networks")]  # fmt: skip
        records = [{**total, "assets": len(total["assets"]), "networks": len(total["networks"])}
                   for (_, way), total in totals.items() if way == side]  # fmt: skip
        facts += facts_of(records, [*sums, *counts])
        natives = ((subject, asset, amount) for (subject, asset), amount in amounts[side].items())
        facts += native_facts(f"{side}flow_amount", natives, means, side=side, status="completed")
    return facts
