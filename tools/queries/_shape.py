"""What answers about accounts share: what counts as value moved, columns and facts by their usual names, money twins.

Facts and tables are made without validation, since a pass over a thousand subjects makes a hundred thousand of them:
what comes out of the ledger has its type already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Context, Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from casewright.knowledge.evidence import Column, Fact, Kind, Rank, Side, Table
from casewright.tools.warehouse import Ledger

# The legs of each subject (s: nr, id, since, until), and those in its window.
LEGS = "asked s join near_legs l on l.key = s.key and l.account = s.id"
WINDOW = "l.epoch >= s.since and l.epoch < s.until"
# Value that came in or went out: not exchanged, not charged, not sent to oneself.
MOVED = "l.status = 'completed' and l.kind not in ('trade', 'fee') and l.counterparty <> l.account"
# A trade, and a transfer to oneself, has two legs of one account; this is the second.
ECHO = "(l.direction = 'in' and l.counterparty = l.account)"
FROM_EVER = -(2**62)  # how `asked` keeps a window without a beginning
IN_OUT: tuple[Side, Side] = ("in", "out")
NOTHING = Decimal("0.00")

_WIDE = Context(prec=60)  # native amounts have up to 38 digits; Decimal's default keeps 28

_COLUMNS: dict[str, tuple[Kind, str, str]] = {
    "subject": ("id", "", "the account asked about"),
    "at": ("time", "", "when it happened"),
    "date": ("date", "", "the local day"),
    "direction": ("word", "direction", "in or out, seen from the subject"),
    "counterparty": ("id", "", "the other side"),
    "from": ("id", "", "who sent"),
    "to": ("id", "", "who received"),
    "id": ("id", "", ""),
    "kind": ("word", "kind", "what kind of movement"),
    "status": ("word", "status", "only completed value counts in sums"),
    "network": ("word", "network", ""),
    "asset": ("word", "asset", ""),
    "amount": ("native", "", "in the row's asset"),
    "transfers": ("count", "transfers", ""),
    "counterparties": ("count", "counterparties", "different ones"),
    "first_at": ("time", "", "the first of them"),
    "last_at": ("time", "", "the last of them"),
    "transfer": ("hash", "", "our id of the transfer"),
    "label": ("label", "", "the name it is known by"),
    "category": ("word", "category", "what kind of service or offence the label says"),
    "label_source": ("word", "source", "who says so"),
    "label_at": ("time", "", "when the label was known"),
    "label_confidence": ("word", "confidence", "how sure the source is"),
}


def column(name: str, kind: Kind | None = None, unit: str = "", means: str = "") -> Column:
    """A column; of the names that mean the same in every tool only what differs need be said."""
    usual = _COLUMNS.get(name, ("text", "", ""))
    return Column(name=name, kind=kind or usual[0], unit=unit or usual[1], means=means or usual[2])


def columns(ledger: Ledger, *wanted: str | Column) -> tuple[Column, ...]:
    """Columns by their usual names; a name that ends in `usd` brings its twin in the local currency."""
    found: list[Column] = []
    for name in wanted:
        if isinstance(name, Column):
            found.append(name)
        elif name.endswith("usd"):
            means = _MONEY.get(name, "value in USD at the time")
            found += [Column(name=name.replace("usd", word), kind="money", unit=unit, means=means)
                      for word, unit in currencies(ledger)]  # fmt: skip
        else:
            found.append(column(name))
    return tuple(found)


_MONEY = {"largest_usd": "the largest of them", "out_usd": "all that left in that time",
          "left_usd": "how much of it had left by the window's end"}  # fmt: skip


def currencies(ledger: Ledger) -> tuple[tuple[str, str], ...]:
    """The ends of money columns with their units: usd, and local where the workspace has another currency."""
    return (("usd", "USD"),) if ledger.currency == "USD" else (("usd", "USD"), ("local", ledger.currency))


def money(ledger: Ledger, expression: str, name: str = "") -> str:
    """SQL of a sum and its local twin: `{}` stands for the column, the results are NAME_usd and NAME_local."""
    stem = f"{name}_" if name else ""
    return ", ".join(f"{expression.format(word)} as {stem}{word}" for word, _ in currencies(ledger))


def utc(expression: str) -> str:
    """SQL of an epoch as facts carry it, `2024-07-16T12:04:47Z`."""
    return f"strftime(make_timestamp(({expression}) * 1000000), '%Y-%m-%dT%H:%M:%SZ')"


def day_number(ledger: Ledger, epoch: str) -> str:
    """SQL of the local calendar day as days since 1970. Zones that never shift need no calendar: that is cheaper."""
    offset = _steady_offset(ledger.timezone)
    if offset is None:
        return f"(timezone('{ledger.timezone}', to_timestamp({epoch}))::date - date '1970-01-01')"
    return f"(({epoch} + {offset}) // 86400)"


def day_text(number: str) -> str:
    """SQL of a day number as `2024-07-16`."""
    return f"(date '1970-01-01' + ({number})::integer)::varchar"


@cache
def _steady_offset(zone: str) -> int | None:
    """Seconds ahead of UTC, None where that changed since 1990: no ledger of ours begins before."""
    hours = (datetime(year, month, 1, tzinfo=ZoneInfo(zone)) for year in range(1990, 2045) for month in range(1, 13))
    offsets = {int(moment.utcoffset().total_seconds()) for moment in hours}  # type: ignore[union-attr]
    return offsets.pop() if len(offsets) == 1 else None


def native_sum(amount: str = "l.amount", where: str = "true") -> str:
    """SQL of an exact sum of native amounts: whole units and the rest apart, for `native` to add.

    A sum of DECIMAL(38,18) fails at 10^20 units, and the makers of worthless tokens send such amounts on purpose.
    """
    return f"(sum(trunc({amount})) filter ({where}), sum({amount} - trunc({amount})) filter ({where}))"


def native(parts: tuple[Decimal | None, Decimal | None] | None) -> Decimal | None:
    """The amount of a `native_sum`, None where no amount was known."""
    whole, rest = parts or (None, None)
    return None if whole is None or rest is None else plus(whole, rest)


def plus(*amounts: Decimal) -> Decimal:
    """Native amounts added without losing a digit."""
    total = Decimal(0)
    for amount in amounts:
        total = _WIDE.add(total, amount)
    return total


def share_of(part: Decimal | int, whole: Decimal | int, digits: int = 6) -> Decimal | None:
    """The part of the whole as a share of that many digits, None where there is no whole."""
    return round(Decimal(part) / Decimal(whole), digits) if whole else None


@dataclass(frozen=True)
class Measure:
    """A column of a query that becomes a fact: ROW, else the one of its NAME. OF and OTHER name columns too."""

    name: str
    kind: Kind
    unit: str = ""
    means: str = ""
    side: Side = ""
    status: str = ""
    rank: Rank = ""
    of: str = ""
    other: str = ""
    row: str = ""

    def at(self, side: Side = "", status: str = "") -> "Measure":
        """The same on that side of the account, of transfers in that state."""
        return replace(self, side=side, status=status)


def money_measures(ledger: Ledger, name: str, means: str = "", *, row: str | None = None, **more: Any) -> list[Measure]:
    """The measure of a sum, in the columns ROW_usd (usd, where ROW is empty), and of its local twin."""
    stem = name if row is None else row
    return [Measure(f"{name}_{word}", "money", unit, means, row=f"{stem}_{word}" if stem else word, **more)
            for word, unit in currencies(ledger)]  # fmt: skip


def facts_of(records: Iterable[Mapping[str, Any]], measures: Sequence[Measure]) -> list[Fact]:
    """A fact for every measure of every record (one a subject) that is known."""
    compiled = [(m.row or m.name, m.of, m.other, _template(m)) for m in measures]
    facts = []
    for record in records:
        about = record["subject"]
        for name, whole, other, template in compiled:
            value = record.get(name)
            if value is not None:
                facts.append(_fact({
                    **template, "about": about, "value": value,
                    "of": record.get(whole) if whole else None, "other": (record.get(other) or "") if other else "",
                }))  # fmt: skip
    return facts


def _template(measure: Measure) -> dict[str, Any]:
    shared = {name: getattr(measure, name) for name in ("name", "kind", "unit", "means", "side", "status", "rank")}
    return {**shared, "reach": "", "row": None}


_SET_FIELDS = set(Fact.model_fields)  # one for all: facts are frozen
_put = object.__setattr__


def _fact(values: dict[str, Any]) -> Fact:
    """A fact of values that are right already: a sixth of `model_construct`'s time."""
    fact = Fact.__new__(Fact)
    _put(fact, "__dict__", values)
    _put(fact, "__pydantic_fields_set__", _SET_FIELDS)
    _put(fact, "__pydantic_extra__", None)
    _put(fact, "__pydantic_private__", None)
    return fact


def table(columns: tuple[Column, ...], records: Iterable[Sequence[Any]], name: str = "rows") -> Table:
    """A table of a query's rows, whose columns stand in the same order."""
    names = [column.name for column in columns]
    rows = tuple(dict(zip(names, record, strict=True)) for record in records)
    return Table.model_construct(name=name, columns=columns, rows=rows)


def native_facts(name: str, amounts: Iterable[tuple[str, str, Decimal]], means: str = "", **more: Any) -> list[Fact]:
    """A fact of each (subject, asset, amount), its unit the asset."""
    template = _template(Measure(name, "native", "", means, **more))
    return [
        _fact({**template, "unit": asset, "about": about, "value": amount, "of": None, "other": ""})
        for about, asset, amount in amounts
    ]
