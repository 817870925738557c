"""The relations that indicators read, as common table expressions over the ledger, for some accounts or for all."""

import re
from collections.abc import Iterable, Sequence

from casewright.tools.labels import OWN, ending, in_words
from casewright.tools.warehouse import Ledger

# Whose values are wanted: the table `asked`, every customer, or every account that is not the house's own.
ASKED = "select id as account, any_value(key) as key, max(until) as until from asked group by id"
CUSTOMERS = "select distinct id as account, hash(id) as key, 4611686018427387904 as until from main.customers"
EVERYONE = f"""
    select distinct account, key, 4611686018427387904 as until from main.legs
    where account not in (select id from main.labels where category in {in_words(OWN)})"""

_LEGS = """
    select l.account, greatest(l.epoch, l.known_epoch) as epoch, l.direction, l.counterparty, l.transfer, l.kind,
           l.status, l.network, l.asset, l.amount, l.usd, l.local,
           l.status = 'completed' and l.kind not in ('trade', 'fee') and l.counterparty <> l.account as moved
    from {legs} l join who w on l.key = w.key and l.account = w.account
    where l.epoch < w.until and l.known_epoch < w.until"""
_BLANK = """
    union all
    select account, epoch, '', '', '', '', '', '', '', null, null, null, false
    from {0} where account in (select account from who)"""
_OTHERS = {
    "customers": """
    select id as account, known_epoch as epoch, opened_epoch, income_usd, kind
    from main.customers where id in (select account from who)""",
    "logins": """
    select subject as account, greatest(epoch, known_epoch) as epoch, device from main.logins
    where device in (select device from main.logins where subject in (select account from who))""",
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
}
_MOMENTS = ("logins", "events")  # their seconds are events of an account too


def relations(ledger: Ledger, queries: Iterable[str], who: str, legs: str = "legs") -> list[str]:
    """What stands after `with` for these queries to run: `who`, LEGS, and the other relations that they read."""
    read = set(re.findall(r"\b(?:from|join)\s+([a-z_]+)", "\n".join(queries)))
    near = ledger.near_legs if ledger.near_legs != "legs" and who == ASKED else "main.legs"
    own_legs = _LEGS.format(legs=near) + "".join(_BLANK.format(name) for name in _MOMENTS if name in read)
    marks = {"legs": legs, "left_out": in_words((*OWN, *ending()))}
    others = {name: expression(name, text.format(**marks)) for name, text in _OTHERS.items() if name in read}
    first = [others.pop(name) for name in _MOMENTS if name in read]
    return [expression("who", who), *first, expression(legs, own_legs), *others.values()]


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
