-- fee_share
-- means: fees within {seconds}, as a share of the value that was traded and that left
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least value that is measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never were {floor_usd} or more traded or sent within {seconds}
-- note: of a trade the side that gives is counted; capped at all of it
-- rows: legs where kind = 'fee' and direction = 'out' and status = 'completed'
with totals as (
    select account, epoch, sum(fee) over recent as fees, sum(turned) over recent as turned
    from (select account, epoch, case when direction = 'out' and status = 'completed' and kind = 'fee'
                                      then coalesce(usd, 0) else 0 end as fee,
                 case when direction = 'out' and (moved or (status = 'completed' and kind = 'trade'))
                      then coalesce(usd, 0) else 0 end as turned
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when turned >= $floor_usd and turned > 0
            then least(1, cast(fees as double) / cast(turned as double)) end as value
from totals
