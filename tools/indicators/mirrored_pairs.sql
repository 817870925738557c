-- mirrored_pairs
-- means: debits within {seconds} that passed on {low} to {high} of all value that had come in since the debit before, no
--   more than {within} after the first of it
-- unit: debits
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: within = 21600 (60 .. 604800) seconds, the longest time from the first credit to the debit
-- parameter: low = 0.9 (0.1 .. 1) share, the least that is passed on
-- parameter: high = 1.02 (1 .. 2) share, the most that is passed on
-- status: completed
-- needs: legs.usd = USD values
-- note: within one second credits come before debits, and debits by the transfers' ids
-- rows: legs where moved and usd > 0
with ordered as (
    select account, epoch, direction, usd,
           coalesce(sum(case when direction = 'out' then 1 else 0 end)
               over (partition by account order by epoch, direction, transfer
                     rows between unbounded preceding and 1 preceding), 0) as turn
    from legs where moved and usd > 0
), turns as (
    select account, turn, max(case when direction = 'out' then epoch end) as left_epoch,
           min(case when direction = 'in' then epoch end) as came_epoch,
           sum(case when direction = 'out' then usd else 0 end) as went,
           sum(case when direction = 'in' then usd else 0 end) as came
    from ordered group by account, turn
), marks as (
    select account, epoch, 0 as pair from legs
    union all
    select account, left_epoch, 1 from turns
    where left_epoch <= came_epoch + $within and went >= came * $low and went <= came * $high
)
select account, epoch, sum(pair) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
