"""An indicator: a trailing measure at each event of an account, said once, and how its file's head is read.

A file is SQL with a head of comments: its name, then `key: value` lines; a line indented by three blanks goes on.

    -- inflow_usd
    -- means: value that came in within {seconds}
    -- unit: USD
    -- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
    -- parameter: kind = any (any | fiat_in | deposit), which credits count
    -- side: in
    -- needs: legs.usd = USD values
    -- no_value: ...why an account with events may have no value
    -- note: ...a reason that the query cannot tell
    -- rows: legs where moved and direction = 'in'

Keys: means, unit (USD, share, times, seconds, or the plural of what is counted), parameter (any number), side (in or
out), status (of the transfers that it measures), needs (a ledger's column without which nothing is measured), no_value,
note, rows. A parameter without a decimal point in its default takes whole numbers. A mark right behind `_` becomes part
of a name: `reached_$category`.

Rows (one line or more) tell what made a value: RELATION, or RELATION where CONDITION. Those of the account's rows that
satisfy it, within the trailing window where there is a parameter `seconds`, else in the whole history by then. The
condition may compare with `value`, the value that was reached.

Behind a line `-- crossing` a second query may stand: the accounts whose value can ever reach `$threshold` (above zero),
of all that `legs` holds. It may name some too many and none too few, and pays where it is much cheaper than the value.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from casewright.knowledge.errors import CasewrightError, KnowledgeError, UsageError, join_errors
from casewright.knowledge.evidence import Kind, Side
from casewright.knowledge.records import Record

Setting = int | Decimal | str  # a parameter's value: a whole number, a decimal or one of its words

_KINDS: Mapping[str, Kind] = {"USD": "money", "share": "share", "times": "ratio", "seconds": "duration"}
_KEYS = ("means", "unit", "parameter", "side", "status", "needs", "no_value", "note", "rows")
_PARAMETER = re.compile(
    r"(?P<name>[a-z_]+) = (?P<default>\S+) \((?P<range>[^)]+)\)(?: (?P<unit>[A-Za-z]+))?, (?P<means>.+)"
)
_MARK = re.compile(r"\$([a-z_]+)")
_CALL = re.compile(r"\s*(?P<name>[a-z_0-9]+)\s*(?:\((?P<settings>[^()]*)\))?\s*")
_ROUNDING = Decimal("0.000001")  # a value is compared rounded, so that a little less reaches the threshold too
BUILT_IN = ("timezone",)  # marks that the ledger fills, not the asker


class Parameter(Record):
    """What can be set about an indicator: a number within LOW .. HIGH, or one of WORDS."""

    name: str
    default: Setting
    low: Decimal | None = None
    high: Decimal | None = None
    words: tuple[str, ...] = ()
    unit: str = ""
    means: str

    def read(self, value: Any) -> Setting:
        """The value as this parameter takes it. Raises ValueError with the range and the unit."""
        unit = {"local": " in the local currency", "share": "", "": ""}.get(self.unit, f" {self.unit}")
        if self.words:
            if value not in self.words:
                raise ValueError(f"{self.name} = {value!r}, expected one of {', '.join(self.words)}")
            return str(value)
        share = "a share of " if self.unit == "share" else ""
        expected = f"expected {share}{self.low} .. {self.high}{unit}"
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise ValueError(f"{self.name} = {value!r} is no number, {expected}") from None
        assert self.low is not None
        assert self.high is not None
        if not number.is_finite() or not self.low <= number <= self.high:
            raise ValueError(f"{self.name} = {value}{unit}, {expected}")
        if isinstance(self.default, int):
            if number != int(number):
                raise ValueError(f"{self.name} = {value}, expected a whole number of {self.unit or 'units'}")
            return int(number)
        return number

    def text(self, value: Setting, currency: str = "USD") -> str:
        """The value in words: `24 hours`, `USD 100.00`, `90%`, `fiat_in`."""
        if isinstance(value, str):
            return value
        if self.unit == "seconds":
            return duration_text(int(value))
        if self.unit in ("USD", "local"):
            return f"{currency if self.unit == 'local' else 'USD'} {value:,.2f}"
        return f"{Decimal(value) * 100:.1f}".removesuffix(".0") + "%" if self.unit == "share" else str(value)


class Indicator(Record):
    """A measure of an account, in its unit, one value at each event, from what was known at that moment."""

    name: str
    means: str
    unit: str
    parameters: tuple[Parameter, ...] = ()
    side: Side = ""
    status: str = ""
    needs: Mapping[str, str] = Field(default_factory=dict)  # table.column -> what that holds, in words
    no_value: str = ""
    note: str = ""
    rows: tuple[str, ...]  # RELATION where CONDITION: what made a value
    query: str = Field(repr=False)
    crossing: str = Field(default="", repr=False)  # the accounts whose value can reach $threshold

    @property
    def kind(self) -> Kind:
        """The kind of a fact that states its value."""
        return _KINDS.get(self.unit, "count")

    def bind(self, settings: Mapping[str, Any]) -> dict[str, Setting]:
        """All parameters with these settings upon the defaults. Raises UsageError for a wrong name or value."""
        known = {parameter.name: parameter for parameter in self.parameters}
        bound = {name: parameter.default for name, parameter in known.items()}
        for name, value in settings.items():
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {close[0]!r}?" if close else f"it takes {', '.join(known) or 'none'}"
                raise UsageError(f"{self.name} has no parameter {name!r}", hint=hint)
            try:
                bound[name] = known[name].read(value)
            except ValueError as error:
                raise UsageError(f"{self.name}: {error}") from None
        return bound

    def sql(self, settings: Mapping[str, Any], timezone: str = "UTC") -> str:
        """Its query with the parameters as literals: account, epoch, value at each event. Raises UsageError."""
        return self._literal(self.query, settings, timezone)

    def crossing_sql(self, settings: Mapping[str, Any], threshold: Decimal, timezone: str = "UTC") -> str:
        """The query for the accounts that can reach THRESHOLD, empty where it rules none out. Raises UsageError."""
        if not self.crossing or threshold <= 0:
            return ""
        least = threshold - _ROUNDING if threshold > _ROUNDING else threshold
        text = self.crossing.replace("$threshold", _literal(least))
        return self._literal(text, settings, timezone)

    def rows_sql(self, settings: Mapping[str, Any], timezone: str = "UTC") -> tuple[str, ...]:
        """What made a value, each `RELATION where CONDITION`, with the parameters as literals. Raises UsageError."""
        return tuple(self._literal(rows, settings, timezone) for rows in self.rows)

    def _literal(self, text: str, settings: Mapping[str, Any], timezone: str) -> str:
        literals = {name: _literal(value) for name, value in self.bind(settings).items()}
        literals["timezone"] = _literal(timezone)

        def told(mark: re.Match[str]) -> str:
            part_of_name = text[: mark.start()].endswith("_")
            return literals[mark[1]].strip("'") if part_of_name else literals[mark[1]]

        return _MARK.sub(told, text)

    def told(self, settings: Mapping[str, Any], currency: str = "USD", *, text: str = "") -> str:
        """What it means, or TEXT, with the parameters in words: `value that came in within 30 days`."""
        bound = self.bind(settings)
        words = {parameter.name: parameter.text(bound[parameter.name], currency) for parameter in self.parameters}
        return (text or self.means).format(**words)

    def in_full(self, settings: Mapping[str, Any], currency: str = "USD") -> str:
        """The same with the settings that the sentence leaves out: `credits ... within 7 days (kind fiat_in)`."""
        unsaid = [f"{name} {value}" for name, value in settings.items() if f"{{{name}}}" not in self.means]
        return self.told(settings, currency) + (f" ({', '.join(unsaid)})" if unsaid else "")


class Request(Record):
    """An indicator asked for: with which settings, and which end of its values in the window.

    As text: `new_payers`, `new_payers(seconds=604800, kind=fiat_in)`.
    """

    indicator: str
    parameters: Mapping[str, Setting] = Field(default_factory=dict)
    reading: Literal["highest", "lowest"] = "highest"

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        found = _CALL.fullmatch(data)
        pairs = [pair.partition("=") for pair in (found["settings"] or "").split(",") if pair.strip()] if found else []
        if not found or not all(sign for _, sign, _ in pairs):
            raise ValueError(f"{data!r} is no indicator, expected NAME or NAME(parameter=value, ...)")
        return {"indicator": found["name"], "parameters": {name.strip(): value.strip() for name, _, value in pairs}}

    @property
    def settings(self) -> str:
        """What differs from the defaults, as text: `seconds=604800`."""
        return ", ".join(f"{name}={value}" for name, value in sorted(self.parameters.items()))


def duration_text(seconds: int) -> str:
    """A length of time in the largest unit that tells it whole: `30 days`, `24 hours`, `90 minutes`."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0 and (seconds >= 2 * size or size == 60):
            return f"{seconds // size:,} {name}{'' if seconds == size else 's'}"
    return f"{seconds:,} second{'' if seconds == 1 else 's'}"


