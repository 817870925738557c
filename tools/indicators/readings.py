"""Indicators read: the series of one, and the peaks of many in the windows of many subjects, in one pass."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from casewright.knowledge.indicator import Indicator, Request
from casewright.knowledge.records import Subjects
from casewright.tools.indicators.files import indicator
from casewright.tools.indicators.hops import handed_over
from casewright.tools.indicators.relations import (
    ASKED,
    CUSTOMERS,
    EVERYONE,
    expression,
    missing,
    numbered,
    own_moments,
    relations,
)
from casewright.tools.warehouse import Ledger

if TYPE_CHECKING:
    import pyarrow as pa

# Values are compared and told with six decimals, so that a share of 0.9999999999 reaches 1.
ROUNDED = "cast(round({}, 6) as decimal(38, 6))"
_PEAK = """
select {number} as request, a.nr, {end}(({value}, {sign}c.epoch)) as reading
from {name} c join asked a on c.account = a.id and c.epoch >= a.since and c.epoch < a.until
where c.value is not null{unpriced} group by a.nr"""
_LEGS = "every_leg"
_PRICED = f"""
    select account from {_LEGS} where moved group by account having count({{column}}) = 0"""
_WITHIN = """
    join who w on w.account = v.account join asked a on a.id = w.name and v.epoch >= a.since and v.epoch < a.until"""
_NAMED = """
select w.name as account, o.epoch, o.value from once o join who w on w.account = o.account
order by o.account, o.epoch"""
_UNPRICED = "none of its transfers in the window has a known USD value"
_STATE = f"""
select a.nr, count(distinct l.epoch) as moments, count(*) filter (where l.moved) as moved,
       count(l.usd) filter (where l.moved) as priced
from {_LEGS} l join asked a on l.account = a.id and l.epoch < a.until and l.epoch >= a.since group by a.nr"""


@dataclass(frozen=True)
class Peak:
    """The highest (or lowest) value in a subject's window, and the second when it was first reached.

    `request` is the place among the requests, `place` the subject's among those asked about.
    """

    subject: str
    request: int
    value: Decimal
    at: int
    place: int = 0


@dataclass(frozen=True)
class Unmeasured:
    """A request without a value for a subject that has events in its window, and why."""

    subject: str
    request: int
    reason: str
    place: int = 0


@dataclass(frozen=True)
class Peaks:
    """What was read, what could not be, over how many events of the subject at each place, and the query for it."""

    found: tuple[Peak, ...]
    unmeasured: tuple[Unmeasured, ...]
    events: Mapping[int, int]
    query: str


def values(ledger: Ledger, name: str, subjects: Subjects | None = None, **settings: Any) -> "pa.Table":
    """The series of one indicator: account, epoch, value (null where it has none), ordered, one row an event.

    For each of SUBJECTS within its window, or for all accounts: the customers where the ledger knows some, else
    everyone but the house. Raises UsageError for an unknown indicator or parameter.
    """
    query = indicator(name).sql(settings, ledger.timezone)
    who = numbered(ASKED if subjects is not None else everybody(ledger), query)
    statement = "with " + ",\n".join([*relations(ledger, [query], who), _once(query, subjects)]) + _NAMED
    with ledger.asked(subjects or ()), handed_over(ledger, query, who):
        return ledger.table(statement)


def crossings(ledger: Ledger, request: Request, threshold: Decimal, subjects: Subjects | None = None) -> "pa.Table":
    """The events at which the value, with six decimals, is at least THRESHOLD: account, epoch, value, ordered.

    For whom, and what it raises, as `values`. Where the indicator has a crossing query, only those are read whom it
    names.
    """
    asked_for = indicator(request.indicator)
    query = _of_those_able(asked_for, request.parameters, threshold, ledger.timezone)
    who = numbered(ASKED if subjects is not None else everybody(ledger), query)
    value = ROUNDED.format("value")
    reached = f"select account, epoch, {value} as value from (\n{query}\n) r where {value} >= {threshold:f}"
    steps = [*relations(ledger, [query], who, _LEGS), _once(reached, subjects)]
    with ledger.asked(subjects or ()), handed_over(ledger, query, who):
        return ledger.table("with " + ",\n".join(steps) + _NAMED)


def _of_those_able(asked_for: Indicator, settings: Mapping[str, Any], threshold: Decimal, timezone: str) -> str:
    """The indicator's query over the legs of those whose value can reach THRESHOLD, of all where none is ruled out."""
    crossing = asked_for.crossing_sql(settings, threshold, timezone)
    some = f" where account in (\nwith legs as (select * from {_LEGS})\n{crossing}\n)" if crossing else ""
    legs = f"with legs as (select * from {_LEGS}{some})"
    return f"{legs}\nselect account, epoch, value from (\n{asked_for.sql(settings, timezone)}\n) v"


