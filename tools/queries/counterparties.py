"""Who stands on the other side of an account's transfers: how much, since when, under which label."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from casewright.knowledge.evidence import Evidence, Side
from casewright.knowledge.records import Subjects
from casewright.tools.labels import OWN, best_labels, in_words
from casewright.tools.queries._question import asking, spans_of
from casewright.tools.queries._shape import (
    FROM_EVER,
    IN_OUT,
    LEGS,
    MOVED,
    Measure,
    column,
    columns,
    currencies,
    facts_of,
    money,
    money_measures,
    native,
    native_sum,
    share_of,
    table,
    utc,
)
from casewright.tools.warehouse import Ledger

_SUMS = "subject direction counterparty transfers asset amount usd first_at last_at"
_LABEL = "label category label_source label_at label_confidence"
_OWN = f"coalesce(b.category in {in_words(OWN)}, false)"


def counterparties(
    ledger: Ledger, subjects: Subjects, *, limit: Annotated[int, Field(ge=1, le=100_000)] = 50
) -> Evidence:
    """List whom each account received from and sent to in its window, the largest value first.

    Each with the sum, the first contact ever in either direction, whether that lies inside the window (not told of a
    window without a beginning), and the best label that it bears. Completed transfers only, without trades, fees and
    transfers to itself. The house's own and custodial addresses do not count as labelled; they are told apart.

    limit: rows for each account and direction
    """
    with asking(ledger, subjects, "counterparties") as question:
        question.keep("met", _met(ledger))
        question.keep("met_labels", best_labels("(select distinct counterparty as id from met)"))
        head = columns(
            ledger,
            *_SUMS.split(),
            column("known_since", "time", means="first contact ever, in either direction"),
            column("new", "word", "newness", "whether the first contact lies inside the window"),
            column("name", "text", means="the name of the customer of that id"),
            *_LABEL.split(),
        )
        amount = [c.name for c in head].index("amount")
        records = [[*row[:amount], native(row[amount]), *row[amount + 1 :]]
                   for row in question.rows(_rows(ledger), limit=limit)]  # fmt: skip
        totals = [_told(total) for total in question.dicts(_totals(ledger))]
        facts = [fact for side in IN_OUT for fact in facts_of(
            (total for total in totals if total["direction"] == side), _measures(ledger, side))]  # fmt: skip
        nouns = ("completed transfer", "completed transfers")
        spans = spans_of((t["subject"], t["transfers"], t["first"], t["last"]) for t in totals)
        return question.answer([table(head, records)], facts, spans, nouns=nouns, cut=_cut(totals, limit))


def _met(ledger: Ledger) -> str:
    """Every counterparty of each subject and direction. `asset` is empty where there are several."""
    return f"""
with mine as materialized (
    select s.nr, s.id as subject, s.since, s.until, l.epoch >= s.since as inside, l.direction, l.counterparty, l.epoch,
        l.asset, l.amount, l.usd, l.local, min(l.epoch) over (partition by s.nr, l.counterparty) as known
    from {LEGS} where l.epoch < s.until and {MOVED}
)
select nr, subject, since, until, direction, counterparty, count(*) as transfers,
    if(count(distinct asset) = 1, any_value(asset), null) as asset, {native_sum("amount")} as amount,
    {money(ledger, "sum({})")}, min(epoch) as first, max(epoch) as last, any_value(known) as known,
    row_number() over (partition by nr, direction
        order by sum(usd) desc nulls last, count(*) desc, counterparty) as place
from mine where inside
group by nr, subject, since, until, direction, counterparty"""


def _rows(ledger: Ledger) -> str:
    sums = ", ".join(f"m.{word}" for word, _ in currencies(ledger))
    return f"""
