-- exposure_out_usd
-- means: value that left within {seconds} and can have gone to an address of risk within {hops} hops
-- unit: USD
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: hops = 3 (1 .. 5), the most transfers in a row, the account's own among them
-- parameter: category = any (any | sanctioned | swap_service | mixer | hack | scam | phishing | ransomware | darknet |
--   terrorism_financing | extremism | abuse | exchange | bridge | gambling | payment_processor | burn), which label,
--   any of risk by default
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- needs: labels.category = labels of addresses
-- note: the value is that of the account's own transfers, an upper bound: value mixes on the way; a transfer counts
--   from when the last of its path and the label were known, as long as it is in the window itself
-- rows: reached_$category$hops
with known as (
    select account, leg, min(moved) as moved, min(epoch) as epoch, coalesce(min(usd), 0) as usd
    from reached_$category$hops group by account, leg
), steps as (
    select distinct account, epoch, 0 as usd, true as here from legs
    union all
    select account, epoch, usd, false from known where epoch < moved + $seconds
    union all
    select account, moved + $seconds, -usd, false from known where epoch < moved + $seconds
)
select account, epoch, value
from (select account, epoch, here, sum(usd) over (partition by account order by epoch) as value from steps)
where here
