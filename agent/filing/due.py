"""When a report is due: the regime's clock on the day that a person formed the suspicion, in days of its place."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from casewright.agent.filing.calendar import Calendar, Holiday
from casewright.agent.filing.regime import Clock, Regime
from casewright.tools.store.filing import Occasion


@dataclass(frozen=True)
class Due:
    """The last day on which a report is in time; None where the law names no number of days.

    `unmet` is an occasion for which the regime has no clock of its own, so that its ordinary one counts; `sign` is what
    of the case called for the occasion where nobody named one.
    """

    regime: str
    start: date
    clock: Clock
    day: date | None
    passed: tuple[Holiday, ...] = ()
    unknown_years: tuple[int, ...] = ()
    unmet: str = ""
    sign: str = ""

    def told(self) -> str:
        """In one sentence, with how it was counted and what is not sure about it."""
        rule = f"{self.clock.words} ({self.clock.source}; {self.clock.basis}, last checked {self.clock.last_checked})"
        if self.day is None:
            text = f"Due after {self.start}: {rule}."
        else:
            text = f"Due on {self.day}: {self._counted()}; {rule}."
        if self.passed:
            text += f" Passed over: {', '.join(f'{holiday.name} ({holiday.day})' for holiday in self.passed)}."
        for year in self.unknown_years:
            text += f" The holidays of {year} are not in the calendar: only weekends were passed over."
        if self.unmet:
            text += f" The regime {self.regime} has no clock of its own for {self.unmet!r}: the ordinary one counts."
        if self.sign:
            text += f" That clock was set since {self.sign}; where it does not count, tell --occasion ordinary."
        return text

    def _counted(self) -> str:
        unit = (self.clock.unit or "days").removesuffix("s" if self.clock.days == 1 else "")
        earlier = "the earlier report of " if self.clock.event == "earlier report filed" else ""
        return f"{self.clock.days} {unit} after {earlier}{self.start}"


def due(
    regime: Regime,
    start: date,
    calendar: Calendar | None,
    occasion: Occasion = "ordinary",
    *,
    earlier: date | None = None,
    sign: str = "",
) -> Due:
    """The day that the regime's clock of that occasion leads to, counted from START, a day of the regime's place.

    Continuing activity is counted from the day on which the EARLIER report was filed, where that leaves more time than
    a report on its own has: it may be reported by then, and need not be sooner.
    """
    ordinary = _by(regime, regime.ordinary_clock(start), start, calendar)
    clock = regime.own_clock(start, occasion)
    if clock is not None and clock.event == "earlier report filed":
        found = _by(regime, clock, earlier, calendar) if earlier is not None else None
        later = found is not None and (found.day is None or ordinary.day is None or found.day > ordinary.day)
        return found if found is not None and later else ordinary
    if clock is None:
        unmet = "" if occasion == "ordinary" else occasion
        return replace(ordinary, unmet=unmet)
    return replace(_by(regime, clock, start, calendar), sign=sign)


def _by(regime: Regime, clock: Clock, start: date, calendar: Calendar | None) -> Due:
    if clock.days is None:
        return Due(regime.id, start, clock, None)
    if clock.unit == "calendar days" or calendar is None:
        return Due(regime.id, start, clock, start + timedelta(days=clock.days))
    counted = calendar.after(start, clock.days)
    return Due(regime.id, start, clock, counted.day, counted.passed, counted.unknown_years)
