"""Labels beyond their own files: names that stand in transfers, addresses whose letter case a list does not know."""

from casewright.tools.intake.reading import InlineLabel
from casewright.tools.warehouse import Ledger, literal

CASE_UNKNOWN = "case unknown"  # the confidence of a label that waits under a lower-case address
CASE_FOUND = "authority_data"  # and of the one that the party of that address is given

_COLUMNS = "id, name, category, source, confidence, network, known_epoch, import_id, line"


def store_inline(ledger: Ledger, label: InlineLabel, fresh: str, file: str, import_id: int, now: int) -> int:
    """Store the names that an import's rows give to one of their sides; answers how many were new."""
    return len(
        ledger.rows(
            f"""insert into labels ({_COLUMNS})
            select {label.bearer}, {label.name}, {label.category}, {literal(file)}, 'inline', {literal(label.network)},
                {now}, {import_id}, min(line)
            from ({fresh}) where {label.name} is not null and not exists (
                select 1 from labels l where l.id = {label.bearer} and l.name = {label.name}
                and l.source = {literal(file)} and l.confidence = 'inline')
            group by all returning 1"""
        )
    )


def settle_letter_case(ledger: Ledger, parties: str) -> int:
    """Give labels that wait under a lower-case address to the party that bears it in its own case.

    PARTIES is a query of a column `account`. Two parties that differ in nothing but case do not occur: a Base58
    address carries a checksum of four bytes.
    """
    if not ledger.rows(f"select 1 from labels where confidence = '{CASE_UNKNOWN}' limit 1"):
        return 0
    return len(
        ledger.rows(
            f"""insert into labels ({_COLUMNS})
            select distinct p.account, l.name, l.category, l.source, '{CASE_FOUND}', l.network, l.known_epoch,
                l.import_id, l.line
            from labels l join (select distinct account from ({parties})) p on lower(p.account) = l.id
            where l.confidence = '{CASE_UNKNOWN}' and not exists (
                select 1 from labels o where o.id = p.account and o.name = l.name and o.category = l.category
                and o.source = l.source and o.network = l.network)
            returning 1"""
        )
    )
