-- dormancy_days
-- means: whole days without a transfer or trade before activity that began within {seconds}
-- unit: days
-- parameter: seconds = 1209600 (3600 .. 31536000) seconds, length of the trailing window
-- status: completed
-- no_value: it had no transfer before, and when it was opened is not known
-- note: before the first transfer the days since the account was opened count, where that was known by then
-- rows: legs where moved or kind = 'trade' and status = 'completed'
with acted as (
    select account, epoch, lag(epoch) over (partition by account order by epoch) as previous
    from (select distinct account, epoch from legs where moved or (status = 'completed' and kind = 'trade'))
), gaps as (
    select a.account, a.epoch, a.epoch - coalesce(a.previous, max(c.opened_epoch)) as gap
    from acted a left join customers c
      on c.account = a.account and a.previous is null and c.epoch <= a.epoch and c.opened_epoch <= a.epoch
    group by a.account, a.epoch, a.previous
), marks as (
    select account, epoch, null as gap from legs
    union all
    select account, epoch, gap from gaps
)
select account, epoch, floor(max(gap) over recent / 86400) as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
