-- distinct_payers
-- means: different payers who paid it within {seconds}
-- unit: payers
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_in | deposit | p2p | internal | transfer), which credits count
-- side: in
-- status: completed
-- note: no engine but DuckDB counts distinct values over a window; so each counterparty adds 1 when it is met and takes
--   it away when it is met again (to add it anew) or its last transfer leaves the window
-- rows: legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind)
with met as (
    select account, counterparty, epoch, lead(epoch) over (partition by account, counterparty order by epoch) as again
    from (select distinct account, counterparty, epoch from legs
          where moved and direction = 'in' and ($kind = 'any' or kind = $kind))
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
-- crossing
select account from legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind)
group by account having count(distinct counterparty) >= $threshold
