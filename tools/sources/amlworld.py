"""amlworld: IBM's synthetic bank transfers, `HI-Small_Trans.csv` and the like, and the laundering attempts alone.

Eleven columns; the header has `Account` twice. `*_Patterns.txt` holds the same columns without a header, in blocks
between `BEGIN LAUNDERING ATTEMPT` and `END LAUNDERING ATTEMPT`. A party is its bank and its account, since account
numbers repeat between banks: `021174-800737690`. Whether a transfer is laundering is the answer and is not read.
"""

from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.reading import Reading, Wishes
from casewright.tools.intake.rows import rows_by_hand
from casewright.tools.sources import Source
from casewright.tools.sources._tables import currency_codes, currency_rates, words

COLUMNS = (
    "Timestamp", "From Bank", "Account", "To Bank", "Account.1", "Amount Received", "Receiving Currency",
    "Amount Paid", "Payment Currency", "Payment Format", "Is Laundering",
)  # fmt: skip
_BEGIN, _END = "BEGIN LAUNDERING ATTEMPT", "END LAUNDERING ATTEMPT"


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    return _of_patterns(file) or set(COLUMNS) <= set(file.columns)


def _of_patterns(file: SourceFile) -> bool:
    return file.container == "csv" and file.first.startswith(_BEGIN)


def _is_row(line: str) -> bool:
    return not line.startswith((_BEGIN, _END))


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    rows = None
    if _of_patterns(file):
        rows = rows_by_hand(SourceFile(file.path, "csv", COLUMNS), _is_row, header=False)
    paid, got = currency_codes('"Payment Currency"'), currency_codes('"Receiving Currency"')
    exchanged = f"{paid} is distinct from {got}"
    return Reading(
        fields={
            "at": '"Timestamp"',
            "src": """"From Bank" || '-' || "Account\"""",
            "dst": """"To Bank" || '-' || "Account.1\"""",
            "amount": '"Amount Paid"',
            "asset": paid,
            "asset_in": f"case when {exchanged} then {got} end",
            "amount_in": f'case when {exchanged} then "Amount Received" end',
            "network": '"Payment Format"',
            "kind": """case when "Payment Format" = 'Reinvestment' then 'internal' else 'transfer' end""",
        },
        columns=COLUMNS,
        rows=rows,
        time_format="%Y/%m/%d %H:%M",
        currencies=currency_rates(),
        values={"network": words("payment_formats.yaml")},
    )


SOURCE = Source(
    "amlworld",
    ("transfers",),
    "IBM AMLworld, *_Trans.csv or *_Patterns.txt",
    "the eleven columns Timestamp,From Bank,Account,To Bank,Account,... or blocks of laundering attempts",
    _fits,
    _read,
)
