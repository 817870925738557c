"""A 3-hop trace of 90 days, warm, against a recursive CTE over the time-ordered table.

Twenty customers with outgoing transfers in the window, each traced alone; most traces are small, a few fan out to a
thousand transfers. The reference is given what it can use: the table in the order of time (a quarter of it is read for
90 days; over `legs` it takes twice as long), and the hubs of the window as a table made beforehand. It returns the
transfers with their fewest hops and stops at the same labels. It differs in what SQL cannot say: it leaves hubs out by
their transfers in the window instead of after the arrival, lets nothing pass through a bridge, and tells neither where
a trace stopped, nor why, nor sums; ours is the whole answer of the tool.
"""

from functools import partial
from pathlib import Path
from statistics import mean, median

from ratio import SINCE, Ratio, best_of, ledger_of

from casewright.knowledge.records import Subject
from casewright.tools.labels import ending, in_words
from casewright.tools.onward import FOLLOWED
from casewright.tools.queries.trace import trace
from casewright.tools.warehouse import Ledger

HOPS, FAN_OUT, DAY = 3, 1_000, 86_400
_SINCE = SINCE + 180 * DAY
_UNTIL = _SINCE + 90 * DAY
_MOVES = f"{FOLLOWED} and l.epoch >= $since and l.epoch < $until"

_SUBJECTS = f"""
select account from legs l
where direction = 'out' and account like 'ACC-%' and hash(account) % 101 = 1 and {_MOVES}
group by account order by hash(account) limit $count"""

_HUBS = f"""
create temp table hubs as select src as id from transfers l where {_MOVES} group by src having count(*) > {FAN_OUT}"""

_RECURSIVE = f"""
with recursive edges as (
    select src, dst, epoch, usd, id from transfers l where {_MOVES} and src <> dst
), walk as (
    select 1 as hop, * from edges where src = $subject
    union
    select w.hop + 1, e.* from walk w join edges e on e.src = w.dst and e.epoch >= w.epoch
    where w.hop < {HOPS} and w.dst not in (select id from hubs)
        and (w.dst = $subject or w.dst not in (select id from labels where category in {in_words(ending())}))
)
select min(hop) as hop, src, dst, epoch, usd, id from walk group by src, dst, epoch, usd, id"""


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Ours and the reference, over the same subjects; then a batch against one by one."""
    ours, reference = [], []
    with Ledger.open(ledger_of(folder, transfers)) as ledger:
        window = {"since": _SINCE, "until": _UNTIL}
        names = [row[0] for row in ledger.rows(_SUBJECTS, count=1_000, **window)]
        ledger.rows(_HUBS, **window)
        batch = tuple(Subject(id=name, since=_SINCE, until=_UNTIL) for name in names)
        for subject in batch[:20]:
            ours.append(best_of(3, partial(trace, ledger, (subject,), hops=HOPS, fan_out=FAN_OUT)))
            reference.append(best_of(3, partial(ledger.rows, _RECURSIVE, subject=subject.id, **window)))
        together = best_of(1, partial(trace, ledger, batch, hops=HOPS, fan_out=FAN_OUT, limit=50))
    large = transfers >= 50_000_000
    what = "3-hop trace, 90 days, against a recursive CTE"
    return [
        Ratio(f"{what}: the median of 20", median(ours), median(reference), ">= 25x" if large else ">= 5x"),
        Ratio(f"{what}: all 20", sum(ours), sum(reference), ">= 5x"),
        Ratio(
            f"trace of {len(batch):,} in one call, each, against one by one", together / len(batch), mean(ours), ">= 5x"
        ),
    ]
