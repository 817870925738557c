"""What people tell the program towards a report, checked and kept; and what is still missing, with its command."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast, get_args

from casewright.agent.filing.calendar import calendar
from casewright.agent.filing.due import Due, due
from casewright.agent.filing.persons import day_of, party_of
from casewright.agent.filing.regime import Regime, regime
from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.knowledge.case import Case, Role
from casewright.knowledge.errors import DataError, UsageError
from casewright.tools.store import Store
from casewright.tools.store.filing import Act, ActionTaken, Decided, Filed, Occasion, RoleSet, Suspicion, decide


@dataclass(frozen=True)
class Missing:
    """Something that only a person can tell, and the command that tells it."""

    what: str
    command: str


def set_role(store: Store, case: Case, person: str, role: str, reason: str, who: str) -> Act:
    """Keep what PERSON is in the case. Raises NotFound for one that the case does not name, UsageError for the role."""
    if role not in get_args(Role):
        raise UsageError(f"unknown role {role!r}", hint=f"there are {', '.join(get_args(Role))}")
    told = RoleSet(person=party_of(case, person), role=cast(Role, role), reason=reason)
    return decide(store, case.id, who, told)


def form_suspicion(
    store: Store, case: Case, formed: str, reason: str, who: str, *, noticed: str = "", occasion: str = "ordinary"
) -> Act:
    """Keep on which local day suspicion was formed. Raises UsageError for days that cannot be."""
    if occasion not in get_args(Occasion):
        raise UsageError(f"unknown occasion {occasion!r}", hint=f"there are {', '.join(get_args(Occasion))}")
    zone = case.versions.timezone
    day = day_of(formed, zone, "--formed")
    first = day_of(noticed, zone, "--noticed") if noticed else first_trigger(case)
    if first and first > day:
        if noticed:
            raise UsageError(f"--noticed is {first}, after suspicion was formed on {day}")
        first = None  # the alert came later than the suspicion: what triggered it is not known
    told = Suspicion(formed=day, reason=reason, noticed=first, occasion=cast(Occasion, occasion))
    return decide(store, case.id, who, told)


def first_trigger(case: Case) -> date | None:
    """The local day of the alert that led to the case."""
    return clock.local_date(case.alert.at, case.versions.timezone) if case.alert else None


def keep_action(store: Store, case: Case, on: str, what: str, who: str) -> Act:
    """Keep what the house did. Raises UsageError for a day that cannot be."""
    day = day_of(on, case.versions.timezone, "--on")
    return decide(store, case.id, who, ActionTaken(day=day, what=what))


def keep_filed(
    store: Store,
    case: Case,
    on: str,
    reference: str,
    who: str,
    *,
    regime: str = "",
    text: Path | None = None,
    earlier: bool = False,
) -> Act:
    """Keep that a person filed a report. Raises UsageError, DataError for a text that cannot be read, PolicyError."""
    narrative = ""
    if text is not None:
        try:
            narrative = text.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise DataError("this is no text in UTF-8", text, hint="give the narrative as it was filed") from error
    day = day_of(on, case.versions.timezone, "--on")
    told = Filed(day=day, reference=reference, regime=regime, text=narrative, earlier=earlier)
    return decide(store, case.id, who, told)


def due_of(decided: Decided, rules: Regime, own: Path | None = None) -> Due | None:
    """When the case's report is due; None before anybody told when suspicion was formed."""
    suspicion = decided.suspicion()
    if suspicion is None:
        return None
    found, _ = suspicion
    return due(rules, found.formed, calendar(rules.holidays, own) if rules.holidays else None, found.occasion)


def regime_of(workspace: Workspace, name: str = "") -> Regime:
    """The regime of that name, else the workspace's; the workspace's own files go before ours."""
    return regime(name or workspace.settings.regime, workspace.folder / "regimes")


def missing(case: Case, decided: Decided, rules: Regime | None = None) -> list[Missing]:
    """What a report needs from a person and does not have; with RULES also whether a shorter clock may count."""
    found = [
        Missing(
            f"the role of {subject.id} (subject, victim, mule, related or unknown)",
            f'casewright role {case.id} {subject.id} ROLE --reason "..."',
        )
        for subject in case.subjects
        if subject.id not in decided.roles()
    ]
    suspicion = decided.suspicion()
    if suspicion is None:
        what = "the day on which suspicion was formed, by whom and why: the clock starts with it"
        found.append(Missing(what, f'casewright suspicion {case.id} --formed DATE --reason "..."'))
    elif rules is not None and suspicion[0].occasion == "ordinary":
        found += _sanctioned(case, suspicion[0], rules)
    return found


def _sanctioned(case: Case, suspicion: Suspicion, rules: Regime) -> Iterator[Missing]:
    """A finding names a sanctioned party and the clock is shorter then: a person must say which one counts."""
    shorter = rules.shortened(suspicion.formed)
    if shorter is not None and any(f.category == "sanctioned" and f.speaks == "for" for f in case.findings):
        what = f"whether a sanctioned party is involved, as a finding says: then {shorter.words}"
        command = f'casewright suspicion {case.id} --formed {suspicion.formed} --occasion sanctioned --reason "..."'
        yield Missing(what, command)
