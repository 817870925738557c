"""Free SQL as a person asks for it: only where the workspace's policy allows it, and kept in the case store."""

import getpass

from casewright.agent.ledgers import embedded
from casewright.agent.settings import FILE, Workspace
from casewright.knowledge.errors import PolicyError, UsageError
from casewright.knowledge.evidence import Evidence
from casewright.tools import sql
from casewright.tools.store import Store
from casewright.tools.warehouse import Ledger


def asked(workspace: Workspace, query: str, *, limit: int = sql.ROWS, who: str = "") -> Evidence:
    """The rows that QUERY selects from the ledger, of all accounts; who asked it is kept.

    Raises PolicyError where the policy or the walls forbid it, UsageError for a wrong statement.
    """
    if not workspace.settings.policy["sql"]:
        raise PolicyError(
            "free SQL is off in this workspace", workspace.folder / FILE, hint="sql = true under [policy] allows it"
        )
    if not embedded(workspace):
        raise UsageError("free SQL is asked of the embedded ledger alone", hint="leave --engine out")
    with Ledger.open(workspace.ledger) as ledger, Store.open(workspace.cases) as store:
        sql.understood(query)  # what may not be asked is not kept as if it had been
        store.record(who or getpass.getuser(), "free sql", "ledger", {"query": query[:2000], "limit": limit})
        return sql.ask(ledger, query, limit=limit)
