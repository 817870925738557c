-- cancelled_attempts
-- means: transfers out that were asked for and cancelled within {seconds}
-- unit: transfers
-- parameter: seconds = 86400 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: at_least_usd = 0 (0 .. 1000000000) USD, the smallest that counts
-- side: out
-- status: cancelled
-- rows: legs where status = 'cancelled' and direction = 'out' and kind <> 'trade' and ($at_least_usd = 0 or usd >=
--   $at_least_usd)
select account, epoch, sum(attempt) over recent as value
from (select account, epoch, case when status = 'cancelled' and direction = 'out' and kind <> 'trade'
                                   and ($at_least_usd = 0 or usd >= $at_least_usd) then 1 else 0 end as attempt
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
