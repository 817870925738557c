"""What a batch will do before it does anything: which alerts become which cases, in what order, and which need nobody.

What is due first comes first, by the regime's ordinary clock counted from the alert: no suspicion is formed yet, and
the night must not pass what may be. Of what is due on one day the gravest and riskiest comes first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from casewright.agent.batch.chosen import Row
from casewright.agent.batch.networks import Network, networks
from casewright.agent.filing.calendar import Calendar, calendar
from casewright.agent.filing.deciding import regime_of
from casewright.agent.filing.due import due
from casewright.agent.filing.regime import Regime
from casewright.agent.investigate import Target, resolve
from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.tools.store import Store, reviews
from casewright.tools.store.queue import Job
from casewright.tools.store.standing import OPEN, Standing
from casewright.tools.warehouse import Ledger

SEVERITIES = ("high", "medium", "low")
Order = tuple[date, int, float, int, str]


@dataclass(frozen=True)
class Plan:
    """The jobs in order, the networks among their cases, and how many alerts were left out as they have a case."""

    jobs: tuple[Job, ...]
    networks: tuple[Network, ...] = ()
    left_out: int = 0
    due: Mapping[str, date] = field(default_factory=dict)  # by alert

    @property
    def waiting(self) -> tuple[Job, ...]:
        """The jobs that are to be worked on."""
        return tuple(job for job in self.jobs if job.state == "waiting")

    @property
    def cases(self) -> int:
        """How many cases these make."""
        return len({job.case for job in self.waiting})

    def sizes(self) -> Counter[int]:
        """How many networks have so many subjects."""
        return Counter(len(one.targets) for one in self.networks)


@dataclass
class Planner:
    """Plans over one ledger and one store."""

    workspace: Workspace
    ledger: Ledger
    store: Store

    def plan(self, rows: Sequence[Row], unknown: Sequence[str] = (), *, named: bool = False, limit: int = 0) -> Plan:
        """The plan for these alerts, at most LIMIT of them, the most urgent; UNKNOWN ids are told as failed.

        Alerts that have a case are left out unless they are NAMED: then a draft that nobody decided on is made again.
        """
        ended: list[Job] = [_ended(name, "failed", "there is no alert of that id in this ledger") for name in unknown]
        work, left_out = [], 0
        for row in sorted(rows, key=self.order):
            home = self._home.get(row.alert)
            if home is not None and not named:
                left_out += 1
            elif (why := self._needs(row, home)) is not None:
                ended.append(_ended(row.alert, "needs a person", why, home.case if home else ""))
            elif not row.known:
                why = f"its subject {row.subject} is nowhere in this ledger"
                ended.append(_ended(row.alert, "failed", why))
            else:
                work.append(row)
        work = work[:limit] if limit else work
        found = networks(self.ledger, self._targets(work))
        order = {row.alert: self.order(row) for row in work}
        jobs: list[Job] = []
        for place, one in enumerate(sorted(found, key=lambda one: min(order[name] for name in one.alerts))):
            jobs += [
                Job(alert=name, place=place, case=one.case_id) for name in sorted(one.alerts, key=order.__getitem__)
            ]
        jobs += [job.model_copy(update={"place": len(found) + nr}) for nr, job in enumerate(ended)]
        return Plan(tuple(jobs), tuple(one for one in found if len(one.targets) > 1), left_out,
                    {row.alert: self._due(row) for row in work})  # fmt: skip

    def order(self, row: Row) -> Order:
        """What is due first, then what is gravest, then riskiest, then oldest."""
        grave = SEVERITIES.index(row.severity) if row.severity in SEVERITIES else len(SEVERITIES)
        return self._due(row), grave, -row.risk, row.at, row.alert

    def _due(self, row: Row) -> date:
        day = clock.local_date(row.at, self.workspace.settings.timezone)
        if day not in self._days:
            self._days[day] = due(self._regime, day, self._calendar).day or day
        return self._days[day]

    def _needs(self, row: Row, home: Standing | None) -> str | None:
        """Why a person must act before this alert can be drafted; None where none must."""
        if home is not None:
            alone = home.alert == row.alert and len(home.dispositions) == 1
            if home.state == "draft" and alone and not any(act.act == "joined" for act in home.acts):
                return None
            return f"it is in {home.case} ({home.state}) already: casewright review show {home.case}"
        case = self._open.get(row.subject)
        if case is None:
            return None
        return f'its subject is in {case}, which is open: casewright review join {case} {row.alert} --reason "..."'

    def _targets(self, rows: Sequence[Row]) -> list[Target]:
        return [resolve(self.ledger, row.alert) for row in rows]

    @cached_property
    def _home(self) -> Mapping[str, Standing]:
        """The case that each alert is in, its own or one that it joined."""
        found = {one.alert: one for one in self._standings if one.alert}
        return found | {act.what.alert: one for one in self._standings for act in one.acts if act.act == "joined"}

    @cached_property
    def _open(self) -> Mapping[str, str]:
        """An open case of each subject that has one."""
        return {
            subject: one.case
            for one in self._standings
            for subject, held in one.dispositions.items()
            if held.state in OPEN
        }

    @cached_property
    def _standings(self) -> Sequence[Standing]:
        return reviews.all_standings(self.store)

    @cached_property
    def _regime(self) -> Regime:
        return regime_of(self.workspace)

    @cached_property
    def _calendar(self) -> Calendar | None:
        name = self._regime.holidays
        return calendar(name, self.workspace.folder / "holidays") if name else None

    @cached_property
    def _days(self) -> dict[date, date]:
        return {}


def _ended(alert: str, state: str, reason: str, case: str = "") -> Job:
    return Job.model_validate({"alert": alert, "place": 0, "case": case, "state": state, "reason": reason})
