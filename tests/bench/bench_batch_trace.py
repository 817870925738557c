"""3-hop traces of 90 days for ten thousand customers in one call, along the mapped adjacency, warm.

The walk alone (the transfers, the accounts reached, why each trace stopped) is held against one millisecond a subject;
beside it stand the whole evidence of a thousand, the same walk read from the ledger, and the making of the arrays.
"""

import shutil
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from ratio import SINCE, Ratio, best_of, ledger_of

from casewright.knowledge.records import Subject, Subjects
from casewright.tools.adjacency import Adjacency
from casewright.tools.onward import FOLLOWED, LegsMet
from casewright.tools.queries.trace import trace
from casewright.tools.trace import along
from casewright.tools.traced import Caps, Walk
from casewright.tools.warehouse import Ledger

DAY = 86_400
_SINCE = SINCE + 180 * DAY
_UNTIL = _SINCE + 90 * DAY
_CAPS = Caps(hops=3, fan_out=1_000)
_SUBJECTS = f"""
select account from legs l
where direction = 'out' and account like 'ACC-%' and {FOLLOWED} and l.epoch >= $since and l.epoch < $until
group by account order by md5(account) limit 10000"""


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Milliseconds a subject, and the making against an import-sized bound."""
    path = ledger_of(folder, transfers)
    shutil.rmtree(path.parent / "adjacency", ignore_errors=True)
    with Ledger.open(path) as ledger:
        names = [row[0] for row in ledger.rows(_SUBJECTS, since=_SINCE, until=_UNTIL)]
        batch = tuple(Subject(id=name, since=_SINCE, until=_UNTIL) for name in names)
        start = time.perf_counter()
        onward = Adjacency.open(ledger)
        made = time.perf_counter() - start
        opened = best_of(3, partial(Adjacency.open, ledger))
        walk = best_of(3, lambda: _count(along(onward, ledger, batch, _CAPS)))
        some = batch[:1_000]
        evidence = best_of(1, partial(trace, ledger, some, hops=3, fan_out=1_000, limit=50))
        read = best_of(1, partial(_from_ledger, ledger, some))
        mapped = best_of(3, lambda: _count(along(onward, ledger, some, _CAPS)))
    each = 1_000 / len(batch)
    return [
        Ratio(f"walk of {len(batch):,} subjects in one batch, ms each, against 1 ms", walk * each, 1.0, "<= 1x"),
        Ratio(f"evidence of {len(some):,} subjects, ms each, against 5 ms", evidence * 1_000 / len(some), 5.0, "<= 1x"),
        Ratio(f"walk of {len(some):,} along the adjacency against the ledger", mapped, read, ">= 2x"),
        Ratio("adjacency opened and checked against made", opened, made, ">= 5x"),
    ]


def _from_ledger(ledger: Ledger, batch: Subjects) -> int:
    onward = LegsMet(ledger, backward=False, since=_SINCE, until=_UNTIL, valued=False)
    return _count(along(onward, ledger, batch, _CAPS))


def _count(walks: Iterable[Walk]) -> int:
    return sum(len(walk.place) for walk in walks)
