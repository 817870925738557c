-- near_limit_withdrawals
-- means: withdrawals of {band} to just under 100% of {limit} within {seconds}
-- unit: withdrawals
-- parameter: seconds = 86400 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: limit = 1500 (1 .. 1000000000) local, the limit
-- parameter: band = 0.85 (0.5 .. 0.999) share, where just below begins, as a share of the limit
-- side: out
-- status: completed
-- needs: legs.local = values in the local currency
-- note: the default limit is the SGD 1,500 above which PSN02 (Singapore) asks for more about the parties; set your own
-- rows: legs where moved and direction = 'out' and kind in ('withdrawal', 'transfer') and local >= $limit * $band and
--   local < $limit
select account, epoch, sum(near) over recent as value
from (select account, epoch, case when moved and direction = 'out' and kind in ('withdrawal', 'transfer')
                                   and local >= $limit * $band and local < $limit then 1 else 0 end as near
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
