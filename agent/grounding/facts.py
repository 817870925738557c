"""What a case's evidence holds, indexed by value and unit: facts, cells of rows, and what was asked and searched."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from casewright.knowledge import clock
from casewright.knowledge.evidence import Evidence, Fact, Row
from casewright.knowledge.records import canonical_id


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A row: its parties as sender and recipient (empty where unknown), its days, and all that it names."""

    evidence: str
    tool: str
    table: str
    number: int
    row: Row
    src: str
    dst: str
    side: str  # seen from the subject
    reach: str
    ids: frozenset[str]
    words: frozenset[str]  # assets, networks, kinds, categories ... in lower case
    moments: frozenset[int]
    point_days: frozenset[str]
    first_day: str
    last_day: str
    many: bool  # sums several movements

    def value(self, name: str) -> str:
        """A cell as text, empty where it is not known."""
        found = self.row.get(name)
        return "" if found is None else str(found)


@dataclass(slots=True, eq=False)
class Known:
    """A fact with where it stands: its evidence, its row if it is a cell, and which way its value went.

    Never changed; not frozen as that doubles the time it takes to make one, and a case has thousands.
    """

    fact: Fact
    evidence: str
    tool: str
    line: Line | None
    src: str
    dst: str
    side: str

    @property
    def parties(self) -> set[str]:
        """Everyone whom the fact is about."""
        own = {self.fact.about, self.fact.other, self.src, self.dst} - {""}
        return own | (set(self.line.ids) if self.line else set())

    def told(self) -> str:
        """The fact for a person: `E3.inflow_usd = 198400.00 USD`."""
        whom = f" of {self.fact.about}" if self.fact.about else ""
        value = f"{self.fact.value:,}" if isinstance(self.fact.value, Decimal | int) else str(self.fact.value)
        part = f" of {self.fact.of:,}" if self.fact.of is not None else ""
        qualified = " ".join(filter(None, (self.side, self.fact.status, self.fact.reach, self.fact.rank)))
        extra = f" ({qualified})" if qualified else ""
        return f"{self.evidence}.{self.fact.name}{whom} = {value}{part} {self.fact.unit}".rstrip() + extra


class Value(NamedTuple):
    """A value as far as it tells what words a text may use: without where it stands."""

    name: str
    kind: str
    unit: str
    text: str


_IDS = frozenset({"id", "hash"})
_PARTIES = frozenset({"subject", "id", "from", "to", "counterparty", "deposit_from"})  # whom rows are about


@dataclass
class Holding:
    """What one evidence holds. Its rows are read when a sentence asks for them: most of a case is cited by none."""

    evidence: Evidence
    zone: str
    told: list[Known] = field(default_factory=list)  # its facts, what was asked and what was searched
    read: Callable[[], tuple[list[Known], list[Line]]] = lambda: ([], [])

    @cached_property
    def known(self) -> list[Known]:
        """All that it holds: what it tells, then every cell."""
        return [*self.told, *self._rows[0]]

    @property
    def lines(self) -> list[Line]:
        """Every row."""
        return self._rows[1]

    @cached_property
    def _rows(self) -> tuple[list[Known], list[Line]]:
        return self.read()

    @cached_property
    def parties(self) -> frozenset[str]:
        """Every account, address and hash that it names."""
        found = {name for known in self.told for name in (known.fact.about, known.fact.other)}
        found |= {str(known.fact.value) for known in self.told if known.fact.kind in _IDS}
        for table in self.evidence.tables:
            for column in table.columns:
                if column.kind in _IDS or column.name in _PARTIES:
                    found.update(str(row[column.name]) for row in table.rows if row.get(column.name))
        return frozenset(found - {""}) | self.subjects

    def values(self, kinds: Collection[str]) -> Iterator[Value]:
        """What it holds of these kinds: name, kind, unit and text, each once."""
        seen: dict[Value, None] = {}
        for known in self.told:
            if known.fact.kind in kinds:
                seen[Value(known.fact.name, known.fact.kind, known.fact.unit, str(known.fact.value))] = None
        for table in self.evidence.tables:
            for column in table.columns:
                if column.kind in kinds:
                    held = {str(row[column.name]) for row in table.rows if row.get(column.name) not in (None, "")}
                    seen |= dict.fromkeys(Value(column.name, column.kind, column.unit, text) for text in held)
        yield from seen

    @cached_property
    def subjects(self) -> frozenset[str]:
        """Whom it was asked about."""
        asked = self.evidence.arguments.get("subjects")
        found = asked if isinstance(asked, list) else []
        return frozenset(canonical_id(str(s["id"])) for s in found if isinstance(s, dict) and "id" in s)


