"""How well one indicator sets each planted typology of an exchange apart from its honest look-alike, as a page.

`python tests/evals/separation.py FOLDER` measures the demo in FOLDER and writes `knowledge/separation.md`.
"""

import math
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from csv import DictReader
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from casewright.knowledge.indicator import Request
from casewright.knowledge.library import typologies
from casewright.knowledge.measures import value_text
from casewright.knowledge.records import Subjects, subjects
from casewright.tools.indicators import catalogue, indicator, peaks
from casewright.tools.simulate.exchange import modules
from casewright.tools.simulate.stage import Pair
from casewright.tools.warehouse import Ledger

PAGE = Path(__file__).resolve().parents[2] / "knowledge" / "separation.md"
CHOSEN: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
Values = Sequence[Decimal | None]  # a peak for each subject, None where the indicator has no value

_HEAD = """# What sets a typology apart from its look-alike

Made by `make separation`, which measures a fresh demo exchange; do not edit. A test holds this page against the demo.

Each planted typology has a look-alike: honest customers who seem to do the same. For each pair, this page tells how far
one indicator sets them apart. Where the typology's file states a defining red flag that an indicator measures, that is
the indicator (marked: flag); others are chosen in `tests/evals/separation.yaml`. Read is the peak over each customer's
whole history, as an investigation of a customer does. The threshold is the one at which the share of planted subjects
at or past it is furthest above the share of look-alikes. A subject without a value does not reach any threshold.

Read it with care. Thresholds are fitted to these few subjects, what is no flag was picked after looking, and exchange
and indicators come from one house: that a pair is set apart here is needed, not enough. The last column is what an
alert on that indicator alone would bring besides among the exchange's {customers} customers; how many of those are
planted with another typology stands in brackets.
"""
_OWN = """
## At the typologies' own thresholds

The same subjects at the threshold that the typology's file states.
"""
_NOTES = """
## Why some indicators fail
"""


@dataclass(frozen=True)
class Crowd:
    """The customers of one pair by side, and all others with those among them who are planted with something else."""

    planted: tuple[str, ...]
    look_alikes: tuple[str, ...]
    others: tuple[str, ...]
    planted_otherwise: frozenset[str]


@dataclass(frozen=True)
class Measured:
    """One indicator read of a pair. OWN is the threshold of the typology's flag, where it is one."""

    pair: Pair
    request: Request
    own: Decimal | None
    crowd: Crowd
    peaks: Mapping[str, Decimal]

    def of(self, who: Sequence[str]) -> Values:
        """The peaks of these customers."""
        return [self.peaks.get(one) for one in who]

    @property
    def threshold(self) -> Decimal | None:
        """Where it tells the two sides apart best; None where it does not."""
        return best(self.of(self.crowd.planted), self.of(self.crowd.look_alikes))

    @property
    def apart(self) -> bool:
        """Whether every planted subject reaches a threshold that no look-alike reaches."""
        at = self.threshold
        return at is not None and self.reached(at) == (len(self.crowd.planted), 0)

    def reached(self, threshold: Decimal) -> tuple[int, int]:
        """How many planted subjects and how many look-alikes are at or past it."""
        return past(self.of(self.crowd.planted), threshold), past(self.of(self.crowd.look_alikes), threshold)

    def shares(self, threshold: Decimal) -> list[str]:
        """The cells of planted subjects, look-alikes and others at or past it."""
        (planted, alike), sides = self.reached(threshold), (self.crowd.planted, self.crowd.look_alikes)
        there = [one for one in self.crowd.others if self.peaks.get(one, threshold - 1) >= threshold]
        elsewhere = len(self.crowd.planted_otherwise.intersection(there))
        return [
            f"{planted} of {len(sides[0])}",
            f"{alike} of {len(sides[1])}",
            f"{len(there):,}" + (f" ({elsewhere})" if elsewhere else ""),
        ]


def past(values: Values, threshold: Decimal) -> int:
    """How many of the values are at or past the threshold."""
    return sum(value is not None and value >= threshold for value in values)


def best(planted: Values, look_alikes: Values) -> Decimal | None:
    """The threshold that sets them apart best: the lowest where several do equally; None where none sets them apart."""
    found, margin = None, 0
    for value in sorted({value for value in planted if value is not None}):
        here = past(planted, value) * len(look_alikes) - past(look_alikes, value) * len(planted)
        if here > margin:
            found, margin = value, here
    return found


def customers(ledger: Ledger) -> Subjects:
    """Every customer of the ledger over the whole history, in the order of the ids."""
    return subjects(*(row[0] for row in ledger.rows("select distinct id from customers order by id")))


