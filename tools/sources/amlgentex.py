"""amlgentex: AMLGentex's log of transactions between the accounts of several banks and the outside world.

A step is a day; day 0 is 2024-01-01, as the generator knows no dates, unless `--start` says otherwise. It names no
currency: amounts are taken as US dollars. `source` pays salaries and `sink` is where people spend: both are parties of
that name. An opening balance (`INITALBALANCE`, as the generator spells it) is no payment and is rejected as such.
`isSAR`, `patternID` and `modelType` are the answer and are not read.
"""

from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.reading import DAYS_SINCE, Reading, Wishes
from casewright.tools.sources import Source

COLUMNS = ("step", "type", "amount", "nameOrig", "nameDest", "bankOrig", "bankDest")
_UNREAD = (
    "daysInBankOrig", "phoneChangesOrig", "oldbalanceOrig", "newbalanceOrig", "daysInBankDest", "phoneChangesDest",
    "oldbalanceDest", "newbalanceDest", "isSAR", "patternID", "modelType",
)  # fmt: skip
_START = "2024-01-01"


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    return set(COLUMNS) <= set(file.columns)


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    return Reading(
        fields={
            "at": '"step"',
            "src": """case "bankOrig" when 'source' then 'source' else "nameOrig" end""",
            "dst": """case "bankDest" when 'sink' then 'sink' else "nameDest" end""",
            "amount": '"amount"',
            "asset": "'USD'",
            "network": """case "type" when 'CASH' then 'cash' else 'bank' end""",
            "kind": """case "type" when 'CASH' then 'fiat_out' else 'transfer' end""",
        },
        columns=COLUMNS,
        time_format=f"{DAYS_SINCE}{wishes.start or _START}",
        skips=((""""type" in ('INITALBALANCE', 'INITIALBALANCE')""", "an opening balance is no payment"),),
        ignored=tuple(column for column in file.columns if column not in {*COLUMNS, *_UNREAD}),
    )


SOURCE = Source("amlgentex", ("transfers",), "AMLGentex's tx_log", f"the header {','.join(COLUMNS)},...", _fits, _read)
