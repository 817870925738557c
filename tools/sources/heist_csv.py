"""heist-csv: manually traced flows of a theft on Ethereum, an edge a row, with the names of services at both ends.

`Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD`. Only the value in US dollars is known, so the asset
is USD without an amount. The names become labels of their own, source the file, confidence `inline`; their categories
come from `inline_names.yaml`.
"""

from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.reading import InlineLabel, Reading, Wishes
from casewright.tools.sources import Source
from casewright.tools.sources._tables import category_by_name

COLUMNS = ("Timestamp", "Block", "Tx_hash", "From", "From_label", "To", "To_label", "Value_in_USD")


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    return set(COLUMNS) <= set(file.columns)


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    category = category_by_name("inline_names.yaml")
    return Reading(
        fields={
            "at": '"Timestamp"',
            "src": '"From"',
            "dst": '"To"',
            "usd": '"Value_in_USD"',
            "hash": '"Tx_hash"',
            "network": "'ethereum'",
        },
        columns=COLUMNS,
        key=("epoch", "hash", "src", "dst", "usd"),
        extras={"from_label": '"From_label"', "to_label": '"To_label"'},
        labels=(
            InlineLabel("src", "x_from_label", category("x_from_label"), "ethereum"),
            InlineLabel("dst", "x_to_label", category("x_to_label"), "ethereum"),
        ),
        ignored=tuple(column for column in file.columns if column not in COLUMNS),
    )


SOURCE = Source(
    "heist-csv", ("transfers",), "traced flows of a theft on Ethereum", f"the header {','.join(COLUMNS)}", _fits, _read
)
