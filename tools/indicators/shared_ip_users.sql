-- shared_ip_users
-- means: other accounts that had logged in from an IP address before it was used here within {seconds}, of the address
--   with the most
-- unit: accounts
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- needs: logins.ip = log-ins with an IP address
-- no_value: no log-in with an IP address within {seconds} of any event
-- rows: logins where ip is not null
with marked as (
    select ip, account, epoch,
           case when row_number() over (partition by ip, account order by epoch) = 1 then 1 else 0 end as first_use
    from logins where ip is not null
), marks as (
    select account, epoch, null as others from legs
    union all
    select account, epoch, sum(first_use) over (partition by ip order by epoch) - 1 from marked
)
select account, epoch, max(others) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
