-- sliced_usd
-- means: the most value sent to one destination within any {span} by {pieces} or more withdrawals each under {limit},
--   reached within {seconds}
-- unit: USD
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: span = 86400 (3600 .. 2592000) seconds, the time in which the pieces go out
-- parameter: limit = 1500 (1 .. 1000000000) local, the limit
-- parameter: pieces = 3 (2 .. 1000) withdrawals, the fewest that are measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- needs: legs.local = values in the local currency
-- no_value: never did {pieces} such withdrawals go to one destination within {span}
-- note: the default limit is the SGD 1,500 of PSN02 (Singapore); whoever sends pieces has sent a sum that would have
--   asked for more data
-- rows: legs where moved and direction = 'out' and kind in ('withdrawal', 'transfer') and local < $limit
with slices as (
    select account, epoch, sum(coalesce(usd, 0)) over near as total, count(epoch) over near as pieces
    from legs
    where moved and direction = 'out' and kind in ('withdrawal', 'transfer') and local < $limit
    window near as (partition by account, counterparty order by epoch range between $span - 1 preceding and current row)
), marks as (
    select account, epoch, null as total from legs
    union all
    select account, epoch, case when pieces >= $pieces then total end from slices
)
select account, epoch, max(total) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
