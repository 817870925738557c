-- night_share
-- means: of the transfers within {seconds}, the share made from midnight to {until_hour} o'clock, local time
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: until_hour = 6 (1 .. 12), the hour at which the night ends
-- parameter: transfers = 5 (1 .. 1000) transfers, the fewest that are measured
-- status: completed
-- no_value: there never were {transfers} transfers within {seconds}
-- rows: legs where moved and hour(timezone($timezone, to_timestamp(epoch))) < $until_hour
with transfers as (
    select account, epoch, case when moved then 1 else 0 end as transfer,
           case when moved and hour(timezone($timezone, to_timestamp(epoch))) < $until_hour then 1 else 0 end as nightly
    from legs
), counts as (
    select account, epoch, sum(transfer) over recent as made, sum(nightly) over recent as by_night
    from transfers
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch, case when made >= $transfers then cast(by_night as double) / cast(made as double) end as value
from counts
