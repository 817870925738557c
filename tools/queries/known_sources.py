"""How much of what came in is of a source that this ledger knows."""

from collections.abc import Mapping, Sequence
from typing import Any

from casewright.knowledge.evidence import Column, Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.labels import OWN, best_labels, in_words
from casewright.tools.queries._question import asking, spans_of
from casewright.tools.queries._shape import (
    LEGS,
    MOVED,
    NOTHING,
    WINDOW,
    Measure,
    column,
    columns,
    currencies,
    facts_of,
    money,
    money_measures,
    share_of,
    table,
)
from casewright.tools.warehouse import Ledger

_KNOWN = ("customer", "named payer", "labelled", "house")


def known_sources(ledger: Ledger, subjects: Subjects) -> Evidence:
    """Tell how much of what each account received in its window came from a source that this ledger knows.

    Sources: another customer of ours, a bank payer whose bank gave a name, a labelled address, the house itself; what
    is none of them is unknown. To know who sent is not to know where it was earned. Completed transfers without
    trades, fees and transfers to itself; a label that became known later counts.
    """
    with asking(ledger, subjects, "known_sources") as question:
        question.keep("inflow", _INFLOW)
        question.keep("known", best_labels("(select distinct counterparty as id from inflow)"))
        found = question.dicts(_by_source(ledger))
        totals = _totals(found, [word for word, _ in currencies(ledger)])
        whole = {total["subject"]: total for total in totals}
        for record in found:
            record["share"] = share_of(record["usd"] or 0, whole[record["subject"]]["inflow_usd"])
        head = _head(ledger)
        rows = ([record[field.name] for field in head] for record in found)
        spans = spans_of((r["subject"], r["transfers"], r["first"], r["last"]) for r in found)
        return question.answer([table(head, rows)], facts_of(totals, _measures(ledger)), spans,
                               nouns=("credit", "credits"))  # fmt: skip


_INFLOW = f"""
select s.nr, s.id as subject, l.counterparty, l.kind, l.epoch, l.usd, l.local,
    nullif(trim(split_part(t.memo, '|', 1)), '') as given_name
from {LEGS} left join transfers t on t.id = l.transfer and t.epoch = l.epoch
where {WINDOW} and {MOVED} and l.direction = 'in'"""


def _by_source(ledger: Ledger) -> str:
    return f"""
with told as (
    select i.*, case when k.category in {in_words(OWN)} then 'house' when k.category is not null then 'labelled'
        when c.id is not null then 'customer'
        when i.kind = 'fiat_in' and i.given_name is not null then 'named payer' else 'unknown' end as source
    from inflow i left join known k on k.id = i.counterparty
    left join (select distinct id from customers) c on c.id = i.counterparty
), summed as (
    select nr, subject, source, count(*) as transfers, count(distinct counterparty) as counterparties,
        {money(ledger, "sum({})")}, min(epoch) as first, max(epoch) as last
    from told group by nr, subject, source
)
select * from summed order by nr, usd desc nulls last, source"""


def _head(ledger: Ledger) -> tuple[Column, ...]:
    return columns(
        ledger,
        "subject",
        column("source", "word", "source", "customer, named payer, labelled, house or unknown"),
        *("transfers", "counterparties", "usd"),
        column("share", "share", means="of the value that came in"),
    )


def _totals(found: Sequence[Mapping[str, Any]], words: Sequence[str]) -> list[dict[str, Any]]:
    totals: dict[str, dict[str, Any]] = {}
    for record in found:
        nothing = {f"{part}_{word}": NOTHING for part in ("inflow", "known", "labelled", "unknown") for word in words}
        total = totals.setdefault(record["subject"], {"subject": record["subject"], **nothing})
        parts = ["inflow", "known" if record["source"] in _KNOWN else "unknown"]
        parts += ["labelled"] if record["source"] == "labelled" else []
        for part in parts:
            for word in words:
                total[f"{part}_{word}"] += record[word] or NOTHING
    for total in totals.values():
        for part in ("known", "labelled", "unknown"):
            total[f"{part}_share"] = share_of(total[f"{part}_usd"], total["inflow_usd"])
    return list(totals.values())


def _measures(ledger: Ledger) -> list[Measure]:
    means = {
        "known": "received from a source that the ledger knows",
        "labelled": "received from labelled addresses, other than the house's own",
        "unknown": "received from a source that the ledger does not know",
    }
    measures = money_measures(ledger, "inflow", "received in the window, without trades and fees")
    for part, told in means.items():
        measures.append(Measure(f"{part}_share", "share", "", f"of the value {told}"))
        measures += money_measures(ledger, part, told)
    return [measure.at("in", "completed") for measure in measures]
