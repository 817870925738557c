"""The relations that indicators read, as common table expressions over the ledger, for some accounts or for all."""

import re
from collections.abc import Iterable, Sequence

from casewright.tools.indicators.hops import tables
from casewright.tools.labels import OWN, ending, in_words
from casewright.tools.warehouse import Ledger

# Whose values are wanted: the table `asked`, every customer, or every account that is not the house's own.
ASKED = "select id as account, id as name, any_value(key) as key, max(until) as until from asked group by id"
CUSTOMERS = (
    "select distinct id as account, id as name, hash(id) as key, 4611686018427387904 as until from main.customers"
)
EVERYONE = f"""
    select distinct account, account as name, key, 4611686018427387904 as until from main.legs
    where account not in (select id from main.labels where category in {in_words(OWN)})"""

_LEGS = """
    select w.account, greatest(l.epoch, l.known_epoch) as epoch, l.direction, l.counterparty, l.transfer, l.kind,
           l.status, l.network, l.asset, l.amount, l.usd, l.local,
           l.status = 'completed' and l.kind not in ('trade', 'fee') and l.counterparty <> l.account as moved,
           '' as blank_of
    from {legs} l join who w on l.key = w.key and l.account = w.name
    where l.epoch < w.until and l.known_epoch < w.until"""
_BLANK = """
    union all
    select account, epoch, '', '', '', '', '', '', '', null, null, null, false, '{0}'
    from {0} where account in (select account from who)"""
_OTHERS = {
    "customers": """
    select w.account, c.known_epoch as epoch, c.opened_epoch, c.income_usd, c.turnover_usd, c.kind, c.country, c.tier
    from main.customers c join who w on w.name = c.id""",
    "logins": """
    select subject as account, greatest(epoch, known_epoch) as epoch, device, ip, country from main.logins
    where subject in (select account from who)
       or device in (select device from main.logins where subject in (select account from who))
       or ip in (select ip from main.logins where subject in (select account from who))""",
    "events": """
    select subject as account, greatest(epoch, known_epoch) as epoch, kind
    from main.events where subject in (select account from who)""",
    "destinations": """
    select l.account as address, l.counterparty as account, greatest(l.epoch, l.known_epoch) as epoch
    from main.legs l join (
        select distinct counterparty as id, hash(counterparty) as key from {legs}
        where moved and direction = 'out' and kind not in ('internal', 'p2p')
    ) a on l.key = a.key and l.account = a.id
    where l.direction = 'in' and l.status = 'completed' and l.counterparty <> l.account
      and l.kind not in ('internal', 'p2p', 'trade', 'fee')
      and not exists (select 1 from main.labels b where b.id = l.account and b.known_epoch <= l.epoch
                      and b.category in {left_out})""",
    # Whose names differ is told as the tool `payers` tells it: no word in common, and not merely cut off.
    "payments": """
    with versions as (
        select account, epoch as known, name,
               coalesce(lead(epoch) over (partition by account order by epoch), 9000000000000) as replaced
        from (select id as account, known_epoch as epoch, max(upper(name)) as name
              from main.customers where id in (select account from who) group by id, known_epoch) v
    ), paid as (
        select l.account, l.epoch, l.direction, l.counterparty, l.transfer, l.usd, v.name as ours,
               upper(trim(split_part(t.memo, '|', 1))) as theirs
        from (select m.account, greatest(m.epoch, m.known_epoch) as epoch, m.epoch as happened, m.transfer, m.direction,
                     m.counterparty, m.usd
              from {near} m join who w on m.key = w.key and m.account = w.account
              where m.epoch < w.until and m.known_epoch < w.until and m.status = 'completed'
                and m.kind = case m.direction when 'in' then 'fiat_in' else 'fiat_out' end
                and m.counterparty <> m.account) l
        join main.transfers t on t.id = l.transfer and t.epoch = l.happened
        left join versions v on v.account = l.account and l.epoch >= v.known and l.epoch < v.replaced
    ), words as (
        select ours, theirs, trim(regexp_replace(ours, '[^\\pL]+', ' ', 'g')) as our_words,
               trim(regexp_replace(theirs, '[^\\pL]+', ' ', 'g')) as their_words
        from (select distinct ours, theirs from paid where ours <> '' and theirs <> '') p
    ), alike as (
        select distinct a.ours, a.theirs
        from (select ours, theirs, unnest(string_split(our_words, ' ')) as word from words) a
        join (select ours, theirs, unnest(string_split(their_words, ' ')) as word from words) b
          on a.ours = b.ours and a.theirs = b.theirs and a.word = b.word
    )
    select p.account, p.epoch, p.direction, p.counterparty, p.transfer, p.usd,
           coalesce(p.ours <> '' and p.theirs <> '' and not starts_with(p.ours, p.theirs) and a.ours is null, false)
               as stranger
    from paid p left join alike a on a.ours = p.ours and a.theirs = p.theirs""",
}
_NAMED = set(_OTHERS) - {"customers"}  # these name accounts
_MOMENTS = ("logins", "events")  # their seconds are events of an account too


def numbered(who: str, query: str) -> str:
    """The accounts WHO under numbers in the order of their names, where the query may do with them.

    Windows over numbers take two thirds of the time of those over names. Where accounts of others are read too, names
    stay.
    """
    if _NAMED & _read([query]) or tables(query):
        return who
    return f"select row_number() over (order by name) as account, name, key, until from ({who}) named"


def relations(ledger: Ledger, queries: Iterable[str], who: str, legs: str = "legs") -> list[str]:
    """What stands after `with` for these queries to run: `who`, LEGS, and the other relations that they read."""
    read = _read(queries)
    near = ledger.near_legs if ledger.near_legs != "legs" and who == ASKED else "main.legs"
    own_legs = _LEGS.format(legs=near) + "".join(_BLANK.format(name) for name in _MOMENTS if name in read)
    marks = {"legs": legs, "near": near, "left_out": in_words((*OWN, *ending()))}
    others = {name: expression(name, text.format(**marks)) for name, text in _OTHERS.items() if name in read}
    first = [others.pop(name) for name in _MOMENTS if name in read]
    return [expression("who", who), *first, expression(legs, own_legs), *others.values()]


def own_moments(query: str, legs: str) -> str:
    """The query over LEGS with values at its own moments alone, whatever other queries of the pass read."""
    blank_of = ", ".join(f"'{name}'" for name in ("", *_MOMENTS) if not name or name in _read([query]))
    own = f"with legs as (select * from {legs} where blank_of in ({blank_of}))"
    return f"{own}\nselect account, epoch, value from (\n{query}\n) v"


def expression(name: str, query: str) -> str:
    """A common table expression, computed once."""
    return f"{name} as materialized ({query}\n)"


def missing(ledger: Ledger, needs: Sequence[tuple[str, str]]) -> str:
    """Why this ledger cannot measure what NEEDS these columns, empty where it can."""
    for place, words in needs:
        table, column = place.split(".")
        if not ledger.rows(f"select 1 from {table} where {column} is not null limit 1"):
            return f"this ledger holds no {words}"
    return ""


def _read(queries: Iterable[str]) -> set[str]:
    """The names of what these queries read."""
    return set(re.findall(r"\b(?:from|join)\s+([a-z_]+)", "\n".join(queries)))
