-- recalls
-- means: payments that the sender's bank asked back, as known within {seconds}
-- unit: recalls
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- side: in
-- needs: events.kind = events
-- rows: events where kind = 'recall'
with marks as (
    select account, epoch, 0 as recall from legs
    union all
    select account, epoch, 1 from events where kind = 'recall'
)
select account, epoch, sum(recall) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
