-- outflow_usd
-- means: value that left within {seconds}
-- unit: USD
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_out | withdrawal | p2p | internal | transfer), which debits count
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- note: transfers of unknown USD value count as nothing
-- rows: legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind)
select account, epoch, sum(counted_usd) over recent as value
from (select account, epoch, case when moved and direction = 'out' and ($kind = 'any' or kind = $kind)
                                  then coalesce(usd, 0) else 0 end as counted_usd
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
-- crossing
-- Two stretches of $seconds side by side hold any window, so one of them has half of it.
select account from legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind)
group by account, floor(epoch / $seconds) having 2 * sum(usd) >= $threshold
