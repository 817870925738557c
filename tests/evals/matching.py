"""How often the planted typology of an exchange is matched first, and its honest look-alikes are not, as a page.

`python tests/evals/matching.py FOLDER` measures the demo in FOLDER and writes `knowledge/matching.md`; with `--print`
it only shows the page, with `--misses` who was missed as well.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from csv import DictReader
from dataclasses import dataclass
from pathlib import Path

from casewright.knowledge.library import typologies
from casewright.knowledge.records import subjects
from casewright.knowledge.typology import Typology
from casewright.tools.fits import weigh
from casewright.tools.indicators import catalogue
from casewright.tools.matching import FITS
from casewright.tools.signs import signs
from casewright.tools.warehouse import Ledger

PAGE = Path(__file__).resolve().parents[2] / "knowledge" / "matching.md"
OTHERS = 500  # customers who are not planted, the first by id, of those with a transfer

_HEAD = """# How well planted typologies are matched

Made by `make matching`, which measures a fresh demo exchange; do not edit. A test holds this page against the demo.

Each customer is matched with all {typologies} approved typologies over the whole history, as an investigation of a
customer does; nothing but the ledger is read. `truth/truth.csv` then tells what was planted.

- *First*, *in first three*: the planted typology's place among the matches by score. A tie counts as the worse place.
  All planted subjects count, also the {quiet} of {planted} that the simulator keeps so low that no alert is expected;
  not the one story that leaves no trace. Of a customer with two stories, each counts, with the other's typology left
  out.
- *Matched as such*: an honest look-alike for whom the typology that it resembles is not the first match with a score of
  {fits} or more, from where on a text may speak of a fit. *Nothing fits*: no typology at all has that score. A firm
  that pays a ransom is a victim, and `ransomware-victim-payment` is meant to fit it.
- *Other customers* are the first {others} by id who are neither.

Thresholds were tuned on another exchange of the same simulator, and a demo's six subjects of each story are few: that
the figures are good here is needed, not enough.

| | share | of |
|---|---|---|
"""
_STORIES = """
| planted | typology | first | in first three | look-alike | matched as such | nothing fits |
|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Story:
    """A line of the truth, and how its subject was matched: typologies by score, the best first."""

    subject: str
    scenario: str
    planted: bool
    expected: str  # the planted typology's id; of a look-alike, the one that it resembles
    quiet: bool
    ranking: tuple[tuple[str, float], ...]

    @property
    def place(self) -> int:
        """The place of the expected typology, from 1; 0 where it does not match. A tie counts as the worse place."""
        own = dict(self.ranking).get(self.expected)
        return 0 if own is None else sum(score >= own for _, score in self.ranking)

    @property
    def misled(self) -> bool:
        """Whether the expected typology comes first, or ties for it, with a score that speaks of a fit."""
        scores = dict(self.ranking)
        own = scores.get(self.expected, 0)
        return own >= FITS and own == max(scores.values())

    @property
    def fits_something(self) -> bool:
        """Whether any typology has a score that speaks of a fit."""
        return any(score >= FITS for _, score in self.ranking)


@dataclass(frozen=True)
class Measured:
    """All stories of an exchange, and how many of some customers without one are fitted by a typology."""

    stories: tuple[Story, ...]
    others: int
    others_fitted: int
    library: Mapping[str, Typology]

    def planted(self, scenario: str = "") -> list[Story]:
        """The planted subjects, of all stories or of one."""
        return [story for story in self.stories if story.planted and scenario in {"", story.scenario}]

    def look_alikes(self, scenario: str = "") -> list[Story]:
        """The look-alikes, of all stories or of one."""
        return [story for story in self.stories if not story.planted and scenario in {"", story.scenario}]


