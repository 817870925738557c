-- onward_chain_hops
-- means: transfers in a row by which value that left within {seconds} was passed on in one piece, each within {within}
-- unit: hops
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: within = 86400 (60 .. 2592000) seconds, the longest that value rests at an address of the chain
-- parameter: keep = 0.9 (0.5 .. 1.0) share, the least of the value that each transfer passes on
-- parameter: hops = 5 (2 .. 5), the most transfers that are followed
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- note: the next of a chain is the first transfer that leaves the address at or after the arrival, of no more value, to
--   an address that the chain has not met; the account's own transfer is the first; 0 where nothing left
-- rows: chains_$hops where gap <= $within and kept >= $keep * 1000000 and hop >= value
with links as (
    select account, moved, hop, epoch from chains_$hops
    where gap <= $within and kept >= $keep * 1000000 and epoch < moved + $seconds
), steps as (
    select account, epoch, 0 as hop, 0 as step, true as here from legs
    union all
    select account, epoch, hop, 1, false from links
    union all
    select account, moved + $seconds, hop, -1, false from links
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
       case when by_5 > 0 then 5 when by_4 > 0 then 4 when by_3 > 0 then 3 when by_2 > 0 then 2 when by_1 > 0 then 1
            else 0 end as value
from counts where here
