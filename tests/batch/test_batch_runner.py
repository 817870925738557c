"""What stands in a runner's way: another runner, a full disk, a store that is held, alerts that cannot be drafted."""

import errno
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nights
import pytest

from casewright.agent.batch import runner
from casewright.agent.batch.night import Asked
from casewright.agent.batch.wording import Stop
from casewright.agent.memo import page
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import DataError, NotFound
from casewright.tools import pack
from casewright.tools.store import Store, engine, queue

FEW = Asked(ids=nights.ALERTS[2:6])  # four cases


def reasons(workspace: Workspace, run: queue.Run) -> dict[str, str]:
    with Store.open(workspace.cases) as store:
        return {job.alert: job.reason for job in queue.jobs_of(store, run.run) if job.state != "drafted"}


def test_two_runners_at_once_share_a_run(
    night_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, evidence_once: Path
) -> None:
    monkeypatch.setattr(runner, "AT_ONCE", 2)
    run, ended, wrong = nights.begun(night_workspace), [], []

    def work() -> None:
        try:
            ended.append(nights.worked(night_workspace, run).totals)
        except BaseException as error:  # noqa: BLE001 - a thread's failure is told by the test that started it
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert max(totals.states["drafted"] for totals in ended) == len(nights.ALERTS)
    kept = nights.drafts(night_workspace)
    assert [version for version, _ in kept.values()] == [1] * nights.CASES
    with Store.open(night_workspace.cases) as store:
        assert len({job.worker for job in queue.jobs_of(store, run.run)}) == 2
        assert [entry.what for entry in store.entries(run.run)] == ["batch begun", "batch ended"]
        assert store.verify_audit() is None


def test_a_case_whose_files_cannot_be_written_fails_alone(
    night_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, evidence_once: Path
) -> None:
    (night_workspace.out).mkdir(parents=True)
    (night_workspace.out / "CASE-A-03").write_text("a file where the folder should be")
    real = page.write

    def write(case: Any, folder: Path) -> Path:
        if case.id == "CASE-A-04":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(case, folder)

    monkeypatch.setattr(page, "write", write)
    run = nights.begun(night_workspace, FEW)
    done = nights.worked(night_workspace, run)
    assert reasons(night_workspace, run) == {
        "A-03": "its files cannot be written: File exists",
        "A-04": "its files cannot be written: No space left on device",
    }
    assert sorted(nights.drafts(night_workspace)) == ["CASE-A-05", "CASE-A-06"]
    assert done.totals.states["failed"] == 2
    text = done.page.read_text()
    assert "its files cannot be written: No space left on device" in text
    assert nights.whole(night_workspace)


@pytest.mark.sqlite
def test_a_store_that_is_held_for_a_while_delays_a_run(
    night_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, evidence_once: Path
) -> None:
    monkeypatch.setattr(engine, "_WAIT_MS", 100)
    run, told = nights.begun(night_workspace, FEW), []
    free = threading.Event()
    holding: list[threading.Thread] = []

    def hold() -> None:
        with Store.open(night_workspace.cases) as store, store.writes():
            held.set()
            free.wait(20)

    def warn(line: str) -> None:
        told.append(line)
        free.set()

    held, real = threading.Event(), page.write

    def write(case: Any, folder: Path) -> Path:
        if not holding:
            holding.append(threading.Thread(target=hold))
            holding[0].start()
            held.wait(20)
        return real(case, folder)

    monkeypatch.setattr(page, "write", write)
    done = nights.worked(night_workspace, run, warn=warn)
    holding[0].join()
    assert done.totals.states["drafted"] == 4
    assert any("another process is writing to the case store; trying again" in line for line in told)
    assert [version for version, _ in nights.drafts(night_workspace).values()] == [1] * 4


