-- conversions
-- means: trades of one asset for another within {seconds}
-- unit: trades
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- status: completed
-- note: a trade makes two legs of one account; the one that gives is counted
-- rows: legs where status = 'completed' and kind = 'trade'
select account, epoch, sum(trade) over recent as value
from (select account, epoch,
             case when status = 'completed' and kind = 'trade' and direction = 'out' then 1 else 0 end as trade
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
