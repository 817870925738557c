-- direct_exposure_usd
-- means: value that came from or went to an address of risk itself within {seconds}
-- unit: USD
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: category = any (any | sanctioned | swap_service | mixer | hack | scam | phishing | ransomware | darknet |
--   terrorism_financing | extremism | abuse | exchange | bridge | gambling | payment_processor | burn), which label,
--   any of risk by default
-- parameter: side = any (any | in | out), which way
-- status: completed
-- needs: legs.usd = USD values
-- needs: labels.category = labels of addresses
-- note: a transfer counts from when the label was known, as long as it is in the window itself
-- rows: reached_$category1 where $side in ('any', 'out')
-- rows: sources_$category1 where $side in ('any', 'in')
with known as (
    select account, moved, epoch, coalesce(usd, 0) as usd from reached_$category1 where $side in ('any', 'out')
    union all
    select account, moved, epoch, coalesce(usd, 0) from sources_$category1 where $side in ('any', 'in')
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
