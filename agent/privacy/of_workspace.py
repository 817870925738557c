"""The tokens of a case of a workspace: the key is the workspace's, the names are those of its ledger's customers."""

from collections.abc import Iterator
from functools import partial

from casewright.agent.ledgers import open_ledger
from casewright.agent.privacy.pseudonyms import Pseudonyms
from casewright.agent.settings import Workspace

_SAMPLE = 2000  # ids that show how ids of customers are made


def pseudonyms_of(workspace: Workspace, case: str = "") -> Pseudonyms:
    """The tokens of that case, the same at every call; without a CASE those of talk that belongs to none.

    The ledger's names are read when a text is first hidden. Raises SettingsError, NotFound or DataError.
    """
    return Pseudonyms(case, workspace.machine, partial(_names, workspace), _some_ids(workspace),
                      partial(_alerts, workspace))  # fmt: skip


def _names(workspace: Workspace) -> Iterator[str]:
    with open_ledger(workspace) as ledger:
        yield from (row[0] for row in ledger.rows("select distinct name from customers where name is not null"))


def _alerts(workspace: Workspace, words: list[str]) -> list[str]:
    with open_ledger(workspace) as ledger:
        found = ledger.rows("select id from alerts where lower(id) in (select unnest($words))", words=words)
        return [row[0] for row in found]


def _some_ids(workspace: Workspace) -> list[str]:
    if not workspace.ledger.is_file():
        return []
    with open_ledger(workspace) as ledger:
        return [row[0] for row in ledger.rows(f"select id from customers limit {_SAMPLE}")]
