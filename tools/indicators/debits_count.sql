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
