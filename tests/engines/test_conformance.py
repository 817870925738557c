"""Every indicator, tool, pack and rule answers on another engine what it answers on the embedded one, to the cent."""

import math
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, Subjects
from casewright.knowledge.rule import load_rules, shipped
from casewright.tools import alerts, pack, rules, toolbox, upkeep
from casewright.tools.computed import computed
from casewright.tools.indicators import Request, catalogue, peaks, values
from casewright.tools.warehouse import Ledger

_RULES = load_rules([shipped()], catalogue())


def _told(evidence: Evidence) -> dict[str, Any]:
    """The evidence without its query, whose texts name rows by the engine's own numbers."""
    return evidence.model_dump(exclude={"query"})


def _difference(ours: Any, theirs: Any, at: str = "") -> str:
    """Where two answers first differ; numbers are compared by value, those with a point of their own to 9 digits."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if list(ours) != list(theirs):
            return f"{at}: {list(ours)} != {list(theirs)}"
        return next(filter(None, (_difference(ours[key], theirs[key], f"{at}.{key}") for key in ours)), "")
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        pairs = enumerate(zip(ours, theirs, strict=False))
        more = "" if len(ours) == len(theirs) else f"{at}: {len(ours)} != {len(theirs)} entries"
        return next(filter(None, (_difference(a, b, f"{at}[{nr}]") for nr, (a, b) in pairs)), more)
    numbers = all(isinstance(value, int | float | Decimal) for value in (ours, theirs))
    if numbers and isinstance(ours, float):
        same = math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    else:
        same = ours == theirs and (numbers or type(ours) is type(theirs))
    return "" if same else f"{at}: {ours!r} != {theirs!r}"


def _columns(table: Any) -> dict[str, list[Any]]:
    return {name: table[name].to_pylist() for name in table.column_names}


@pytest.mark.parametrize("name", catalogue())
def test_an_indicators_series_is_the_same_for_every_account(embedded: Ledger, elsewhere: Ledger, name: str) -> None:
    ours = _columns(values(embedded, name))
    assert any(value is not None for value in ours["value"])
    assert _difference(ours, _columns(values(elsewhere, name))) == ""


def test_the_peaks_of_all_indicators_are_the_same(embedded: Ledger, elsewhere: Ledger, subjects: Subjects) -> None:
    requests = [Request(indicator=name) for name in catalogue()]
    ours, theirs = (peaks(ledger, requests, subjects) for ledger in (embedded, elsewhere))
    assert len({peak.request for peak in ours.found}) > len(requests) * 0.9

    def told(read: Any) -> list[Any]:
        return [sorted(map(str, part)) for part in (read.found, read.unmeasured)]

    assert _difference(told(ours), told(theirs)) == ""
    assert ours.events == theirs.events


@pytest.mark.parametrize("name", toolbox.tools())
def test_a_tool_answers_the_same(embedded: Ledger, elsewhere: Ledger, subjects: Subjects, name: str) -> None:
    some: dict[str, Any] = {}
    if name in ("indicators", "comparison"):  # all peaks are compared above
        some, subjects = {"names": list(catalogue())[::20]}, subjects[:10]
    if name == "transaction":  # it asks about transfers
        ids = embedded.rows("select id from transfers order by epoch, id limit 500")[::50]
        subjects = tuple(Subject(id=str(found[0])) for found in ids)
    ours = _told(toolbox.call(embedded, name, subjects, **some))
    assert ours["status"] == ("empty" if name == "instructions" else "found")  # nobody in the demo writes to programs
    assert _difference(ours, _told(toolbox.call(elsewhere, name, subjects, **some))) == ""


@pytest.mark.parametrize("options", [{"direction": "backward"}, {"min_usd": Decimal(100), "fan_out": 50, "hops": 9}])
@pytest.mark.parametrize("many", [True, False])
def test_traces_are_the_same(embedded: Ledger, elsewhere: Ledger, subjects: Subjects, options: Any, many: bool) -> None:
    some = subjects if many else subjects[:7]
    ours = _told(toolbox.call(embedded, "trace", some, **options))
    assert ours["status"] == "found"
    assert _difference(ours, _told(toolbox.call(elsewhere, "trace", some, **options))) == ""


def test_evidence_packs_are_the_same(embedded: Ledger, elsewhere: Ledger, subjects: Subjects) -> None:
    def told(ledger: Ledger) -> list[Any]:
        return [[_told(evidence) for evidence in pack] for pack in pack.gather(ledger, subjects).values()]

    assert _difference(told(embedded), told(elsewhere)) == ""


@pytest.mark.parametrize("name", _RULES)
def test_a_shipped_rule_holds_at_the_same_events(embedded: Ledger, elsewhere: Ledger, name: str) -> None:
    ours, theirs = (rules.crossings(ledger, _RULES[name]) for ledger in (embedded, elsewhere))
    assert [str(c) for c in ours[0]] == [str(c) for c in theirs[0]]
    assert ours[1] == theirs[1]


@pytest.mark.parametrize("newest", [False, True])
def test_alerts_are_listed_in_the_same_order(embedded: Ledger, elsewhere: Ledger, newest: bool) -> None:
    ours, theirs = (alerts.listed(ledger, limit=1_000, newest=newest) for ledger in (embedded, elsewhere))
    assert len({row["score"] for row in ours}) < len(ours) > 100
    assert _difference(ours, theirs) == ""


def test_the_ledger_is_described_the_same(embedded: Ledger, elsewhere: Ledger) -> None:
    assert _difference(upkeep.describe(embedded), upkeep.describe(elsewhere)) == ""
    assert _difference(upkeep.rejects(embedded, limit=10), upkeep.rejects(elsewhere, limit=10)) == ""
    assert embedded.fingerprint() == elsewhere.fingerprint()


@pytest.mark.parametrize("name", list(catalogue())[::12])
def test_an_indicator_computed_is_the_same_with_its_rows_and_peers(
    embedded: Ledger, elsewhere: Ledger, subjects: Subjects, name: str
) -> None:
    ours, theirs = (computed(ledger, name, subjects[:3], {}) for ledger in (embedded, elsewhere))
    assert str(ours) == str(theirs)