def read_indicator(path: Path) -> Indicator:
    """The indicator that a SQL file defines. Raises KnowledgeError with all that is wrong in its head."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    length = next((nr for nr, line in enumerate(lines) if not line.startswith("--")), len(lines))
    errors: list[CasewrightError] = []
    if not lines or lines[0].removeprefix("--").strip() != path.stem:
        errors.append(KnowledgeError(f"the first line must name it: -- {path.stem}", path, 1))
    query, _, crossing = "\n".join(lines[length:]).partition("\n-- crossing\n")
    told: dict[str, Any] = {"name": path.stem, "query": _whole(query), "crossing": _whole(crossing)}
    parameters, needs, rows = [], {}, []
    for line, key, value in _head(lines[1:length]):
        try:
            if key == "parameter":
                parameters.append(_parameter(value))
            elif key == "needs":
                column, _, words = value.partition(" = ")
                needs[column] = words
            elif key == "rows":
                rows.append(value)
            elif key not in _KEYS or key in told:
                raise ValueError(f"unknown or repeated key {key!r}, expected one of {', '.join(_KEYS)}")
            else:
                told[key] = value
        except ValueError as error:
            errors.append(KnowledgeError(str(error), path, line))
    told["rows"] = tuple(rows)
    if not errors:
        errors += [KnowledgeError(text, path, 1) for text in _disagreements(told, {p.name for p in parameters})]
    if errors:
        raise join_errors(errors)
    return Indicator(**told, parameters=tuple(parameters), needs=needs)


def _whole(query: str) -> str:
    return query.strip().rstrip(";")


def _disagreements(told: Mapping[str, Any], names: set[str]) -> Iterator[str]:
    """What is missing in a head, and where it and the query speak of different parameters."""
    marks = set(_MARK.findall(told["query"])) - set(BUILT_IN)
    if marks != names:
        yield f"the query uses {sorted(marks)}, the head declares {sorted(names)}"
    if told["crossing"] and "threshold" not in _MARK.findall(told["crossing"]):
        yield "its crossing query does not use $threshold"
    strange = set(_MARK.findall(told["crossing"])) - {*BUILT_IN, *names, "threshold"}
    if strange:
        yield f"its crossing query uses {sorted(strange)}, the head declares {sorted(names)}"
    strange = set(_MARK.findall(" ".join(told["rows"]))) - set(BUILT_IN) - names
    if strange:
        yield f"its rows use {sorted(strange)}, the head declares {sorted(names)}"
    yield from (f"the key {key!r} is missing" for key in ("means", "unit", "rows") if not told.get(key))


def _head(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Line number, key and value of each entry."""
    entries: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 2):
        if line.startswith("--   ") and entries:
            entries[-1] = (entries[-1][0], f"{entries[-1][1]} {line[2:].strip()}")
        elif line.strip("- "):
            entries.append((number, line[2:].strip()))
    for number, entry in entries:
        key, _, value = entry.partition(":")
        yield number, key.strip(), value.strip()


def _parameter(text: str) -> Parameter:
    found = _PARAMETER.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no parameter, expected: name = default (low .. high) unit, what it is")
    told: dict[str, Any] = {"name": found["name"], "unit": found["unit"] or "", "means": found["means"]}
    if ".." not in found["range"]:
        words = tuple(word.strip() for word in found["range"].split("|"))
        return Parameter(**told, default=found["default"], words=words)
    low, high = (Decimal(end.strip()) for end in found["range"].split(".."))
    default = Decimal(found["default"]) if "." in found["default"] else int(found["default"])
    return Parameter(**told, default=default, low=low, high=high)


def _literal(value: Setting) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return format(value, "f") if isinstance(value, Decimal) else str(value)
