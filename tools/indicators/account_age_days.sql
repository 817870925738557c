-- account_age_days
-- means: whole days since the account was opened, at its first transfer within {seconds}
-- unit: days
-- parameter: seconds = 86400 (3600 .. 31536000) seconds, length of the trailing window
-- status: completed
-- needs: customers.opened_epoch = dates of opening
-- no_value: when it was opened is not known
-- note: a low value is the sign, so read the lowest
-- rows: legs where moved
with declared as (
    select account, epoch as known, opened_epoch,
           coalesce(lead(epoch) over (partition by account order by epoch), 9000000000000) as replaced
    from (select account, epoch, max(opened_epoch) as opened_epoch from customers group by account, epoch)
), aged as (
    select l.account, l.epoch, case when l.moved and d.opened_epoch <= l.epoch
                                    then floor((l.epoch - d.opened_epoch) / 86400) end as days
    from legs l left join declared d on d.account = l.account and l.epoch >= d.known and l.epoch < d.replaced
)
select account, epoch, min(days) over recent as value
from aged
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
