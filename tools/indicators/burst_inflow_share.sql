-- burst_inflow_share
-- means: of the value that came in within {seconds}, the share that came in its busiest {burst}
-- unit: share
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: burst = 3600 (60 .. 86400) seconds, length of the stretch
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least inflow that is measured
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more come in within {seconds}
-- note: a stretch is told at its last transfer, whole even where it began before the window; so it is capped at all of
--   it
-- rows: legs where moved and direction = 'in'
with stretches as (
    select account, epoch, credit, sum(credit) over burst as came
    from (select account, epoch, case when moved and direction = 'in' then coalesce(usd, 0) else 0 end as credit
          from legs)
    window burst as (partition by account order by epoch range between $burst - 1 preceding and current row)
), totals as (
    select account, epoch, max(came) over recent as most, sum(credit) over recent as total
    from stretches
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when total >= $floor_usd and total > 0
            then least(1, cast(most as double) / cast(total as double)) end as value
from totals
