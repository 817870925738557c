-- near_limit_share
-- means: of the credits of {band} of {limit} or more within {seconds}, the share that stayed under it
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: limit = 5000 (1 .. 1000000000) local, the limit
-- parameter: band = 0.9 (0.5 .. 0.999) share, where just below begins, as a share of the limit
-- parameter: credits = 3 (1 .. 1000) credits, the fewest such credits that are measured
-- parameter: kind = any (any | fiat_in | deposit | p2p | internal | transfer), which credits count
-- side: in
-- status: completed
-- needs: legs.local = values in the local currency
-- no_value: there never were {credits} credits of that size within {seconds}
-- note: credits below the band say nothing about the limit and are left out
-- rows: legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind) and local >= $limit * $band
with credits as (
    select account, epoch, local,
           moved and direction = 'in' and ($kind = 'any' or kind = $kind) and local >= $limit * $band as large
    from legs
), counts as (
    select account, epoch,
           sum(case when large then 1 else 0 end) over recent as all_large,
           sum(case when large and local < $limit then 1 else 0 end) over recent as near
    from credits
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when all_large >= $credits then cast(near as double) / cast(all_large as double) end as value
from counts
