"""ofac-csv: the crypto addresses of OFAC's SDN list with entity and programme, one address a row.

`address_lower,address,asset,entity,program,uid,akas,case_exact`. Where the list does not know an address's letter case
(`address` is empty), the label waits under the lower-case form, confidence `case unknown`, until a party of the ledger
matches it without regard to case.
"""

from casewright.tools.intake.files import SourceFile
from casewright.tools.intake.kinds import Kind
from casewright.tools.intake.labels import CASE_UNKNOWN
from casewright.tools.intake.reading import Reading, Wishes
from casewright.tools.sources import Source
from casewright.tools.sources._list_date import date_of_list
from casewright.tools.sources._tables import network_of
from casewright.tools.warehouse import literal

COLUMNS = ("address_lower", "address", "asset", "entity", "program", "uid", "akas", "case_exact")
_ADDRESS = """coalesce(nullif(trim("address"), ''), "address_lower")"""
_WITHOUT_CASE = "regexp_full_match(\"address_lower\", '0x[0-9a-f]{40}|(bc|tb|ltc)1[a-z0-9]{6,87}')"
_EXACT = f"""trim("address") <> '' or {_WITHOUT_CASE}"""


def _fits(file: SourceFile, kind: Kind, wishes: Wishes) -> bool:
    return set(COLUMNS) <= set(file.columns)


def _read(file: SourceFile, kind: Kind, wishes: Wishes) -> Reading:
    as_of, notes = date_of_list(file, wishes)
    source = literal(wishes.source or "OFAC SDN list")
    return Reading(
        fields={
            "id": _ADDRESS,
            "name": '"entity"',
            "category": "'sanctioned'",
            "source": f"""{source} || coalesce(' (' || "program" || ')', '')""",
            "confidence": f"case when {_EXACT} then 'authority_data' else '{CASE_UNKNOWN}' end",
            "network": network_of('"asset"', _ADDRESS),
            **({"known_at": literal(as_of.isoformat())} if as_of else {}),
        },
        columns=COLUMNS,
        constant=frozenset({"known_at"}),
        ignored=tuple(column for column in file.columns if column not in COLUMNS),
        notes=notes,
    )


SOURCE = Source("ofac-csv", ("labels",), "OFAC SDN crypto addresses", f"the header {','.join(COLUMNS)}", _fits, _read)
