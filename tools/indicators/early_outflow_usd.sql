-- early_outflow_usd
-- means: value that left within {seconds} and no more than {early} after the account was opened
-- unit: USD
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: early = 2592000 (3600 .. 31536000) seconds, how long an account is young
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- needs: customers.opened_epoch = dates of opening
-- no_value: when it was opened is not known
-- rows: legs where moved and direction = 'out'
with declared as (
    select account, epoch as known, opened_epoch,
           coalesce(lead(epoch) over (partition by account order by epoch), 9000000000000) as replaced
    from (select account, epoch, max(opened_epoch) as opened_epoch from customers group by account, epoch)
), flows as (
    select l.account, l.epoch, case when l.moved and l.direction = 'out' and l.epoch < d.opened_epoch + $early
                                     and l.epoch >= d.opened_epoch then coalesce(l.usd, 0) else 0 end as went,
           d.opened_epoch
    from legs l left join declared d on d.account = l.account and l.epoch >= d.known and l.epoch < d.replaced
)
select account, epoch, case when opened_epoch is not null then sum(went) over recent end as value
from flows
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
