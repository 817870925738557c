-- new_destinations
-- means: destinations that it had never paid before and first paid within {seconds}
-- unit: destinations
-- parameter: seconds = 86400 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_out | withdrawal | p2p | internal | transfer), which debits count
-- side: out
-- status: completed
-- rows: legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind)
with debits as (
    select account, epoch, moved and direction = 'out' and ($kind = 'any' or kind = $kind) as counted,
           row_number() over (partition by account, counterparty, moved and direction = 'out'
                              order by epoch, case when $kind = kind then 0 else 1 end) as nr
    from legs
)
select account, epoch, sum(case when counted and nr = 1 then 1 else 0 end) over recent as value
from debits
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
