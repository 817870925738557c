"""One small exchange with a few accounts, investigated: the cases that the tests of reports share."""

from dataclasses import dataclass
from typing import Any

import pytest

from casewright.agent.filing.deciding import regime_of
from casewright.agent.filing.report import Report, report_of
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.knowledge.library import load
from casewright.tools.indicators import catalogue
from casewright.tools.store.filing import Act, Content, Decided


@dataclass(frozen=True)
class Told:
    """Makes reports of a case and of what people decided about it."""

    workspace: Workspace

    def __call__(
        self, case: Case, *what: Content, regime: str = "sg", before: tuple[Act, ...] = (), **more: Any
    ) -> Report:
        """The report with these decisions."""
        acts = tuple(Act(seq=n, at=0, who="ada", case=case.id, what=one) for n, one in enumerate(what, 1))
        known = load([], catalogue()).typologies
        return report_of(
            case, regime_of(self.workspace, regime), Decided(case=case.id, acts=acts), before, known, **more
        )


@pytest.fixture
def told(workspace: Workspace) -> Told:
    """`told(case, RoleSet(...), Suspicion(...), regime="fincen").form.text`."""
    return Told(workspace)
