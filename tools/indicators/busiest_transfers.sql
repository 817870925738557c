-- busiest_transfers
-- means: the most transfers, in and out, within any {burst} that ended within {seconds}
-- unit: transfers
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: burst = 3600 (60 .. 86400) seconds, length of the stretch
-- status: completed
-- note: a stretch is told at its last transfer, whole even where it began before the window
-- rows: legs where moved
select account, epoch, max(made) over recent as value
from (select account, epoch, sum(case when moved then 1 else 0 end) over burst as made
      from legs
      window burst as (partition by account order by epoch range between $burst - 1 preceding and current row))
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
