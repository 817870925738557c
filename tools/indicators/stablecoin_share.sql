-- stablecoin_share
-- means: of the value that moved in and out within {seconds}, the share in stablecoins
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least turnover that is measured
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more move within {seconds}
-- rows: legs where moved and asset in ('USDT', 'USDC', 'DAI', 'EURC', 'FDUSD', 'PYUSD', 'TUSD', 'USDE', 'USDS', 'XSGD')
with flows as (
    select account, epoch, sum(flow) over recent as turnover, sum(stable) over recent as stable
    from (select account, epoch, case when moved then coalesce(usd, 0) else 0 end as flow,
                 case when moved and asset in ('USDT', 'USDC', 'DAI', 'EURC', 'FDUSD', 'PYUSD', 'TUSD', 'USDE', 'USDS',
                                               'XSGD') then coalesce(usd, 0) else 0 end as stable
          from legs)
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch,
       case when turnover >= $floor_usd and turnover > 0
            then cast(stable as double) / cast(turnover as double) end as value
from flows
