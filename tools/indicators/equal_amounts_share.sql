-- equal_amounts_share
-- means: of the transfers within {seconds}, the share with another of the same direction and value among them
-- unit: share
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: transfers = 4 (2 .. 1000) transfers, the fewest that are measured
-- status: completed
-- needs: legs.local = values in the local currency
-- no_value: there never were {transfers} transfers of a known value within {seconds}
-- note: values in the local currency, rounded to whole units
-- rows: legs where moved and local > 0
with made as (
    select account, direction, worth, epoch, cast(count(*) as bigint) as transfers
    from (select account, direction, epoch, round(local) as worth from legs where moved and local > 0)
    group by account, direction, worth, epoch
), moves as (
    select account, direction, worth, epoch, sum(step) as step
    from (select account, direction, worth, epoch, transfers as step from made
          union all
          select account, direction, worth, epoch + $seconds, -transfers from made)
    group by account, direction, worth, epoch
), running as (
    select account, direction, worth, epoch, sum(step) over (partition by account, direction, worth order by epoch) as n
    from moves
), states as (
    select account, direction, worth, epoch, n, case when n > 1 then n else 0 end as twins from running
), steps as (
    select distinct account, epoch, 0 as n, 0 as twins, true as here from legs
    union all
    select account, epoch, n - coalesce(lag(n) over past, 0), twins - coalesce(lag(twins) over past, 0), false
    from states
    window past as (partition by account, direction, worth order by epoch)
), counts as (
    select account, epoch, here, sum(n) over (partition by account order by epoch) as n,
           sum(twins) over (partition by account order by epoch) as twins
    from steps
)
select account, epoch, case when n >= $transfers then cast(twins as double) / cast(n as double) end as value
from counts where here
