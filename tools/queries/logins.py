"""From which devices and countries an account was used, since when, and who else uses the same devices."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import asking, spans_of
from casewright.tools.queries._shape import FROM_EVER, Measure, column, facts_of, table, utc
from casewright.tools.warehouse import Ledger

_NAMED = 10  # other customers named in a row
_HEAD = (
    column("subject"),
    column("device", "word", "device"),
    column("country", "word", "country"),
    column("first_at", means="the first log-in of these in the window"),
    column("last_at", means="the last log-in of these in the window"),
    column("logins", "count", "log-ins"),
    column("ip", "word", "IP address", "where there was one alone"),
    column("ips", "count", "IP addresses"),
    column("known_since", "time", means="the account's first log-in ever from this device"),
    column("new", "word", "newness", "whether that lies inside the window, after log-ins from other devices"),
    column("others", "count", "customers", "other customers who used the device up to the window's end"),
    column("other_ids", "text", means=f"their ids, the first {_NAMED} to use it"),
)


def logins(ledger: Ledger, subjects: Subjects, *, limit: Annotated[int, Field(ge=1, le=100_000)] = 200) -> Evidence:
    """List the devices and countries from which each account was used in its window, and who else uses the devices.

    Whether a device is new is not told of a window without a beginning.

    limit: rows for each account, the most used are kept
    """
    with asking(ledger, subjects, "logins") as question:
        question.keep("used", _USED)
        question.keep("shared", _SHARED)
        found = question.dicts(_ROWS, limit=limit)
        others = _others(question.rows(_OTHERS, named=_NAMED))
        names = [field.name for field in _HEAD]
        rows = [[*(line[name] for name in names[:-1]), others.get((line["nr"], line["device"]))] for line in found]
        totals = question.dicts(_TOTALS)
        cut = {t["subject"]: f"{t['lines'] - limit:,} of {t['lines']:,} devices and countries left out, the least used"
               for t in totals if t["lines"] > limit}  # fmt: skip
        spans = spans_of((t["subject"], t["logins"], t["first"], t["last"]) for t in totals)
        facts = facts_of(totals, _MEASURES)
        return question.answer([table(_HEAD, rows)], facts, spans, nouns=("log-in", "log-ins"), cut=cut)


def _others(users: Iterable[tuple[int, str, str]]) -> dict[tuple[int, str], str]:
    """The other users of each device of each account, as rows tell them."""
    ids: dict[tuple[int, str], list[str]] = {}
    for nr, device, subject in users:
        ids.setdefault((nr, device), []).append(subject)
    return {key: ", ".join(found) for key, found in ids.items()}


# Every log-in of the subjects up to their windows' ends, with the first ever, and the first from that device.
_USED = """
select s.nr, s.id as subject, s.since, s.until, l.epoch, l.device, l.country, l.ip, l.epoch >= s.since as inside,
    min(l.epoch) over (partition by s.nr) as first_ever,
    min(l.epoch) over (partition by s.nr, l.device) as known,
    min(l.epoch) over (partition by s.nr, l.country) as country_known
from asked s join logins l on l.subject = s.id and l.epoch < s.until"""

# Who used each of these devices, in the order of their first use; `upto` counts those who had by then.
_SHARED = """
select device, subject, first, count(*) over (partition by device order by first) as upto,
    row_number() over (partition by device order by first, subject) as place
from (select device, subject, min(epoch) as first from logins
    where device in (select device from used where inside) group by device, subject)"""

_ROWS = f"""
with lines as (
    select nr, subject, any_value(since) as since, any_value(until) as until, device, country, min(epoch) as first,
        max(epoch) as last, count(*) as logins, if(count(distinct ip) = 1, any_value(ip), null) as ip,
        count(distinct ip) as ips, any_value(known) as known, any_value(first_ever) as first_ever,
        row_number() over (partition by nr order by count(*) desc, min(epoch), device, country) as place
    from used where inside group by nr, subject, device, country
), listed as (
    select * from lines where place <= $limit
), counted as (
    select l.nr, l.device, max(u.upto) - 1 as others
    from (select distinct nr, device, until from listed) l join shared u on u.device = l.device
    where u.first < l.until group by l.nr, l.device
)
select l.nr, l.subject, l.device, l.country, {utc("l.first")} as first_at, {utc("l.last")} as last_at,
    l.logins, l.ip, l.ips,
    if(l.device is null, null, {utc("l.known")}) as known_since,
    case when l.since > {FROM_EVER} and l.device is not null
        then if(l.known >= l.since and l.known > l.first_ever, 'yes', 'no') end as new,
    c.others
from listed l left join counted c on c.nr = l.nr and c.device = l.device
order by l.nr, l.first, l.place"""

_OTHERS = """
select l.nr, l.device, u.subject
from (select distinct nr, subject, device, until from used where inside) l join shared u on u.device = l.device
where u.place <= $named + 1 and u.subject <> l.subject and u.first < l.until
order by l.nr, l.device, u.place"""

_TOTALS = f"""
with devices as (
    select nr, device, any_value(known >= since and known > first_ever) as new, any_value(until) as until
    from used where inside and device is not null group by nr, device
), counted as (
    select d.nr, count(*) as devices, count(*) filter (d.new) as new_devices,
        count(*) filter (u.upto > 1) as shared_devices
    from devices d join (
        select d.nr, d.device, max(u.upto) as upto from devices d join shared u on u.device = d.device
        where u.first < d.until group by d.nr, d.device) u on u.nr = d.nr and u.device = d.device
    group by d.nr
), lines as (
    select nr, count(*) as lines from (select distinct nr, device, country from used where inside) group by nr
), countries as (
    select nr, count(*) as countries, count(*) filter (new) as new_countries
    from (select nr, country, any_value(country_known >= since and country_known > first_ever) as new
        from used where inside and country is not null group by nr, country) group by nr
)
select u.subject, count(*) as logins, min(u.epoch) as first, max(u.epoch) as last,
    {utc("min(u.epoch)")} as first_at, {utc("max(u.epoch)")} as last_at, count(distinct u.ip) as ips,
    any_value(n.lines) as lines, any_value(d.devices) as devices,
    if(any_value(u.since) > {FROM_EVER}, any_value(d.new_devices), null) as new_devices,
    any_value(d.shared_devices) as shared_devices, any_value(c.countries) as countries,
    if(any_value(u.since) > {FROM_EVER}, any_value(c.new_countries), null) as new_countries
from used u left join counted d on d.nr = u.nr left join countries c on c.nr = u.nr
    left join lines n on n.nr = u.nr
where u.inside group by u.nr, u.subject order by u.nr"""

_MEASURES = [
    Measure("logins", "count", "log-ins", "in the window"),
    Measure("first_login_at", "time", "", "the first in the window", row="first_at", rank="first"),
    Measure("last_login_at", "time", "", "the last in the window", row="last_at", rank="last"),
    Measure("devices", "count", "devices", "used in the window"),
    Measure("new_devices", "count", "devices", "first used inside the window, after others", of="devices"),
    Measure("shared_devices", "count", "devices", "that other customers use as well", of="devices"),
    Measure("countries", "count", "countries", "logged in from in the window"),
    Measure("new_countries", "count", "countries", "first seen inside the window, after others", of="countries"),
    Measure("ips", "count", "IP addresses", "logged in from in the window"),
]
