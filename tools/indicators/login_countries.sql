-- login_countries
-- means: different countries of the log-ins within {seconds}
-- unit: countries
-- parameter: seconds = 172800 (3600 .. 31536000) seconds, length of the trailing window
-- needs: logins.country = log-ins with a country
-- rows: logins where country is not null
with met as (
    select account, country, epoch, lead(epoch) over (partition by account, country order by epoch) as again
    from (select distinct account, country, epoch from logins where country is not null)
), steps as (
    select distinct account, epoch, 0 as step, true as here from legs
    union all
    select account, epoch, 1, false from met
    union all
    select account, least(coalesce(again, epoch + $seconds), epoch + $seconds), -1, false from met
)
select account, epoch, value
from (select account, epoch, here, sum(step) over (partition by account order by epoch) as value from steps)
where here
