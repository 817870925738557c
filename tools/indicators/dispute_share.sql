-- dispute_share
-- means: disputes within {seconds}, as a share of the peer-to-peer orders within them
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: orders = 5 (1 .. 1000) orders, the fewest that are measured
-- needs: events.kind = events
-- no_value: there never were {orders} peer-to-peer orders within {seconds}
-- note: a dispute counts when it became known, so that its order may be older; capped at all of them
-- rows: events where kind = 'dispute'
with marks as (
    select account, epoch, case when moved and kind = 'p2p' then 1 else 0 end as traded, 0 as disputed from legs
    union all
    select account, epoch, 0, 1 from events where kind = 'dispute'
), counts as (
    select account, epoch, sum(traded) over recent as orders, sum(disputed) over recent as disputes
    from marks
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when orders >= $orders then least(1, cast(disputes as double) / cast(orders as double)) end as value
from counts
