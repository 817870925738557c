"""When a report is due: the regime's clock on the day that a person formed the suspicion, in local days."""

from dataclasses import dataclass
from datetime import date, timedelta

from casewright.agent.filing.calendar import Calendar, Holiday
from casewright.agent.filing.regime import Clock, Occasion, Regime


@dataclass(frozen=True)
class Due:
    """The last day on which a report is in time; None where the law names no number of days."""

    regime: str
    start: date
    clock: Clock
    day: date | None
    passed: tuple[Holiday, ...] = ()
    unknown_years: tuple[int, ...] = ()

    def told(self) -> str:
        """In one sentence, with how it was counted and what is not sure about it."""
        rule = f"{self.clock.words} ({self.clock.source}; {self.clock.basis}, last checked {self.clock.last_checked})"
        if self.day is None:
            return f"Due after {self.start}: {rule}."
        counted = f"{self.clock.days} {self.clock.unit} after {self.start}"
        text = f"Due on {self.day}: {counted}; {rule}."
        if self.passed:
            text += f" Passed over: {', '.join(f'{holiday.name} ({holiday.day})' for holiday in self.passed)}."
        for year in self.unknown_years:
            text += f" The holidays of {year} are not in the calendar: only weekends were passed over."
        return text


def due(regime: Regime, start: date, calendar: Calendar | None, occasion: Occasion = "ordinary") -> Due:
    """The day that the regime's clock of that occasion leads to, counted from START, a local day."""
    clock = regime.clock_of(start, occasion)
    if clock.days is None:
        return Due(regime.id, start, clock, None)
    if clock.unit == "calendar days" or calendar is None:
        return Due(regime.id, start, clock, start + timedelta(days=clock.days))
    counted = calendar.after(start, clock.days)
    return Due(regime.id, start, clock, counted.day, counted.passed, counted.unknown_years)
