-- debits_count
-- means: debits that left within {seconds}
-- unit: debits
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_out | withdrawal | p2p | internal | transfer), which debits count
-- side: out
-- status: completed
-- rows: legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind)
select account, epoch, sum(debit) over recent as value
from (select account, epoch, case when moved and direction = 'out' and ($kind = 'any' or kind = $kind)
                                  then 1 else 0 end as debit
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
-- crossing
-- Two stretches of $seconds side by side hold any window, so one of them has half of it.
select account from legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind)
group by account, floor(epoch / $seconds) having 2 * count(*) >= $threshold
