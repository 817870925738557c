"""Who else sends to the addresses that an account sent to: what joins customers who seem to have nothing in common."""

from typing import Annotated

from pydantic import Field

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.labels import OWN, in_words
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
    money,
    table,
    utc,
)
from casewright.tools.warehouse import Ledger

# What outsiders pay into a customer's own account here joins them to nobody.
_SENT = f"l.direction = 'in' and l.kind not in ('deposit', 'fiat_in') and {MOVED}"
_OURS = f"(select id from labels where category in {in_words(OWN)})"


def co_users(
    ledger: Ledger,
    subjects: Subjects,
    *,
    busy: Annotated[int, Field(ge=1, le=100_000)] = 200,
    limit: Annotated[int, Field(ge=1, le=100_000)] = 200,
) -> Evidence:
    """List the other accounts that sent to the addresses which each account sent to in its window.

    Their transfers count from the ledger's first day up to the window's end; completed, without trades, fees and
    what outsiders pay into a customer's account. The house's own and custodial addresses join nobody, neither as
    destination nor as sender; nor do busy destinations, which so many pay that to share one says nothing: how many of
    them there are is told.

    busy: a destination with more senders than this, in the whole ledger, is a service in all but label
    limit: rows for each account, those of most value are kept
    """
    with asking(ledger, subjects, "co_users") as question:
        question.keep("destinations", _DESTINATIONS)
        question.keep("quiet", _QUIET, busy=busy)
        question.keep("sharing", _sharing(ledger))
        rows = question.rows(_rows(ledger), limit=limit)
        totals = question.dicts(_TOTALS)
        head = columns(
            ledger,
            "subject",
            column("counterparty", means="the destination that both sent to"),
            column("id", means="the other account"),
            *("transfers", "usd", "first_at", "last_at"),
        )
        cut = {t["subject"]: f"{t['pairs'] - limit:,} of {t['pairs']:,} rows left out, those of least value"
               for t in totals if t["pairs"] > limit}  # fmt: skip
        spans = spans_of((t["subject"], t["destinations"], t["first"], t["last"]) for t in totals)
        return question.answer(
            [table(head, rows)],
            facts_of(totals, _MEASURES),
            spans,
            nouns=("destination", "destinations"),
            found=[t["subject"] for t in totals if t["shared"] or t["busy"]],
            cut=cut,
        )


_DESTINATIONS = f"""
select s.nr, s.id as subject, s.until, l.counterparty as id, hash(l.counterparty) as key, min(l.epoch) as first,
    max(l.epoch) as last
from {LEGS} where {WINDOW} and {MOVED} and l.direction = 'out' and l.counterparty not in {_OURS}
group by s.nr, s.id, s.until, l.counterparty"""

# Counted by a hash of the sender, in one pass over what these destinations received.
_QUIET = f"""
select l.account as id, l.key
from legs l where l.key in (select key from destinations) and l.account in (select id from destinations)
    and {_SENT}
group by l.account, l.key having count(distinct hash(l.counterparty)) <= $busy"""


def _sharing(ledger: Ledger) -> str:
    return f"""
select d.nr, d.subject, d.id as counterparty, l.counterparty as id, count(*) as transfers, {money(ledger, "sum(l.{})")},
    min(l.epoch) as first, max(l.epoch) as last,
    row_number() over (partition by d.nr order by sum(l.usd) desc nulls last, count(*) desc, d.id, l.counterparty)
        as place
from destinations d semi join quiet q on q.id = d.id join legs l on l.key = d.key and l.account = d.id
where {_SENT} and l.epoch < d.until and l.counterparty <> d.subject
    and l.counterparty not in {_OURS}
group by d.nr, d.subject, d.id, l.counterparty"""


def _rows(ledger: Ledger) -> str:
    sums = ", ".join(word for word, _ in currencies(ledger))
    return f"""
select subject, counterparty, id, transfers, {sums}, {utc("first")} as first_at, {utc("last")} as last_at
from sharing where place <= $limit order by nr, place"""


_TOTALS = """
with joined as (
    select nr, count(*) as pairs, count(distinct counterparty) as shared, count(distinct id) as co_users
    from sharing group by nr
)
select d.subject, count(*) as destinations, count(*) filter (d.id not in (select id from quiet)) as busy,
    coalesce(any_value(j.shared), 0) as shared, coalesce(any_value(j.co_users), 0) as co_users,
    coalesce(any_value(j.pairs), 0) as pairs, min(d.first) as first, max(d.last) as last
from destinations d left join joined j on j.nr = d.nr group by d.nr, d.subject order by d.nr"""

_MEASURES = [
    Measure("destinations", "count", "destinations", "sent to in the window, other than the house's own", side="out"),
    Measure("shared_destinations", "count", "destinations", "that other accounts sent to as well", row="shared",
            of="destinations", side="out"),
    Measure("busy_destinations", "count", "destinations", "with so many senders that sharing one says nothing",
            row="busy", of="destinations", side="out"),
    Measure("co_users", "count", "accounts", "that sent to one of the shared destinations"),
]  # fmt: skip