@dataclass
class Index:
    """Several evidences as one, looked up by value."""

    holdings: tuple[Holding, ...]

    @cached_property
    def known(self) -> list[Known]:
        """Every fact."""
        return [known for holding in self.holdings for known in holding.known]

    @cached_property
    def lines(self) -> list[Line]:
        """Every row."""
        return [line for holding in self.holdings for line in holding.lines]

    @cached_property
    def rivals(self) -> dict[tuple[str, str, str, str], int]:
        """How many rows there are of an evidence, table, subject and side."""
        found: dict[tuple[str, str, str, str], int] = {}
        for line in self.lines:
            key = (line.evidence, line.table, line.value("subject"), line.side)
            found[key] = found.get(key, 0) + 1
        return found

    @cached_property
    def windows(self) -> list[Known]:
        """The ends of the windows that were asked about."""
        return [known for known in self.known if known.line is None and known.fact.name in {"since", "until"}]

    @cached_property
    def subjects(self) -> frozenset[str]:
        """Whom the evidences were asked about."""
        return frozenset(name for holding in self.holdings for name in holding.subjects)

    @cached_property
    def _numbers(self) -> dict[str, tuple[list[Decimal], list[Known]]]:
        groups: dict[str, list[tuple[Decimal, Known]]] = {}
        for known in self.known:
            if known.fact.kind in {"money", "native", "rate", "share", "ratio", "count", "duration"}:
                groups.setdefault(known.fact.kind, []).append((Decimal(known.fact.value), known))
        made = {}
        for kind, pairs in groups.items():
            pairs.sort(key=lambda pair: pair[0])
            made[kind] = ([value for value, _ in pairs], [known for _, known in pairs])
        return made

    def near(self, kinds: Iterable[str], value: Decimal, reach: Decimal) -> list[Known]:
        """The facts of these kinds whose value lies within REACH of VALUE."""
        found: list[Known] = []
        for kind in kinds:
            values, known = self._numbers.get(kind, ([], []))
            found.extend(known[bisect_left(values, value - reach) : bisect_right(values, value + reach)])
        return found

    def closest(self, kinds: Iterable[str], value: Decimal, units: Iterable[str] = ()) -> Known | None:
        """The fact of these kinds (of these units, where any is) that lies nearest to VALUE."""
        best: tuple[bool, Decimal] | None = None
        nearest = None
        wanted = set(units)
        for kind in kinds:
            values, known = self._numbers.get(kind, ([], []))
            place = bisect_left(values, value)
            for number in range(max(0, place - 25), min(len(values), place + 25)):
                rank = (bool(wanted) and known[number].fact.unit not in wanted, abs(values[number] - value))
                if best is None or rank < best:
                    best, nearest = rank, known[number]
        return nearest

    @cached_property
    def ids(self) -> dict[str, list[Known]]:
        """Facts that are or name an id, a hash, a label or a word, by the text in canonical form."""
        found: dict[str, list[Known]] = {}
        for known in self.known:
            if known.fact.kind in {"id", "hash", "label", "word", "text"}:
                text = str(known.fact.value)
                if known.fact.kind in {"id", "hash"} or len(text) <= 200:
                    found.setdefault(canonical_id(text), []).append(known)
                    if known.fact.kind not in {"id", "hash"}:
                        found.setdefault(text.casefold(), []).append(known)
        return found

    @cached_property
    def parties(self) -> frozenset[str]:
        """Every account, address and hash that is named."""
        return frozenset().union(*(holding.parties for holding in self.holdings))

    @cached_property
    def moments(self) -> dict[int, list[Known]]:
        """Facts that are times, by epoch seconds."""
        found: dict[int, list[Known]] = {}
        for known in self.known:
            if known.fact.kind == "time":
                found.setdefault(epoch_of(str(known.fact.value)), []).append(known)
        return found

    @cached_property
    def days(self) -> dict[str, list[Known]]:
        """Facts that are times or dates, by local day."""
        found: dict[str, list[Known]] = {}
        for holding in self.holdings:
            for known in holding.known:
                if known.fact.kind in {"time", "date"}:
                    found.setdefault(day_of(known.fact.kind, str(known.fact.value), holding.zone), []).append(known)
        return found

    @cached_property
    def labels(self) -> frozenset[str]:
        """The names of all labels, in lower case."""
        return frozenset(value.text.casefold() for holding in self.holdings for value in holding.values({"label"}))

    @cached_property
    def bearers(self) -> dict[str, set[str]]:
        """Who bears a label, by its name in lower case."""
        found: dict[str, set[str]] = {}
        for known in self.known:
            if known.fact.kind == "label":
                found.setdefault(str(known.fact.value).casefold(), set()).add(known.fact.about)
        return found

    @cached_property
    def holders(self) -> dict[str, set[str]]:
        """Whose name it is, by the holder's name in lower case: the far party of a row, else whom a fact is about."""
        found: dict[str, set[str]] = {}
        for known in self.known:
            if known.fact.name in {"name", "payer", "payee", "holder"} and known.fact.kind in {"word", "text"}:
                line = known.line
                whom = (
                    (line.value("counterparty") or line.value("id") or line.value("subject"))
                    if line
                    else known.fact.about
                )
                found.setdefault(str(known.fact.value).casefold(), set()).add(whom)
        return found

    @cached_property
    def categories(self) -> dict[str, set[str]]:
        """Who is of a category by a label: category -> bearers."""
        found: dict[str, set[str]] = {}
        for known in self.known:
            if known.fact.kind == "word" and known.fact.unit == "category":
                bearer = known.fact.about
                found.setdefault(str(known.fact.value), set()).add(bearer)
        return found

    @cached_property
    def texts(self) -> list[str]:
        """Every text cell, word and label, in lower case with single blanks."""
        kinds = {"text", "word", "label"}
        return sorted({" ".join(str(k.fact.value).casefold().split()) for k in self.known if k.fact.kind in kinds})


def epoch_of(text: str) -> int:
    """The second that a fact's time tells; far in the past for a text that is none."""
    try:
        return clock.epoch(text)
    except ValueError:  # a tampered case: no moment at all
        return -(2**62)


def day_of(kind: str, text: str, zone: str) -> str:
    """The local day of a time as text; of a date that is one already."""
    return text[:10] if kind == "date" or epoch_of(text) == -(2**62) else clock.date_text(text, zone)
