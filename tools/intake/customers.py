"""Customers whose file does not say when it knew them: which version of a customer a row is."""

from casewright.tools.intake.columns import name
from casewright.tools.intake.kinds import Kind
from casewright.tools.warehouse import Ledger


def settle_versions(ledger: Ledger, kind: Kind, sha256: str, now: int) -> None:
    """Give each incoming row without `known_at` the moment from which it holds.

    A customer who is not stored yet: the opening of the account, else now. One who is: the version that says the same,
    if it is the newest or came from this very file (the row is then a duplicate), else now, as a new version.
    """
    values = [column for column in kind.columns if column not in kind.key]
    same = " and ".join(f"i.{name(c)} is not distinct from c.{name(c)}" for c in values)
    ledger.rows(
        f"""create or replace temp table versions as
        with stored as (
            select c.*, m.sha256, row_number() over (partition by id order by known_epoch desc) = 1 as newest
            from customers c join imports m using (import_id)
            where id in (select id from incoming where known_epoch is null))
        select i.nr, count(c.id) > 0 as stored,
            max(c.known_epoch) filter (where (c.newest or c.sha256 = $sha256) and {same}) as same_epoch
        from incoming i left join stored c on c.id = i.id where i.known_epoch is null and i.fault is null
        group by i.nr""",
        sha256=sha256,
    )
    ledger.rows(
        f"""create or replace temp table settled as
        select i.* replace (case when i.known_epoch is not null or v.nr is null then i.known_epoch
            when v.same_epoch is not null then v.same_epoch when v.stored then {now}
            else coalesce(i.opened_epoch, {now}) end as known_epoch)
        from incoming i left join versions v on v.nr = i.nr"""
    )
    ledger.rows("create or replace temp view incoming as select * from settled")
