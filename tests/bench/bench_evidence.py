"""The base evidence of 1,000 accounts: in one pass, one by one, and on a tenth of the transfers."""

import random
import resource
from pathlib import Path

from ratio import LARGE, SINCE, UNTIL, Ratio, best_of, ledger_of

from casewright.knowledge.records import Subject, Subjects
from casewright.tools import pack, toolbox
from casewright.tools.warehouse import Ledger

_SUBJECTS = 1_000
_ONE_BY_ONE = 20  # of them, asked alone; the rest would take minutes
_SEED = 7


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """One pass against one by one; of a large ledger also against a tenth of it, and the peak of memory."""
    asked = _asked(transfers)
    some = asked[:: _SUBJECTS // _ONE_BY_ONE]
    with Ledger.open(ledger_of(folder, transfers)) as ledger:

        def alone() -> None:
            for subject in some:
                for tool in pack.BASE:
                    toolbox.call(ledger, tool, (subject,))

        ours = _together(ledger, asked)
        reference = best_of(2, alone) / len(some) * len(asked)
    what = f"evidence of {len(asked):,} accounts, {len(pack.BASE)} tools, in one pass"
    found = [Ratio(f"{what} against one by one ({len(some)} measured, scaled)", ours, reference, ">= 40x")]
    if transfers >= LARGE:
        with Ledger.open(ledger_of(folder, transfers // 10)) as ledger:
            found.append(Ratio(f"{what} against a tenth of the transfers", ours,
                               _together(ledger, _asked(transfers // 10)), "<= 3.5x"))  # fmt: skip
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        found.append(Ratio("peak memory of this run, GB, against 8 GB", peak, 8, "<= 1x"))
    return found


def _asked(transfers: int) -> Subjects:
    """Accounts drawn at random, each with the last ninety days before an alert at a random moment as its window."""
    rng = random.Random(_SEED)
    numbers = rng.sample(range(1, max(transfers // 25, _SUBJECTS) + 1), _SUBJECTS)
    ends = [rng.randrange(SINCE + 90 * 86400, UNTIL) for _ in numbers]
    return tuple(Subject(id=f"ACC-{number:07d}", since=end - 90 * 86400, until=end)
                 for number, end in zip(numbers, ends, strict=True))  # fmt: skip


def _together(ledger: Ledger, asked: Subjects) -> float:
    """Seconds of one pass over all, with what it reads read once before."""

    def together() -> None:
        assert len(pack.gather(ledger, asked)) == len(asked)

    pack.gather(ledger, asked[:2])
    return best_of(2, together)
