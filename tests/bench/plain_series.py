"""The ten indicators that typologies and rules use most, each as the best plain DuckDB SQL that we know for its series.

It reads the ledger's tables directly, with the defaults written out, only the columns that it needs, and accounts as
numbers: sorting and joining their names is what costs most. No engine but DuckDB has to run it.
"""

_LEGS = """
who as materialized (
    select id, hash(id) as key, row_number() over (order by id) as nr from (select distinct id from customers)
), mine as (
    select w.nr, greatest(l.epoch, l.known_epoch) as epoch, l.direction, l.counterparty, l.usd, l.local,
           l.status = 'completed' and l.kind not in ('trade', 'fee') and l.counterparty <> l.account as moved
    from legs l join who w on l.key = w.key and l.account = w.id
)"""
_IN, _OUT = "moved and direction = 'in'", "moved and direction = 'out'"
_USD_IN, _USD_OUT = (f"case when {side} then coalesce(usd, 0) else 0 end" for side in (_IN, _OUT))


def _recent(days: int, name: str = "recent") -> str:
    return f"{name} as (partition by nr order by epoch range between {days * 86_400 - 1} preceding and current row)"


def _before(days: int) -> str:
    return (
        f"earlier as (partition by nr order by epoch range between unbounded preceding and {days * 86_400} preceding)"
    )


def _series(query: str, *steps: str) -> str:
    """QUERY yields nr, epoch and value after these steps; each second once, names put in last."""
    return f"""with {", ".join([_LEGS, *steps])}
select w.id as account, s.epoch, s.value
from (select nr, epoch, any_value(value) as value from ({query}) group by nr, epoch) s join who w using (nr)
order by s.nr, s.epoch"""


def _sum(what: str, days: int) -> str:
    return _series(f"select nr, epoch, sum({what}) over recent as value from mine window {_recent(days)}")


_DECLARED = """declared as (
    select w.nr, known_epoch as known, max(income_usd) as income_usd, coalesce(lead(known_epoch) over (
        partition by w.nr order by known_epoch), 9000000000000) as replaced
    from customers c join who w using (id) group by w.nr, known_epoch
)"""
_NEAR = f"{_IN} and local >= 4500"
_SHARE = "select nr, epoch, case when went >= 100 then anew::double / went::double end as value from totals where here"

PLAIN = {
    "credits_count": _sum(f"case when {_IN} then 1 else 0 end", 7),
    "distinct_destinations": _series(
        "select nr, epoch, value from totals where here",
        f"""met as (
            select nr, epoch, lead(epoch) over (partition by nr, counterparty order by epoch) as again
            from (select distinct nr, counterparty, epoch from mine where {_OUT})
        ), steps as (
            select distinct nr, epoch, 0 as step, true as here from mine
            union all select nr, epoch, 1, false from met
            union all select nr, least(coalesce(again, epoch + 2592000), epoch + 2592000), -1, false from met
        ), totals as (select nr, epoch, here, sum(step) over (partition by nr order by epoch) as value from steps)""",
    ),
    "fast_turnaround_share": _series(
        f"""select nr, epoch, case when sum(went) over recent >= 100
            then least(1, sum(fast) over recent / sum(went) over recent) end as value
        from stays window {_recent(30)}""",
        f"""seconds as (
            select nr, epoch, sum({_USD_IN})::double as came, sum({_USD_OUT})::double as went from mine group by all
        ), running as (
            select *, sum(came) over so_far as all_in, sum(went) over so_far as all_out,
                coalesce(sum(came) over (partition by nr order by epoch
                    range between unbounded preceding and 21601 preceding), 0) as old_in
            from seconds window so_far as (partition by nr order by epoch)
        ), matched as (
            select *, all_out - greatest(0, max(all_out - all_in) over (partition by nr order by epoch)) as matched_out
            from running
        ), stays as (
            select nr, epoch, went, greatest(0, matched_out - greatest(old_in,
                coalesce(lag(matched_out) over (partition by nr order by epoch), 0))) as fast
            from matched
        )""",
    ),
    "inflow_usd": _sum(_USD_IN, 30),
    "largest_to_prior_max": _series(
        """select nr, epoch,
            case when prior is not null then largest::double / greatest(100, prior)::double end as value
        from maxima""",
        f"""maxima as (
            select nr, epoch, max(credit) over recent as largest, max(credit) over earlier as prior
            from (select nr, epoch, case when {_IN} then usd end as credit from mine)
            window {_recent(14)}, {_before(14)}
        )""",
    ),
    "near_limit_credits": _sum(f"case when {_NEAR} and local < 5000 then 1 else 0 end", 3),
    "near_limit_share": _series(
        "select nr, epoch, case when large >= 3 then near::double / large::double end as value from counts",
        f"""counts as (
            select nr, epoch, sum(case when {_NEAR} then 1 else 0 end) over recent as large,
                sum(case when {_NEAR} and local < 5000 then 1 else 0 end) over recent as near
            from mine window {_recent(30)}
        )""",
    ),
    "new_destination_share": _series(
        _SHARE,
        f"""sent as (
            select nr, epoch, coalesce(usd, 0) as usd, min(epoch) over (partition by nr, counterparty) as first_epoch
            from mine where {_OUT}
        ), steps as (
            select distinct nr, epoch, 0 as went, 0 as anew, true as here from mine
            union all select nr, epoch, usd, if(epoch < first_epoch + 2592000, usd, 0), false from sent
            union all select nr, epoch + 2592000, -usd, 0, false from sent
            union all select nr, first_epoch + 2592000, 0, -usd, false from sent where epoch < first_epoch + 2592000
        ), totals as (
            select nr, epoch, here, sum(went) over so_far as went, sum(anew) over so_far as anew
            from steps window so_far as (partition by nr order by epoch)
        )""",
    ),
    "new_payers": _series(
        f"select nr, epoch, sum(met) over recent as value from marks window {_recent(30)}",
        f"""marks as (
            select nr, epoch, 0 as met from mine
            union all select nr, min(epoch), 1 from mine where {_IN} group by nr, counterparty
        )""",
    ),
    "turnover_to_income": _series(
        """select f.nr, f.epoch, came::double / nullif(d.income_usd::double * 7776000 / 31536000, 0) as value
        from flows f left join declared d on d.nr = f.nr and f.epoch >= d.known and f.epoch < d.replaced""",
        _DECLARED,
        f"flows as (select nr, epoch, sum({_USD_IN}) over recent as came from mine window {_recent(90)})",
    ),
}
