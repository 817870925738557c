"""What joins several accounts: transfers between them, shared devices, addresses, payers and IP addresses."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.labels import OWN, ending, in_words
from casewright.tools.queries._question import Question, asking, counted, spans_of
from casewright.tools.queries._shape import (
    LEGS,
    MOVED,
    WINDOW,
    Measure,
    column,
    columns,
    currencies,
    facts_of,
    money,
    table,
    utc,
)
from casewright.tools.warehouse import Ledger

KINDS = ("transfer", "device", "payer", "address", "ip")  # the strongest first
_NAMED = 10  # other accounts named in a row


def links(
    ledger: Ledger,
    subjects: Subjects,
    *,
    busy: Annotated[int, Field(ge=2, le=1_000)] = 50,
    carrier: Annotated[int, Field(ge=2, le=1_000)] = 10,
    limit: Annotated[int, Field(ge=1, le=100_000)] = 200,
) -> Evidence:
    """List what joins the accounts to each other, each in its own window: what two or more of them share.

    The kinds, the strongest first: a transfer between two of them, a device they logged in from, a payer's bank
    account, another address that they received from or sent to, an IP address. The house's own and custodial addresses
    and labelled services (exchanges, mixers, shops' processors) join nobody; nor does what a crowd uses, such as a
    campus's or a carrier's IP address. What is left out so is counted. Completed transfers, without trades and fees.
    Raises UsageError for less than two accounts.

    busy: an address or device with more users than this, in the whole ledger, joins nobody
    carrier: an IP address with more users than this, in the whole ledger, joins nobody
    limit: rows for each account, the strongest kinds are kept
    """
    if len(subjects) < 2:
        raise UsageError("links are asked of at least two accounts", hint="name another --subject")
    with asking(ledger, subjects, "links") as question:
        question.keep("dealt", _dealt(ledger))
        question.keep("used", _USED)
        question.keep("joining", _JOINING)
        rows = question.dicts(_rows(ledger), busy=busy, carrier=carrier)
        crowded = question.dicts(_CROWDED, busy=busy, carrier=carrier)
        searched = question.rows(_SEARCHED)
        head = _head(ledger)
        told = list(_told(rows, limit))
        names = [field.name for field in head]
        joined = {str(row["subject"]) for row in rows}
        answer = question.answer(
            [table(head, ([row.get(name) for name in names] for row in told))],
            facts_of(_totals(question, rows, crowded), _MEASURES),
            spans_of(searched),
            nouns=("transfer or log-in", "transfers and log-ins"),
            found=joined,
            cut=_cut(rows, limit),
        )
    left_out = _left_out(crowded)
    return answer.model_copy(update={"truncated": "; ".join(filter(None, (answer.truncated, left_out)))})


def _head(ledger: Ledger) -> tuple[Any, ...]:
    return columns(
        ledger,
        "subject",
        column("link", "word", "link", "transfer, device, payer, address or ip"),
        "direction",
        column("counterparty", means="the address or account that is shared; of a transfer, the other account"),
        column("device", "word", "device", "the device that is shared"),
        column("ip", "word", "IP address", "the IP address that is shared"),
        *("transfers", "usd"),
        column("logins", "count", "log-ins"),
        *("first_at", "last_at"),
        column("others", "count", "accounts", "the others of those asked about whom this joins to it"),
        column("other_ids", "text", means=f"their ids, the first {_NAMED}"),
        column("users", "count", "users", "all accounts that share it, in the whole ledger"),
    )


_OURS = f"(select id from labels where category in {in_words(OWN)})"


def _dealt(ledger: Ledger) -> str:
    """With whom each account dealt in its window: with another of them, with a payer, with an address."""
    return f"""
select s.nr, s.id as subject, l.counterparty as thing, l.direction,
    case when l.counterparty in (select id from asked) then 'transfer'
        when l.kind = 'fiat_in' and l.direction = 'in' then 'payer' else 'address' end as link,
    count(*) as uses, {money(ledger, "sum(l.{})")}, min(l.epoch) as first, max(l.epoch) as last
from {LEGS} where {WINDOW} and {MOVED} and s.id not in {_OURS} and l.counterparty not in {_OURS}
group by s.nr, s.id, l.counterparty, l.direction, link"""


_USED = """
select s.nr, s.id as subject, 'device' as link, l.device as thing, count(*) as uses, min(l.epoch) as first,
    max(l.epoch) as last
from asked s join logins l on l.subject = s.id and l.epoch >= s.since and l.epoch < s.until
where l.device is not null group by s.nr, s.id, l.device
union all
select s.nr, s.id, 'ip', l.ip, count(*), min(l.epoch), max(l.epoch)
from asked s join logins l on l.subject = s.id and l.epoch >= s.since and l.epoch < s.until
where l.ip is not null group by s.nr, s.id, l.ip"""

# Each shared thing once, with its users in the whole ledger; a labelled service is told apart from a crowd.
_JOINING = f"""
with things as (
    select thing, 'address' as nature, count(distinct nr) as members from dealt where link <> 'transfer'
    group by thing having count(distinct nr) > 1
    union all
    select thing, link, count(distinct nr) from used group by thing, link having count(distinct nr) > 1
), counted as (
    select l.account as thing, 'address' as nature, count(distinct hash(l.counterparty)) as users
    from legs l
    where l.key in (select hash(thing) from things where nature = 'address')
        and l.account in (select thing from things where nature = 'address') and {MOVED} group by l.account
    union all
    select device, 'device', count(distinct subject) from logins
    where device in (select thing from things where nature = 'device') group by device
    union all
    select ip, 'ip', count(distinct subject) from logins
    where ip in (select thing from things where nature = 'ip') group by ip
)
select t.thing, t.nature, t.members, c.users,
    t.nature = 'address' and t.thing in (select id from labels where category in {in_words(ending())}) as service
from things t join counted c on c.thing = t.thing and c.nature = t.nature"""

_QUIET = "not j.service and j.users <= case when j.nature = 'ip' then $carrier else $busy end"


def _rows(ledger: Ledger) -> str:
    sums, none = (", ".join(f(word) for word, _ in currencies(ledger)) for f in (lambda w: f"d.{w}", _none))
    return f"""
select d.nr, d.subject, d.link, d.thing, d.direction, d.uses, {sums}, {utc("d.first")} as first_at,
    {utc("d.last")} as last_at, j.users
from dealt d left join joining j on j.nature = 'address' and j.thing = d.thing
where d.link = 'transfer' or ({_QUIET})
union all
select u.nr, u.subject, u.link, u.thing, null, u.uses, {none}, {utc("u.first")}, {utc("u.last")}, j.users
from used u join joining j on j.nature = u.link and j.thing = u.thing where {_QUIET}"""


def _none(word: str) -> str:
    return f"cast(null as decimal(18,2)) as {word}"


_CROWDED = f"""
select d.nr, d.subject, j.nature, j.thing, j.service
from (select distinct nr, subject, thing, 'address' as nature from dealt where link <> 'transfer'
    union all select nr, subject, thing, link from used) d
join joining j on j.nature = d.nature and j.thing = d.thing where not ({_QUIET})"""

_SEARCHED = """
select subject, sum(uses)::bigint as uses, min(first) as first, max(last) as last
from (select nr, subject, uses, first, last from dealt
    union all select nr, subject, uses, first, last from used where link = 'device')
group by nr, subject order by nr"""


def _told(rows: Sequence[dict[str, Any]], limit: int) -> Iterator[dict[str, Any]]:
    """The rows as they are listed, an account's strongest links first, with the others behind each."""
    users: dict[tuple[str, str], dict[str, None]] = {}
    for row in sorted(rows, key=lambda row: row["nr"]):
        users.setdefault(_thing(row), {})[row["subject"]] = None
    listed: Counter[str] = Counter()
    for row in sorted(rows, key=_place):
        listed[row["subject"]] += 1
        if listed[row["subject"]] > limit:
            continue
        moved = row["link"] not in ("device", "ip")
        others = [row["thing"]] if row["link"] == "transfer" else [u for u in users[_thing(row)] if u != row["subject"]]
        place = "counterparty" if moved else row["link"]
        yield row | {
            place: row["thing"],
            "transfers" if moved else "logins": row["uses"],
            "others": len(others),
            "other_ids": ", ".join(others[:_NAMED]),
        }


def _thing(row: Mapping[str, Any]) -> tuple[str, str]:
    """What is shared, whichever way value went."""
    return ("address" if row["link"] == "payer" else row["link"]), row["thing"]


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    value = row["usd"] if row["usd"] is not None else Decimal(-1)
    return row["nr"], KINDS.index(row["link"]), -value, -row["uses"], row["thing"], row["direction"] or ""


def _totals(
    question: Question, rows: Sequence[dict[str, Any]], crowded: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One line an account: to how many of the others it is joined, by how many things, and what was left out."""
    told: dict[str, dict[str, set[str]]] = {s.id: {} for s in question.subjects}
    members: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row["link"] == "transfer":
            told[row["subject"]].setdefault("linked_accounts", set()).add(row["thing"])
            told[row["thing"]].setdefault("linked_accounts", set()).add(row["subject"])
        else:
            members.setdefault(_thing(row), set()).add(row["subject"])
    for (nature, thing), accounts in members.items():
        for account in accounts:
            told[account].setdefault("linked_accounts", set()).update(accounts - {account})
            told[account].setdefault(f"shared_{nature}", set()).add(thing)
    for row in crowded:
        why = "service" if row["service"] else f"crowded_{row['nature']}"
        told[row["subject"]].setdefault(why, set()).add(row["thing"])
    asked = len(told) - 1
    counts = ("linked_accounts", *(measure.row for measure in _MEASURES if measure.row))
    return [
        {"subject": account, "asked": asked} | {name: len(found.get(name, ())) for name in counts}
        for account, found in told.items()
    ]


_MEASURES = [
    Measure("linked_accounts", "count", "accounts", "of the others asked about, joined to it by something", of="asked"),
    Measure("shared_devices", "count", "devices", "that others of them use too", row="shared_device"),
    Measure("shared_addresses", "count", "addresses", "that others of them dealt with too", row="shared_address"),
    Measure("shared_ips", "count", "IP addresses", "that others of them use too", row="shared_ip"),
    Measure("shared_services", "count", "addresses", "shared, but of labelled services, which join nobody",
            row="service"),
    Measure("busy_addresses", "count", "addresses", "shared, but with so many users that it says nothing",
            row="crowded_address"),
    Measure("busy_devices", "count", "devices", "shared, but with so many users that it says nothing",
            row="crowded_device"),
    Measure("busy_ips", "count", "IP addresses", "shared, but a carrier's or a campus's by their number of users",
            row="crowded_ip"),
]  # fmt: skip


def _cut(rows: Sequence[dict[str, Any]], limit: int) -> dict[str, str]:
    counts = Counter(str(row["subject"]) for row in rows)
    return {
        name: f"{count - limit:,} of {count:,} rows left out, those of the weakest kinds"
        for name, count in counts.items()
        if count > limit
    }


def _left_out(crowded: Sequence[dict[str, Any]]) -> str:
    """What joins nobody, each thing counted once."""
    things = {(row["nature"], row["thing"], bool(row["service"])) for row in crowded}
    number = Counter("service" if service else nature for nature, _, service in things)
    words = {
        "service": ("address of a labelled service", "addresses of labelled services"),
        "address": ("busy address", "busy addresses"),
        "device": ("busy device", "busy devices"),
        "ip": ("busy IP address", "busy IP addresses"),
    }
    parts = [counted(number[name], *said) for name, said in words.items() if number[name]]
    return f"{', '.join(parts)} left out" if parts else ""
