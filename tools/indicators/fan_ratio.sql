-- fan_ratio
-- means: different payers within {seconds}, as a multiple of the different destinations within them
-- unit: times
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- status: completed
-- note: where nobody was paid the payers count as with one destination; distinct_payers tells how the distinct are
--   counted
-- rows: legs where moved
with met as (
    select account, direction, epoch,
           lead(epoch) over (partition by account, direction, counterparty order by epoch) as again
    from (select distinct account, direction, counterparty, epoch from legs where moved)
), steps as (
    select distinct account, epoch, 0 as payers, 0 as destinations, true as here from legs
    union all
    select account, epoch, case when direction = 'in' then 1 else 0 end, case when direction = 'out' then 1 else 0 end,
           false from met
    union all
    select account, least(coalesce(again, epoch + $seconds), epoch + $seconds),
           case when direction = 'in' then -1 else 0 end, case when direction = 'out' then -1 else 0 end, false from met
), counts as (
    select account, epoch, here, sum(payers) over (partition by account order by epoch) as payers,
           sum(destinations) over (partition by account order by epoch) as destinations
    from steps
)
select account, epoch, cast(payers as double) / greatest(1, destinations) as value
from counts where here
