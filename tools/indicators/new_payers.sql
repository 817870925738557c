-- new_payers
-- means: payers who had never paid it before and first did within {seconds}
-- unit: payers
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | fiat_in | deposit | p2p | internal | transfer), which credits count
-- side: in
-- status: completed
-- rows: legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind)
with firsts as (
    select account, min(epoch) as epoch, min(case when $kind = 'any' or kind = $kind then epoch end) as of_kind
    from legs where moved and direction = 'in' group by account, counterparty
), marks as (
    select account, epoch, 0 as met from legs
    union all
    select account, epoch, 1 from firsts where of_kind = epoch
)
select account, epoch, sum(met) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
-- crossing
select distinct account from (
    select account, credits + case when lead(part) over parts = part + 1 then lead(credits) over parts else 0 end as most
    from (
        select account, epoch // $seconds as part, count(*) as credits
        from legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind)
        group by account, epoch // $seconds
    )
    window parts as (partition by account order by part)
) where most >= $threshold
