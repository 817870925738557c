"""How many of 10,000 mutated drafts the check catches, and how often it alarms at a clean one, as a page.

`python tests/evals/mutations.py FOLDER` drafts the alerts of the demo in FOLDER, and some customers beside, and writes
`agent/grounding/mutations.md`; with `--print` it only shows the page and what was missed. A draft is mutated by one
change to one of its sentences; the rest of it is clean.
"""

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.mutants import Mutant, mutants

from casewright.agent.grounding import check
from casewright.agent.investigate import investigate, resolve
from casewright.agent.ledgers import open_ledger
from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import library_of
from casewright.knowledge.case import Case, Sentence

PAGE = Path(__file__).resolve().parents[2] / "agent" / "grounding" / "mutations.md"
DRAFTS = 10_000
_CUSTOMERS = 60  # drafted beside the alerts, the first by id
_SEED = 7
# What each kind of mutation changes, by the name that the page gives it.
CHANGES = {
    "figures": ("digit", "moved", "currency", "asset"),
    "dates": ("day", "zone"),
    "ids": ("address",),
    "direction": ("direction",),
    "subject": ("subject", "victim"),
    "citation": ("citation", "elsewhere"),
    "other claims": ("offence", "quantifier", "rank", "status", "reach"),
}

_HEAD = """# Mutated drafts and clean ones

Made by `make mutations`, which drafts the alerts of a fresh demo exchange and {customers} customers beside; do not
edit.

Each of {drafts:,} drafts is true but for one change to one sentence, as `tests/evals/mutants.py` makes them; it counts
as caught where the check finds that sentence unsupported. A change that happens to leave the sentence true counts as
missed, since nothing is left out by looking at the check's answer. As many of each kind were taken as the drafts give,
up to an equal share.

| change | mutated drafts | caught | rate |
|---|---|---|---|
"""


@dataclass
class Measured:
    """What was tried and what was missed, by kind of mutation; clean drafts, and those with a false alarm."""

    tried: Counter[str]
    missed: list[Mutant]
    clean: int
    alarmed: int

    @property
    def rate(self) -> float:
        """The share of mutants that was caught."""
        return 1 - len(self.missed) / sum(self.tried.values())


def cases(folder: Path) -> list[Case]:
    """The cases of the demo's alerts, and of some customers over their whole history."""
    workspace = Workspace.at(folder)
    with open_ledger(workspace) as ledger:
        names = [row[0] for row in ledger.rows("select id from alerts order by id")]
        moved = "select id from customers where id in (select account from legs) order by id"
        names += [row[0] for row in ledger.rows(f"{moved} limit {_CUSTOMERS}")]
        return investigate(ledger, [resolve(ledger, name) for name in names], library_of(workspace).typologies)


def caught(sentences: Sequence[Sentence], case: Case, seeds: Sequence[int]) -> tuple[Counter[str], list[Mutant]]:
    """How many mutants of each kind there were, and those that the check let through."""
    waiting = [mutant for seed in seeds for mutant in mutants(list(sentences), case, random.Random(seed))]
    return Counter(mutant.kind for mutant in waiting), list(_through(waiting, case))


def _through(waiting: list[Mutant], case: Case) -> Iterator[Mutant]:
    while waiting:  # a report knows a sentence by its text, so that each text is checked once in a turn
        turn = {mutant.sentence.text: mutant for mutant in reversed(waiting)}
        found = {u.sentence for u in check([m.sentence for m in turn.values()], case).unsupported}
        yield from (mutant for text, mutant in turn.items() if text not in found)
        waiting = [mutant for mutant in waiting if turn[mutant.sentence.text] is not mutant]


def measured(drafts: Sequence[Case], most: int = DRAFTS) -> Measured:
    """Try MOST mutants of these drafts, of each of CHANGES an equal share where there are enough, and the drafts."""
    alarmed = sum(not check(c.narrative.sentences, c, [s.title for s in c.narrative.sections]).clean for c in drafts)
    pool: dict[str, list[tuple[int, Mutant]]] = defaultdict(list)
    of_kind = {kind: change for change, kinds in CHANGES.items() for kind in kinds}
    for number, case in enumerate(drafts):
        for mutant in mutants(list(case.narrative.sentences), case, random.Random(_SEED + number)):
            pool[of_kind[mutant.kind]].append((number, mutant))
    chosen: dict[int, list[Mutant]] = defaultdict(list)
    for number, mutant in _shared_out(pool, most):
        chosen[number].append(mutant)
    tried = Counter(mutant.kind for several in chosen.values() for mutant in several)
    missed = [mutant for number, several in chosen.items() for mutant in _through(several, drafts[number])]
    return Measured(tried, missed, len(drafts), alarmed)


def _shared_out(pool: dict[str, list[tuple[int, Mutant]]], most: int) -> Iterator[tuple[int, Mutant]]:
    """An equal share of each change; what one has too few of is shared by the others."""
    rng = random.Random(_SEED)
    left = len(pool)
    for change in sorted(pool, key=lambda name: len(pool[name])):
        share = min(len(pool[change]), most // left)
        yield from rng.sample(pool[change], share)
        most, left = most - share, left - 1


def told(found: Measured) -> str:
    """The page as markdown."""
    lost = Counter(mutant.kind for mutant in found.missed)
    lines = []
    for change, kinds in CHANGES.items():
        tried, missed = (sum(counts[kind] for kind in kinds) for counts in (found.tried, lost))
        if tried:
            lines.append(f"| {change} | {tried:,} | {tried - missed:,} | {1 - missed / tried:.4f} |")
    total = sum(found.tried.values())
    lines.append(f"| all | {total:,} | {total - len(found.missed):,} | {found.rate:.4f} |")
    clean = f"\nOf {found.clean} clean drafts the check alarmed at {found.alarmed}.\n"
    return _HEAD.format(customers=_CUSTOMERS, drafts=total) + "\n".join(lines) + "\n" + clean


if __name__ == "__main__":
    result = measured(cases(Path(sys.argv[1])))
    if "--print" in sys.argv:
        print(told(result))
        for miss in result.missed:
            print(f"missed {miss.kind}: {miss.what}: {miss.sentence.cited()}")
    else:
        PAGE.write_text(told(result), encoding="utf-8")
