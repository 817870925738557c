-- busiest_outflow_usd
-- means: the most value that left within any {burst} that ended within {seconds}
-- unit: USD
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: burst = 3600 (60 .. 86400) seconds, length of the stretch
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- note: a stretch is told at its last transfer, whole even where it began before the window
-- rows: legs where moved and direction = 'out'
select account, epoch, max(went) over recent as value
from (select account, epoch,
             sum(case when moved and direction = 'out' then coalesce(usd, 0) else 0 end) over burst as went
      from legs
      window burst as (partition by account order by epoch range between $burst - 1 preceding and current row))
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
