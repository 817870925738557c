-- new_payers
-- means: payers who had never paid it before and first did within {seconds}
-- unit: payers
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_in | deposit | p2p | internal | transfer), which credits count
-- side: in
-- status: completed
-- rows: legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind)
with credits as (
    select account, epoch, moved and direction = 'in' and ($kind = 'any' or kind = $kind) as counted,
           row_number() over (partition by account, counterparty, moved and direction = 'in'
                              order by epoch, case when $kind = kind then 0 else 1 end) as nr
    from legs
)
select account, epoch, sum(case when counted and nr = 1 then 1 else 0 end) over recent as value
from credits
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
