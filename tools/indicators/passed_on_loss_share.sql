-- passed_on_loss_share
-- means: of the value that came in within {seconds}, the share that did not leave again within them, where {passed} or
--   more of it did
-- unit: share
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: passed = 0.9 (0.5 .. 1) share, what must have left to be nearly all
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least inflow that is measured
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {passed} of {floor_usd} or more leave again within {seconds}
-- note: the loss that was accepted in trades and fees, a change of prices, and a rest that was kept look the same; a
--   trade itself has one USD value for both sides and cannot tell it
-- rows: legs where moved
with flows as (
    select account, epoch, sum(usd_in) over recent as came, sum(usd_out) over recent as went
    from (select account, epoch, case when moved and direction = 'in' then coalesce(usd, 0) else 0 end as usd_in,
                 case when moved and direction = 'out' then coalesce(usd, 0) else 0 end as usd_out
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when came >= $floor_usd and came > 0 and went >= came * $passed
            then cast(greatest(0, came - went) as double) / cast(came as double) end as value
from flows