def measured(folder: Path) -> list[Measured]:
    """Every indicator read of every planted pair of the exchange in FOLDER, in the order of the pairs."""
    with (folder / "data" / "truth" / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = list(DictReader(file))
    known = typologies([], catalogue())
    wanted = []
    for module in modules():
        pair = module.PAIR
        flags = known[pair.typology].red_flags if pair.typology in known else ()
        own = [(Request(indicator=f.indicator, parameters=f.parameters), f.at_least)
               for f in flags if f.indicator and f.defining]  # fmt: skip
        chosen = [(Request.model_validate(text), None) for text in CHOSEN.get(pair.name, {}).get("measures", ())]
        wanted += [(pair, request, threshold) for request, threshold in (*own, *chosen)]
    with Ledger.open(folder / ".casewright" / "ledger.duckdb") as ledger:
        everybody = customers(ledger)
        read = peaks(ledger, [request for _, request, _ in wanted], everybody)
    values: list[dict[str, Decimal]] = [{} for _ in wanted]
    for peak in read.found:
        values[peak.request][peak.subject] = peak.value
    crowds = {pair.name: _crowd(pair, truth, [one.id for one in everybody]) for pair, _, _ in wanted}
    return [Measured(p, request, own, crowds[p.name], values[n]) for n, (p, request, own) in enumerate(wanted)]


def _crowd(pair: Pair, truth: Sequence[Mapping[str, str]], everybody: Sequence[str]) -> Crowd:
    sides = {
        side: tuple(
            sorted({line["subject"] for line in truth if (line["scenario"], line["side"]) == (pair.name, side)})
        )
        for side in ("typology", "look_alike")
    }
    own = {*sides["typology"], *sides["look_alike"]}
    planted = frozenset(line["subject"] for line in truth if line["side"] == "typology")
    return Crowd(
        sides["typology"], sides["look_alike"], tuple(one for one in everybody if one not in own), planted - own
    )


def page(folder: Path) -> str:
    """The page as markdown."""
    found = measured(folder)
    crowd = found[0].crowd
    number = len(crowd.others) + len(crowd.planted) + len(crowd.look_alikes)
    parts = [
        _HEAD.format(customers=f"{number:,}"),
        *_summary(found),
        "",
        *_rows("typology / look-alike", "indicator", "planted: low, median, high", "look-alikes: low, median, high",
               "threshold", "planted past it", "look-alikes past it", "others past it"),
        *(_row(one) for one in found),
        _OWN,
        *_rows("typology", "indicator", "threshold", "planted past it", "look-alikes past it", "others past it"),
        *(
            _cells(one.pair.typology, _name(one), _value(one, one.own), *one.shares(one.own))
            for one in found
            if one.own is not None
        ),
        _NOTES,
        *(f"- **{name}**: {' '.join(chosen['note'].split())}" for name, chosen in _noted(found)),
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _summary(found: Sequence[Measured]) -> Iterator[str]:
    """How many pairs are set apart wholly, and the best that there is for each of the others."""
    pairs = {one.pair.name: [m for m in found if m.pair == one.pair] for one in found}
    mixed = {name: all_ for name, all_ in pairs.items() if not any(one.apart for one in all_)}
    best_of = " The best for the others:" if mixed else ""
    yield f"Of {len(pairs)} pairs, one indicator sets {len(pairs) - len(mixed)} wholly apart.{best_of}"
    if mixed:
        yield ""
    for name, all_ in mixed.items():
        one = max(all_, key=_margin)
        at = one.threshold
        told = "no threshold tells them apart"
        if at is not None:
            told = "{} planted and {} look-alikes are at or past {}".format(*one.shares(at)[:2], _value(one, at))
        yield f"- {name}: {_name(one)}: {told}"


def _margin(one: Measured) -> float:
    at = one.threshold
    if at is None:
        return 0
    planted, alike = one.reached(at)
    return planted / len(one.crowd.planted) - alike / len(one.crowd.look_alikes)


def _noted(found: Sequence[Measured]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    names = dict.fromkeys(one.pair.name for one in found)
    return ((name, CHOSEN[name]) for name in names if "note" in CHOSEN.get(name, {}))


def _row(one: Measured) -> str:
    at = one.threshold
    spread = [_spread(one, who) for who in (one.crowd.planted, one.crowd.look_alikes)]
    shares = ["", "", ""] if at is None else one.shares(at)
    own = " (flag)" if one.own is not None else ""
    told = "none" if at is None else _value(one, at)
    return _cells(f"{one.pair.typology} / {one.pair.look_alike}", f"{_name(one)}{own}", *spread, told, *shares)


def _spread(one: Measured, who: Sequence[str]) -> str:
    """The lowest, the median and the highest peak, and how many have one where not all do."""
    known = [value for value in one.of(who) if value is not None]
    if not known:
        return "no value"
    ends = ", ".join(_value(one, value) for value in (min(known), statistics.median(known), max(known)))
    return ends if len(known) == len(who) else f"{ends} ({len(known)} have a value)"


def _name(one: Measured) -> str:
    settings, unit = one.request.settings, indicator(one.request.indicator).unit
    return f"`{one.request.indicator}{f'({settings})' if settings else ''}`, {unit}"


def _value(one: Measured, value: Decimal) -> str:
    """A value as it is read in its unit, which stands beside the indicator; of dollars the whole ones."""
    unit = indicator(one.request.indicator).unit
    return (
        f"{math.floor(value):,}" if unit == "USD" else value_text(value, unit if unit in ("share", "seconds") else "")
    )


def _rows(*heads: str) -> list[str]:
    return [_cells(*heads), _cells(*("---" for _ in heads))]


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1])), encoding="utf-8")
