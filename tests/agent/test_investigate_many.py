"""Many alerts investigated in one pass are the cases that each would have been alone."""

from typing import Any

import pytest

from casewright.agent.investigate import Target, investigate, resolve
from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import library_of
from casewright.knowledge.case import Case
from casewright.tools.store import Store
from casewright.tools.warehouse import Ledger


def _comparable(case: Case) -> Case:
    """The case without what rightly tells of the pass: over how many labels was searched, what the query named."""
    evidence = tuple(
        one.model_copy(update={"query": ""} if one.tool in {"indicators", "comparison"} else {"searched": ""})
        if one.tool in {"indicators", "comparison", "labels"}
        else one
        for one in case.evidence
    )
    return case.model_copy(update={"evidence": evidence})


@pytest.mark.xdist_group("demo")
def test_cases_made_together_are_those_made_alone(demo_exchange: Any) -> None:
    workspace = Workspace.at(demo_exchange[0])
    typologies = library_of(workspace).typologies
    with Ledger.open(workspace.ledger) as ledger, Store.open(workspace.cases) as store:
        named = [row[0] for row in ledger.rows("select id from alerts order by hash(id) limit 12")]
        targets: list[Target] = [resolve(ledger, name) for name in named]
        targets.append(resolve(ledger, targets[0].subject.id))  # the same account in another window
        targets.append(targets[0])  # and one that is asked for twice
        together = investigate(ledger, targets, typologies, store)
        alone = [investigate(ledger, [target], typologies, store)[0] for target in targets]
    assert [case.id for case in together] == [target.case_id for target in targets]
    for one, other in zip(together, alone, strict=True):
        assert _comparable(one) == _comparable(other)
    assert len({case.recommendation for case in together}) > 1
