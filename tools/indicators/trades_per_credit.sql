-- trades_per_credit
-- means: trades within {seconds}, for each credit that came in within them
-- unit: times
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- status: completed
-- no_value: nothing came in within {seconds} of any event
-- rows: legs where moved and direction = 'in' or kind = 'trade' and direction = 'out' and status = 'completed'
with counts as (
    select account, epoch, sum(trade) over recent as trades, sum(credit) over recent as credits
    from (select account, epoch, case when moved and direction = 'in' then 1 else 0 end as credit,
                 case when status = 'completed' and kind = 'trade' and direction = 'out' then 1 else 0 end as trade
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch, cast(trades as double) / nullif(cast(credits as double), 0) as value
from counts
