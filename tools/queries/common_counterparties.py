"""With whom several accounts deal alike: their shared counterparties, the house's own addresses left out."""

from typing import Annotated, Any

from pydantic import Field

from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence, Fact
from casewright.knowledge.records import Subjects
from casewright.tools.labels import OWN, best_labels, in_words, risk_order
from casewright.tools.queries._question import Question, Span, asking, counted
from casewright.tools.queries._shape import LEGS, MOVED, WINDOW, column, columns, currencies, money, table, utc
from casewright.tools.queries._traced import LABEL, fact
from casewright.tools.warehouse import Ledger

_MEMBERS = 100  # accounts listed for each counterparty and direction


def common_counterparties(
    ledger: Ledger,
    subjects: Subjects,
    *,
    min_subjects: Annotated[int, Field(ge=2)] = 2,
    limit: Annotated[int, Field(ge=1, le=100_000)] = 200,
) -> Evidence:
    """List the counterparties that several of the accounts share, the riskiest first, then those of most accounts.

    A counterparty is shared when enough of the accounts, each in its own window, received from it or sent to it; the
    directions are told apart. Completed transfers only, without trades, fees and transfers to oneself. The house's own
    and custodial addresses are everybody's counterparties: they are left out and counted. The table "members" tells
    which accounts. Raises UsageError for less than two accounts.

    min_subjects: how many of the accounts must share a counterparty
    limit: counterparties listed; the facts count all
    """
    if len(subjects) < 2:
        raise UsageError("common counterparties are asked of at least two accounts", hint="name another --subject")
    with asking(ledger, subjects, "common_counterparties") as question:
        question.keep("dealt", _dealt(ledger))
        question.keep("shared", _SHARED, least=min_subjects)
        question.keep("shared_labels", best_labels("shared"))
        question.keep("listed", _LISTED, limit=limit)
        head = columns(
            ledger,
            *("counterparty", "direction"),
            column("subjects", "count", "accounts", "how many of the accounts dealt with it in this direction"),
            column("shared_by", "count", "accounts", "how many did in either direction"),
            *("transfers", "usd", "first_at", "last_at", *LABEL),
        )
        members = columns(ledger, "subject", "counterparty", "direction", "transfers", "usd", "first_at", "last_at")
        tables = [
            table(head, question.rows(_rows(ledger))),
            table(members, question.rows(_members(ledger), most=_MEMBERS), "members"),
        ]
        totals, spans = _totals(question)
        nouns = ("completed transfer", "completed transfers")
        sharing = {name for name, *_, shared in totals["each"] if shared}
        answer = question.answer(tables, _facts(question, totals), spans, nouns=nouns, found=sharing)
    found = "found" if totals["shared"] else "empty"
    return answer.with_shares({}).model_copy(update={"truncated": _cuts(totals, limit), "status": found})


def _dealt(ledger: Ledger) -> str:
    return f"""
select s.nr, s.id as subject, l.counterparty as id, l.direction, count(*) as transfers,
    {money(ledger, "sum(l.{})")}, min(l.epoch) as first, max(l.epoch) as last
from {LEGS} where {WINDOW} and {MOVED} group by s.nr, s.id, l.counterparty, l.direction"""


_SHARED = """
select id, count(distinct nr) as accounts, sum(usd) as usd from dealt
group by id having count(distinct nr) >= $least"""

_OWN = f"coalesce(b.category in {in_words(OWN)}, false)"

_LISTED = f"""
select s.id, s.accounts,
    row_number() over (order by {risk_order("b.category")}, s.accounts desc, s.usd desc nulls last, s.id) as place
from shared s left join shared_labels b on b.id = s.id where not {_OWN}
order by place limit $limit"""


def _rows(ledger: Ledger) -> str:
    sums = money(ledger, "sum(d.{})")
    return f"""
select d.id, d.direction, count(*) as subjects, p.accounts, sum(d.transfers)::bigint as transfers, {sums},
    {utc("min(d.first)")} as first_at, {utc("max(d.last)")} as last_at,
    b.label, b.category, b.label_source, {utc("b.label_at")} as label_at, b.label_confidence
from dealt d join listed p on p.id = d.id left join shared_labels b on b.id = d.id
group by d.id, d.direction, p.accounts, p.place, b.label, b.category, b.label_source, b.label_at, b.label_confidence
order by p.place, d.direction"""


def _members(ledger: Ledger) -> str:
    sums = ", ".join(f"d.{word}" for word, _ in currencies(ledger))
    return f"""
select d.subject, d.id, d.direction, d.transfers, {sums}, {utc("d.first")} as first_at, {utc("d.last")} as last_at
from dealt d join listed p on p.id = d.id
qualify row_number() over (partition by d.id, d.direction order by {_LARGEST}) <= $most
order by p.place, d.direction, {_LARGEST}"""


_LARGEST = "d.usd desc nulls last, d.transfers desc, d.nr"


_TOTALS = f"""
select (select count(distinct id) from dealt) as counterparties, count(*) filter (not {_OWN}) as shared,
    count(*) filter (not {_OWN} and b.id is not null) as labelled, count(*) filter ({_OWN}) as own,
    max(s.accounts) filter (not {_OWN}) as most,
    (select max(n) from (
        select count(*) as n from dealt d join listed p on p.id = d.id group by d.id, d.direction)) as members
from shared s left join shared_labels b on b.id = s.id"""

_EACH = f"""
select d.subject, count(distinct d.id) as counterparties, sum(d.transfers)::bigint as transfers,
    min(d.first) as first, max(d.last) as last, count(distinct s.id) filter (not {_OWN}) as shared
from dealt d left join shared s on s.id = d.id left join shared_labels b on b.id = s.id
group by d.nr, d.subject order by d.nr"""


def _facts(question: Question, totals: dict[str, Any]) -> list[Fact]:
    """The counts of the whole set, and of each account."""
    counted_whole = {"unit": "counterparties", "status": "completed"}
    means = "counterparties that enough of the accounts share, the house's own left out"
    whole = totals["counterparties"]
    facts = [fact("shared_counterparties", totals["shared"], "count", "", means=means, of=whole, **counted_whole)]
    means = "shared counterparties that bear a label"
    facts.append(
        fact("labelled_shared", totals["labelled"], "count", "", means=means, of=totals["shared"], **counted_whole)
    )
    if totals["most"]:
        means = "the most accounts that share one counterparty"
        asked = len(question.subjects)
        facts.append(
            fact("most_sharing", totals["most"], "count", "", unit="accounts", means=means, of=asked, rank="largest")
        )
    means = "counterparties that it shares with enough of the other accounts"
    for name, counterparties, _, _, _, shared in totals["each"]:
        facts.append(
            fact("shared_counterparties", shared, "count", name, means=means, of=counterparties, **counted_whole)
        )
    return facts


def _totals(question: Question) -> tuple[dict[str, Any], dict[str, Span]]:
    totals = question.dicts(_TOTALS)[0]
    totals["each"] = question.rows(_EACH)
    return totals, {name: Span(transfers, first, last) for name, _, transfers, first, last, _ in totals["each"]}


def _cuts(totals: dict[str, Any], limit: int) -> str:
    cuts = []
    if totals["own"]:
        cuts.append(f"{counted(totals['own'], 'address', 'addresses')} of the house's own left out")
    if totals["shared"] > limit:
        cuts.append(
            f"{limit:,} of {totals['shared']:,} shared counterparties listed, the riskiest and most shared first"
        )
    if (totals["members"] or 0) > _MEMBERS:
        cuts.append(f"at most {_MEMBERS} accounts listed for a counterparty and direction, those of most value")
    return "; ".join(cuts)
