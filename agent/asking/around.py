"""What a tool of a conversation stands in: the workspace, its ledger and case store, the open case, what was asked."""

from dataclasses import dataclass, field

from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.knowledge.evidence import Evidence
from casewright.tools.store import Store
from casewright.tools.warehouse import Ledger


@dataclass
class Around:
    """One conversation's surroundings. `evidence` holds every answer of this conversation under its id, in order.

    Tools in `agent/asking/tools/NAME.py` are functions `NAME(around, *, option=default, ...) -> Evidence`, found by
    walking the folder, as the query tools are; their docstrings are prompts.
    """

    workspace: Workspace
    ledger: Ledger
    store: Store | None = None
    case: Case | None = None
    evidence: dict[str, Evidence] = field(default_factory=dict)
