"""A batch of 1,000 alerts with the offline model: against its targets, and against cases drafted one by one."""

import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ratio import LARGE, Ratio

from casewright.agent import cases, demo
from casewright.agent.batch import night
from casewright.agent.settings import Workspace
from casewright.tools import pack

_CUSTOMERS = 65_000  # of the simulated exchange, whose rules raise a little more than a thousand alerts
_ALERTS = 1_000
_ALONE = 10  # cases drafted one by one; the rest would take minutes
_MS, _SECONDS = 25, 60  # what an alert may take outside its evidence, and all of them


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Seconds and CPU of the batch; of a large bench also whether memory grows from a quarter of the alerts to all."""
    workspace = _exchange(folder / "night")
    named = [job.alert for job in night.planned(workspace, night.Asked(limit=_ALERTS)).waiting]
    start = time.perf_counter()
    cases.draft(_copy(workspace), named[:: len(named) // _ALONE][:_ALONE])
    alone = (time.perf_counter() - start) / _ALONE * len(named)
    before = _peak()
    if transfers >= LARGE:
        _batch(_copy(workspace), _ALERTS // 4)
        before = _peak()
    seconds, outside = _batch(_copy(workspace), _ALERTS)
    found = [
        Ratio(f"a batch of {len(named):,} alerts, seconds, against {_SECONDS}", seconds, _SECONDS, "<= 1x"),
        Ratio(f"CPU ms of an alert outside its evidence against {_MS}", outside / len(named) * 1000, _MS, "<= 1x"),
        Ratio(f"a batch against {_ALONE} cases in one go, scaled", seconds, alone, ">= 1x"),
    ]
    if transfers >= LARGE:
        found.append(Ratio("peak memory of the batch, GB, against that of a quarter of it", _peak(), before, "<= 1.2x"))
    return found


def _exchange(folder: Path) -> Workspace:
    """The simulated exchange with its alerts, made once."""
    if not (folder / "casewright.toml").exists():
        demo.exchange(folder, customers=_CUSTOMERS, subjects=80)
    return Workspace.at(folder)


def _copy(workspace: Workspace) -> Workspace:
    """The same data without a case."""
    folder = workspace.folder.with_name("night-copy")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(workspace.folder, folder, ignore=shutil.ignore_patterns("data"))
    return Workspace.at(folder)


def _batch(workspace: Workspace, alerts: int) -> tuple[float, float]:
    """Its seconds, and of its CPU seconds those that are not spent on evidence."""
    asked = night.Asked(limit=alerts)
    start, cpu = time.perf_counter(), time.process_time()
    with _evidence() as spent:
        run = night.begun(workspace, night.planned(workspace, asked), asked, "bench")
        done = night.worked(workspace, run, "bench")
    if done.totals.states["drafted"] != alerts:
        raise RuntimeError(f"not all were drafted: {done.totals.states}")
    return time.perf_counter() - start, time.process_time() - cpu - sum(spent)


@contextmanager
def _evidence() -> Iterator[list[float]]:
    """The CPU seconds of each pass that asks for evidence."""
    spent: list[float] = []

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent.append(time.process_time() - start)

        return run

    kept = pack.gather, pack.beside
    pack.gather, pack.beside = timed(pack.gather), timed(pack.beside)
    try:
        yield spent
    finally:
        pack.gather, pack.beside = kept


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
