-- debit_variation
-- means: how unequal the values that left within {seconds} are: their standard deviation, as a multiple of their mean
-- unit: times
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: debits = 5 (2 .. 1000) debits, the fewest that are measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: there never were {debits} debits of a known value within {seconds}
-- note: 0 where all are equal; a low value is the sign
-- rows: legs where moved and direction = 'out' and usd > 0
with sums as (
    select account, epoch, count(usd) over recent as n, sum(usd) over recent as total,
           sum(usd * usd) over recent as squared
    from (select account, epoch, case when moved and direction = 'out' and usd > 0
                                      then cast(usd as decimal(18, 2)) end as usd
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when n >= $debits
            then sqrt(cast(greatest(0, n * squared - total * total) as double)) / cast(total as double) end as value
from sums
