"""What shape the movement around an account has: fan-in, fan-out, cycle, chain and more, held against chance."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.onward import FOLLOWED
from casewright.tools.queries._question import Question, Span, counted
from casewright.tools.queries._shape import Measure, column, facts_of, table
from casewright.tools.shapes.told import Surveyed, surveyed
from casewright.tools.trace import each_once
from casewright.tools.warehouse import Ledger, asked_text

_HEAD = (
    column("subject"),
    column("shape", "word", "shape"),
    column("score", "ratio", "score", "the power of ten by which it is likelier than ordinary transfers alone"),
    column("accounts", "count", "accounts", "how many make the shape"),
    column("members", "text", means="the accounts of the shape in its order"),
)
_MEMBERS = (
    column("subject"),
    column("shape", "word", "shape"),
    column("place", "count", "accounts", "where in the shape's order it stands"),
    column("id", "id", means="the account"),
)


def shape(
    ledger: Ledger, subjects: Subjects, *, limit: Annotated[int, Field(ge=1, le=10_000)] = 100
) -> Evidence:  # fmt: skip
    """Tell the shape of the movement around each account in its window, the likeliest first.

    Shapes: fan-in (many pay it), fan-out (it pays many), gather-scatter (many pay it, then it pays many),
    scatter-gather (from one account through several to one other), cycle (value comes back through others), chain
    (passed on from account to account), bipartite (several accounts pay the same several). The score is the power of
    ten by which the transfers are likelier with the shape among them than by ordinary dealings of accounts of such
    degrees; near or below 0, chance explains them as well. It counts who dealt with whom, when, and whether amounts
    were passed on alike. A shape is a pattern, no proof of intent. Completed transfers only, without trades, fees
    and transfers to oneself. The table "members" names the accounts one by one.

    limit: accounts named for each shape; the counts tell all
    """
    each_once(subjects)
    rows: list[tuple[Any, ...]] = []
    members: list[tuple[Any, ...]] = []
    totals: list[dict[str, Any]] = []
    spans: dict[str, Span] = {}
    cut: dict[str, str] = {}
    for found in surveyed(ledger, subjects):
        name, cuts = found.subject.id, found.cuts
        transfers = found.transfers_in + found.transfers_out
        spans[name] = Span(transfers, found.first, found.last)
        for told in found.shapes:
            some = told.members[:limit]
            rows.append((name, told.name, Decimal(str(told.score)), len(told.members), ", ".join(some)))
            members += [(name, told.name, place, account) for place, account in enumerate(some, 1)]
        if any(len(told.members) > limit for told in found.shapes):
            cuts.append(f"the first {counted(limit, 'account', 'accounts')} of each shape named")
        if cuts:
            cut[name] = "; ".join(cuts)
        if transfers:
            totals.append(_total(found))
    question = Question(ledger, subjects, "shape", f"{asked_text(subjects)}\n{_OWN.strip()};")
    tables = [table(_HEAD, rows), table(_MEMBERS, members, "members")]
    seen = {total["subject"] for total in totals}
    return question.answer(tables, facts_of(totals, _MEASURES), spans, nouns=_NOUNS, found=seen, cut=cut)


_NOUNS = ("completed transfer", "completed transfers")

# For people: the subjects' own transfers, from which every shape starts; what lies behind them is weighed in code.
_OWN = f"""
select s.id as subject, l.direction, l.counterparty, l.epoch, l.transfer, l.usd
from asked s join legs l on l.key = s.key and l.account = s.id and l.epoch >= s.since and l.epoch < s.until
where {FOLLOWED} and l.counterparty <> l.account
order by s.nr, l.epoch, l.transfer"""


def _total(found: Surveyed) -> dict[str, Any]:
    first = found.shapes[0] if found.shapes else None
    return {
        "subject": found.subject.id,
        "transfers_in": found.transfers_in,
        "transfers_out": found.transfers_out,
        "payers": found.payers,
        "payees": found.payees,
        "shapes": len(found.shapes),
        "shape": first and first.name,
        "shape_score": first and Decimal(str(first.score)),
        "shape_accounts": first and len(first.members),
    }


_MEASURES = [
    Measure("transfers_in", "count", "transfers", "that came in, those from itself counted", "in", "completed"),
    Measure("transfers_out", "count", "transfers", "that went out, those to itself counted", "out", "completed"),
    Measure("payers", "count", "payers", "different accounts that paid it, of the transfers looked at", "in"),
    Measure("payees", "count", "recipients", "different accounts that it paid, of the transfers looked at", "out"),
    Measure("shapes", "count", "shapes", "that its transfers can be read as"),
    Measure("shape", "word", "shape", "the likeliest", rank="first"),
    Measure("shape_score", "ratio", "score", "of the likeliest shape", rank="first"),
    Measure("shape_accounts", "count", "accounts", "that make the likeliest shape", rank="first"),
]