def measured(folder: Path) -> Measured:
    """Match every planted subject and look-alike of the exchange in FOLDER, and some others."""
    with (folder / "data" / "truth" / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = [line for line in DictReader(file) if line["signal"] == "yes"]
    library = typologies([], catalogue())
    own = {line["scenario"]: line["id"] for line in truth if line["side"] == "typology"}
    both: dict[str, set[str]] = {}
    for line in truth:
        if line["side"] == "typology":
            both.setdefault(line["subject"], set()).add(line["id"])
    with Ledger.open(folder / ".casewright" / "ledger.duckdb") as ledger:
        cast = {line["subject"] for line in truth}
        moved = ledger.rows("select id from customers where id in (select account from legs) group by id order by id")
        others = [row[0] for row in moved if row[0] not in cast][:OTHERS]
        asked = subjects(*sorted(cast), *others)
        found = signs(ledger, asked, library.values())
    rankings = {
        one.id: tuple((made.typology.id, made.score) for made in weigh(library.values(), found[one], one.id))
        for one in asked
    }
    stories = [_story(line, own[line["scenario"]], both, rankings[line["subject"]]) for line in truth]
    fitted = sum(any(score >= FITS for _, score in rankings[name]) for name in others)
    return Measured(tuple(stories), len(others), fitted, library)


def _story(
    line: Mapping[str, str], expected: str, both: Mapping[str, set[str]], ranking: Sequence[tuple[str, float]]
) -> Story:
    beside = both.get(line["subject"], set()) - {expected}
    kept = tuple((name, score) for name, score in ranking if name not in beside)
    return Story(line["subject"], line["scenario"], line["side"] == "typology", expected, line["quiet"] == "yes", kept)


def first(stories: Sequence[Story]) -> int:
    """How many have the expected typology first."""
    return sum(story.place == 1 for story in stories)


def in_first_three(stories: Sequence[Story]) -> int:
    """How many have it in the first three."""
    return sum(1 <= story.place <= 3 for story in stories)


def as_such(stories: Sequence[Story]) -> int:
    """How many look-alikes are not taken for what they resemble."""
    return sum(not story.misled for story in stories)


def told(found: Measured) -> str:
    """The page as markdown."""
    planted, alike = found.planted(), found.look_alikes()
    loud = [story for story in planted if not story.quiet]
    head = _HEAD.format(
        typologies=len([one for one in found.library.values() if one.status == "approved"]),
        quiet=len(planted) - len(loud), planted=len(planted), fits=FITS, others=found.others,
    )  # fmt: skip
    rows = [
        ("planted typology first", first(planted), len(planted)),
        ("planted typology in the first three", in_first_three(planted), len(planted)),
        ("first, without those kept low", first(loud), len(loud)),
        ("in the first three, without those kept low", in_first_three(loud), len(loud)),
        ("look-alikes matched as such", as_such(alike), len(alike)),
        ("look-alikes that nothing fits", _unfitted(alike), len(alike)),
        ("other customers that nothing fits", found.others - found.others_fitted, found.others),
    ]
    summary = "\n".join(f"| {words} | {part / whole:.2f} | {part} of {whole} |" for words, part, whole in rows)
    return "\n".join([head + summary, _STORIES.rstrip("\n"), *_lines(found), ""])


def _unfitted(stories: Sequence[Story]) -> int:
    return sum(not story.fits_something for story in stories)


def _lines(found: Measured) -> Iterator[str]:
    for scenario in dict.fromkeys(story.scenario for story in found.stories):
        planted, alike = found.planted(scenario), found.look_alikes(scenario)
        cells = [scenario, planted[0].expected]
        cells += [f"{count} of {len(planted)}" for count in (first(planted), in_first_three(planted))]
        cells += [str(len(alike)), f"{as_such(alike)} of {len(alike)}", f"{_unfitted(alike)} of {len(alike)}"]
        yield f"| {' | '.join(cells)} |"


def misses(found: Measured) -> Iterator[str]:
    """A line for each story that went wrong, with what was matched instead."""
    for story in found.stories:
        wrong = story.place != 1 if story.planted else story.misled
        if wrong:
            side = "planted" if story.planted else "look-alike"
            best = ", ".join(f"{name} {score}" for name, score in story.ranking[:5])
            quiet = " quiet" if story.quiet else ""
            yield f"{story.scenario} {side}{quiet} {story.subject}: place {story.place} of {story.expected}: {best}"


if __name__ == "__main__":
    result = measured(Path(sys.argv[1]))
    if "--misses" in sys.argv:
        print("\n".join(misses(result)))
    if {"--misses", "--print"} & set(sys.argv):
        print(told(result))
    else:
        PAGE.write_text(told(result), encoding="utf-8")
