"""What people tell the program towards a report, checked and kept; and what is still missing, with its command."""

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import cast, get_args
from zoneinfo import ZoneInfo

from casewright.agent.filing.calendar import calendar
from casewright.agent.filing.checklist import no_place, verdicts
from casewright.agent.filing.due import Due, due
from casewright.agent.filing.form import plain
from casewright.agent.filing.occasion import called_for, signs
from casewright.agent.filing.particulars import dossier_of
from casewright.agent.filing.persons import Moment, day_of, moment_of, party_of
from casewright.agent.filing.regime import KeyTerm, Regime, regime
from casewright.agent.filing.told import known_reports
from casewright.agent.largest import unknown_largest
from casewright.agent.privacy import untrusted
from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.knowledge.case import Case, Role
from casewright.knowledge.errors import DataError, UsageError
from casewright.tools.store import Store
from casewright.tools.store.filing import (
    Act,
    ActionTaken,
    CodesSet,
    Decided,
    Filed,
    Occasion,
    RoleSet,
    Suspicion,
    Withdrawn,
    decide,
    decided,
    filed_on,
)

LONGEST = 200  # characters of an action, which is quoted as one sentence (ours)
NONE = "none"  # the word for: no code applies


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
    store: Store,
    case: Case,
    rules: Regime,
    formed: str,
    reason: str,
    who: str,
    *,
    noticed: str = "",
    occasion: str = "",
) -> Act:
    """Keep on which day of the regime's place suspicion was formed, and the occasion, else the one the case calls for.

    Raises UsageError for days that cannot be, and for continuing activity where no earlier report is known.
    """
    if occasion and occasion not in get_args(Occasion):
        raise UsageError(f"unknown occasion {occasion!r}", hint=f"there are {', '.join(get_args(Occasion))}")
    zone = case.versions.timezone
    day = moment_of(formed, zone, rules.zone, "--formed")
    first = moment_of(noticed, zone, rules.zone, "--noticed") if noticed else first_trigger(case, rules.zone)
    if first and first.day > day.day:
        if noticed:
            raise UsageError(f"--noticed is {first.day}, after suspicion was formed on {day.day}")
        first = None  # the alert came later than the suspicion: what triggered it is not known
    before = filed_before(store, case)
    if occasion == "continuing" and last_earlier(decided(store, case.id), before, rules, day.day) is None:
        hint = f"casewright filed {case.id} --on DATE --reference REF --earlier --regime {rules.id}"
        raise UsageError(f"{case.id} continues no report of {rules.id} that is known", hint=hint)
    plain = [sign for sign in signs(case, reason) if sign.plain]
    called = None if occasion else called_for(rules, day.day, plain)
    told = Suspicion(
        formed=day.day,
        formed_at=day.at,
        noticed=first.day if first else None,
        noticed_at=first.at if first else None,
        reason=reason,
        occasion=called[0].occasion if called else cast(Occasion, occasion or "ordinary"),
        regime=rules.id,
        named=bool(occasion),
        sign=called[0].what if called else "",
    )
    return decide(store, case.id, who, told)


def first_trigger(case: Case, zone: str) -> Moment | None:
    """The alert that led to the case, with its day in that zone."""
    return Moment(clock.local_date(case.alert.at, zone), case.alert.at) if case.alert else None


def filed_before(store: Store, case: Case) -> tuple[Act, ...]:
    """The reports told of other cases on the case's subjects."""
    return tuple(filed_on(store, [subject.id for subject in case.subjects], case.id))


def last_earlier(told: Decided, before: Iterable[Act], rules: Regime, formed: date) -> Filed | None:
    """The last report to that authority before a suspicion was formed on that day, the case's own one too."""
    own = told.filed()
    known = [f for f in known_reports(told, before) if f.regime in ("", rules.id) and (f != own or f.day < formed)]
    return max(known, key=lambda filed: filed.day, default=None)


def keep_action(store: Store, case: Case, on: str, what: str, who: str) -> Act:
    """Keep what the house did. Raises UsageError for a day that cannot be and for words that no report can quote."""
    day = day_of(on, case.versions.timezone, "--on")
    _refuse_unquotable("the action", what)
    return decide(store, case.id, who, ActionTaken(day=day, what=what))


def _refuse_unquotable(name: str, text: str) -> None:
    """Raise UsageError for words that cannot stand in a report as they are, with what is wrong about them."""
    bad = [*no_place(text), *(f"a verdict ({found})" for found in verdicts(text))]
    if untrusted.plain(text) != text.strip():
        bad.append("a line break, several blanks or marks that nobody sees")
    if unwritten := plain(text)[1]:
        bad.append(f"letters that the form does not take ({', '.join(unwritten)})")
    if '"' in plain(text)[0]:
        bad.append("quotation marks")
    if len(text) > LONGEST:
        bad.append(f"more than {LONGEST} characters")
    if bad:
        raise UsageError(
            f"{name} is quoted in the report and holds what cannot stand there: {'; '.join(bad)}",
            hint="a few plain words in one line, e.g. the account was put on hold",
        )


