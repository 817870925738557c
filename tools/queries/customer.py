"""Who the customer says to be, as it was known at the window's end, and what was recorded before."""

from collections.abc import Mapping
from typing import Any

from casewright.knowledge.evidence import Column, Evidence
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import Span, asking
from casewright.tools.queries._shape import Measure, column, facts_of, table, utc
from casewright.tools.warehouse import Ledger

# Name, kind of value, unit, meaning: each a column of the versions and, of the newest, a fact.
_FIELDS: tuple[Column, ...] = (
    column("name", "text", means="as the customer gave it"),
    column("kind", "word", "kind", "person or company"),
    column("occupation", "word", "occupation", "as declared"),
    column("country", "word", "country", "of residence or registration"),
    column("born", "date", means="or founded"),
    column("opened_at", "time", means="when the account was opened"),
    column("income_usd", "money", "USD", "declared yearly income"),
    column("turnover_usd", "money", "USD", "declared yearly turnover"),
    column("tier", "word", "tier", "of limits and checks"),
    column("risk", "word", "risk", "the rating that we gave"),
    column("purpose", "word", "purpose", "of the account, as declared"),
    column("licence", "word", "licence", "to deal, as on record"),
)
_HEAD = (column("subject"), column("at", means="when this became known"), *_FIELDS)


def customer(ledger: Ledger, subjects: Subjects) -> Evidence:
    """Tell the customer record of each account as it was known at its window's end, and every version before.

    An address that is no customer of ours has none. Ages are as of the window's end, or of the newest record.
    """
    with asking(ledger, subjects, "customer") as question:
        found = question.dicts(_QUERY)
        rows = [[version["subject"], version["at"], *(version[f.name] for f in _FIELDS)] for version in found]
        newest = {version["subject"]: version | {"age_years": _age(version)} for version in found}
        spans = {name: Span(version["versions"]) for name, version in newest.items()}
        facts = facts_of(newest.values(), _measures())
        nouns = ("customer record", "customer records")
        return question.answer([table(_HEAD, rows)], facts, spans, nouns=nouns)


# `now` is when the newest record of a transfer became known: an open window ends there, at every run the same.
_QUERY = f"""
with now as (select coalesce(max(known_epoch), 0) as epoch from transfers),
versions as (
    select s.nr, s.id as subject, c.known_epoch as known, c.*, least(s.until, greatest(n.epoch, c.known_epoch)) as seen
    from asked s join customers c on c.id = s.id and c.known_epoch < s.until, now n
)
select subject, {utc("known")} as at, name, kind, occupation, country, born::varchar as born,
    {utc("opened_epoch")} as opened_at, income_usd, turnover_usd, tier, risk, purpose, licence,
    {utc("seen")} as seen_at, (seen - opened_epoch) // 86400 as age_days, count(*) over (partition by nr) as versions
from versions order by nr, known, line"""


def _age(version: Mapping[str, Any]) -> int | None:
    """Full years from the birth to the day on which the record is seen; ISO dates compare as texts."""
    born, seen = version["born"], version["seen_at"][:10]
    return None if born is None else int(seen[:4]) - int(born[:4]) - (seen[5:] < born[5:])


def _measures() -> list[Measure]:
    ended = "at the end of the window"
    return [
        *(Measure(f.name, f.kind, f.unit, f.means) for f in _FIELDS),
        Measure("known_at", "time", "", "when this record became known", row="at"),
        Measure("age_years", "count", "years", f"of the customer, {ended}"),
        Measure("account_age_days", "count", "days", f"since the account was opened, {ended}", row="age_days"),
        Measure("versions", "count", "versions", "of the customer record, up to the end of the window"),
    ]
