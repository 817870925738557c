-- single_use_share
-- means: of the destinations that were paid within {seconds}, the share that was paid once only
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: destinations = 5 (1 .. 1000) destinations, the fewest that are measured
-- side: out
-- status: completed
-- no_value: there never were {destinations} destinations within {seconds}
-- note: each destination's payments are counted as they enter and leave the window; the account's sum changes as theirs
--   do
-- rows: legs where moved and direction = 'out'
with paid as (
    select account, counterparty, epoch, cast(count(*) as bigint) as payments
    from legs where moved and direction = 'out' group by account, counterparty, epoch
), moves as (
    select account, counterparty, epoch, sum(step) as step
    from (select account, counterparty, epoch, payments as step from paid
          union all
          select account, counterparty, epoch + $seconds, -payments from paid)
    group by account, counterparty, epoch
), running as (
    select account, counterparty, epoch,
           sum(step) over (partition by account, counterparty order by epoch) as payments
    from moves
), states as (
    select account, counterparty, epoch, case when payments > 0 then 1 else 0 end as known,
           case when payments = 1 then 1 else 0 end as once
    from running
), steps as (
    select distinct account, epoch, 0 as known, 0 as once, true as here from legs
    union all
    select account, epoch, known - coalesce(lag(known) over past, 0), once - coalesce(lag(once) over past, 0), false
    from states
    window past as (partition by account, counterparty order by epoch)
), counts as (
    select account, epoch, here, sum(known) over (partition by account order by epoch) as known,
           sum(once) over (partition by account order by epoch) as once
    from steps
)
select account, epoch, case when known >= $destinations then cast(once as double) / cast(known as double) end as value
from counts where here