def set_codes(store: Store, case: Case, rules: Regime, codes: Sequence[str], reason: str, who: str) -> Act:
    """Keep which codes of the regime's form apply, or with `none` that none does. Raises UsageError for other words."""
    if not rules.code_pattern:
        known = "its key terms follow from the typologies" if rules.key_terms else "nothing is to be told"
        raise UsageError(f"the form of {rules.id} has no codes: {known}", hint="--regime uk, if that one is meant")
    chosen = [code.strip() for code in dict.fromkeys(codes)]
    if [code.lower() for code in chosen] == [NONE]:
        chosen = []
    elif wrong := [code for code in chosen if not re.fullmatch(rules.code_pattern, code)]:
        raise UsageError(
            f"{wrong[0]!r} is no code of {rules.id}", hint=f"codes look like {rules.code_pattern}, or {NONE}"
        )
    return decide(store, case.id, who, CodesSet(regime=rules.id, codes=tuple(chosen), reason=reason))


def withdraw(store: Store, case: Case, number: int, reason: str, who: str) -> Act:
    """Keep that an action, codes or an earlier report counts no longer. Raises NotFound, PolicyError."""
    return decide(store, case.id, who, Withdrawn(seq=number, reason=reason))


def keep_filed(
    store: Store,
    case: Case,
    rules: Regime,
    on: str,
    reference: str,
    who: str,
    *,
    text: Path | None = None,
    earlier: bool = False,
) -> Act:
    """Keep that a person filed a report, on which day of the regime's place.

    Raises UsageError, DataError for a text that cannot be read, PolicyError.
    """
    narrative = ""
    if text is not None:
        try:
            narrative = text.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise DataError("this is no text in UTF-8", text, hint="give the narrative as it was filed") from error
    day = moment_of(on, case.versions.timezone, rules.zone, "--on").day
    _refuse_unquotable("the reference", reference)
    told = Filed(day=day, reference=reference, regime=rules.id, text=narrative, earlier=earlier)
    return decide(store, case.id, who, told)


def due_of(told: Decided, rules: Regime, own: Path | None = None, before: Iterable[Act] = ()) -> Due | None:
    """When the case's report is due; None before anybody told when suspicion was formed. BEFORE: of other cases."""
    suspicion = told.suspicion()
    if suspicion is None:
        return None
    found = suspicion[0].in_zone(rules.zone)
    earlier = last_earlier(told, before, rules, found.formed)
    return due(
        rules,
        found.formed,
        calendar(rules.holidays, own) if rules.holidays else None,
        found.occasion,
        earlier=earlier.day if earlier else None,
        sign=found.sign,
    )


def regime_of(workspace: Workspace, name: str = "", told: Decided | None = None) -> Regime:
    """The regime of that name, else the one for which the suspicion was TOLD, else the workspace's.

    The workspace's own files go before ours.
    """
    suspicion = told.suspicion() if told else None
    kept = suspicion[0].regime if suspicion else ""
    return regime(name or kept or workspace.settings.regime, workspace.folder / "regimes")


def missing(
    case: Case, told: Decided, rules: Regime, before: Iterable[Act] = (), term: KeyTerm | None = None
) -> list[Missing]:
    """What a report needs from a person and does not have, and whether another clock may count.

    TERM is the one that its typologies bring.
    """
    found = [
        Missing(
            f"the role of {subject.id} (subject, victim, mule, related or unknown)",
            f'casewright role {case.id} {subject.id} ROLE --reason "..."',
        )
        for subject in case.subjects
        if subject.id not in told.roles()
    ]
    if unknown_largest(dossier_of(case)):
        what = "the largest movements: those listed are the first of them all; draft the case again"
        found.append(Missing(what, f"casewright investigate {case.alert.id if case.alert else case.subjects[0].id}"))
    if told.suspicion() is None:
        what = "the day on which suspicion was formed, by whom and why: the clock starts with it"
        found.append(Missing(what, f'casewright suspicion {case.id} --formed DATE --reason "..."'))
    if rules.code_pattern and term is None and told.codes(rules.id) is None:
        command = f'casewright codes {case.id} CODE|{NONE} --regime {rules.id} --reason "..."'
        found.append(Missing(f"which codes of the form apply, or that {rules.no_code or 'none does'}", command))
    return [*found, *clocks_asked(case, told, rules, before)]


def clocks_asked(case: Case, told: Decided, rules: Regime, before: Iterable[Act] = ()) -> Iterator[Missing]:
    """Another clock to which the case or an earlier report points, where no person settled which counts."""
    suspicion = told.suspicion()
    found = suspicion[0].in_zone(rules.zone) if suspicion else None
    if found and (found.named or found.occasion != "ordinary"):
        return
    day = found.formed if found else datetime.now(ZoneInfo(rules.zone)).date()
    formed = found.formed if found else "DATE"
    command = f'casewright suspicion {case.id} --formed {formed} --occasion {{}} --reason "..."'
    called = called_for(rules, day, signs(case, found.reason if found else ""))
    if called:
        sign, shorter = called
        what = f"whether another clock counts, since {sign.what}: then {shorter.words}"
        yield Missing(what, command.format(shlex.quote(sign.occasion)))
    earlier, later = last_earlier(told, before, rules, day), rules.own_clock(day, "continuing")
    if found and earlier and later:
        what = f"whether it continues what {earlier.reference} of {earlier.day} reported: then {later.words}"
        yield Missing(what, command.format("continuing"))
