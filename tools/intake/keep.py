"""Storing what is new, in both layouts, and the account of the import: all within the caller's transaction."""

from dataclasses import dataclass

from casewright.tools.intake.columns import LONGEST_KEPT, name
from casewright.tools.intake.files import Scan, SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.labels import settle_letter_case, store_inline
from casewright.tools.intake.progress import Progress
from casewright.tools.intake.reading import Reading
from casewright.tools.intake.repeats import fresh
from casewright.tools.warehouse import Ledger, literal

TOLD = 1_000  # rejects that a report carries; the ledger keeps all


@dataclass(frozen=True)
class Kept:
    """How the rows of an import ended: the three add up to `read`."""

    read: int
    stored: int
    duplicates: int
    rejected: int
    rejects: tuple[tuple[int, str, str], ...]  # line, reason, text: the first of them
    labels: int = 0  # names in the rows that became labels


def keep(ledger: Ledger, file: SourceFile, kind: Kind, format_name: str, reading: Reading, found: Scan, now: int,
         progress: Progress) -> Kept:  # fmt: skip
    """Store the new rows of `incoming`, its rejects and the line about this import."""
    import_id = int(ledger.value("select coalesce(max(import_id), 0) + 1 from imports"))
    read = int(ledger.value("select count(*) from incoming"))
    bad = int(ledger.value("select count(*) from incoming where fault is not null"))
    judged, duplicates = ledger.rows("select count(*), count(*) filter (where fault is null) from verdict")[0]
    rejected, stored = bad + judged - duplicates, read - bad - judged
    labels = 0
    if stored:
        new = fresh(ledger)
        if kind.name == "transfers":
            _store_transfers(ledger, kind, new, import_id, progress)
            labels = sum(store_inline(ledger, label, new, file.path.name, import_id, now) for label in reading.labels)
            settle_letter_case(ledger, f"select src as account from ({new}) union all select dst from ({new})")
        else:
            columns = ", ".join(map(name, kind.columns))
            ledger.rows(
                f"insert into {kind.name} ({columns}, import_id, line)"
                f" select {columns}, {import_id}, line from ({new}) order by {kind.order}, nr"
            )
        if kind.name == "labels":
            settle_letter_case(ledger, "select account from legs")
    rejects = _store_rejects(ledger, kind, import_id, found) if rejected else ()
    row = (import_id, kind.name, format_name, str(file.path.absolute()), found.sha256, now, read, stored, duplicates,
           rejected)  # fmt: skip
    ledger.connection.execute(f"insert into imports values ({', '.join('?' * len(row))})", row)
    return Kept(read, stored, duplicates, rejected, rejects, labels)


def _store_transfers(ledger: Ledger, kind: Kind, new: str, import_id: int, progress: Progress) -> None:
    columns = ", ".join(map(name, kind.columns))
    progress.stage(0.65)
    ledger.rows(
        f"insert into transfers ({columns}, local, import_id, line)"
        f" select {columns}, local, {import_id}, line from ({new}) order by epoch, nr"
    )
    progress.stage(1.0)
    shared = "epoch, known_epoch, id as transfer, kind, status, network, usd, local"
    ledger.rows(
        f"""insert into legs (key, account, epoch, known_epoch, direction, counterparty, transfer, kind, status,
            network, asset, amount, usd, local)
        select hash(account) as key, account, epoch, known_epoch, direction, counterparty, transfer, kind, status,
            network, asset, amount, usd, local
        from (
            select src as account, dst as counterparty, 'out' as direction, asset, amount, {shared} from ({new})
            union all
            select dst, src, 'in', coalesce(asset_in, asset), case when asset_in is null then amount else amount_in end,
                {shared}
            from ({new})
        ) order by key, epoch"""
    )


def _store_rejects(ledger: Ledger, kind: Kind, import_id: int, found: Scan) -> tuple[tuple[int, str, str], ...]:
    """Keep the rejects, those of a file that was imported before only once; answers the first of them."""
    understood = ", ".join(f"{literal(f'{c}=')} || {name(c)}::varchar" for c in kind.columns)
    ledger.rows(
        f"""create or replace temp table refused as
        select line, fault as reason, fault_text as text from incoming where fault is not null
        union all
        select i.line, v.fault, left(concat_ws(', ', {understood}), {LONGEST_KEPT})
        from incoming i join verdict v on i.nr = v.nr where v.fault is not null"""
    )
    ledger.rows(
        f"""insert into rejects select {import_id}, line, reason, text from refused r where not exists (
            select 1 from rejects o join imports m on o.import_id = m.import_id
            where m.sha256 = $sha256 and m.kind = $kind and o.line = r.line and o.reason = r.reason)
        order by line""",
        sha256=found.sha256,
        kind=kind.name,
    )
    return tuple(ledger.rows(f"select line, reason, text from refused order by line limit {TOLD}"))
