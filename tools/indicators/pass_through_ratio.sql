-- pass_through_ratio
-- means: value that left within {seconds}, as a share of the value that came in within them, at most all of it
-- unit: share
-- parameter: seconds = 86400 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least inflow that is measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more come in within {seconds}
-- note: capped at 1, so that drawing on an old balance is no stronger a sign than passing everything on; the floor
--   keeps a small credit beside a large old balance from looking like a pipe
-- rows: legs where moved
with flows as (
    select account, epoch, sum(usd_in) over recent as came, sum(usd_out) over recent as went
    from (select account, epoch, case when moved and direction = 'in' then coalesce(usd, 0) else 0 end as usd_in,
                 case when moved and direction = 'out' then coalesce(usd, 0) else 0 end as usd_out
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when came >= $floor_usd and came > 0
            then cast(least(went, came) as double) / cast(came as double) end as value
from flows
-- crossing
-- Two stretches of $seconds side by side hold any window, so one of them has half of what left.
select account from legs where moved and direction = 'out'
group by account, floor(epoch / $seconds)
having 2 * sum(usd) >= $threshold * $floor_usd
