-- credit_gap_variation
-- means: how uneven the times between credits within {seconds} are: their standard deviation, as a multiple of their
--   mean
-- unit: times
-- parameter: seconds = 7776000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: gaps = 3 (2 .. 1000) gaps, the fewest that are measured
-- parameter: kind = any (any | fiat_in | deposit | p2p | internal | transfer), which credits count
-- side: in
-- status: completed
-- no_value: there never were {gaps} gaps between credits within {seconds}
-- note: 0 where all are equal, as with a wage; credits of one second are one, a gap counts when it ends
-- rows: legs where moved and direction = 'in' and ($kind = 'any' or kind = $kind)
with gaps as (
    select account, epoch, epoch - lag(epoch) over (partition by account order by epoch) as gap
    from (select distinct account, epoch from legs
          where moved and direction = 'in' and ($kind = 'any' or kind = $kind))
), marks as (
    select account, epoch, null as gap from legs
    union all
    select account, epoch, cast(gap as decimal(18, 0)) from gaps
), sums as (
    select account, epoch, count(gap) over recent as n, sum(gap) over recent as total,
           sum(gap * gap) over recent as squared
    from marks
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when n >= $gaps
            then sqrt(cast(greatest(0, n * squared - total * total) as double)) / cast(total as double) end as value
from sums
