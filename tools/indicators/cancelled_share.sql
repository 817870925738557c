-- cancelled_share
-- means: of the transfers out that were asked for within {seconds}, the share that was cancelled
-- unit: share
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: attempts = 3 (1 .. 1000) transfers, the fewest that are measured
-- side: out
-- status: cancelled
-- no_value: there never were {attempts} transfers out asked for within {seconds}
-- note: whatever became of them: completed, pending, held, rejected, cancelled
-- rows: legs where direction = 'out' and kind not in ('trade', 'fee') and status = 'cancelled'
with counts as (
    select account, epoch, sum(attempt) over recent as attempts, sum(dropped) over recent as cancelled
    from (select account, epoch, case when direction = 'out' and kind not in ('trade', 'fee') then 1 else 0 end
                     as attempt,
                 case when direction = 'out' and kind not in ('trade', 'fee') and status = 'cancelled' then 1 else 0 end
                     as dropped
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch, case when attempts >= $attempts then cast(cancelled as double) / cast(attempts as double) end
           as value
from counts
