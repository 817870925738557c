"""`casewright batch` as people and machines use it: what it tells, its exit codes, and how a run goes on."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nights
import pytest
from loopback import Loopback, fails

from casewright.agent.settings import Workspace
from casewright.tools.store import Store, queue

pytestmark = pytest.mark.usefixtures("evidence_once")
Run = Callable[..., Any]
PROMISED = {"run", "alerts", "cases", "drafted", "blocked", "needs_person", "failed", "seconds", "usd"}


@pytest.fixture
def batch(night_workspace: Workspace, casewright: Run) -> Run:
    """`casewright batch` in the night's workspace."""
    return lambda *given: casewright("-w", night_workspace.folder, "batch", "--as", "mei", *given)


@pytest.fixture
def ids(tmp_path: Path) -> Callable[..., Path]:
    """A file of ids."""

    def write(*names: str) -> Path:
        path = tmp_path / "ids.txt"
        path.write_text("\n".join(names) + "\n", encoding="utf-8")
        return path

    return write


def runs(workspace: Workspace) -> list[queue.Run]:
    with Store.open(workspace.cases) as store:
        return [run for run, _ in queue.runs_of(store)]


def test_a_batch_tells_machines_what_came_of_it_and_leaves_nothing_to_do(batch: Run) -> None:
    ran = batch("--limit", "4", "--json")
    assert ran.code == 0, ran.err
    told = ran.json
    assert told.keys() >= PROMISED
    assert (told["alerts"], told["cases"], told["drafted"]) == (4, 3, 4)
    assert told["blocked"] == told["needs_person"] == told["failed"] == told["left"] == 0
    assert Path(told["page"]).is_file()
    listed = batch("--list", "--json").json["runs"]
    assert [(run["run"], run["state"], run["by"], run["left"]) for run in listed] == [(told["run"], "ended", "mei", 0)]
    again = batch("--resume", told["run"], "--json")
    assert (again.code, again.json["drafted"], again.json["run"]) == (0, 4, told["run"])
    nothing = batch("--where", "id = A-02")
    assert nothing.code == 2
    assert len(nothing.err.strip().splitlines()) == 1
    assert "1 have a case already" in nothing.err


def test_people_are_told_by_state_and_what_is_for_a_person(batch: Run, ids: Callable[..., Path]) -> None:
    ran = batch("--ids", ids("alert", "A-03", "A-04", "A-9999"))
    assert ran.code == 5, ran.err
    assert "3 alerts in 2 cases" in ran.out
    assert "A-9999: failed: there is no alert of that id in this ledger" in ran.out
    assert "To decide: casewright review list" in ran.out


def test_some_failed_is_an_exit_code_of_its_own(batch: Run, ids: Callable[..., Path]) -> None:
    ran = batch("--ids", ids("A-03", "A-9999"), "--json")
    assert ran.code == 5
    assert (ran.json["drafted"], ran.json["failed"], ran.json["cases"]) == (1, 1, 1)


def test_ids_come_from_standard_input_too(batch: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("id,why\nA-05,late\n# A-06\n"))
    ran = batch("--ids", "-", "--dry-run", "--json")
    assert [job["alert"] for job in ran.json["order"]] == ["A-05"]


def test_a_dry_run_keeps_nothing(batch: Run, night_workspace: Workspace) -> None:
    told = batch("--dry-run", "--json").json
    assert (told["alerts"], told["cases"], len(told["order"])) == (12, nights.CASES, 12)
    assert [network["subjects"] for network in told["networks"]] == [["C-3101", "C-3100"]]
    text = batch("--dry-run").out
    assert "12 alerts would be drafted in 10 cases; nothing is done yet" in text
    assert runs(night_workspace) == []
    assert not night_workspace.out.exists()


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        (("--where", "colour = red"), 2, "alerts have no 'colour'"),
        (("--where", "severity = nothing"), 2, "no alert fulfils that"),
        (("--resume", "B-1", "--limit", "3"), 2, "give --resume alone"),
        (("--resume", "B-1"), 1, "there is no batch run 'B-1'"),
        (("--resume", "last"), 1, "there is no batch run 'last'"),
        (("--ids", "no-such-file"), 1, "No such file"),
        (("--model", "openai:gpt-5"), 7, "over the network"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line_and_nothing_is_kept(
    batch: Run, night_workspace: Workspace, given: tuple[str, ...], code: int, told: str
) -> None:
    Store.open(night_workspace.cases).__exit__()
    ran = batch(*given)
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert told in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert runs(night_workspace) == []


def test_without_a_ledger_one_line_tells_so(workspace: Workspace, casewright: Run) -> None:
    ran = casewright("-w", workspace.folder, "batch")
    assert (ran.code, ran.out, len(ran.err.strip().splitlines())) == (1, "", 1)
    assert "ledger" in ran.err


def test_a_run_that_a_budget_stopped_goes_on_with_a_larger_one(
    batch: Run, night_workspace: Workspace, ids: Callable[..., Path]
) -> None:
    with Loopback(lambda body: fails(401)) as server:
        nights.modelled(night_workspace, server.url, 10.0)
        model = ("--model", f"loopback@{server.url}")
        ran = batch("--ids", ids("A-03", "A-04"), *model, "--budget", "0.0001", "--json")
        assert ran.code != 0
        assert "--resume" in ran.err + ran.out
        [run] = runs(night_workspace)
        assert set(nights.states(night_workspace, run).values()) == {"waiting"}
        assert server.requests == []
        on = batch("--resume", "last", "--budget", "5", "--json")
    assert on.json["run"] == run.run
    assert (on.json["left"], on.json["needs_person"]) == (0, 2)
