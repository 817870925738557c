-- shared_device_users
-- means: other accounts that had used a device before it was used here within {seconds}, of the device with the most
-- unit: accounts
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- needs: logins.device = log-ins with a device
-- no_value: no log-in with a device within {seconds} of any event
-- note: logins holds every log-in on the devices of the accounts asked about, whoever logged in
-- rows: logins where device is not null
with marked as (
    select device, account, epoch,
           case when row_number() over (partition by device, account order by epoch) = 1 then 1 else 0 end as first_use
    from logins where device is not null
), marks as (
    select account, epoch, null as others from legs
    union all
    select account, epoch, sum(first_use) over (partition by device order by epoch) - 1 from marked
)
select account, epoch, max(others) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
