"""The kinds of record that can be imported: their fields as files name them, and the ledger's columns made of them.

A field arrives as text. Its type says what it must be; a value that is not becomes the reason for which its row is
rejected. In the SQL here `v_NAME` is a field's typed value (NULL where absent), `t_NAME` its text, and `import_epoch()`
the moment of the import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from casewright.knowledge.categories import categories
from casewright.knowledge.errors import UsageError

Type = Literal["id", "text", "word", "symbol", "time", "date", "money", "amount", "number"]

TRANSFER_KINDS = (
    "transfer", "deposit", "withdrawal", "trade", "internal", "p2p", "fiat_in", "fiat_out", "fee", "reward",
)  # fmt: skip
STATUSES = ("attempted", "pending", "completed", "cancelled", "rejected", "reversed", "charged_back", "held")

VALUE = "usd (or amount with asset)"
LONGEST_ID = 200  # characters; the longest known address has 106, a bank reference 35
LONGEST_TEXT = 2_000  # characters; a bank's remittance text has at most 140, so that this is somebody's own prose


@dataclass(frozen=True)
class Field:
    """One thing that a file can tell about a record."""

    name: str
    type: Type = "text"
    required: bool = False
    also: tuple[str, ...] = ()  # other names it goes by in files
    words: tuple[str, ...] = ()  # the only ones it may be
    means: str = ""
    unless: str = ""  # SQL: where this holds, a required field may be absent

    @property
    def longest(self) -> int:
        """The most characters it may have."""
        return LONGEST_ID if self.type in {"id", "symbol", "word"} else LONGEST_TEXT


@dataclass(frozen=True)
class Check:
    """A condition that makes a row bad, and the reason told, both SQL."""

    when: str
    reason: str


@dataclass(frozen=True)
class Kind:
    """A kind of record: its fields, the ledger's columns as SQL over them, and what makes two rows the same one."""

    name: str
    fields: tuple[Field, ...]
    columns: Mapping[str, str]
    key: tuple[str, ...]  # columns; rows that agree in them are the same record
    loose: tuple[str, ...] = ()  # columns in which the same record may differ without being another
    checks: tuple[Check, ...] = ()
    order: str = "epoch"  # how an import is appended

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns in which the same record must agree; where it does not, the later row is rejected."""
        return tuple(name for name in self.columns if name not in {*self.key, *self.loose})

    @property
    def required(self) -> tuple[str, ...]:
        """What every file of this kind must tell, in words."""
        names = tuple(field.name for field in self.fields if field.required)
        return (*names, VALUE) if "usd" in self.columns else names


def _plain(*names: str) -> dict[str, str]:
    return {name: f"v_{name}" for name in names}


AT = Field("at", "time", True, ("happened_at", "time"), means="when it happened")
KNOWN_AT = Field("known_at", "time", means="when it became known here; else when it happened")
_TIMES = {"epoch": "v_at", "known_epoch": "coalesce(v_known_at, v_at)"}
_TRANSFERS = Kind(
    "transfers",
    (
        Field("id", "id", means="the source's own id of the transfer"),
        AT,
        KNOWN_AT,
        Field("src", "id", True, means="the account or address it left"),
        Field("dst", "id", True, means="the account or address it reached", unless="v_kind = 'trade'"),
        Field("usd", "money", means="its value in US dollars then"),
        Field("amount", "amount", means="in units of the asset"),
        Field("asset", "symbol", means="USDT, ETH, SGD ..."),
        Field("network", "word", means="ethereum, tron, paynow, internal ..."),
        Field("kind", "word", words=TRANSFER_KINDS),
        Field("status", "word", words=STATUSES),
        Field("asset_in", "symbol", means="of a trade or exchange: what was got"),
        Field("amount_in", "amount", means="how much of it"),
        Field("hash", "id", also=("tx_hash",), means="the transaction's hash on its chain"),
        Field("memo", means="what sender or bank wrote with it"),
    ),
    {
        "id": "v_id",
        **_TIMES,
        "src": "v_src",
        "dst": "coalesce(v_dst, case when v_kind = 'trade' then v_src end)",
        "kind": "coalesce(v_kind, 'transfer')",
        "status": "coalesce(v_status, 'completed')",
        "network": "coalesce(v_network, 'unknown')",
        "asset": "coalesce(v_asset, case when v_amount is null then 'USD' end)",
        **_plain("amount", "usd", "asset_in", "amount_in", "hash", "memo"),
    },
    key=("id",),
    checks=(
        Check("t_usd is null and t_amount is null", "'neither usd nor amount is given'"),
        Check("v_amount is not null and v_asset is null", "'an amount without its asset'"),
        Check("v_kind = 'trade' and v_dst <> v_src", "'a trade has one account: src and dst differ'"),
        Check(
            "v_kind = 'trade' and (v_asset_in is null or v_amount_in is null)", "'a trade needs asset_in and amount_in'"
        ),
    ),
)

_CUSTOMERS = Kind(
    "customers",
    (
        Field("id", "id", True, means="the customer's account id"),
        Field("known_at", "time", means="when this version became known; else the opening, or now for a later version"),
        Field("opened_at", "time", also=("opened",)),
        Field("name"),
        Field("kind", "word", means="person, company ..."),
        Field("born", "date"),
        Field("country"),
        Field("occupation"),
        Field("income_usd", "money", means="declared for a year"),
        Field("turnover_usd", "money", means="expected for a year"),
        Field("tier"),
        Field("risk"),
        Field("purpose"),
        Field("licence"),
    ),
    {
        "id": "v_id",
        "known_epoch": "v_known_at",
        "opened_epoch": "v_opened_at",
        **_plain("name", "kind", "born", "country", "occupation", "income_usd", "turnover_usd"),
        **_plain("tier", "risk", "purpose", "licence"),
    },
    key=("id", "known_epoch"),
    order="id, known_epoch",
)

_LABELS = Kind(
    "labels",
    (
        Field("id", "id", True, ("address",), means="the address or account that bears it"),
        Field("name", also=("label",), means="the label's own words; else its category"),
        Field("category", "word", True, words=tuple(categories())),
        Field("source", means="who says so; else the file's name"),
        Field("confidence", "word"),
        Field("network", "word"),
        Field("known_at", "time", also=("as_of",), means="the label's date; else the list's, else now"),
    ),
    {
        "id": "v_id",
        "name": "coalesce(v_name, v_category)",
        "category": "v_category",
        "source": "v_source",
        "confidence": "coalesce(v_confidence, 'unknown')",
        "network": "coalesce(v_network, 'unknown')",
        "known_epoch": "coalesce(v_known_at, import_epoch())",
    },
    key=("id", "name", "category", "source", "confidence", "network"),
    loose=("known_epoch",),
    order="id",
)

_ALERTS = Kind(
    "alerts",
    (
        Field("id", "id", True),
        Field("subject", "id", True),
        AT,
        KNOWN_AT,
        Field("since", "time", means="where its look-back begins"),
        Field("rule"),
        Field("title"),
        Field("reason"),
        Field("source"),
        Field("severity"),
        Field("score", "number"),
    ),
    {
        "id": "v_id",
        "subject": "v_subject",
        **_TIMES,
        "since_epoch": "v_since",
        **_plain("rule", "title", "reason", "source", "severity", "score"),
    },
    key=("id",),
)

_OUTCOMES = Kind(
    "outcomes",
    (Field("id", "id", True, means="the alert's id"), Field("outcome", required=True), Field("at", "time")),
    {"id": "v_id", "outcome": "v_outcome", "epoch": "v_at"},
    key=("id", "epoch"),
    order="id, epoch",
)

_LOGINS = Kind(
    "logins",
    (
        Field("subject", "id", True, ("id",)),
        AT,
        KNOWN_AT,
        Field("device"),
        Field("ip"),
        Field("country"),
        Field("user_agent"),
    ),
    {"subject": "v_subject", **_TIMES, **_plain("device", "ip", "country", "user_agent")},
    key=("subject", "epoch", "known_epoch", "device", "ip", "country", "user_agent"),
)

_EVENTS = Kind(
    "events",
    (
        Field("id", "id"),
        Field("subject", "id", True),
        Field("kind", "word", True, means="recall, police_request, complaint, kyc_change, hold ..."),
        AT,
        KNOWN_AT,
        Field("text"),
        Field("source"),
    ),
    {"id": "v_id", "subject": "v_subject", "kind": "v_kind", **_TIMES, **_plain("text", "source")},
    key=("id",),
)

_SCORES = Kind(
    "scores",
    (
        Field("id", "id", True, ("subject",), means="whom the model scored"),
        Field("score", "number", True),
        Field("model", required=True),
        AT,
        Field("reasons"),
    ),
    {"id": "v_id", "score": "v_score", "model": "v_model", "epoch": "v_at", "reasons": "v_reasons"},
    key=("id", "model", "epoch"),
)

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (_TRANSFERS, _CUSTOMERS, _LABELS, _ALERTS, _OUTCOMES, _LOGINS, _EVENTS, _SCORES)
}


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises UsageError."""
    try:
        return KINDS[name]
    except KeyError:
        raise UsageError(f"unknown kind of record {name!r}", hint=f"there are {', '.join(KINDS)}") from None
