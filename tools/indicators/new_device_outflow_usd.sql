-- new_device_outflow_usd
-- means: value that left within {seconds}, no more than {within} after the first log-in on a device new to the account
-- unit: USD
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: within = 86400 (60 .. 2592000) seconds, how long after the log-in
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- needs: logins.device = log-ins with a device
-- note: its very first device is not new; a log-in of the same second comes before the transfer
-- rows: legs where moved and direction = 'out'
with firsts as (
    select account, device, min(epoch) as epoch from logins where device is not null group by account, device
), fresh as (
    select account, epoch
    from (select account, epoch, min(epoch) over (partition by account) as beginning from firsts)
    where epoch > beginning
), marks as (
    select account, epoch, 0 as went, null as fresh from legs
    union all
    select account, epoch, coalesce(usd, 0), null from legs where moved and direction = 'out'
    union all
    select account, epoch, 0, epoch from fresh
), seen as (
    select account, epoch, went, max(fresh) over (partition by account order by epoch) as latest from marks
)
select account, epoch, sum(case when latest > epoch - $within then went else 0 end) over recent as value
from seen
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
