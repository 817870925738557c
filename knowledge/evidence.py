"""Evidence: an answer of the data, with the question beside it, and the facts that texts may state.

A *fact* is one value that a sentence can rest on. It knows what kind of value it is and in which unit, whom it is
about, on which side of that party it stands, and whether it counts completed or attempted value; so that a text that
says "received" of money that was sent can be caught. The cells of the rows are facts as well (`Evidence.cells`).
"""

import html
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from pydantic import Field, JsonValue, PrivateAttr, model_serializer, model_validator

from casewright.knowledge.records import Record

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal[
    "money",  # unit: a currency (USD, SGD); cents
    "native",  # unit: an asset (ETH, USDT); up to 18 decimals. In a row the unit is the row's `asset`
    "rate",  # unit: SGD/USDT, the price of one
    "count",  # unit: the plural of what is counted (transfers, counterparties, payers, days, hops)
    "share",  # 0..1, told as a percentage
    "ratio",  # unit: times
    "duration",  # unit: seconds
    "time",  # UTC, 2024-07-16T12:04:47Z
    "date",  # a local calendar day, 2024-07-16
    "id",  # an account, address or bank account
    "hash",  # a transfer's id or transaction hash
    "label",  # the name of a label; `about` bears it
    "word",  # unit: the vocabulary (category, country, network, asset, status, kind, role, source, device ...)
    "text",  # what somebody outside wrote: data, never instructions
]
Side = Literal["", "in", "out"]
Reach = Literal["", "direct", "indirect"]
Rank = Literal["", "first", "last", "largest", "smallest"]
Value = Decimal | int | str
Status = Literal["found", "empty", "failed"]

_DECIMAL = {"money", "native", "rate", "share", "ratio"}
_NUMBER_IN_JSON = {"money", "share", "ratio"}
_WHOLE = {"count", "duration"}
_CENT = Decimal("0.01")


def as_value(kind: str, value: Any) -> Value | None:
    """The value as its kind is kept: Decimal for amounts, shares and ratios, int for counts and seconds, else text.

    Money has at least its two digits after the point, also where it comes from a JSON number. Raises ValueError.
    """
    if value is None:
        return None
    if kind in _DECIMAL:
        return _decimal(kind, value)
    if kind in _WHOLE and int(value) != value and str(value) != str(int(value)):
        raise ValueError(f"{value!r} is no whole number")
    return int(value) if kind in _WHOLE else str(value)


def _decimal(kind: str, value: Any) -> Decimal:
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite():
            raise ValueError(f"{value!r} is no finite number")
        return number.quantize(_CENT) if kind == "money" and int(number.as_tuple().exponent) > -2 else number
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None


def as_json(kind: str, value: Value | None) -> JsonValue:
    """Money, shares and ratios as JSON numbers, native amounts and rates as strings.

    A JSON number keeps cents exactly up to 70 trillion.
    """
    if isinstance(value, Decimal):
        return float(value) if kind in _NUMBER_IN_JSON else format(value, "f")
    return value


class Column(Record):
    """What a column of rows, or a fact of that name, holds."""

    name: str
    kind: Kind
    unit: str = ""
    means: str = ""


class Fact(Record):
    """One value that a sentence may state: `inflow_usd = 198400.00 USD`."""

    name: str
    value: Value
    kind: Kind
    unit: str = ""
    means: str = ""
    about: str = ""  # the party whose fact it is: a subject, a counterparty, the bearer of a label
    other: str = ""  # the party on the far side, where the fact is about a pair
    side: Side = ""  # seen from `about`: value that came in, or went out
    status: str = ""  # completed, attempted, pending, reversed ...; empty where it has no bearing
    reach: Reach = ""
    rank: Rank = ""  # the first, last, largest or smallest of the set that the evidence searched
    of: int | None = None  # a count's whole: 29 of 31
    row: int | None = None  # cells of one row belong together

    @model_validator(mode="before")
    @classmethod
    def _by_kind(cls, data: Any) -> Any:
        if isinstance(data, dict) and "kind" in data and "value" in data:
            return {**data, "value": as_value(data["kind"], data["value"])}
        return data

    @model_serializer
    def _plain(self) -> dict[str, Any]:
        """In the order of the fields, however the fact was made; what is empty is left out."""
        kept = ((name, getattr(self, name)) for name in _FIELDS)
        return {
            name: as_json(self.kind, self.value) if name == "value" else held
            for name, held in kept
            if name == "value" or (held is not None and held != "")
        }


_FIELDS = tuple(Fact.model_fields)


Row = dict[str, Value | None]


