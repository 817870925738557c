-- near_limit_credits
-- means: credits of {band} to just under 100% of {limit} within {seconds}
-- unit: credits
-- parameter: seconds = 259200 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: limit = 5000 (1 .. 1000000000) local, the limit
-- parameter: band = 0.9 (0.5 .. 0.999) share, where just below begins, as a share of the limit
-- parameter: kind = any (any | fiat_in | deposit | p2p | internal | transfer), which credits count
-- side: in
-- status: completed
-- needs: legs.local = values in the local currency
-- rows: legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind) and local >= $limit * $band and local
--   < $limit
select account, epoch, sum(near) over recent as value
from (select account, epoch, case when moved and direction = 'in' and ($kind = 'any' or kind = $kind)
                                   and local >= $limit * $band and local < $limit then 1 else 0 end as near
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
-- crossing
-- Two stretches of $seconds side by side hold any window, so one of them has half of it.
select account from legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind)
    and local >= $limit * $band and local < $limit
group by account, floor(epoch / $seconds) having 2 * count(*) >= $threshold
