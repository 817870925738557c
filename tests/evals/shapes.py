"""How often the shape of a planted laundering attempt is told first, among ordinary transfers, as a page.

`python tests/evals/shapes.py` measures AMLworld's attempts in `../shared/data` and writes `knowledge/shapes.md`.
"""

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from casewright.knowledge.clock import epoch
from casewright.knowledge.records import Subject
from casewright.tools import toolbox
from casewright.tools.importing import import_file
from casewright.tools.warehouse import Ledger

PAGE = Path(__file__).resolve().parents[2] / "knowledge" / "shapes.md"
SOURCE = Path(__file__).resolve().parents[2] / "../shared/data/amlworld/HI-Small_Patterns.txt"
LEAST = {"FAN-IN": 5, "FAN-OUT": 5, "SCATTER-GATHER": 5, "GATHER-SCATTER": 5, "CYCLE": 3, "RANDOM": 4}
NAMES = {kind: "chain" if kind == "RANDOM" else kind.lower() for kind in LEAST}
DAY = 86_400
_BEGIN, _END = "BEGIN LAUNDERING ATTEMPT - ", "END LAUNDERING ATTEMPT"

_HEAD = """# How often a planted shape is told first

Made by `python tests/evals/shapes.py`; do not edit. `tests/evals/test_shapes.py` holds the figures.

AMLworld's laundering attempts (HI-Small, IBM, CDLA-Sharing-1.0) are planted in one ledger among ordinary transfers of
the same accounts and period, which the measurement makes up: random others of the same accounts, random moments,
amounts drawn from the attempts' own. `casewright query shape` is asked about the attempt's most connected account, from
a day before the attempt to a day after it; counted is how often the attempt's shape comes first. An account of several
attempts is asked about each in its own window, though others' transfers lie within it.

Taken are attempts of five transfers or more (cycles of three, chains of four, which AMLworld calls RANDOM). Its
BIPARTITE attempts are pairs that share no account and its STACK attempts chains of two hops beside each other: no
account shows them, so they are left out. Each figure is the mean of {seeds} backgrounds.

"""
Row = tuple[int, str, str, float]


@dataclass(frozen=True)
class Attempt:
    """A planted attempt: its transfers as epoch, from, to, USD."""

    shape: str
    rows: tuple[Row, ...]

    @property
    def since(self) -> int:
        """A day before its first transfer."""
        return min(row[0] for row in self.rows) - DAY

    @property
    def until(self) -> int:
        """A day after its last transfer, exclusive."""
        return max(row[0] for row in self.rows) + DAY + 1

    @property
    def transfers(self) -> Counter[str]:
        """How many transfers each of its accounts has in it."""
        return Counter(name for _, src, dst, _ in self.rows for name in {src, dst})

    @property
    def hub(self) -> str:
        """Its most connected account, the first met of several."""
        return Counter(n for _, src, dst, _ in self.rows if src != dst for n in (src, dst)).most_common(1)[0][0]


