"""The dossier: one subject's evidence under the tools' names, ready to be quoted."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from casewright.agent.memo import quote as q
from casewright.agent.memo.quote import Quote
from casewright.knowledge.case import Alert, Finding, TypologyMatch
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Side
from casewright.knowledge.records import Subject
from casewright.knowledge.typology import Typology
from casewright.tools.labels import OWN

FIAT = {"SGD", "USD", "EUR", "GBP", "JPY", "CNY", "HKD", "AUD", "MYR", "IDR", "THB", "INR", "CHF", "KRW"}


@dataclass(frozen=True)
class Dossier:
    """What was found on one subject. `zone` and `currency` are those of the texts; `command` is how to ask on."""

    subject: Subject
    evidence: tuple[Evidence, ...]
    zone: str
    currency: str
    alert: Alert | None = None
    matches: tuple[TypologyMatch, ...] = ()
    typology: Typology | None = None  # the best match, where it fits well enough to be named
    findings: tuple[Finding, ...] = ()

    @cached_property
    def by_tool(self) -> dict[str, list[Evidence]]:
        """The evidence of each tool, in the order asked."""
        found: dict[str, list[Evidence]] = {}
        for evidence in self.evidence:
            found.setdefault(evidence.tool, []).append(evidence)
        return found

    @property
    def is_customer(self) -> bool:
        """Whether the subject is a customer on record, not an outside address."""
        return bool(self.rows("customer"))

    @property
    def is_ours(self) -> bool:
        """Whether the subject bears a label as an address of the house: a hot wallet, a custodial address."""
        return not self.is_customer and any(
            row.get("category") in OWN and row.get("id") == self.subject.id for row in self.rows("labels")
        )

    def of(self, tool: str, direction: str = "") -> Evidence | None:
        """The first evidence of a tool (with this `direction` argument, for the tools that have one)."""
        asked = self.by_tool.get(tool, ())
        return next((e for e in asked if not direction or e.arguments.get("direction") == direction), None)

    def id_of(self, tool: str, direction: str = "") -> tuple[str, ...]:
        """That evidence's id, to cite; empty where the tool was not asked."""
        found = self.of(tool, direction)
        return (found.id,) if found else ()

    def fact(self, tool: str, name: str, direction: str = "") -> Fact | None:
        """A fact about the subject."""
        found = self.of(tool, direction)
        return found.fact(name, self.subject.id) if found else None

    def number(self, tool: str, name: str) -> int:
        """A count as a number, nought where it is not known: for choosing words, never for showing."""
        fact = self.fact(tool, name)
        return int(fact.value) if fact else 0

    def quote(self, tool: str, name: str, direction: str = "") -> Quote | None:
        """A fact in words."""
        return q.quote(self.fact(tool, name, direction), "".join(self.id_of(tool, direction)), self.zone)

    def day(self, tool: str, name: str) -> Quote | None:
        """The local day of a fact that is a time."""
        return q.day(self.fact(tool, name), "".join(self.id_of(tool)), self.zone)

    def period(self, tool: str, first: str, last: str) -> Quote | None:
        """From the local day of one fact to that of another."""
        return q.period(self.fact(tool, first), self.fact(tool, last), "".join(self.id_of(tool)), self.zone)

    def money(self, tool: str, name: str, direction: str = "") -> Quote | None:
        """A sum in the texts' currency: the local twin of NAME_usd where there is one."""
        return self.quote(tool, f"{name}_local", direction) or self.quote(tool, f"{name}_usd", direction)

    def count(self, tool: str, name: str, noun: str, plural: str = "", direction: str = "") -> Quote | None:
        """A count with its noun."""
        return q.counted(self.quote(tool, name, direction), noun, plural)

    def other(self, tool: str, name: str) -> Quote | None:
        """The party on the far side of a fact."""
        fact = self.fact(tool, name)
        return Quote(fact.other, self.id_of(tool)) if fact and fact.other else None

    def rows(self, tool: str, table: str = "rows", direction: str = "") -> tuple[Row, ...]:
        """The rows of a tool's table."""
        found = self.of(tool, direction)
        return found.table(table).rows if found else ()

    def cells(self, tool: str, table: str = "rows", direction: str = "") -> Iterator["Cells"]:
        """The rows of a tool's table, ready to be quoted."""
        found = self.of(tool, direction)
        if found:
            columns = {column.name: column for column in found.table(table).columns}
            for row in found.table(table).rows:
                yield Cells(row, columns, found.id, self.zone)

    def name(self) -> Quote:
        """The subject's id in words, from evidence about it."""
        cited = self.id_of("account_profile") or tuple(e.id for e in self.evidence[:1])
        return Quote(self.subject.id, cited)


@dataclass(frozen=True)
class Cells:
    """One row, its cells quotable by column."""

    row: Row
    columns: dict[str, Column]
    evidence: str
    zone: str

    def __getitem__(self, column: str) -> Quote | None:
        fact = self._fact(column)
        return q.quote(fact, self.evidence, self.zone) if fact else None

    def _fact(self, column: str) -> Fact | None:
        value = self.row.get(column)
        told = self.columns.get(column)
        if value is None or value == "" or told is None:
            return None
        asset = "asset_in" if column == "amount_in" else "asset"  # of a trade: what the account got
        unit = told.unit or (str(self.row.get(asset) or "") if told.kind == "native" else "")
        return Fact(name=column, value=value, kind=told.kind, unit=unit)

    def day(self, column: str) -> Quote | None:
        """The local day of a time."""
        return q.day(self._fact(column), self.evidence, self.zone)

    def clock(self, column: str) -> Quote | None:
        """The local time of day of a time, for a clause that has told the day."""
        return q.clock(self._fact(column), self.evidence, self.zone)

    def period(self) -> Quote | None:
        """From the local day of the first to that of the last."""
        return q.period(self._fact("first_at"), self._fact("last_at"), self.evidence, self.zone)

    def money(self) -> Quote | None:
        """The row's value in the texts' currency."""
        return self["local"] or self["usd"]

    def amount(self, column: str = "amount") -> Quote | None:
        """A native amount; money as money is told: `SGD 1,998.00`."""
        fact = self._fact(column)
        cents = Decimal(fact.value).quantize(Decimal("0.01")) if fact else None
        if fact is None or fact.unit not in FIAT or cents != fact.value:
            return self[column]
        return Quote(f"{fact.unit} {cents:,.2f}", (self.evidence,))

    def worth(self, currency: str) -> Quote | None:
        """The amount with its value: `64,398.73 USDT (SGD 83,976.00)`; the value alone where it is money of ours."""
        native, value = self["amount"], self.money()
        if native is None or value is None or self.text("asset") in {currency, "USD"}:
            return value or native
        return Quote(f"{native} ({value})", q.merged([native, value]))

    def count(self, column: str, noun: str, plural: str = "") -> Quote | None:
        """A count with its noun."""
        return q.counted(self[column], noun, plural)

    def text(self, column: str) -> str:
        """The bare value, for choosing words."""
        return str(self.row.get(column) or "")

    def side(self) -> Side:
        """The row's direction."""
        return "in" if self.text("direction") == "in" else "out"


def value_of(row: Row) -> float:
    """The row's value for ordering: local, else USD."""
    amount = row.get("local") or row.get("usd") or 0
    return float(amount)
