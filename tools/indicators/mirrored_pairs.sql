-- mirrored_pairs
-- means: debits within {seconds} that passed on {low} to {high} of the value of the credit before them, no more than
--   {within} after it
-- unit: pairs
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: within = 21600 (60 .. 604800) seconds, the longest time between the two
-- parameter: low = 0.9 (0.1 .. 1) share, the least that a pair passes on
-- parameter: high = 1.02 (1 .. 2) share, the most that a pair passes on
-- status: completed
-- needs: legs.usd = USD values
-- note: the credit before is the last one; of one second, the last by the transfer's id, and credits come before debits
-- rows: legs where moved and usd > 0
with ordered as (
    select account, epoch, direction, usd,
           sum(case when direction = 'in' then 1 else 0 end)
               over (partition by account order by epoch, direction, transfer) as nr
    from legs where moved and usd > 0
), marks as (
    select account, epoch, 0 as pair from legs
    union all
    select d.account, d.epoch, 1
    from ordered d join ordered c on c.account = d.account and c.nr = d.nr
    where d.direction = 'out' and c.direction = 'in' and d.epoch <= c.epoch + $within
      and d.usd >= c.usd * $low and d.usd <= c.usd * $high
)
select account, epoch, sum(pair) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
