"""What was recorded about a customer, in order of time, and the days on which value moved."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from casewright.knowledge.evidence import Evidence, Fact, Side
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import Span, asking, spans_of
from casewright.tools.queries._shape import (
    IN_OUT,
    LEGS,
    MOVED,
    WINDOW,
    Measure,
    column,
    columns,
    day_number,
    day_text,
    facts_of,
    money,
    money_measures,
    table,
    utc,
)
from casewright.tools.warehouse import Ledger

_HEAD = (
    column("subject"),
    column("at"),
    column("known_at", "time", means="when we knew of it"),
    column("kind", "word", "event", "what kind of event"),
    column("text", "text", means="as recorded"),
    column("source", "word", "source", "who recorded it"),
)
_DAYS = ("subject", "date", "direction", "transfers", "counterparties", "usd")
_Cap = Annotated[int, Field(ge=1, le=100_000)]


def timeline(ledger: Ledger, subjects: Subjects, *, limit: _Cap = 500, days: _Cap = 1_000) -> Evidence:
    """List what was recorded about each account in its window, in order of time, and its days of value moved.

    Events, alerts, the opening of the account and changes of the customer record, and the first log-in from a new
    device or country. The table `days` has a line for each local day and direction: completed transfers without
    trades, fees and transfers to itself.

    limit: events for each account, the newest are kept
    days: lines of the table of days for each account, those of most value are kept
    """
    with asking(ledger, subjects, "timeline") as question:
        question.keep("happened", _HAPPENED)
        events = question.rows(_EVENTS, limit=limit)
        counts = question.dicts(_COUNTS)
        question.keep("moved_days", _moved_days(ledger))
        by_day = question.rows(_days(ledger), days=days)
        busiest = question.dicts(_busiest(ledger))
        tables = [table(_HEAD, events), table(columns(ledger, *_DAYS), by_day, "days")]
        facts = [*_event_facts(counts), *_day_facts(ledger, busiest)]
        spans = spans_of((c["subject"], c["events"], c["first"], c["last"]) for c in counts)
        cut = _cut(spans, limit, busiest, days)
        return question.answer(tables, facts, spans, nouns=("event", "events"), cut=cut)


_RECORD = ("name", "kind", "occupation", "country", "income_usd", "turnover_usd", "tier", "risk", "purpose", "licence")
_WAS = ", ".join(f"lag({n}) over versions as was_{n}" for n in _RECORD)
_CHANGES = " || ".join(
    f"if({n} is distinct from was_{n}, '; {n.replace('_', ' ')}: ' || coalesce(was_{n}::varchar, 'none') || ' to '"
    f" || coalesce({n}::varchar, 'none'), '')"
    for n in _RECORD
)
_ASKED = "in (select id from asked)"

_HAPPENED = f"""
with entries as (
    select subject, epoch, known_epoch, kind, text, source, id from events where subject {_ASKED}
    union all
    select subject, epoch, known_epoch, 'alert',
        coalesce(coalesce(title, rule) || ': ' || reason, title, rule, reason), coalesce(source, rule), id
    from alerts where subject {_ASKED}
    union all
    select id, opened_epoch, min(known_epoch), 'account_opened', null, 'customer record', ''
    from customers where opened_epoch is not null and id {_ASKED} group by id, opened_epoch
    union all
    select id, known_epoch, known_epoch, 'record_changed', substr(changes, 3), 'customer record', line::varchar
    from (select id, known_epoch, line, {_CHANGES} as changes
        from (select c.*, {_WAS}, row_number() over versions as nr from customers c where id {_ASKED}
            window versions as (partition by id order by known_epoch, line))
        where nr > 1)
    where changes <> ''
    union all
    select subject, epoch, known_epoch, 'new_' || what, word, 'log-ins', word
    from (select *, min(epoch) over (partition by subject, what) as first_ever
        from (select subject, what, word, min(epoch) as epoch, min(known_epoch) as known_epoch
            from (select subject, epoch, known_epoch, 'device' as what, device as word
                from logins where subject {_ASKED}
                union all
                select subject, epoch, known_epoch, 'country', country from logins where subject {_ASKED})
            where word is not null group by subject, what, word))
    where epoch > first_ever
)
select s.nr, s.until, e.*,
    row_number() over (partition by s.nr order by e.epoch desc, e.known_epoch desc, e.kind desc, e.id desc, e.text desc)
        as place
