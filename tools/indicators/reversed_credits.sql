-- reversed_credits
-- means: credits within {seconds} that were reversed or charged back
-- unit: credits
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- side: in
-- status: reversed
-- note: counted when the row with that status became known
-- rows: legs where direction = 'in' and kind not in ('trade', 'fee') and status in ('reversed', 'charged_back')
select account, epoch, sum(undone) over recent as value
from (select account, epoch, case when direction = 'in' and kind not in ('trade', 'fee')
                                   and status in ('reversed', 'charged_back') then 1 else 0 end as undone
      from legs)
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