with names as (
    select m.nr, c.id, arg_max(c.name, c.known_epoch) as name
    from met m join customers c on c.id = m.counterparty and c.known_epoch < m.until
    where m.place <= $limit group by m.nr, c.id
)
select m.subject, m.direction, m.counterparty, m.transfers, m.asset, if(m.asset is null, null, m.amount) as amount,
    {sums}, {utc("m.first")} as first_at, {utc("m.last")} as last_at, {utc("m.known")} as known_since,
    case when m.since > {FROM_EVER} then if(m.known >= m.since, 'yes', 'no') end as new, n.name,
    b.label, b.category, b.label_source, {utc("b.label_at")} as label_at, b.label_confidence
from met m left join met_labels b on b.id = m.counterparty left join names n on n.nr = m.nr and n.id = m.counterparty
where m.place <= $limit order by m.nr, m.direction, m.place"""


def _totals(ledger: Ledger) -> str:
    return f"""
select m.subject, m.direction, count(*) as counterparties, sum(m.transfers)::bigint as transfers,
    min(m.first) as first, max(m.last) as last, {money(ledger, "sum(m.{})", "all")},
    if(any_value(m.since) > {FROM_EVER}, count(*) filter (m.known >= m.since), null) as new,
    count(*) filter (b.id is not null and not {_OWN}) as labelled, count(*) filter ({_OWN}) as own,
    count(*) filter (b.id is null) as unlabelled,
    count(*) filter (b.label_at >= m.until and not {_OWN}) as labelled_later,
    count(*) filter (m.transfers > 1) as repeated,
    arg_min(m.counterparty, m.place) as top, arg_min(m.transfers, m.place) as top_transfers,
    {money(ledger, "arg_min(m.{}, m.place)", "top")}
from met m left join met_labels b on b.id = m.counterparty
group by m.nr, m.subject, m.direction order by m.nr, m.direction"""


def _told(total: dict[str, Any]) -> dict[str, Any]:
    """The totals with the share that the first counterparty has."""
    if total["top_usd"] is not None and total["all_usd"]:
        total["top_share"] = share_of(total["top_usd"], total["all_usd"])
    return total


def _measures(ledger: Ledger, side: Side) -> list[Measure]:
    def count(name: str, row: str, means: str, of: str = "counterparties") -> Measure:
        return Measure(f"{name}_{side}", "count", "counterparties", means, row=row, of=of)

    most: dict[str, Any] = {"rank": "largest", "other": "top"}
    top, means = "top_counterparty", "the counterparty of the largest sum"
    measures = [
        count("counterparties", "counterparties", "different ones in the window", of=""),
        count("new_counterparties", "new", "first contact ever inside the window"),
        count("repeated_counterparties", "repeated", "with more than one transfer"),
        count("labelled_counterparties", "labelled", "that bear a label, other than the house's own"),
        count("own_counterparties", "own", "that are the house's own or custodial addresses"),
        count("unlabelled_counterparties", "unlabelled", "that bear no label in this ledger"),
        count("labelled_later_counterparties", "labelled_later", "whose label became known after the window"),
        Measure(f"{top}_{side}", "id", "", means, row="top", **most),
        Measure(f"{top}_transfers_{side}", "count", "transfers", means, row="top_transfers", of="transfers", **most),
        Measure(f"{top}_share_{side}", "share", "", f"{means}: its share of the value", row="top_share", **most),
        *money_measures(ledger, f"{top}_{side}", means, row="top", **most),
    ]
    return [measure.at(side, "completed") for measure in measures]


def _cut(totals: Sequence[Mapping[str, Any]], limit: int) -> dict[str, str]:
    """What the limit left out, for each subject."""
    cut: dict[str, str] = {}
    for total in totals:
        more = total["counterparties"] - limit
        if more > 0:
            whole, side = f"{total['counterparties']:,} counterparties", total["direction"]
            told = f"{more:,} of {whole} ({side}) left out, those of least value"
            cut[total["subject"]] = f"{cut[total['subject']]}; {told}" if total["subject"] in cut else told
    return cut
