-- new_device_to_outflow
-- means: shortest time from the first log-in on a device new to the account to a debit within {seconds}
-- unit: seconds
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- side: out
-- status: completed
-- needs: logins.device = log-ins with a device
-- no_value: nothing left after a log-in on a new device
-- note: its very first device is not new; a low value is the sign, so read the lowest
-- rows: legs where moved and direction = 'out'
with firsts as (
    select account, device, min(epoch) as epoch from logins where device is not null group by account, device
), fresh as (
    select account, epoch
    from (select account, epoch, min(epoch) over (partition by account) as beginning from firsts)
    where epoch > beginning
), marks as (
    select account, epoch, null as debit, null as fresh from legs
    union all
    select account, epoch, epoch, null from legs where moved and direction = 'out'
    union all
    select account, epoch, null, epoch from fresh
), seen as (
    select account, epoch, debit, max(fresh) over (partition by account order by epoch) as latest from marks
)
select account, epoch, min(debit - latest) over recent as value
from seen
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
