-- payer_concentration
-- means: how much of the value that came in within {seconds} was of one payer: the sum of the squared shares of all
--   payers
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least inflow that is measured
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more come in within {seconds}
-- note: 1 where all is of one payer, 1/n where n have equal parts (the Herfindahl index)
-- rows: legs where moved and direction = 'in'
with paid as (
    select account, counterparty, epoch, cast(sum(coalesce(usd, 0)) as decimal(38, 2)) as usd
    from legs where moved and direction = 'in' group by account, counterparty, epoch
), moves as (
    select account, counterparty, epoch, sum(usd) as usd
    from (select account, counterparty, epoch, usd from paid
          union all
          select account, counterparty, epoch + $seconds, -usd from paid)
    group by account, counterparty, epoch
), running as (
    select account, counterparty, epoch,
           cast(sum(usd) over (partition by account, counterparty order by epoch) as decimal(38, 2)) as usd
    from moves
), steps as (
    select distinct account, epoch, cast(0 as decimal(38, 2)) as usd, cast(0 as decimal(38, 4)) as squared, true as here
    from legs
    union all
    select account, epoch, usd - coalesce(lag(usd) over past, 0),
           usd * usd - coalesce(lag(usd) over past * lag(usd) over past, 0), false
    from running
    window past as (partition by account, counterparty order by epoch)
), totals as (
    select account, epoch, here, sum(usd) over (partition by account order by epoch) as total,
           sum(squared) over (partition by account order by epoch) as squared
    from steps
)
select account, epoch,
       case when total >= $floor_usd and total > 0
            then least(1, cast(squared as double) / (cast(total as double) * cast(total as double))) end as value
from totals where here
