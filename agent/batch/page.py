"""What a batch came to, for people: a table by state, and a folder with an index page and the same as a sheet.

The page is one file that asks nothing of anybody: no script, no picture or style from elsewhere. Every word of it that
comes from data is escaped; the sheet's cells cannot be formulas.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from casewright.agent.memo.page import replace
from casewright.knowledge import clock
from casewright.tools.store import Store, queue
from casewright.tools.store.queue import Job, Run, State, Totals

NAME = "index.html"
SHEET = "summary.csv"
_FORMULA = ("=", "+", "-", "@")  # a cell that begins so would be run by some programs
_STATES: tuple[tuple[State, str], ...] = (
    ("blocked", "the check struck sentences: see what, and redo or edit"),
    ("needs a person", "something stands in the way that a person decides"),
    ("failed", "no case could be made"),
    ("drafted", "to be reviewed"),
    ("running", "a runner is at work on it"),
    ("waiting", "not begun"),
)


class Line(NamedTuple):
    """One case of a run, as both tell it."""

    state: State
    case: str
    alerts: str
    subjects: str
    recommendation: str
    typology: str
    due: str
    first: str  # its first sentence that tells something
    reason: str
    usd: float

    @property
    def has_files(self) -> bool:
        """Whether its memo was written."""
        return bool(self.recommendation)


def lines(jobs: Iterable[Job]) -> Iterator[Line]:
    """The cases of a run in the order of work."""
    for _, group in groupby(jobs, key=lambda job: job.place):
        held = list(group)
        one, told = held[0], held[0].told
        yield Line(
            one.state,
            one.case,
            ", ".join(job.alert for job in held),
            str(told.get("subjects", "")),
            str(told.get("recommendation", "")),
            str(told.get("typology", "")),
            str(told.get("due", "")),
            str(told.get("first", "")),
            one.reason,
            sum(job.usd for job in held),
        )


def write(store: Store, run: Run, totals: Totals, out: Path) -> Path:
    """Write the index page and the sheet of a run to OUT/RUN, each whole or not at all; tells the page."""
    place = out / run.run
    place.mkdir(parents=True, exist_ok=True)
    found = list(lines(queue.jobs_of(store, run.run)))
    replace(place / SHEET, _sheet(found))
    replace(place / NAME, _page(run, totals, found))
    return place / NAME


def _sheet(found: Sequence[Line]) -> str:
    held = io.StringIO()
    sheet = csv.writer(held, lineterminator="\n")
    sheet.writerow(Line._fields)
    sheet.writerows([_cell(value) for value in line] for line in found)
    return held.getvalue()


def _cell(value: object) -> str:
    """On one line, as a line's end within a cell would begin another; and no formula."""
    text = " ".join(str(value).split())
    return f"'{text}" if text.startswith(_FORMULA) else text


def _page(run: Run, totals: Totals, found: Sequence[Line]) -> str:
    folder = Path(__file__).parent
    loader = FileSystemLoader(folder)
    environment = Environment(
        loader=loader, undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    by_state = [(state, means, [line for line in found if line.state == state]) for state, means in _STATES]
    return environment.get_template("index.html").render(
        run=run, begun=clock.iso(run.at), totals=totals, alerts=sum(totals.states.values()),
        states=[one for one in by_state if one[2]],
    )  # fmt: skip
