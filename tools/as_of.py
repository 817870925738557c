"""The ledger as it was after an import: a copy without what came later, for as long as it is asked."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casewright.tools.intake.labels import CASE_FOUND, CASE_UNKNOWN
from casewright.tools.warehouse import SCHEMA, Ledger, literal

_LATE_LEGS = "transfer not in (select id from whole.main.transfers where import_id > $last)"
# A label that waits for its address' letter case is given to a party when that appears: by a later import's transfers,
# under the number of the label's own.
_NOT_YET = f"""
delete from labels where confidence = '{CASE_FOUND}' and id not in (select account from legs) and exists (
    select 1 from labels o where o.confidence = '{CASE_UNKNOWN}' and o.id = lower(labels.id) and o.name = labels.name
    and o.category = labels.category and o.source = labels.source and o.network = labels.network)"""


@contextmanager
def as_of(path: Path, last: int) -> Iterator[Ledger]:
    """The ledger at PATH as it was after the import LAST: rows are only ever added, each under its import's number.

    It is a copy beside the ledger, gone afterwards; the rows stand in their old order. Raises NotFound or DataError.
    """
    with tempfile.TemporaryDirectory(prefix="as-of-", dir=path.parent) as folder:
        copy = Path(folder) / path.name
        with Ledger.open(path) as whole:
            currency, timezone = whole.currency, whole.timezone
        with Ledger.create(copy, currency=currency, timezone=timezone) as made:
            made.rows(f"attach {literal(str(path))} as whole (read_only)")
            with made.transaction():
                for table in SCHEMA:
                    if table != "meta":
                        kept = _LATE_LEGS if table == "legs" else "import_id <= $last"
                        made.rows(
                            f"insert into {table} by name select * from whole.main.{table} where {kept}", last=last
                        )
                made.rows(_NOT_YET)
            made.rows("detach whole")
        with Ledger.open(copy) as ledger:
            yield ledger
