-- network_switch_share
-- means: of the value that left on chain within {seconds}, the share beyond what came in on the same network in the
--   same asset
-- unit: share
-- parameter: seconds = 604800 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least value each way that is measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more come in and leave on chain within {seconds}
-- note: fiat and moves inside the house are left out: buying crypto for fiat switches nothing
-- rows: legs where moved and kind in ('deposit', 'withdrawal', 'transfer')
with flows as (
    select account, network, asset, epoch,
           cast(sum(case when direction = 'in' then coalesce(usd, 0) else 0 end) as decimal(38, 2)) as came,
           cast(sum(case when direction = 'out' then coalesce(usd, 0) else 0 end) as decimal(38, 2)) as went
    from legs where moved and kind in ('deposit', 'withdrawal', 'transfer') group by account, network, asset, epoch
), moves as (
    select account, network, asset, epoch, sum(came) as came, sum(went) as went
    from (select account, network, asset, epoch, came, went from flows
          union all
          select account, network, asset, epoch + $seconds, -came, -went from flows)
    group by account, network, asset, epoch
), running as (
    select account, network, asset, epoch, sum(came) over so_far as came, sum(went) over so_far as went
    from moves
    window so_far as (partition by account, network, asset order by epoch)
), states as (
    select account, network, asset, epoch, came, went, least(came, went) as same from running
), steps as (
    select distinct account, epoch, 0 as came, 0 as went, 0 as same, true as here from legs
    union all
    select account, epoch, came - coalesce(lag(came) over past, 0), went - coalesce(lag(went) over past, 0),
           same - coalesce(lag(same) over past, 0), false
    from states
    window past as (partition by account, network, asset order by epoch)
), totals as (
    select account, epoch, here, sum(came) over so_far as came, sum(went) over so_far as went,
           sum(same) over so_far as same
    from steps
    window so_far as (partition by account order by epoch)
)
select account, epoch,
       case when came >= $floor_usd and went >= $floor_usd and came > 0 and went > 0
            then cast(went - same as double) / cast(went as double) end as value
from totals where here
