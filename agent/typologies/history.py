"""What was done to typologies: who, when, why; and what stands in a file without anybody having put a name to it."""

from dataclasses import dataclass
from typing import Any

from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import library_of
from casewright.knowledge.clock import iso
from casewright.tools.store import Store
from casewright.tools.store.typologies import acts, versions


@dataclass(frozen=True)
class History:
    """The acts in order, with what each version is now, and what was noticed in the files."""

    acts: list[dict[str, Any]]
    noticed: tuple[str, ...]

    def text(self, table: str) -> str:
        """The TABLE of the acts for people, then what was noticed."""
        return "\n".join([table, *(["", *self.noticed] if self.noticed else [])])


def history_of(workspace: Workspace, name: str = "") -> History:
    """The history of one typology, or of all. Raises NotFound for an unknown one."""
    known = library_of(workspace)
    if name:
        known.typology(name)
    rows: list[dict[str, Any]] = []
    kept = set()
    if Store.exists(workspace.cases):
        with Store.open(workspace.cases) as store:
            states = {(v.typology, v.version): v.state for v in versions(store, name)}
            for act in acts(store, name):
                state = states[act.typology, act.version]
                rows.append(act.model_dump(mode="json") | {"at": iso(act.at), "state": state})
        kept = {typology for typology, _ in states}
    shipped = [t for i, t in known.typologies.items() if name == i and i not in kept and t.status == "approved"]
    rows += [
        {"typology": t.id, "version": t.version, "at": None, "who": "casewright", "what": "approved",
         "reason": "shipped with the release", "sha256": "", "state": "in force"}
        for t in shipped
    ]  # fmt: skip
    return History(rows, tuple(n for n in known.notices if not name or f"{name}.yaml" in n))
