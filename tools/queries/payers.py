"""Whose money it is: the payers of an account's bank credits, by the names that their banks gave."""

from collections.abc import Mapping, Sequence
from typing import Any

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import asking, spans_of
from casewright.tools.queries._shape import (
    LEGS,
    NOTHING,
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
        paid = question.dicts(_paid(ledger))
        for payer in paid:
            payer["given_name"] = payer["newest"] and payer["newest"][1]
            payer["name_match"] = name_match(payer["given_name"], payer["own_name"])
        head = columns(
            ledger,
            "subject",
            column("counterparty", means="the payer's bank account"),
            column("given_name", "text", means="the payer's name as the bank gave it"),
            column("name_match", "word", "name match", "same, different or unknown"),
            *("transfers", "usd", "first_at", "last_at"),
        )
        totals = _totals(paid, [word for word, _ in currencies(ledger)])
        spans = spans_of((t["subject"], t["credits"], t["first"], t["last"]) for t in totals)
        rows = ([payer[field.name] for field in head] for payer in paid)
        return question.answer(
            [table(head, rows)], facts_of(totals, _measures(ledger)), spans, nouns=("bank credit", "bank credits")
        )


def name_match(given: str | None, own: str | None) -> str:
    """Whether two names are the same person's: `same`, `different` or `unknown`, without case, dots and commas."""
    if not given or not own:
        return "unknown"
    theirs, ours = (sorted("".join(c if c.isalpha() else " " for c in name.upper()).split()) for name in (given, own))
    if theirs == ours:
        return "same"
    return "unknown" if set(theirs) & set(ours) or own.upper().startswith(given.upper()) else "different"


_NAMED = """
select s.nr, s.id, arg_max(c.name, c.known_epoch) as name
from asked s join customers c on c.id = s.id and c.known_epoch < s.until group by s.nr, s.id"""


def _paid(ledger: Ledger) -> str:
    """Each payer of each account, the newest name that a bank gave, most value first."""
    return f"""
with credits as (
    select s.nr, s.id as subject, l.counterparty, l.epoch, l.usd, l.local,
        nullif(trim(split_part(t.memo, '|', 1)), '') as given_name
    from {LEGS} join transfers t on t.id = l.transfer and t.epoch = l.epoch
    where {WINDOW} and l.status = 'completed' and l.kind = 'fiat_in' and l.direction = 'in'
), payer as (
    select nr, subject, counterparty, max((epoch, given_name)) filter (given_name is not null) as newest,
        count(*) as transfers, {money(ledger, "sum({})")}, min(epoch) as first, max(epoch) as last
    from credits group by nr, subject, counterparty
)
select p.subject, p.counterparty, p.newest, p.transfers, {money(ledger, "p.{}")}, p.first, p.last,
    {utc("p.first")} as first_at, {utc("p.last")} as last_at, n.name as own_name
from payer p left join named n on n.nr = p.nr
order by p.nr, p.usd desc nulls last, p.counterparty"""


def _totals(paid: Sequence[Mapping[str, Any]], words: Sequence[str]) -> list[dict[str, Any]]:
    """One line a subject: its payers and credits, and of each state of the match how many payers with what value."""
    totals: dict[str, dict[str, Any]] = {}
    for payer in paid:
        new = {"subject": payer["subject"], "payers": 0, "credits": 0, "first": payer["first"], "last": payer["last"]}
        new |= dict.fromkeys(_STATES, 0) | {f"{state}_{word}": NOTHING for state in _STATES for word in words}
        total = totals.setdefault(payer["subject"], new)
        state = payer["name_match"]
        total["payers"] += 1
        total["credits"] += payer["transfers"]
        total["first"], total["last"] = min(total["first"], payer["first"]), max(total["last"], payer["last"])
        total[state] += 1
        for word in words:
            total[f"{state}_{word}"] += payer[word] or NOTHING
    return list(totals.values())


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
