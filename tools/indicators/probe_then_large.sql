-- probe_then_large
-- means: the greatest multiple that a debit within {seconds} was of the smallest to the same destination within {span}
--   before it
-- unit: times
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: span = 86400 (60 .. 2592000) seconds, how long before the small one may stand
-- parameter: floor_usd = 1000 (1 .. 1000000000) USD, the least debit that is measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: no debit of {floor_usd} or more followed another to the same destination within {span}
-- rows: legs where moved and direction = 'out' and usd > 0
with debits as (
    select account, epoch, usd, min(usd) over earlier as smallest
    from legs
    where moved and direction = 'out' and usd > 0
    window earlier as (partition by account, counterparty order by epoch range between $span preceding and 1 preceding)
), marks as (
    select account, epoch, null as multiple from legs
    union all
    select account, epoch, cast(usd as double) / cast(smallest as double) from debits where usd >= $floor_usd
)
select account, epoch, max(multiple) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
