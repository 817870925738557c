-- holding_time
-- means: value-weighted time that what left within {seconds} had been held, first in first out
-- unit: seconds
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: floor_usd = 100 (0 .. 1000000000) USD, the least matched outflow that is measured
-- side: out
-- status: completed
-- needs: legs.usd = USD values
-- no_value: never did {floor_usd} or more of what had come in leave within {seconds}
-- note: value that left without having come in is set aside, as in fast_turnaround_share. Of the value that had left by
--   a second, the last unit came with the first credit that fills the account's inflow up to there; so the sum of the
--   moments at which it came is known at each second, and a window's is the difference. Within one second credits come
--   first.
-- rows: legs where moved and direction = 'out'
with seconds as (
    select account, epoch,
           cast(sum(case when moved and direction = 'in' then coalesce(usd, 0) else 0 end) as decimal(38, 2)) as came,
           cast(sum(case when moved and direction = 'out' then coalesce(usd, 0) else 0 end) as decimal(38, 2)) as went
    from legs group by account, epoch
), running as (
    select account, epoch, came, went, sum(came) over so_far as all_in, sum(went) over so_far as all_out,
           epoch - min(epoch) over (partition by account) as age
    from seconds
    window so_far as (partition by account order by epoch)
), matched as (
    select account, epoch, came, age, all_in, went,
           all_out - greatest(0, max(all_out - all_in) over (partition by account order by epoch)) as left_by
    from running
), lots as (
    select account, 0 as place, epoch, all_in as position, all_in as end_at, age as came_at,
           cast(sum(came * age) over (partition by account order by epoch) as decimal(38, 2)) as weighed
    from matched where came > 0
    union all
    select account, 1, epoch, left_by, null, null, null from matched
), found as (
    select account, place, epoch, position, min(end_at) over later as end_at, min(came_at) over later as came_at,
           min(weighed) over later as weighed
    from lots
    window later as (partition by account order by position desc)
), stays as (
    select account, epoch, position as left_by,
           case when position > 0 then weighed - (end_at - position) * came_at else 0 end as came_at_sum
    from found where place = 1
), steps as (
    select m.account, m.epoch, m.age, s.left_by - coalesce(lag(s.left_by) over past, 0) as moved_usd,
           s.came_at_sum - coalesce(lag(s.came_at_sum) over past, 0) as came_at_sum
    from matched m join stays s on s.account = m.account and s.epoch = m.epoch
    window past as (partition by m.account order by m.epoch)
)
select account, epoch,
       case when sum(moved_usd) over recent >= $floor_usd and sum(moved_usd) over recent > 0
            then cast(sum(moved_usd * age - came_at_sum) over recent as double)
               / cast(sum(moved_usd) over recent as double) end as value
from steps
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
