-- small_credits
-- means: credits of less than {below_usd} within {seconds}
-- unit: credits
-- parameter: seconds = 1209600 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: below_usd = 200 (0.01 .. 1000000000) USD, what is no longer small
-- parameter: kind = any (any | fiat_in | deposit | p2p | internal | transfer), which credits count
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- rows: legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind) and usd < $below_usd
select account, epoch, sum(small) over recent as value
from (select account, epoch, case when moved and direction = 'in' and ($kind = 'any' or kind = $kind)
                                   and usd < $below_usd then 1 else 0 end as small
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
