-- fast_turnaround_share
-- means: of the value that left within {seconds}, the share that had come in no more than {within} before, first in
--   first out
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: within = 21600 (60 .. 2592000) seconds, the longest stay that is fast
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least outflow that is measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more leave within {seconds}
-- note: value that left without having come in (an opening balance, a trading gain) is set aside and uses up no credit:
--   `unexplained` is the running maximum of what left beyond what had come in. Within one second credits come first.
-- rows: legs where moved and direction = 'out'
with seconds as (
    select account, epoch,
           cast(sum(case when moved and direction = 'in' then coalesce(usd, 0) else 0 end) as double) as came,
           cast(sum(case when moved and direction = 'out' then coalesce(usd, 0) else 0 end) as double) as went
    from legs group by account, epoch
), running as (
    select account, epoch, went, sum(came) over so_far as all_in, sum(went) over so_far as all_out,
           coalesce(sum(came) over (partition by account order by epoch
                                    range between unbounded preceding and $within + 1 preceding), 0) as old_in
    from seconds
    window so_far as (partition by account order by epoch)
), matched as (
    select account, epoch, went, old_in,
           all_out - greatest(0, max(all_out - all_in) over (partition by account order by epoch)) as matched_out
    from running
), fast as (
    select account, epoch, went, greatest(0, matched_out - greatest(old_in, coalesce(
               lag(matched_out) over (partition by account order by epoch), 0))) as fast_out
    from matched
)
select account, epoch,
       case when sum(went) over recent >= $floor_usd and sum(went) over recent > 0
            then least(1, sum(fast_out) over recent / sum(went) over recent) end as value
from fast
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
