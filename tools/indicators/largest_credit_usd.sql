-- largest_credit_usd
-- means: the largest single value that came in within {seconds}
-- unit: USD
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_in | deposit | p2p | internal | transfer), which credits count
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- no_value: nothing of a known value came in within {seconds} of any event
-- rows: legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind) and usd = value
select account, epoch, max(counted_usd) over recent as value
from (select account, epoch, case when moved and direction = 'in' and ($kind = 'any' or kind = $kind)
                                  then usd end as counted_usd
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