def _once(query: str, subjects: Subjects | None) -> str:
    """The values of the query, each event once, within the windows of the subjects."""
    within = _WITHIN if subjects else ""
    return f"""once as (
select v.account, v.epoch, any_value(v.value) as value from (
{query}
) v{within} group by v.account, v.epoch)"""


def everybody(ledger: Ledger) -> str:
    """Whose values are read where nobody is asked about: the customers, else every account but the house's own."""
    return CUSTOMERS if ledger.has("customers") else EVERYONE


def peaks(ledger: Ledger, requests: Sequence[Request], subjects: Subjects) -> Peaks:
    """The peak of each requested indicator in each subject's window, all in one pass.

    A subject without any event in its window appears nowhere. Raises UsageError for an unknown indicator or parameter.
    """
    asked_for = [indicator(request.indicator) for request in requests]
    queries = [i.sql(r.parameters, ledger.timezone) for i, r in zip(asked_for, requests, strict=True)]
    reasons = [missing(ledger, tuple(i.needs.items())) for i in asked_for]
    able = [number for number, reason in enumerate(reasons) if not reason]
    steps = relations(ledger, queries, ASKED, _LEGS)
    with ledger.asked(subjects) as text:
        state = {row[0]: row[1:] for row in ledger.rows(f"with {','.join(steps)}{_STATE}")}
        statement = _statement(steps, [(nr, asked_for[nr], requests[nr], queries[nr]) for nr in able]) if able else ""
        with handed_over(ledger, statement, ASKED) as traced:
            rows = ledger.rows(statement) if able else []
    found = {(nr, number): (value, abs(at)) for number, nr, (value, at) in rows}
    read, silent = [], []
    for nr, moved, priced in ((nr, *state[nr][1:]) for nr in sorted(state)):
        for number, request in enumerate(requests):
            if (nr, number) in found:
                read.append(Peak(subjects[nr].id, number, *found[nr, number], nr))
            else:
                unpriced = moved and not priced and "legs.usd" in asked_for[number].needs
                reason = reasons[number] or (_UNPRICED if unpriced else _silent(asked_for[number], request, ledger))
                silent.append(Unmeasured(subjects[nr].id, number, reason, nr))
    events = {nr: row[0] for nr, row in state.items()}
    return Peaks(tuple(read), tuple(silent), events, f"{text}\n{traced}{statement}")


def _statement(steps: Iterable[str], able: Sequence[tuple[int, Indicator, Request, str]]) -> str:
    columns = dict.fromkeys(place for _, i, _, _ in able for place in i.needs if place.startswith("legs."))
    unpriced = {place: f"without_{place[5:]}" for place in columns}
    whole = [*steps, *(expression(name, _PRICED.format(column=place[5:])) for place, name in unpriced.items())]
    selects = []
    for number, asked_for, request, query in able:
        whole.append(f"i{number} as ({own_moments(query, _LEGS)})")
        lacking = [unpriced[place] for place in asked_for.needs if place in unpriced]
        highest = request.reading == "highest"
        selects.append(
            _PEAK.format(
                number=number,
                name=f"i{number}",
                end="max" if highest else "min",
                sign="-" if highest else "",
                value=ROUNDED.format("c.value"),
                unpriced="".join(f" and c.account not in (select account from {name})" for name in lacking),
            )
        )
    return "with " + ",\n".join(whole) + "\nunion all".join(selects)


def _silent(asked_for: Indicator, request: Request, ledger: Ledger) -> str:
    reason = asked_for.no_value or "it had no event that this measures"
    return asked_for.told(request.parameters, ledger.currency, text=reason)
