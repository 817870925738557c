-- round_share
-- means: of the transfers within {seconds}, the share of whole multiples of {step}
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: step = 100 (1 .. 1000000) local, what a round sum is a multiple of
-- parameter: transfers = 5 (1 .. 1000) transfers, the fewest that are measured
-- parameter: kind = any (any | fiat_in | fiat_out | deposit | withdrawal | p2p | internal | transfer), which transfers
--   count
-- status: completed
-- needs: legs.local = values in the local currency
-- no_value: there never were {transfers} such transfers within {seconds}
-- note: transfers of no or unknown value are left out
-- rows: legs where moved and ($kind = 'any' or kind = $kind) and local > 0 and local % $step = 0
with counts as (
    select account, epoch, sum(case when counted then 1 else 0 end) over recent as made,
           sum(case when counted and local % $step = 0 then 1 else 0 end) over recent as whole
    from (select account, epoch, local, moved and ($kind = 'any' or kind = $kind) and local > 0 as counted from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch, case when made >= $transfers then cast(whole as double) / cast(made as double) end as value
from counts
