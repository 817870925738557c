-- conversion_paths
-- means: different pairs of an asset given and an asset got in trades within {seconds}
-- unit: pairs
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- status: completed
-- rows: legs where kind = 'trade' and status = 'completed' and direction = 'out'
with traded as (
    select distinct g.account as account, g.asset as gave, t.asset as got, g.epoch as epoch
    from legs g join legs t on t.account = g.account and t.transfer = g.transfer and t.epoch = g.epoch
    where g.kind = 'trade' and g.status = 'completed' and g.direction = 'out' and t.direction = 'in'
), met as (
    select account, epoch, lead(epoch) over (partition by account, gave, got order by epoch) as again from traded
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