def attempts(source: Path) -> list[Attempt]:
    """The attempts of the kinds and sizes measured, in USD by the importer's own rates."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.duckdb"
        import_file(path, "transfers", source, "amlworld", currency="USD", timezone="UTC")
        with Ledger.open(path) as ledger:
            usd = dict(ledger.rows("select line, cast(usd as double) from transfers"))
    found, kind, rows = list[Attempt](), "", list[Row]()
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(_BEGIN):
            kind, rows = line.removeprefix(_BEGIN).split(":")[0].strip(), []
        elif line.startswith(_END):
            if len(rows) >= LEAST.get(kind, len(rows) + 1):
                found.append(Attempt(NAMES[kind], tuple(rows)))
        elif line.strip() and number in usd:
            at, bank, account, other_bank, other, *_ = line.split(",")
            at = at.replace("/", "-").replace(" ", "T") + ":00Z"
            rows.append((epoch(at), f"{bank}-{account}", f"{other_bank}-{other}", usd[number]))
    return found


Background = Callable[[Sequence[Attempt], list[str], list[float], random.Random], Iterator[Row]]


def none(some: Sequence[Attempt], pool: list[str], amounts: list[float], rng: random.Random) -> Iterator[Row]:
    """The attempts alone."""
    return iter(())


def evenly(each: float, *, skewed: bool = False) -> Background:
    """EACH ordinary transfers of every account in six days; SKEWED: few accounts have most of them."""

    def made(some: Sequence[Attempt], pool: list[str], amounts: list[float], rng: random.Random) -> Iterator[Row]:
        since, until = min(a.since for a in some), max(a.until for a in some)
        weights = [rng.paretovariate(1.2) if skewed else 1.0 for _ in pool]
        count = int(each * len(pool) / 2 * (until - since) / (6 * DAY))
        for src, dst in zip(rng.choices(pool, weights, k=count), rng.choices(pool, weights, k=count), strict=True):
            if src != dst:
                yield rng.randrange(since, until), src, dst, rng.choice(amounts)

    return made


def as_many(least: int) -> Background:
    """For each account of an attempt, in its window, as many as it has in the attempt, LEAST at least.

    Accounts also get those that others drew them for: some two to three more in a window.
    """

    def made(some: Sequence[Attempt], pool: list[str], amounts: list[float], rng: random.Random) -> Iterator[Row]:
        for attempt in some:
            for name, share in attempt.transfers.items():
                for _ in range(max(least, share)):
                    other = rng.choice(pool)
                    src, dst = (name, other) if rng.random() < 0.5 else (other, name)
                    if src != dst:
                        yield rng.randrange(attempt.since, attempt.until), src, dst, rng.choice(amounts)

    return made


DENSITIES: dict[str, Background] = {
    "none": none,
    "3 each": evenly(3),
    "5 each": evenly(5),
    "8 each": evenly(8),
    "3 each, skewed": evenly(3, skewed=True),
    "as its share, at least 2": as_many(2),
    "as its share, at least 3": as_many(3),
}


def planted(path: Path, some: Sequence[Attempt], background: Background, seed: int) -> None:
    """Make the ledger: the attempts among that background."""
    rng = random.Random(seed)
    rows = [row for attempt in some for row in attempt.rows]
    pool = sorted({name for _, src, dst, _ in rows for name in (src, dst)})
    rows += background(some, pool, [row[3] for row in rows], rng)
    rng.shuffle(rows)
    file = path.with_suffix(".csv")
    lines = ["id,at,src,dst,usd,amount,asset"]
    lines += [f"T{nr},{at},{src},{dst},{usd:.2f},{usd:.2f},USD" for nr, (at, src, dst, usd) in enumerate(rows)]
    file.write_text("\n".join(lines), encoding="utf-8")
    import_file(path, "transfers", file, "table", currency="USD", timezone="UTC")


def told(ledger: Ledger, some: Sequence[Attempt]) -> list[str]:
    """The shape told first for each attempt; accounts of several attempts take several passes."""
    passes: list[dict[str, int]] = []
    for number, attempt in enumerate(some):
        free = next((one for one in passes if attempt.hub not in one), None)
        if free is None:
            passes.append(free := {})
        free[attempt.hub] = number
    found = [""] * len(some)
    for one in passes:
        asked = tuple(Subject(id=name, since=some[nr].since, until=some[nr].until) for name, nr in one.items())
        for row in toolbox.call(ledger, "shape", asked).rows:
            found[one[str(row["subject"])]] = found[one[str(row["subject"])]] or str(row["shape"])
    return found


def measured(some: Sequence[Attempt], background: Background, seed: int) -> dict[str, float]:
    """The share of each shape's attempts that is told first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.duckdb"
        planted(path, some, background, seed)
        with Ledger.open(path) as ledger:
            first = told(ledger, some)
    right = Counter(attempt.shape for attempt, shape in zip(some, first, strict=True) if attempt.shape == shape)
    every = Counter(attempt.shape for attempt in some)
    return {shape: right[shape] / every[shape] for shape in NAMES.values()}


def macro(shares: dict[str, float]) -> float:
    """The mean over the shapes."""
    return sum(shares.values()) / len(shares)


def mean(several: Sequence[dict[str, float]]) -> dict[str, float]:
    """Each shape's mean."""
    return {shape: sum(shares[shape] for shares in several) / len(several) for shape in several[0]}


def table(by_density: dict[str, dict[str, float]], some: Sequence[Attempt]) -> str:
    """The figures as a table of markdown."""
    every = Counter(attempt.shape for attempt in some)
    lines = ["| ordinary transfers | " + " | ".join(f"{s} ({every[s]})" for s in NAMES.values()) + " | macro |"]
    lines.append("|---" * (len(NAMES) + 2) + "|")
    for name, shares in by_density.items():
        cells = " | ".join(f"{share:.2f}" for share in shares.values())
        lines.append(f"| {name} | {cells} | {macro(shares):.3f} |")
    return "\n".join(lines) + "\n"


def main(seeds: Sequence[int] = (101, 102, 103)) -> None:
    """Measure every density and write the page."""
    some = attempts(SOURCE)
    by_density = {}
    for name, background in DENSITIES.items():
        by_density[name] = mean([measured(some, background, seed) for seed in seeds])
        print(name, f"{macro(by_density[name]):.3f}", file=sys.stderr)
    PAGE.write_text(_HEAD.format(seeds=len(seeds)) + table(by_density, some), encoding="utf-8")


if __name__ == "__main__":
    main()
