"""The clocks of a case, in local days: first trigger, suspicion formed, decided, filed, and when its report is due."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from casewright.agent.filing.calendar import Calendar, calendar
from casewright.agent.filing.deciding import regime_of
from casewright.agent.filing.due import due
from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.tools.store import Store
from casewright.tools.store.filing import Decided, all_decided
from casewright.tools.store.standing import OPEN, Standing


class Clock(NamedTuple):
    """The days of one case; None where it has not happened, or nobody told."""

    triggered: date | None
    formed: date | None
    decided: date | None
    filed: date | None
    due: date | None

    def left(self, today: date) -> int | None:
        """Calendar days until the report is due, below zero when it is late; None once it is filed, or without due."""
        return None if self.due is None or self.filed is not None else (self.due - today).days

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
    """The clocks of a workspace's cases, by its regime and that regime's calendar."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._workspace = workspace
        self._told: Mapping[str, Decided] = all_decided(store)
        self._rules = regime_of(workspace)

    @cached_property
    def _calendar(self) -> Calendar | None:
        name = self._rules.holidays
        return calendar(name, self._workspace.folder / "holidays") if name else None

    def of(self, found: Standing) -> Clock:
        """Those of one case."""
        zone = self._workspace.settings.timezone
        told = self._told.get(found.case, Decided(case=found.case))
        suspicion, filed = told.suspicion(), told.filed()
        formed = suspicion[0].formed if suspicion else None
        alerted = clock.local_date(found.at, zone) if found.alert else None
        decided = None if found.state in OPEN else clock.local_date(found.last.at, zone)
        last = due(self._rules, formed, self._calendar, suspicion[0].occasion).day if suspicion and formed else None
        noticed = suspicion[0].noticed if suspicion else None
        return Clock(noticed or alerted, formed, decided, filed.day if filed else None, last)

    @property
    def today(self) -> date:
        """The local day."""
        return datetime.now(ZoneInfo(self._workspace.settings.timezone)).date()
