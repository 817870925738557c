-- exposure_out_share
-- means: of the value that left within {seconds}, the share that can have gone to an address of risk within {hops} hops
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: hops = 3 (1 .. 5), the most transfers in a row, the account's own among them
-- parameter: category = any (any | sanctioned | swap_service | mixer | hack | scam | phishing | ransomware | darknet |
--   terrorism_financing | extremism | abuse | exchange | bridge | gambling | payment_processor | burn), which label,
--   any of risk by default
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least outflow that is measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- needs: labels.category = labels of addresses
-- no_value: never did {floor_usd} or more leave within {seconds}
-- note: the value is that of the account's own transfers, an upper bound: value mixes on the way; a transfer counts
--   from when the last of its path and the label were known, as long as it is in the window itself
-- rows: reached_$category$hops
with known as (
    select account, leg, min(moved) as moved, min(epoch) as epoch, coalesce(min(usd), 0) as usd
    from reached_$category$hops group by account, leg
), moves as (
    select account, epoch, coalesce(usd, 0) as usd from legs where moved and direction = 'out'
), steps as (
    select distinct account, epoch, 0 as every, 0 as risky, true as here from legs
    union all
    select account, epoch, usd, 0, false from moves
    union all
    select account, epoch + $seconds, -usd, 0, false from moves
    union all
    select account, epoch, 0, usd, false from known where epoch < moved + $seconds
    union all
    select account, moved + $seconds, 0, -usd, false from known where epoch < moved + $seconds
)
select account, epoch,
       case when every >= $floor_usd and every > 0 then cast(risky as double) / cast(every as double) end as value
from (
    select account, epoch, here, sum(every) over so_far as every, sum(risky) over so_far as risky
    from steps window so_far as (partition by account order by epoch)
)
where here
