"""Where a claim comes from: the facts that its figures are, and the rows of the source files behind its evidence."""

from collections.abc import Iterable, Iterator

from casewright.agent.asking.examined import held_as_case
from casewright.agent.grounding.check import Checker
from casewright.agent.grounding.claims import Flow
from casewright.agent.grounding.context import contexts
from casewright.agent.grounding.facts import Index
from casewright.agent.grounding.reading import read
from casewright.agent.grounding.support import Support
from casewright.knowledge.case import Case, Sentence
from casewright.knowledge.evidence import Evidence
from casewright.tools import origins as traced
from casewright.tools.warehouse import Ledger

MOST = 8  # facts, and source lines, that are told of one claim
_QUERY_LINES = 14


def facts_behind(sentence: Sentence, evidence: Iterable[Evidence], case: Case | None, zone: str) -> Iterator[str]:
    """Each figure of the sentence and the fact that it is: `SGD 84,400.00: E3.inflow_local of C-14330 = ...`."""
    held = tuple(evidence)
    asked = dict.fromkeys(str(one.get("id")) for e in held for one in _asked(e) if isinstance(one, dict))
    checker = Checker(held_as_case(held, case, zone, subjects=asked))
    index = Index(tuple(checker.holdings[one.id] for one in held))
    own = frozenset(subject.id for subject in checker.case.subjects)
    reading = read(sentence.text, checker.names, checker.vocabulary)
    around = contexts(reading, Flow(reading, own), zone)
    support = Support(reading, around, index, own, zone)
    told: dict[str, None] = {}
    for figure in reading.figures:
        if support.check(figure) is None:
            for known in support.supported.get(id(figure), ())[:1]:
                told[f"{figure.text}: {known.told()}" + (f" ({known.fact.means})" if known.fact.means else "")] = None
    yield from list(told)[:MOST]


def origins(ledger: Ledger, evidence: Evidence) -> Iterator[str]:
    """The source file and lines of its rows: `transfers.csv:12, 14, 18`."""
    found = traced.origins(ledger, evidence)
    yield from (origin.told() for origin in found[:MOST])


def excerpt(query: str) -> str:
    """The head of a query, and where the rest is."""
    lines = query.strip().splitlines()
    short = [line if len(line) <= 200 else f"{line[:199]}\N{HORIZONTAL ELLIPSIS}" for line in lines[:_QUERY_LINES]]
    more = len(lines) - _QUERY_LINES
    return "\n".join([*short, *([f"... {more} more lines; /sql shows all"] if more > 0 else [])])


def _asked(evidence: Evidence) -> list[object]:
    found = evidence.arguments.get("subjects")
    return list(found) if isinstance(found, list) else []
