-- new_destinations
-- means: destinations that it had never paid before and first paid within {seconds}
-- unit: destinations
-- parameter: seconds = 86400 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_out | withdrawal | p2p | internal | transfer), which debits count
-- side: out
-- status: completed
-- rows: legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind)
with firsts as (
    select account, min(epoch) as epoch, min(case when $kind = 'any' or kind = $kind then epoch end) as of_kind
    from legs where moved and direction = 'out' group by account, counterparty
), marks as (
    select account, epoch, 0 as met from legs
    union all
    select account, epoch, 1 from firsts where of_kind = epoch
)
select account, epoch, sum(met) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
-- crossing
select account from legs where moved and direction = 'out' and ($kind = 'any' or kind = $kind)
group by account having count(distinct counterparty) >= $threshold
