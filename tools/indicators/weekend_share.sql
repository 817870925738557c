-- weekend_share
-- means: of the transfers within {seconds}, the share made on a Saturday or Sunday, local time
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: transfers = 5 (1 .. 1000) transfers, the fewest that are measured
-- status: completed
-- no_value: there never were {transfers} transfers within {seconds}
-- rows: legs where moved and isodow(timezone($timezone, to_timestamp(epoch))) >= 6
with transfers as (
    select account, epoch, case when moved then 1 else 0 end as transfer,
           case when moved and isodow(timezone($timezone, to_timestamp(epoch))) >= 6 then 1 else 0 end as idle
    from legs
), counts as (
    select account, epoch, sum(transfer) over recent as made, sum(idle) over recent as at_weekends
    from transfers
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch, case when made >= $transfers then cast(at_weekends as double) / cast(made as double) end as value
from counts
