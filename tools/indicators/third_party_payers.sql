-- third_party_payers
-- means: different payers by bank within {seconds} whose name shares no word with the customer's
-- unit: payers
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- side: in
-- status: completed
-- needs: customers.name = customers' names
-- needs: transfers.memo = names of payers
-- note: a name that is missing or cut off is never a third party's
-- rows: payments where direction = 'in' and stranger
with met as (
    select account, counterparty, epoch, lead(epoch) over (partition by account, counterparty order by epoch) as again
    from (select distinct account, counterparty, epoch from payments where direction = 'in' and stranger)
), steps as (
    select distinct account, epoch, 0 as step, true as here from legs
    union all
    select account, epoch, 1, false from met
    union all
    select account, least(coalesce(again, epoch + $seconds), epoch + $seconds), -1, false from met
)
select account, epoch, value
from (select account, epoch, here, sum(step) over (partition by account order by epoch) as value from steps)
where here
