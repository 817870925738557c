-- largest_to_prior_max
-- means: the largest credit within {seconds}, as a multiple of the largest ever before them
-- unit: times
-- parameter: seconds = 1209600 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (1 .. 1000000000) USD, what the earlier maximum counts as at the least
-- side: in
-- status: completed
-- needs: legs.usd = USD values
-- no_value: nothing had come in before
-- rows: legs where moved and direction = 'in'
with maxima as (
    select account, epoch, max(credit) over recent as largest, max(credit) over before as prior
    from (select account, epoch, case when moved and direction = 'in' then usd end as credit from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row),
           before as (partition by account order by epoch range between unbounded preceding and $seconds preceding)
)
select account, epoch,
       case when prior is not null
            then cast(largest as double) / cast(greatest($floor_usd, prior) as double) end as value
from maxima
