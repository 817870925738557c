"""A transfer by its id or by its transaction hash: who, to whom, how much, and what others wrote about it."""

from casewright.knowledge.evidence import Column, Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.labels import best_labels
from casewright.tools.queries._question import Span, asking
from casewright.tools.queries._shape import Measure, column, columns, currencies, facts_of, money_measures, table, utc
from casewright.tools.warehouse import Ledger


def transaction(ledger: Ledger, subjects: Subjects) -> Evidence:
    """Show transfers by their ids or transaction hashes, whenever they happened: parties, value, state, memo, label.

    Here the subjects are ids or hashes of transfers, not accounts. One hash may pay several customers. The
    counterparty is the side that is no customer of ours, the receiver where both or neither is; the label is the best
    one that it bears. The memo is what the sender wrote: it proves nothing.
    """
    ever = tuple(subject.model_copy(update={"since": None, "until": None}) for subject in subjects)
    with asking(ledger, ever, "transaction") as question:
        question.keep("found", _FOUND)
        question.keep("known", best_labels("(select distinct counterparty as id from found)"))
        records = question.dicts(_rows(ledger))
        searched = question.rows("select count(*), min(epoch), max(epoch) from transfers")[0]
        head = _head(ledger)
        rows = ([record[field.name] for field in head] for record in records)
        facts = [
            fact
            for record in records
            for fact in facts_of([{**record, "subject": record["from"]}], _measures(ledger, record["status"]))
        ]
        spans = {subject.id: Span(*searched) for subject in ever}
        answer = question.answer([table(head, rows)], facts, spans, nouns=("transfer", "transfers"))
        return answer.model_copy(update={"searched": f"{searched[0]:,} transfers of the whole ledger"})


_FOUND = """
with wanted as (
    select s.nr, s.id as subject, t.id as transfer, t.epoch, t.src, t.dst, t.kind, t.status, t.asset, t.amount,
        t.network, t.usd, t.local, t.asset_in, t.amount_in, t.hash, t.memo
    from asked s join transfers t on t.id = s.id
    union
    select s.nr, s.id as subject, t.id as transfer, t.epoch, t.src, t.dst, t.kind, t.status, t.asset, t.amount,
        t.network, t.usd, t.local, t.asset_in, t.amount_in, t.hash, t.memo
    from asked s join transfers t on t.hash = s.id
), people as (select distinct id from customers where id in (select src from wanted union select dst from wanted))
select w.*, if(a.id is null and b.id is not null, w.src, w.dst) as counterparty
from wanted w left join people a on a.id = w.src left join people b on b.id = w.dst"""


def _head(ledger: Ledger) -> tuple[Column, ...]:
    return columns(
        ledger,
        column("subject", "hash", means="the id or hash asked about"),
        *("at", "from", "to"),
        column("counterparty", means="the side that is no customer of ours"),
        *("kind", "status", "asset", "amount", "network", "usd"),
        column("asset_in", "word", "asset", "what a trade got"),
        column("amount_in", "native", means="how much of it"),
        "transfer",
        column("hash", "hash", means="the chain's"),
        column("memo", "text", means="as the sender wrote it"),
        *("label", "category", "label_source", "label_at"),
    )


def _rows(ledger: Ledger) -> str:
    sums = ", ".join(f"f.{word}" for word, _ in currencies(ledger))
    return f"""
select f.subject, {utc("f.epoch")} as at, f.src as "from", f.dst as "to", f.counterparty, f.kind, f.status, f.asset,
    f.amount, f.network, {sums}, f.asset_in, f.amount_in, f.transfer, f.hash, f.memo,
    k.label, k.category, k.label_source, {utc("k.label_at")} as label_at
from found f left join known k on k.id = f.counterparty order by f.nr, f.epoch, f.transfer"""


def _measures(ledger: Ledger, status: str) -> list[Measure]:
    measures = [
        Measure("sent_at", "time", "", "when it was sent", other="to", row="at"),
        *money_measures(ledger, "sent", "value of the transfer", row="", other="to"),
    ]
    return [measure.at("out", status) for measure in measures]
