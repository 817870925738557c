-- drained_share
-- means: of the value held {seconds} ago and come in since, the share that left since
-- unit: share
-- parameter: seconds = 86400 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least value that is measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never were {floor_usd} or more there to leave within {seconds}
-- note: what left earlier beyond what had come in is set aside; capped at all of it
-- rows: legs where moved and direction = 'out'
with seconds as (
    select account, epoch,
           cast(sum(case when moved and direction = 'in' then coalesce(usd, 0) else 0 end) as decimal(38, 2)) as came,
           cast(sum(case when moved and direction = 'out' then coalesce(usd, 0) else 0 end) as decimal(38, 2)) as went
    from legs group by account, epoch
), running as (
    select account, epoch, came, went, sum(came) over so_far as all_in, sum(went) over so_far as all_out
    from seconds
    window so_far as (partition by account order by epoch)
), totals as (
    select account, epoch, sum(went) over recent as left_usd,
           sum(came) over recent + coalesce(sum(came) over before - sum(went) over before
                                            + greatest(0, max(all_out - all_in) over before), 0) as available
    from running
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row),
           before as (partition by account order by epoch range between unbounded preceding and $seconds preceding)
)
select account, epoch,
       case when available >= $floor_usd and available > 0
            then least(1, cast(left_usd as double) / cast(available as double)) end as value
from totals
