-- balance_to_turnover
-- means: value still held of what came in, as a multiple of the value that moved in and out within {seconds}
-- unit: times
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least turnover that is measured
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more move within {seconds}
-- note: what left beyond what had come in (an opening balance, a trading gain) is set aside: the balance is never below
--   zero
-- rows: legs where moved
with seconds as (
    select account, epoch,
           cast(sum(case when moved and direction = 'in' then coalesce(usd, 0) else 0 end) as decimal(38, 2)) as came,
           cast(sum(case when moved and direction = 'out' then coalesce(usd, 0) else 0 end) as decimal(38, 2)) as went
    from legs group by account, epoch
), running as (
    select account, epoch, came, went, sum(came) over so_far as all_in, sum(went) over so_far as all_out
    from seconds
    window so_far as (partition by account order by epoch)
), held as (
    select account, epoch, came + went as moved_usd,
           all_in - all_out + greatest(0, max(all_out - all_in) over (partition by account order by epoch)) as balance
    from running
), totals as (
    select account, epoch, balance, sum(moved_usd) over recent as turnover
    from held
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when turnover >= $floor_usd and turnover > 0
            then cast(balance as double) / cast(turnover as double) end as value
from totals
