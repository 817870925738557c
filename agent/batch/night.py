"""A batch as a person asks for it: plan a run and work on it, or take one up again, and tell what came of it."""

import random
import string
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from casewright.agent.batch import later, page
from casewright.agent.batch.chosen import alerts_named, alerts_where
from casewright.agent.batch.plan import Plan, Planner
from casewright.agent.batch.runner import Pace, Runner
from casewright.agent.drafting.authors import Authors
from casewright.agent.ledgers import open_ledger
from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import library_of, remarks
from casewright.tools.store import Store, queue
from casewright.tools.store.queue import Run, Totals


@dataclass(frozen=True)
class Asked:
    """What a batch is asked for: alerts by condition or by id, at most so many, and how much they may cost."""

    where: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None
    limit: int = 0
    budget: float | None = None  # USD for the whole run; the settings' run_usd where None
    later: bool = False  # models are asked by their provider's batches, not call by call


@dataclass(frozen=True)
class Done:
    """A run as it stands after this process worked on it."""

    run: Run
    totals: Totals
    seconds: float
    page: Path


def planned(workspace: Workspace, asked: Asked) -> Plan:
    """What the batch would do; nothing is kept. Raises NotFound without a ledger, UsageError for a wrong condition."""
    with open_ledger(workspace) as ledger, Store.open(workspace.cases) as store:
        planner = Planner(workspace, ledger, store)
        if asked.ids is None:
            rows = alerts_where(ledger, asked.where, workspace.settings.timezone)
            return planner.plan(rows, limit=asked.limit)
        rows = alerts_named(ledger, asked.ids)
        known = {row.alert for row in rows}
        if asked.where:
            fulfil = {row.alert for row in alerts_where(ledger, asked.where, workspace.settings.timezone)}
            rows = [row for row in rows if row.alert in fulfil]
        return planner.plan(rows, [name for name in asked.ids if name not in known], named=True, limit=asked.limit)


def begun(workspace: Workspace, plan: Plan, asked: Asked, who: str) -> Run:
    """Keep the plan as a new run in the store. Raises what a model that cannot be used raises, before that."""
    settings = workspace.settings
    with Authors(workspace):
        pass  # a model, a key or a policy that stands in the way is told before anything is kept
    if asked.later:
        later.check(workspace)
    options: dict[str, JsonValue] = {
        "where": [*asked.where],
        "ids": None if asked.ids is None else len(asked.ids),
        "limit": asked.limit,
        "budget": asked.budget,
        "via": "batch" if asked.later else "calls",
        "model": settings.model,
        "model_url": settings.model_url,
    }
    now = datetime.now(ZoneInfo(settings.timezone))
    name = f"B-{now:%Y%m%d-%H%M}-{''.join(random.choices(string.ascii_uppercase, k=3))}"
    run = Run(run=name, at=int(time.time()), who=who, options=options, state="running")
    jobs = [
        job.model_copy(update={"told": {"due": str(plan.due[job.alert])}} if job.alert in plan.due else {})
        for job in plan.jobs
    ]
    with Store.open(workspace.cases) as store:
        queue.begin(store, run, jobs)
    return run


def resumed(workspace: Workspace, name: str) -> Run:
    """The run of that name, to be worked on; `last` is the latest. Raises NotFound."""
    with Store.open(workspace.cases, create=False) as store:
        known = queue.runs_of(store) if name == "last" else []
        return known[0][0] if known else queue.run_of(store, name)


def worked(
    workspace: Workspace,
    run: Run,
    who: str,
    *,
    out: Path | None = None,
    budget: float | None = None,
    concurrency: int = 4,
    progress: Callable[[Totals], None] = lambda totals: None,
    warn: Callable[[str], None] = lambda line: None,
    pace: Pace = Pace(),
    by_batch: bool | None = None,
) -> Done:
    """Work on a run until nothing of it is left, and write its summary. Raises Stop, and has written it then too.

    BY_BATCH says whether models are asked by their provider's batches; None as the run was begun.
    """
    started, place = time.monotonic(), out or workspace.out
    workspace = _as_begun(workspace, run, budget)
    if by_batch is None:
        by_batch = run.options.get("via") == "batch"
    if by_batch:
        later.check(workspace)
    known = library_of(workspace)
    for line in remarks(known):
        warn(line)
    with Store.open(workspace.cases) as store:
        runner = Runner(
            workspace, store, run, known.typologies, who, place, concurrency, by_batch, progress, warn, pace
        )
        try:
            totals = runner.work()
        finally:
            told = page.write(store, run, queue.totals(store, run.run), place)
    return Done(run, totals, time.monotonic() - started, told)


def _as_begun(workspace: Workspace, run: Run, budget: float | None) -> Workspace:
    """The workspace with the model that the run was begun with, and the run's budget for its limit."""
    model, url = (str(run.options.get(name) or "") for name in ("model", "model_url"))
    settings = workspace.settings if model == workspace.settings.model else workspace.settings.modelled(model, url)
    limit = budget if budget is not None else run.options.get("budget")
    if limit is not None:
        assert isinstance(limit, int | float)
        settings = replace(settings, limits=replace(settings.limits, run_usd=float(limit)))
    return replace(workspace, settings=settings)
