-- near_tier_cap_credits
-- means: credits of {band} to just under 100% of the cap of its KYC tier within {seconds}
-- unit: credits
-- parameter: seconds = 259200 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: basic = 5000 (1 .. 1000000000) local, the cap of the tier basic
-- parameter: standard = 20000 (1 .. 1000000000) local, the cap of the tier standard
-- parameter: plus = 50000 (1 .. 1000000000) local, the cap of the tier plus
-- parameter: band = 0.9 (0.5 .. 0.999) share, where just below begins, as a share of the cap
-- parameter: kind = any (any | fiat_in | deposit | p2p | internal | transfer), which credits count
-- side: in
-- status: completed
-- needs: legs.local = values in the local currency
-- needs: customers.tier = KYC tiers
-- no_value: its KYC tier is not known, or has no cap here
-- note: each credit is held against the cap of the tier that was known when it came; the defaults are ours, set your
--   own
-- rows: legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind)
with declared as (
    select account, epoch as known, tier,
           coalesce(lead(epoch) over (partition by account order by epoch), 9000000000000) as replaced
    from (select account, epoch, max(tier) as tier from customers group by account, epoch)
), capped as (
    select l.account, l.epoch, l.local, l.moved and l.direction = 'in' and ($kind = 'any' or l.kind = $kind) as counted,
           case d.tier when 'basic' then $basic when 'standard' then $standard when 'plus' then $plus end as cap
    from legs l left join declared d on d.account = l.account and l.epoch >= d.known and l.epoch < d.replaced
)
select account, epoch,
       case when cap is not null
            then sum(case when counted and local >= cap * $band and local < cap then 1 else 0 end) over recent end
           as value
from capped
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
