"""When the report of the open case is due, by the clock of a regime."""

from typing import Literal

from casewright.agent.asking.around import Around
from casewright.agent.filing.calendar import calendar
from casewright.agent.filing.deciding import due_of, regime_of
from casewright.agent.filing.due import Due, due
from casewright.agent.filing.persons import day_of
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table
from casewright.tools.store.filing import Decided, decided


def due_date(
    around: Around,
    *,
    formed: str = "",
    regime: str = "",
    occasion: Literal["ordinary", "sanctioned", "no suspect"] = "ordinary",
) -> Evidence:
    """Tell by when the report must be filed, counted from the day on which a person formed suspicion.

    Business days leave out weekends and public holidays. The rule, its source and when it was last checked are told.
    formed: the local day on which suspicion was formed, as YYYY-MM-DD; empty for what is recorded of the open case.
    regime: sg, fincen, uk, eu or generic; empty for the workspace's own.
    occasion: sanctioned where a sanctioned party is involved, no suspect where nobody is suspected.
    """
    rules = regime_of(around.workspace, regime)
    own = around.workspace.folder / "holidays"
    if formed:
        start = day_of(formed, around.ledger.timezone, "formed")
        found = due(rules, start, calendar(rules.holidays, own) if rules.holidays else None, occasion)
        return _evidence(found, f"the clock of {rules.name}, from a day that was given")
    if around.case is None:
        raise UsageError("there is no open case to take the day from", hint="give formed, or open a case")
    told = decided(around.store, around.case.id) if around.store else Decided(case=around.case.id)
    own_due = due_of(told, rules, own)
    if own_due is None:
        command = f'casewright suspicion {around.case.id} --formed DATE --reason "..."'
        return Evidence(
            tool="due_date",
            query="",
            status="empty",
            searched=f"the decisions on {around.case.id}: nobody told yet when suspicion was formed ({command})",
        )
    return _evidence(own_due, f"the decisions on {around.case.id} and the clock of {rules.name}")


def _evidence(found: Due, searched: str) -> Evidence:
    facts = [Fact(name="suspicion_formed", value=str(found.start), kind="date", means="the day the clock starts after")]
    if found.day is not None:
        facts.append(Fact(name="report_due", value=str(found.day), kind="date", means="the last day to file"))
        facts.append(
            Fact(name="days", value=found.clock.days or 0, kind="count", unit=found.clock.unit or "days",
                 means="after the day on which suspicion was formed")
        )  # fmt: skip
    facts.append(Fact(name="rule", value=found.told(), kind="text", means="how it was counted, with its source"))
    columns = (Column(name="date", kind="date"), Column(name="holiday", kind="text", means="passed over"))
    rows: tuple[Row, ...] = tuple({"date": str(holiday.day), "holiday": holiday.name} for holiday in found.passed)
    return Evidence(
        tool="due_date",
        query="",
        tables=(Table(columns=columns, rows=rows),),
        facts=tuple(facts),
        status="found",
        searched=searched,
    )
