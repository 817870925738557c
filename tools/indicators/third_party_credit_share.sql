-- third_party_credit_share
-- means: of the value that came in by bank within {seconds}, the share of payers whose name shares no word with the
--   customer's
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least value that is measured
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- needs: customers.name = customers' names
-- needs: transfers.memo = names of payers
-- no_value: never did {floor_usd} or more come in by bank within {seconds}
-- note: a name that is missing or cut off is never a third party's
-- rows: payments where direction = 'in' and stranger
with marks as (
    select account, epoch, 0 as paid, 0 as strange from legs
    union all
    select account, epoch, coalesce(usd, 0), case when stranger then coalesce(usd, 0) else 0 end
    from payments where direction = 'in'
), totals as (
    select account, epoch, sum(paid) over recent as paid, sum(strange) over recent as strange
    from marks
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when paid >= $floor_usd and paid > 0 then cast(strange as double) / cast(paid as double) end as value
from totals
