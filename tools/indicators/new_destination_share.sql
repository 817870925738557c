-- new_destination_share
-- means: of the value that left within {seconds}, the share that went to destinations first paid within them
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_out | withdrawal | p2p | internal | transfer), which debits count
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least outflow that is measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more leave within {seconds}
-- note: value to a destination counts as new until that destination was first paid longer ago than the window
-- rows: legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind)
with sent as (
    select account, epoch, coalesce(usd, 0) as usd,
           min(epoch) over (partition by account, counterparty) as first_epoch
    from legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind)
), steps as (
    select distinct account, epoch, 0 as went, 0 as anew, true as here from legs
    union all
    select account, epoch, usd, case when epoch < first_epoch + $seconds then usd else 0 end, false from sent
    union all
    select account, epoch + $seconds, -usd, 0, false from sent
    union all
    select account, first_epoch + $seconds, 0, -usd, false from sent where epoch < first_epoch + $seconds
)
select account, epoch,
       case when went >= $floor_usd and went > 0 then cast(anew as double) / cast(went as double) end as value
from (
    select account, epoch, here,
           sum(went) over (partition by account order by epoch) as went,
           sum(anew) over (partition by account order by epoch) as anew
    from steps
)
where here
