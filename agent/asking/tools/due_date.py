"""When the report of the open case is due, by the clock of a regime."""

from casewright.agent.asking.around import Around
from casewright.agent.filing.calendar import calendar
from casewright.agent.filing.deciding import due_of, filed_before, last_earlier, regime_of
from casewright.agent.filing.due import Due, due
from casewright.agent.filing.persons import moment_of
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table
from casewright.tools.store.filing import Decided, Occasion, decided


def due_date(
    around: Around,
    *,
    formed: str = "",
    regime: str = "",
    occasion: Occasion = "ordinary",
) -> Evidence:
    """Tell by when the report must be filed, counted from the day on which a person formed suspicion.

    Business days leave out weekends and public holidays. The rule, its source and when it was last checked are told.
    formed: the day on which suspicion was formed, as YYYY-MM-DD; empty for what is recorded of the open case.
    regime: sg, fincen, uk, eu or generic; empty for that of the open case's suspicion, else the workspace's own.
    occasion: sanctioned where a sanctioned party is involved, terrorism financing where that is suspected, no suspect
        where nobody is suspected, continuing where an earlier report on the open case is continued.
    """
    told = decided(around.store, around.case.id) if around.store and around.case else None
    rules = regime_of(around.workspace, regime, told)
    before = filed_before(around.store, around.case) if around.store and around.case else ()
    own = around.workspace.folder / "holidays"
    if formed:
        start = moment_of(formed, around.ledger.timezone, rules.zone, "formed").day
        days = calendar(rules.holidays, own) if rules.holidays else None
        earlier = last_earlier(told, before, rules, start) if told else None
        found = due(rules, start, days, occasion, earlier=earlier.day if earlier else None)
        return _evidence(found, f"the clock of {rules.name}, from a day that was given")
    if around.case is None:
        raise UsageError("there is no open case to take the day from", hint="give formed, or open a case")
    own_due = due_of(told or Decided(case=around.case.id), rules, own, before)
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
