"""Whose money it is: the payers of an account's bank credits, by the names that their banks gave."""

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import asking, spans_of
from casewright.tools.queries._shape import (
    LEGS,
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

_STATES = {
    "same": "whose name has the same words as the customer's, in any order",
    "different": "whose name shares no word with the customer's",
    "unknown": "whose name is missing, or shares a part with the customer's (cut off, or one word of it)",
}


def payers(ledger: Ledger, subjects: Subjects) -> Evidence:
    """List who paid each account by bank, and whether the payer bears the customer's own name.

    A match has three states. Same: the same words in any order. Different: no word in common. Unknown: no name given,
    a part of one, or one word in common; unknown is never "third party". The customer's name is that known at the
    window's end, the payer's name what stands in the memo before a `|`.
    """
    with asking(ledger, subjects, "payers") as question:
        question.keep("named", _NAMED)
        question.keep("paid", _paid(ledger))
        rows = question.rows(_rows(ledger))
        totals = question.dicts(_totals(ledger))
        head = columns(
            ledger,
            "subject",
            column("counterparty", means="the payer's bank account"),
            column("given_name", "text", means="the payer's name as the bank gave it"),
            column("name_match", "word", "name match", "same, different or unknown"),
            *("transfers", "usd", "first_at", "last_at"),
        )
        spans = spans_of((t["subject"], t["credits"], t["first"], t["last"]) for t in totals)
        return question.answer(
            [table(head, rows)], facts_of(totals, _measures(ledger)), spans, nouns=("bank credit", "bank credits")
        )


_NAMED = """
select s.nr, s.id, arg_max(c.name, c.known_epoch) as name
from asked s join customers c on c.id = s.id and c.known_epoch < s.until group by s.nr, s.id"""


def _words(name: str) -> str:
    """SQL of a name's words in order: without case, dots and commas."""
    plain = f"trim(regexp_replace(upper({name}), '[^[:alpha:]]+', ' ', 'g'))"
    return f"list_sort(string_split({plain}, ' '))"


def _paid(ledger: Ledger) -> str:
    theirs, own = _words("p.given_name"), _words("n.name")
    return f"""
with credits as (
    select s.nr, s.id as subject, l.counterparty, l.epoch, l.usd, l.local,
        nullif(trim(split_part(t.memo, '|', 1)), '') as given_name
    from {LEGS} join transfers t on t.id = l.transfer and t.epoch = l.epoch
    where {WINDOW} and l.status = 'completed' and l.kind = 'fiat_in' and l.direction = 'in'
), payer as (
    select nr, subject, counterparty, arg_max(given_name, epoch) filter (given_name is not null) as given_name,
        count(*) as transfers, {money(ledger, "sum({})")}, min(epoch) as first, max(epoch) as last
    from credits group by nr, subject, counterparty
)
select p.*, case when p.given_name is null or n.name is null then 'unknown' when {theirs} = {own} then 'same'
    when len(list_intersect({theirs}, {own})) > 0 or starts_with(upper(n.name), upper(p.given_name)) then 'unknown'
    else 'different' end as name_match
from payer p left join named n on n.nr = p.nr"""


def _rows(ledger: Ledger) -> str:
    sums = ", ".join(word for word, _ in currencies(ledger))
    return f"""
select subject, counterparty, given_name, name_match, transfers, {sums}, {utc("first")} as first_at,
    {utc("last")} as last_at
from paid order by nr, usd desc nulls last, counterparty"""


def _totals(ledger: Ledger) -> str:
    by_state = ", ".join(
        f"count(*) filter (name_match = '{state}') as {state}, "
        + money(ledger, f"coalesce(sum({{}}) filter (name_match = '{state}'), 0)", state)
        for state in _STATES
    )
    return f"""
select subject, count(*) as payers, sum(transfers)::bigint as credits, min(first) as first, max(last) as last,
    {by_state}
from paid group by nr, subject order by nr"""


def _measures(ledger: Ledger) -> list[Measure]:
    measures = [
        Measure("payers", "count", "payers", "who paid by bank", side="in", status="completed"),
        Measure("bank_credits", "count", "credits", "paid by bank", side="in", status="completed", row="credits"),
    ]
    for state, means in _STATES.items():
        name = f"{state}_name_payers"
        measures.append(Measure(name, "count", "payers", means, side="in", status="completed", row=state, of="payers"))
        measures += money_measures(
            ledger, f"{state}_name", f"from payers {means}", row=state, side="in", status="completed"
        )
    return measures
