-- near_limit_withdrawal_share
-- means: of the withdrawals of {band} of {limit} or more within {seconds}, the share that stayed under it
-- unit: share
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: limit = 1500 (1 .. 1000000000) local, the limit
-- parameter: band = 0.85 (0.5 .. 0.999) share, where just below begins, as a share of the limit
-- parameter: withdrawals = 5 (1 .. 1000) withdrawals, the fewest such withdrawals that are measured
-- side: out
-- status: completed
-- needs: legs.local = values in the local currency
-- no_value: there never were {withdrawals} withdrawals of that size within {seconds}
-- note: the default limit is the SGD 1,500 of PSN02 (Singapore); FATF's standard has USD or EUR 1,000, the United
--   States USD 3,000; a KYC tier's cap can stand here too
-- rows: legs where moved and direction = 'out' and kind in ('withdrawal', 'transfer') and local >= $limit * $band
with counts as (
    select account, epoch, sum(case when large then 1 else 0 end) over recent as all_large,
           sum(case when large and local < $limit then 1 else 0 end) over recent as near
    from (select account, epoch, local, moved and direction = 'out' and kind in ('withdrawal', 'transfer')
                                        and local >= $limit * $band as large
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when all_large >= $withdrawals then cast(near as double) / cast(all_large as double) end as value
from counts
