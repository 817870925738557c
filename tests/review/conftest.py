"""Stores with small cases on which people decide."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stores

from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case, Recommendation
from casewright.tools.store import Store

Draft = Callable[..., Case]
STUDENT, NURSE = "CASE-A-7", "CASE-A-8"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty case store, on the server where tests run on one."""
    with stores.fresh(tmp_path / "cases.db") as place, Store.open(place) as found:
        yield found


@pytest.fixture
def drafted(store: Store, make_case: Callable[..., Case]) -> Draft:
    """Keep a draft: `drafted("CASE-1", "close", by="night batch")`."""

    def keep(name: str = "CASE-1", recommendation: Recommendation = "escalate", by: str = "night batch") -> Case:
        case = make_case(name).model_copy(update={"recommendation": recommendation})
        store.save_case(case, by)
        return store.load_case(name)

    return keep


@dataclass(frozen=True)
class Office:
    """A workspace with two drafts, and its commands: `office("review", "list", by="mei").json`."""

    workspace: Workspace
    run: Callable[..., Any]

    def __call__(self, *arguments: object, by: str = "") -> Any:
        """Run a command there, as that person."""
        return self.run("-w", self.workspace.folder, *arguments, *(["--as", by] if by else []))

    def people(self, text: str) -> None:
        """Write who may do what into its settings."""
        with (self.workspace.folder / "casewright.toml").open("a", encoding="utf-8") as file:
            file.write(text)

    def ready(self) -> None:
        """Tell what a report of the student needs from a person: mei does."""
        for arguments in (
            ("role", STUDENT, "C-14330", "subject", "--reason", "it is her account"),
            ("suspicion", STUDENT, "--formed", "2025-11-11", "--reason", "four payers that she did not know"),
        ):
            assert self(*arguments, by="mei").code == 0

    def state(self, case: str) -> str:
        """Where a case stands."""
        items = self("review", "list", "--json").json["items"]
        return next(str(item["state"]) for item in items if item["id"] == case)


@pytest.fixture
def office(
    tmp_path: Path, small_exchange: Path, student: Case, nurse: Case, casewright: Callable[..., Any]
) -> Iterator[Office]:
    """The small exchange with the case of the student, to be reported, and that of the nurse, to be closed."""
    workspace = Workspace.init(tmp_path / "office", timezone="Asia/Singapore", currency="SGD")
    shutil.copy(small_exchange, workspace.ledger)
    with stores.fresh(tmp_path / "office.db") as place:
        settings = workspace.folder / "casewright.toml"
        settings.write_text(f'store = "{place}"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
        with Store.open(place) as kept:
            kept.save_case(student, "night batch")
            kept.save_case(nurse, "night batch")
        yield Office(Workspace.at(workspace.folder), casewright)
