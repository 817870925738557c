-- account_events
-- means: records about the account within {seconds}: complaints, disputes, holds, changes and the like
-- unit: events
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: kind = any (any | complaint | device_flag | dispute | document_check | hold | hold_release |
--   information_request | limit_change | police_request | recall | screening_hit | security_change | staff_override |
--   ticket | tier_change | whitelist_change), which count
-- needs: events.kind = events
-- rows: events where $kind = 'any' or kind = $kind
with marks as (
    select account, epoch, 0 as happened from legs
    union all
    select account, epoch, 1 from events where $kind = 'any' or kind = $kind
)
select account, epoch, sum(happened) over recent as value
from marks
window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