from asked s join entries e on e.subject = s.id and e.epoch >= s.since and e.epoch < s.until"""

_EVENTS = f"""
select subject, {utc("epoch")} as at, {utc("known_epoch")} as known_at, kind, text, source
from happened where place <= $limit order by nr, place desc"""

_COUNTS = f"""
select nr, subject, kind, count(*) as events, min(epoch) as first, max(epoch) as last,
    {utc("min(epoch)")} as first_at, {utc("max(epoch)")} as last_at,
    count(*) filter (known_epoch >= until) as later
from happened group by nr, subject, kind order by nr, kind"""


def _moved_days(ledger: Ledger) -> str:
    return f"""
select s.nr, s.id as subject, {day_number(ledger, "l.epoch")} as day, l.direction, count(*) as transfers,
    count(distinct l.counterparty) as counterparties, {money(ledger, "sum(l.{})")},
    row_number() over (partition by s.nr order by sum(l.usd) desc nulls last, count(*) desc, day, l.direction) as place
from {LEGS} where {WINDOW} and {MOVED} group by s.nr, s.id, day, l.direction"""


def _days(ledger: Ledger) -> str:
    return f"""
select subject, {day_text("day")} as date, direction, transfers, counterparties, {money(ledger, "{}")}
from moved_days where place <= $days order by nr, day, direction"""


def _busiest(ledger: Ledger) -> str:
    return f"""
select subject, direction, count(*) as days, {day_text("arg_min(day, place)")} as date,
    arg_min(transfers, place) as transfers, arg_min(counterparties, place) as counterparties,
    {money(ledger, "arg_min({}, place)")}
from moved_days group by nr, subject, direction order by nr, direction"""


def _event_facts(counts: Sequence[Mapping[str, Any]]) -> list[Fact]:
    """How many events, in all and of each kind, with the first and the last of each."""
    totals: dict[str, dict[str, Any]] = {}
    for count in counts:
        total = totals.setdefault(count["subject"], {"subject": count["subject"], "events": 0, "later": 0})
        total["events"] += count["events"]
        total["later"] += count["later"]
    whole = [
        Measure("events", "count", "events", "recorded in the window"),
        Measure("later_events", "count", "events", "that became known after the window", row="later", of="events"),
    ]
    facts = facts_of(totals.values(), whole)
    for kind in sorted({count["kind"] for count in counts}):
        words = kind.replace("_", " ")
        measures = [
            Measure(f"{kind}_events", "count", "events", f"of the kind {words}", row="events"),
            Measure(f"first_{kind}_at", "time", "", f"the first of the kind {words}", row="first_at", rank="first"),
            Measure(f"last_{kind}_at", "time", "", f"the last of the kind {words}", row="last_at", rank="last"),
        ]
        facts += facts_of((count for count in counts if count["kind"] == kind), measures)
    return facts


def _day_facts(ledger: Ledger, busiest: Sequence[Mapping[str, Any]]) -> list[Fact]:
    """On how many days value came in and went out, and the day of most value."""

    def measures(side: Side) -> list[Measure]:
        day = f"busiest_day_{side}"
        means = f"the day on which most value {'came in' if side == 'in' else 'went out'}"
        told = [
            Measure(f"days_{side}", "count", "days", "local days with value moved", row="days"),
            Measure(day, "date", "", means, row="date", rank="largest"),
            Measure(f"{day}_transfers", "count", "transfers", means, row="transfers", rank="largest"),
            Measure(f"{day}_counterparties", "count", "counterparties", means, row="counterparties", rank="largest"),
            *money_measures(ledger, day, means, row="", rank="largest"),
        ]
        return [measure.at(side, "completed") for measure in told]

    return [f for side in IN_OUT for f in facts_of((b for b in busiest if b["direction"] == side), measures(side))]


def _cut(spans: Mapping[str, Span], limit: int, busiest: Sequence[Mapping[str, Any]], days: int) -> dict[str, str]:
    cut: dict[str, list[str]] = {}
    for subject, span in spans.items():
        if span.records > limit:
            cut.setdefault(subject, []).append(f"{span.records - limit:,} older of {span.records:,} events left out")
    lines: dict[str, int] = {}
    for side in busiest:
        lines[side["subject"]] = lines.get(side["subject"], 0) + side["days"]
    for subject, count in lines.items():
        if count > days:
            told = f"{count - days:,} of {count:,} lines of days left out, those of least value"
            cut.setdefault(subject, []).append(told)
    return {subject: "; ".join(told) for subject, told in cut.items()}
