-- cycles_back_share
-- means: of the value that came in within {seconds}, the share that can have left here at most {within} before
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: within = 604800 (60 .. 2592000) seconds, the longest from leaving to coming back
-- parameter: hops = 3 (2 .. 5), the most transfers in a row, the first and the last among them
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least inflow that is measured
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more come in within {seconds}
-- note: the value is that of the transfers that came back, an upper bound: value mixes on the way
-- rows: returns_$hops where epoch - started <= $within
with back as (
    select account, epoch, 0 as came, coalesce(usd, 0) as returned from returns_$hops where epoch - started <= $within
), moves as (
    select account, epoch, case when moved and direction = 'in' then coalesce(usd, 0) else 0 end as came,
           0 as returned, true as here
    from legs
    union all
    select account, epoch, came, returned, false from back
), flows as (
    select account, epoch, here, sum(came) over recent as came, sum(returned) over recent as returned
    from moves
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when came >= $floor_usd and came > 0 then cast(returned as double) / cast(came as double) end as value
from flows where here
