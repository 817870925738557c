-- foreign_login_share
-- means: of the log-ins within {seconds}, the share from a country other than the customer's own by KYC
-- unit: share
-- parameter: seconds = 2592000 (3600 .. 31536000) seconds, length of the trailing window
-- parameter: log_ins = 3 (1 .. 1000) logins, the fewest that are measured
-- needs: logins.country = log-ins with a country
-- needs: customers.country = customers' countries
-- no_value: there never were {log_ins} log-ins with a country within {seconds}
-- note: each log-in is held against the country that was known when it was made
-- rows: logins where country is not null
with declared as (
    select account, epoch as known, country,
           coalesce(lead(epoch) over (partition by account order by epoch), 9000000000000) as replaced
    from (select account, epoch, max(country) as country from customers group by account, epoch)
), marks as (
    select account, epoch, 0 as made, 0 as abroad from legs
    union all
    select l.account, l.epoch, 1, case when l.country <> d.country then 1 else 0 end
    from logins l join declared d on d.account = l.account and l.epoch >= d.known and l.epoch < d.replaced
    where l.country is not null and d.country is not null
), counts as (
    select account, epoch, sum(made) over recent as made, sum(abroad) over recent as abroad
    from marks
    window recent as (partition by account order by epoch range between $seconds - 1 preceding and current row)
)
select account, epoch, case when made >= $log_ins then cast(abroad as double) / cast(made as double) end as value
from counts
