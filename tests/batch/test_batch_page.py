"""The page and the sheet of a run: no word of the data becomes markup or a formula, every link leads to a file."""

import csv
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import nights
import pytest

from casewright.agent.batch import page
from casewright.agent.batch.night import Asked
from casewright.agent.settings import Workspace
from casewright.tools.store import Store, queue
from casewright.tools.store.queue import End, Job, Run

SCRIPT = '"><script>alert(1)</script>'
HOSTILE = (
    SCRIPT,
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "{{ 7*7 }}",
    "javascript:alert(1)",
)


class Read(HTMLParser):
    """The tags, links and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture
def hostile(workspace: Workspace, tmp_path: Path) -> Path:
    """The page of a run in which every word that comes from data is hostile."""
    run = Run(run="B-1", at=1_760_000_000, who=SCRIPT, options={}, state="running")
    names = ("subjects", "recommendation", "typology", "due", "first")
    jobs = [Job(alert=f"{word} {n}", place=n, case=word) for n, word in enumerate(HOSTILE)]
    with Store.open(workspace.cases) as store:
        queue.begin(store, run, jobs)
        queue.claim(store, "B-1", "w1", len(HOSTILE))
        for n, word in enumerate(HOSTILE):
            state = ("drafted", "failed")[n % 2]
            queue.end_job(store, "B-1", "w1", n, End(state, word, told=dict.fromkeys(names, word)))  # type: ignore[arg-type]
        return page.write(store, run, queue.totals(store, "B-1"), tmp_path / "out")


def test_hostile_words_are_words_on_the_page(hostile: Path) -> None:
    text = hostile.read_text(encoding="utf-8")
    read = Read(text)
    assert not read.tags & {"script", "img", "iframe", "link", "object", "form", "base"}
    assert not [name for name in read.attributes if name.startswith("on")]
    assert "alert(1)</script>" in read.words
    assert "{{ 7*7 }}" in read.words
    assert "49" not in read.words
    assert [link for link in read.links if not link.startswith(("#", "../"))] == []
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in text


def test_no_cell_of_the_sheet_is_a_formula(hostile: Path) -> None:
    with (hostile.parent / page.SHEET).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    assert tuple(rows[0]) == page.Line._fields
    assert len(rows) == 1 + len(HOSTILE)
    for row in rows[1:]:
        assert len(row) == len(rows[0])
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_case_cannot_lead_out_of_the_folder(workspace: Workspace, tmp_path: Path) -> None:
    run = Run(run="B-1", at=1, who="mei", options={}, state="running")
    with Store.open(workspace.cases) as store:
        queue.begin(store, run, [Job(alert="A-1", place=0, case="https://elsewhere.example/?a=1#b")])
        queue.claim(store, "B-1", "w1", 1)
        queue.end_job(store, "B-1", "w1", 0, End("drafted", told={"recommendation": "close"}))
        text = page.write(store, run, queue.totals(store, "B-1"), tmp_path).read_text(encoding="utf-8")
    [link] = [link for link in Read(text).links if not link.startswith("#")]
    assert link.startswith("../https%3A")
    assert not set("?#:") & set(link)


def test_every_link_of_a_night_leads_to_a_file_and_nothing_is_asked_of_others(
    workspace: Workspace, build_ledger: Callable[..., Path], tmp_path: Path
) -> None:
    odd = {**nights.alerts()[3], "id": 'A 1/<b>&"é', "title": SCRIPT, "reason": "=1+1", "rule": SCRIPT}
    nights.furnished(workspace, nights.exchange(tmp_path / "l.duckdb", build_ledger, [odd], nights.alerts()[2:3]))
    run = nights.begun(workspace, Asked(ids=("A-03", odd["id"], SCRIPT)))
    done = nights.worked(workspace, run, out=tmp_path / "other place")
    assert (done.totals.cases, done.totals.states["failed"]) == (2, 1)
    text = done.page.read_text(encoding="utf-8")
    read = Read(text)
    cases = [link for link in read.links if not link.startswith("#")]
    assert len(cases) == 2
    for link in cases:
        assert (done.page.parent / unquote(link)).is_file(), link
    for link in set(read.links) - set(cases):
        assert f'id="{link[1:]}"' in text
    assert not re.search(r"https?://|url\(|@import", text)
    assert not read.tags & {"script", "img", "link", "iframe"}
    assert SCRIPT in read.words


def test_the_page_is_there_while_a_run_is_not_done(night_workspace: Workspace) -> None:
    run = nights.begun(night_workspace)
    with Store.open(night_workspace.cases) as store:
        text = page.write(store, run, queue.totals(store, run.run), night_workspace.out).read_text(encoding="utf-8")
    assert "12 alerts are left" in text
    assert f"waiting <b>{nights.CASES}</b>" in text
    assert not [path for path in (night_workspace.out / run.run).iterdir() if path.suffix == ".part"]