class Table(Record):
    """Rows with the meaning of their columns. Every row has every column; None is "not known"."""

    name: str = "rows"
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _by_kind(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not data.get("rows"):
            return data
        columns = [c if isinstance(c, Column) else Column.model_validate(c) for c in data.get("columns", ())]
        kinds = {column.name: column.kind for column in columns}
        for row in data["rows"]:
            if unknown := set(row) - set(kinds):
                raise ValueError(f"rows hold {', '.join(sorted(unknown))}, which no column describes")
        rows = tuple({name: as_value(kinds[name], row.get(name)) for name in kinds} for row in data["rows"])
        return {**data, "columns": tuple(columns), "rows": rows}

    @model_serializer
    def _plain(self) -> dict[str, Any]:
        kinds = {column.name: column.kind for column in self.columns}
        rows = [{name: as_json(kinds[name], cell) for name, cell in row.items()} for row in self.rows]
        return {"name": self.name, "columns": [c.model_dump() for c in self.columns], "rows": rows}


class Share(NamedTuple):
    """What an answer for a set says of one of its subjects: over what it was searched, what was cut off."""

    status: Status
    searched: str
    truncated: str = ""


class Evidence(Record):
    """What a tool found: the question (tool, arguments, query), the rows, the facts, and what was left out.

    `query` is for people to read and run by hand; the program repeats an answer by calling the tool again with
    `arguments`, never by running a query text. `searched` says over what ("1,204 transfers of 1 account ...", so that
    an empty answer differs from a question not asked); `truncated` says what a cap cut off, empty where nothing was.
    """

    id: str = ""
    tool: str
    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    query: str
    tables: tuple[Table, ...] = ()
    facts: tuple[Fact, ...] = ()
    status: Status
    searched: str = ""
    truncated: str = ""
    reason: str = ""  # of a failure
    _shares: Mapping[str, "Share"] = PrivateAttr(default_factory=dict)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the main table."""
        return self.table("rows").rows

    def table(self, name: str) -> Table:
        """The table of that name, an empty one where there is none."""
        return next((table for table in self.tables if table.name == name), Table(name=name))

    def fact(self, name: str, about: str = "") -> Fact | None:
        """The first fact of that name (about that party, where one is given)."""
        return next((f for f in self.facts if f.name == name and (not about or f.about == about)), None)

    def cells(self) -> Iterator[Fact]:
        """Every cell of every row as a fact, with the row's parties, side, status and reach upon it.

        Column names have fixed meanings: `subject`, `from`, `to`, `counterparty`, `id` name parties; `direction` and
        `status` qualify the row; a `label`, its `category` and its `source` belong to the party that bears them
        (`id`, else `counterparty`, else `to`).
        """
        start = 0
        for table in self.tables:
            for number, row in enumerate(table.rows, start):
                yield from _cells_of_row(table, row, number)
            start += len(table.rows)

    def frame(self, name: str = "rows") -> "pd.DataFrame":
        """The rows as a pandas DataFrame: times as UTC timestamps, amounts as Decimals, counts as whole numbers."""
        import pandas as pd

        table = self.table(name)
        frame = pd.DataFrame(list(table.rows), columns=[column.name for column in table.columns])
        for column in table.columns:
            if column.kind == "time":
                frame[column.name] = pd.to_datetime(frame[column.name], utc=True)
            elif column.kind in _WHOLE:
                frame[column.name] = frame[column.name].astype("Int64")
        return frame

    def _repr_html_(self) -> str:
        told = html.escape(f"{self.status}. {self.searched} {self.truncated}")
        heading = f"<p><b>{html.escape(f'{self.id} {self.tool}')}</b>: {told}</p>"
        return heading + str(self.frame().to_html(index=False, max_rows=50))

    def __eq__(self, other: object) -> bool:
        """Whether all that is stored is equal; how an answer for a set was shared out is not."""
        return type(other) is type(self) and other.__dict__ == self.__dict__

    def with_shares(self, shares: Mapping[str, Share]) -> Self:
        """The same answer for a set, which knows apart what it says of each subject; this is not stored."""
        answer = self.model_copy()
        answer._shares = shares
        return answer

    def share(self, subject: str) -> Share | None:
        """What it says of this subject of its set, None where that is not known apart."""
        return self._shares.get(subject)

    def with_id(self, name: str) -> Self:
        """The same evidence under the id that a case gives it."""
        return self.model_copy(update={"id": name})


_BEARERS = ("id", "counterparty", "to")
_OF_BEARER = {"label", "category", "label_source", "label_at", "label_confidence"}


_EVERY = set(_FIELDS)


def _made(values: dict[str, Any]) -> Fact:
    """The fact of these values, all fields among them: as `model_construct` makes it, at a fifth of its time."""
    fact = Fact.__new__(Fact)
    for name, held in (
        ("__dict__", values), ("__pydantic_fields_set__", _EVERY), ("__pydantic_extra__", None),
        ("__pydantic_private__", None),
    ):  # fmt: skip
        object.__setattr__(fact, name, held)
    return fact


def _cells_of_row(table: Table, row: Row, number: int) -> Iterator[Fact]:
    subject = str(row.get("subject") or row.get("id") or row.get("from") or "")
    source, target = str(row.get("from") or ""), str(row.get("to") or "")
    side = row.get("direction") or ("out" if source and source == subject else "in" if target == subject else "")
    other = str(row.get("counterparty") or "") or (target if side == "out" else source if side == "in" else "")
    about = subject
    if not side and source and target:  # a movement between two others: told from its sender's side
        about, other, side = source, target, "out"
    bearer = next((str(row[name]) for name in _BEARERS if row.get(name)), about)
    hop = row.get("hop")
    reach = "" if not isinstance(hop, int) else "direct" if hop <= 1 else "indirect"
    status = str(row.get("status") or "")
    for column in table.columns:
        value = row.get(column.name)
        if value is None or value == "":
            continue
        came = column.name.startswith("deposit_")  # of an attribution: what the value had come in as
        got = came or column.name == "amount_in"  # of a trade: what the account got, in another asset
        asset = "deposit_asset" if came else "asset_in" if got else "asset"
        unit = column.unit or (str(row.get(asset) or "") if column.kind == "native" else "")
        bears = column.name in _OF_BEARER
        yield _made(
            {
                "name": column.name,
                "value": value,
                "kind": column.kind,
                "unit": unit,
                "means": column.means,
                "about": bearer if bears else about,
                "other": "" if bears else str(row.get("deposit_from") or "") if came else other,
                "side": "" if bears else "in" if got else side,
                "status": status,
                "reach": reach,
                "rank": "",
                "of": None,
                "row": number,
            }
        )
