-- internal_ring_count
-- means: credits within {seconds} whose value can have left here at most {within} before, between accounts of the house
--   all the way
-- unit: credits
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: within = 604800 (60 .. 2592000) seconds, the longest from leaving to coming back
-- parameter: hops = 6 (2 .. 9), the most transfers in a row, the first and the last among them
-- side: in
-- status: completed
-- note: each transfer that came back counts once, by the way that left here last; kinds internal and p2p alone are
--   followed
-- rows: rings_$hops where epoch - started <= $within
with moves as (
    select account, epoch, 0 as back, true as here from legs
    union all
    select account, epoch, 1, false from rings_$hops where epoch - started <= $within
)
select account, epoch, value
from (
    select account, epoch, here, sum(back) over recent as value
    from moves
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
where here
