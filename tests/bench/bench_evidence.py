"""The base evidence of 1,000 accounts, until the Evidence objects exist: one pass against one by one."""

import random
from pathlib import Path

from ratio import SINCE, UNTIL, Ratio, best_of, ledger_of

from casewright.knowledge.records import Subject
from casewright.tools import pack, toolbox
from casewright.tools.warehouse import Ledger

_SUBJECTS = 1_000
_ONE_BY_ONE = 20  # of them, asked alone; the rest would take minutes
_SEED = 7


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Accounts drawn at random, each with the last ninety days before an alert at a random moment as its window."""
    rng = random.Random(_SEED)
    numbers = rng.sample(range(1, max(transfers // 25, _SUBJECTS) + 1), _SUBJECTS)
    ends = [rng.randrange(SINCE + 90 * 86400, UNTIL) for _ in numbers]
    asked = tuple(Subject(id=f"ACC-{number:07d}", since=end - 90 * 86400, until=end)
                  for number, end in zip(numbers, ends, strict=True))  # fmt: skip
    some = asked[:: _SUBJECTS // _ONE_BY_ONE]
    with Ledger.open(ledger_of(folder, transfers)) as ledger:

        def together() -> None:
            assert len(pack.gather(ledger, asked)) == len(asked)

        def alone() -> None:
            for subject in some:
                for tool in pack.BASE:
                    toolbox.call(ledger, tool, (subject,))

        pack.gather(ledger, asked[:2])  # warm: what both sides read has been read once
        ours, reference = best_of(2, together), best_of(2, alone) / len(some) * len(asked)
    name = f"evidence of {len(asked):,} accounts, {len(pack.BASE)} tools, in one pass against one by one"
    return [Ratio(f"{name} ({len(some)} measured, scaled)", ours, reference, ">= 40x")]
