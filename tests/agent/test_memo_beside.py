"""What a comparison says against suspicion: one reading for each measure."""

from typing import Any

import pytest

from casewright.agent.memo.beside import as_before, as_others
from casewright.agent.memo.dossier import Dossier
from casewright.knowledge.evidence import Column, Evidence, Table
from casewright.knowledge.indicator import Request
from casewright.knowledge.library import load
from casewright.knowledge.records import Subject
from casewright.tools.indicators import catalogue

KINDS: dict[str, Any] = {
    "indicator": ("word", "indicator"), "settings": ("word", "settings"), "means": ("text", ""),
    "unit": ("word", "unit"),
    "value": ("ratio", ""), "higher_than": ("share", ""), "peers": ("count", "peers"), "group": ("word", "peer group"),
    "past_highest": ("ratio", ""),
}  # fmt: skip


def _dossier(*changes: dict[str, Any]) -> Dossier:
    """A dossier whose comparison has a row for each of these, by the first red flags of one typology."""
    typologies = load([], catalogue()).typologies.values()
    typology, flag = next((t, f) for t in typologies for f in t.red_flags if f.indicator and f.at_least is not None)
    other = flag.model_copy(update={"parameters": {"seconds": 3600}})
    flags = (flag, other)
    rows = tuple(
        {"indicator": flag.indicator, "means": "x", "unit": "usd", "value": flag.at_least, "peers": 40, "group": "all",
         "settings": Request(indicator=one.indicator, parameters=one.parameters).settings, **change}
        for one, change in zip(flags, changes, strict=False)
    )  # fmt: skip
    columns = tuple(Column(name=name, kind=kind, unit=unit) for name, (kind, unit) in KINDS.items())
    found = Evidence(id="E1", tool="comparison", query="", tables=(Table(columns=columns, rows=rows),),
                     status="found", searched="x")  # fmt: skip
    typology = typology.model_copy(update={"red_flags": flags})
    return Dossier(Subject(id="C-1"), (found,), "UTC", "USD", typology=typology)


@pytest.mark.parametrize(
    ("changes", "before", "others"),
    [
        (({"higher_than": "0.3", "past_highest": 10**9},), 1, 0),  # its own past tells it
        (({"higher_than": "0.3", "past_highest": None},), 0, 1),
        (({"higher_than": "0.9", "past_highest": None},), 0, 0),
        (({"higher_than": "0.3", "past_highest": 10**9}, {"higher_than": "0.3", "past_highest": 10**9}), 1, 0),
        (({"higher_than": "0.3", "past_highest": None}, {"higher_than": "0.3", "past_highest": None}), 0, 1),
        (({"higher_than": "0.3", "past_highest": None}, {"higher_than": "0.3", "past_highest": 10**9}), 1, 0),
    ],
)
def test_a_measure_speaks_against_suspicion_once(changes: tuple[dict[str, Any], ...], before: int, others: int) -> None:
    dossier = _dossier(*changes)
    assert (len(list(as_before(dossier))), len(list(as_others(dossier)))) == (before, others)