@pytest.mark.sqlite
def test_a_store_that_is_held_for_good_stops_a_run_in_one_line_and_it_goes_on_later(
    night_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, evidence_once: Path
) -> None:
    monkeypatch.setattr(engine, "_WAIT_MS", 50)
    run = nights.begun(night_workspace, FEW)
    free, held = threading.Event(), threading.Event()
    holding: list[threading.Thread] = []

    def hold() -> None:
        with Store.open(night_workspace.cases) as store, store.writes():
            held.set()
            free.wait(60)

    real = page.write

    def write(case: Any, folder: Path) -> Path:
        if len(nights.drafts(night_workspace)) == 1 and not holding:
            holding.append(threading.Thread(target=hold))
            holding[0].start()
            held.wait(20)
        return real(case, folder)

    monkeypatch.setattr(page, "write", write)
    try:
        with pytest.raises((Stop, DataError), match="another process is writing to the case store") as stopped:
            nights.worked(night_workspace, run)
    finally:
        free.set()
        holding[0].join()
    assert isinstance(stopped.value, Stop)
    assert f"casewright batch --resume {run.run} goes on" in str(stopped.value)
    done = nights.worked(night_workspace, run)
    assert done.totals.states["drafted"] == 4
    assert [version for version, _ in nights.drafts(night_workspace).values()] == [1] * 4
    assert nights.whole(night_workspace)


def test_without_a_ledger_nothing_is_kept(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="ledger"):
        nights.begun(workspace)
    with Store.open(workspace.cases) as store:
        assert queue.runs_of(store) == []


def test_a_ledger_that_is_gone_when_a_run_goes_on_leaves_it_waiting(night_workspace: Workspace) -> None:
    run = nights.begun(night_workspace, FEW)
    away = night_workspace.ledger.rename(night_workspace.ledger.with_suffix(".away"))
    with pytest.raises(NotFound, match="ledger"):
        nights.worked(night_workspace, run)
    assert set(nights.states(night_workspace, run).values()) == {"waiting"}
    away.rename(night_workspace.ledger)


def test_alerts_that_cannot_be_looked_into_do_not_stop_the_others(
    workspace: Workspace, build_ledger: Callable[..., Path], tmp_path: Path
) -> None:
    stranger = {"id": "A-90", "subject": "C-nobody", "at": "2025-11-10T00:00:00Z", "rule": "passed-on"}
    nights.furnished(workspace, nights.exchange(tmp_path / "l.duckdb", build_ledger, [stranger]))
    run = nights.begun(workspace, Asked(ids=("A-03", "A-90", "A-9999", "A-04")))
    done = nights.worked(workspace, run)
    assert (done.totals.states["drafted"], done.totals.states["failed"]) == (2, 2)
    assert reasons(workspace, run) == {
        "A-90": "its subject C-nobody is nowhere in this ledger",
        "A-9999": "there is no alert of that id in this ledger",
    }
    assert sorted(nights.drafts(workspace)) == ["CASE-A-03", "CASE-A-04"]


def test_an_alert_that_has_left_the_ledger_meanwhile_fails_alone(
    night_workspace: Workspace, build_ledger: Callable[..., Path], tmp_path: Path
) -> None:
    run = nights.begun(night_workspace, FEW)
    kept = [alert for alert in nights.alerts() if alert["id"] != "A-04"]
    nights.furnished(night_workspace, nights.exchange(tmp_path / "l.duckdb", build_ledger, of=kept))
    done = nights.worked(night_workspace, run)
    assert done.totals.states["drafted"] == 3
    [reason] = reasons(night_workspace, run).values()
    assert "A-04" in reason


def test_a_subject_whose_evidence_breaks_fails_alone(
    night_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pack.gather

    def gather(ledger: Any, subjects: Any, *others: Any, **named: Any) -> Any:
        if any(one.id == "C-3103" for one in subjects):
            raise ZeroDivisionError("a defect")
        return real(ledger, subjects, *others, **named)

    monkeypatch.setattr(pack, "gather", gather)
    run = nights.begun(night_workspace, FEW)
    done = nights.worked(night_workspace, run)
    assert done.totals.states["drafted"] == 3
    assert reasons(night_workspace, run) == {"A-04": "ZeroDivisionError: a defect"}
