"""The clocks of a case: first trigger, suspicion formed, decided, filed, and when its report is due, in days."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from casewright.agent.filing.deciding import due_of, regime_of
from casewright.agent.filing.due import Due
from casewright.agent.filing.regime import Regime
from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.tools.store import Store
from casewright.tools.store.filing import Act, Decided, all_decided, filed_on
from casewright.tools.store.standing import OPEN, Standing


class Clock(NamedTuple):
    """The days of one case; None where it has not happened, or nobody told.

    `days_left` are calendar days until the report is due, below zero when it is late; None once it is filed, or without
    a day on which it is due.
    """

    triggered: date | None
    formed: date | None
    decided: date | None
    filed: date | None
    due: date | None
    days_left: int | None = None

    def days(self) -> dict[str, date | None]:
        """Each day by its name."""
        return {name: day for name, day in self._asdict().items() if name != "days_left"}

    def gaps(self) -> dict[str, int]:
        """Calendar days from one to the next, where both are known."""
        pairs = {
            "trigger to suspicion": (self.triggered, self.formed),
            "trigger to decision": (self.triggered, self.decided),
            "suspicion to filed": (self.formed, self.filed),
            "filed after due": (self.due, self.filed),
        }
        return {name: (last - first).days for name, (first, last) in pairs.items() if first and last}


class Clocks:
    """The clocks of a workspace's cases, each by the regime for which its suspicion was told, else the workspace's."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._workspace, self._store = workspace, store
        self._told: Mapping[str, Decided] = all_decided(store)
        self._rules: dict[str, Regime] = {}

    def rules_of(self, case: str) -> Regime:
        """The regime of a case."""
        told = self._decided(case)
        suspicion = told.suspicion()
        kept = suspicion[0].regime if suspicion else ""
        if kept not in self._rules:
            self._rules[kept] = regime_of(self._workspace, "", told)
        return self._rules[kept]

    def due_of(self, found: Standing) -> Due | None:
        """When a case's report is due, with how it was counted."""
        told = self._decided(found.case)
        return due_of(told, self.rules_of(found.case), self._workspace.folder / "holidays", self._before(found, told))

    def of(self, found: Standing) -> Clock:
        """Those of one case; the days of the suspicion and of the report are those of its regime's place."""
        zone, rules = self._workspace.settings.timezone, self.rules_of(found.case)
        told = self._decided(found.case).in_zone(rules.zone)
        suspicion, filed, due = told.suspicion(), told.filed(), self.due_of(found)
        formed = suspicion[0].formed if suspicion else None
        alerted = clock.local_date(found.at, zone) if found.alert else None
        decided = None if found.state in OPEN else clock.local_date(found.last.at, zone)
        last = due.day if due else None
        left = (last - datetime.now(ZoneInfo(rules.zone)).date()).days if last and not filed else None
        noticed = suspicion[0].noticed if suspicion else None
        return Clock(noticed or alerted, formed, decided, filed.day if filed else None, last, left)

    def _decided(self, case: str) -> Decided:
        return self._told.get(case, Decided(case=case))

    def _before(self, found: Standing, told: Decided) -> list[Act]:
        """The reports of other cases on the subjects, looked for where the case continues one."""
        suspicion = told.suspicion()
        continues = suspicion is not None and suspicion[0].occasion == "continuing"
        return filed_on(self._store, list(found.dispositions), found.case) if continues else []
