"""saml-d: the SAML-D synthetic bank transfers: date and time apart, an amount in the payer's currency.

`Time,Date,Sender_account,Receiver_account,Amount,Payment_currency,Received_currency,...`. The amount received is not in
the data. `Is_laundering` and `Laundering_type` are the answer and are not read.
"""

from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.reading import Reading, Wishes
from casewright.tools.sources import Source
from casewright.tools.sources._tables import currency_codes, currency_rates, words

COLUMNS = (
    "Time", "Date", "Sender_account", "Receiver_account", "Amount", "Payment_currency", "Received_currency",
    "Sender_bank_location", "Receiver_bank_location", "Payment_type",
)  # fmt: skip
_ANSWERS = ("Is_laundering", "Laundering_type")


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    return set(COLUMNS) <= set(file.columns)


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    return Reading(
        fields={
            "at": """"Date" || ' ' || "Time\"""",
            "src": '"Sender_account"',
            "dst": '"Receiver_account"',
            "amount": '"Amount"',
            "asset": currency_codes('"Payment_currency"'),
            "network": '"Payment_type"',
            "kind": (
                """case "Payment_type" when 'Cash Deposit' then 'fiat_in' when 'Cash Withdrawal' then 'fiat_out'"""
                " else 'transfer' end"
            ),
        },
        columns=COLUMNS,
        currencies=currency_rates(),
        values={"network": words("payment_formats.yaml")},
        ignored=tuple(column for column in file.columns if column not in {*COLUMNS, *_ANSWERS}),
    )


SOURCE = Source("saml-d", ("transfers",), "SAML-D", f"the header {','.join(COLUMNS + _ANSWERS)}", _fits, _read)
