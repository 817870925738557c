"""One account's profile: the tool on the legs, against the same question asked of the time-ordered transfers."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ratio import LARGE, SINCE, UNTIL, Ratio, ledger_of

from casewright.knowledge.records import Subject
from casewright.tools import toolbox
from casewright.tools.warehouse import Ledger

_ACCOUNTS = 25
_FROM = SINCE + (UNTIL - SINCE) * 3 // 4  # the last quarter, with the history before it

# What the profile tells, in plain SQL over `transfers`: both sides, in the window and before it.
_PLAIN = """
with mine as (
    select epoch >= $since as inside, 'out' as direction, dst as counterparty, * exclude (dst)
    from transfers where src = $id and epoch < $until
    union all
    select epoch >= $since, 'in', src, * exclude (dst) from transfers
    where dst = $id and src <> $id and epoch < $until
), sorted as (
    select *, case when status <> 'completed' then status when kind in ('trade', 'fee') then kind
        when counterparty = $id then 'self' else 'moved' end as sort
    from mine
)
select inside, direction, sort, count(*), count(distinct counterparty), sum(usd), quantile_disc(usd, 0.5),
    max((usd, -epoch, counterparty)), min(epoch), max(epoch), count(distinct epoch // 86400),
    count(*) filter (coalesce(amount, usd) % 100 = 0)
from sorted group by grouping sets ((inside, direction, sort), (inside, sort), (inside))"""


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Medians over accounts picked evenly from the busiest to the quietest; evidence objects included on our side."""
    name = f"account profile, median of {_ACCOUNTS} accounts, against"
    with Ledger.open(ledger_of(folder, transfers)) as ledger:
        asked = _asked(transfers)

        def plain(subject: Subject) -> Any:
            return ledger.rows(_PLAIN, id=subject.id, since=_FROM, until=UNTIL)

        ours, reference = _profile(ledger, asked), _median(plain, asked)
    found = [Ratio(f"{name} the time-ordered table", ours, reference, ">= 5x")]
    if transfers >= LARGE:
        with Ledger.open(ledger_of(folder, transfers // 10)) as ledger:
            less = _profile(ledger, _asked(transfers // 10))
        found.append(Ratio(f"{name} a tenth of the transfers", ours, less, "<= 1.6x"))
    return found


def _asked(transfers: int) -> list[Subject]:
    number = transfers // 25
    names = [f"ACC-{1 + nr * (number - 1) // _ACCOUNTS:07d}" for nr in range(_ACCOUNTS)]
    return [Subject(id=name, since=_FROM, until=UNTIL) for name in names]


def _profile(ledger: Ledger, asked: list[Subject]) -> float:
    def ours(subject: Subject) -> Any:
        return toolbox.call(ledger, "account_profile", (subject,))

    return min(_median(ours, asked) for _ in range(2))  # the first reads what the second finds read


def _median(ask: Callable[[Subject], Any], subjects: list[Subject]) -> float:
    seconds = []
    for subject in subjects:
        start = time.perf_counter()
        ask(subject)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
