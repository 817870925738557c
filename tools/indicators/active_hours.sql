-- active_hours
-- means: different hours of the day, local time, with a transfer or trade within {seconds}
-- unit: hours
-- parameter: seconds = 1209600 (3600 .. 31536000) seconds, length of the trailing window
-- status: completed
-- rows: legs where moved or kind = 'trade' and status = 'completed'
with met as (
    select account, day_hour, epoch, lead(epoch) over (partition by account, day_hour order by epoch) as again
    from (select distinct account, epoch, hour(timezone($timezone, to_timestamp(epoch))) as day_hour
          from legs where moved or (status = 'completed' and kind = 'trade'))
), steps as (
    select distinct account, epoch, 0 as step, true as here from legs
    union all
    select account, epoch, 1, false from met
    union all
    select account, least(coalesce(again, epoch + $seconds), epoch + $seconds), -1, false from met
)
select account, epoch, value
from (select account, epoch, here, sum(step) over (partition by account order by epoch) as value from steps)
where here
