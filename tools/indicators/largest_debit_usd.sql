-- largest_debit_usd
-- means: the largest single value that left within {seconds}
-- unit: USD
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_out | withdrawal | p2p | internal | transfer), which debits count
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: nothing of a known value left within {seconds} of any event
-- rows: legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind) and usd = value
select account, epoch, max(counted_usd) over recent as value
from (select account, epoch, case when moved and direction = 'out' and ($kind = 'any' or kind = $kind)
                                  then usd end as counted_usd
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
