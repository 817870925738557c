-- shared_destination_users
-- means: other accounts that had sent to an outside address before it was sent to from here within {seconds}, of the
--   address with the most
-- unit: accounts
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- side: out
-- status: completed
-- no_value: nothing was sent to an outside address within {seconds} of any event
-- note: destinations holds every completed transfer to the outside addresses that the accounts asked about sent to,
--   whoever sent it; the house's own wallets and labelled services, where strangers meet, are left out
-- rows: legs where moved and direction = 'out' and kind not in ('internal', 'p2p')
with marked as (
    select address, account, epoch,
           case when row_number() over (partition by address, account order by epoch) = 1 then 1 else 0 end as first_use
    from destinations
), marks as (
    select account, epoch, null as others from legs
    union all
    select account, epoch, sum(first_use) over (partition by address order by epoch) - 1 from marked
)
select account, epoch, max(others) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
