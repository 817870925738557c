-- hops_from_label
-- means: fewest transfers in a row by which value that came in within {seconds} can have come from an address of risk
-- unit: hops
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: hops = 3 (1 .. 5), the most transfers in a row, the account's own among them
-- parameter: category = any (any | sanctioned | swap_service | mixer | hack | scam | phishing | ransomware | darknet |
--   terrorism_financing | extremism | abuse | exchange | bridge | gambling | payment_processor | burn), which label,
--   any of risk by default
-- side: in
-- status: completed
-- needs: labels.category = labels of addresses
-- no_value: no such address within {hops} hops
-- note: 1 is a transfer with the labelled address itself; ask for the lowest
-- rows: sources_$category$hops where hop <= value
with steps as (
    select account, epoch, 0 as hop, 0 as step, true as here from legs
    union all
    select account, epoch, hop, 1, false from sources_$category$hops where epoch < moved + $seconds
    union all
    select account, moved + $seconds, hop, -1, false from sources_$category$hops where epoch < moved + $seconds
), counts as (
    select account, epoch, here,
           sum(case when hop = 1 then step else 0 end) over so_far as by_1,
           sum(case when hop = 2 then step else 0 end) over so_far as by_2,
           sum(case when hop = 3 then step else 0 end) over so_far as by_3,
           sum(case when hop = 4 then step else 0 end) over so_far as by_4,
           sum(case when hop = 5 then step else 0 end) over so_far as by_5
    from steps window so_far as (partition by account order by epoch)
)
select account, epoch,
       case when by_1 > 0 then 1 when by_2 > 0 then 2 when by_3 > 0 then 3 when by_4 > 0 then 4 when by_5 > 0 then 5
       end as value
from counts where here
