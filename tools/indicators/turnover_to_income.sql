-- turnover_to_income
-- means: value that came in within {seconds}, as a multiple of the declared income for that length of time
-- unit: times
-- parameter: seconds = 7776000 (86400 .. 31536000) seconds, length of the trailing window
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- needs: customers.income_usd = declared incomes
-- no_value: no income above zero is declared
-- note: the declaration that was known at that moment counts, a year as 365 days
-- rows: legs where moved and direction = 'in'
with declared as (
    select account, epoch as known, income_usd,
           coalesce(lead(epoch) over (partition by account order by epoch), 9000000000000) as replaced
    from (select account, epoch, max(income_usd) as income_usd from customers group by account, epoch)
), flows as (
    select account, epoch, sum(usd_in) over recent as came
    from (select account, epoch, case when moved and direction = 'in' then coalesce(usd, 0) else 0 end as usd_in
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select f.account, f.epoch,
       cast(f.came as double) / nullif(cast(d.income_usd as double) * $seconds / 31536000, 0) as value
from flows f left join declared d on d.account = f.account and f.epoch >= d.known and f.epoch < d.replaced
