-- turnover_to_expected
-- means: value that came in within {seconds}, as a multiple of the turnover declared for that length of time
-- unit: times
-- parameter: seconds = 7776000 (86400 .. 31536000) seconds, length of the trailing window
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- needs: customers.turnover_usd = declared turnovers
-- no_value: no turnover above zero is declared
-- note: the declaration that was known at that moment counts, a year as 365 days
-- rows: legs where moved and direction = 'in'
with declared as (
    select account, epoch as known, turnover_usd,
           coalesce(lead(epoch) over (partition by account order by epoch), 9000000000000) as replaced
    from (select account, epoch, max(turnover_usd) as turnover_usd from customers group by account, epoch)
), flows as (
    select account, epoch, sum(usd_in) over recent as came
    from (select account, epoch, case when moved and direction = 'in' then coalesce(usd, 0) else 0 end as usd_in
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select f.account, f.epoch,
       cast(f.came as double) / nullif(cast(d.turnover_usd as double) * $seconds / 31536000, 0) as value
from flows f left join declared d on d.account = f.account and f.epoch >= d.known and f.epoch < d.replaced
