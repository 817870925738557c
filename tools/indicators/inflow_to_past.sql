-- inflow_to_past
-- means: value that came in within {seconds}, as a multiple of its own average for that length of time before
-- unit: times
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (1 .. 1000000000) USD, what the earlier average counts as at the least
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- no_value: it had no history of {seconds} before
-- note: the time before runs from its first transfer to where the window begins, and must be as long as the window
-- rows: legs where moved and direction = 'in'
with flows as (
    select account, epoch, sum(flow) over recent as lately, sum(flow) over before as earlier,
           epoch - $seconds - min(began) over before + 1 as observed
    from (select account, epoch, case when moved then epoch end as began,
                 case when moved and direction = 'in' then coalesce(usd, 0) else 0 end as flow
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row),
           before as (partition by account order by epoch range between unbounded preceding and $seconds preceding)
)
select account, epoch,
       case when observed >= $seconds
            then cast(lately as double)
               / greatest(cast($floor_usd as double), cast(earlier as double) * $seconds / observed) end as value
from flows
