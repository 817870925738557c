-- turnover_to_lifetime
-- means: value that moved in and out within {seconds}, as a multiple of all that moved before
-- unit: times
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (1 .. 1000000000) USD, what the earlier turnover counts as at the least
-- status: completed
-- needs: legs.usd = USD values
-- no_value: nothing had moved before
-- rows: legs where moved
with flows as (
    select account, epoch, sum(flow) over recent as lately, sum(flow) over before as earlier
    from (select account, epoch, case when moved then coalesce(usd, 0) end as flow from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row),
           before as (partition by account order by epoch range between unbounded preceding and $seconds preceding)
)
select account, epoch,
       case when earlier is not null
            then cast(coalesce(lately, 0) as double) / greatest(cast($floor_usd as double), cast(earlier as double)) end
           as value
from flows
