"""Draft the cases of many alerts in one go: networks joined, ordered by deadline and risk, resumable"""

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casewright.agent.cli.contract import Answer, ModelOption, command, printable, progress, table, warn, workspace_of
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import UsageError

if TYPE_CHECKING:
    from casewright.tools.store.queue import Run

app = typer.Typer()
_SOME_FAILED = 5


class Way(StrEnum):
    """How models are asked."""

    CALLS = "calls"
    BATCH = "batch"


@command(app)
def batch(
    context: typer.Context,
    where: Annotated[
        list[str] | None,
        typer.Option(help='Only alerts of which this is so: "severity = high", "rule = A,B", "at >= 2025-12-01".'),
    ] = None,
    ids: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Only these alerts, one id a line; - is stdin.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many alerts, the most urgent; 0 for all.")] = 0,
    budget: Annotated[
        float | None, typer.Option(min=0, metavar="USD", help="What models may cost in this run.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Drafts asked of a served model at a time.")] = 4,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")] = False,
    resume: Annotated[
        str, typer.Option(metavar="RUN", help="Go on with a run (last: the latest), or help with it.")
    ] = "",
    listing: Annotated[bool, typer.Option("--list", help="List the runs, and how far each is.")] = False,
    out: Annotated[Path | None, typer.Option(help="Where case folders go; else the workspace's own.")] = None,
    via: Annotated[
        Way | None,
        typer.Option(help="How a served model is asked: call by call, or by its provider's cheaper batches."),
    ] = None,
    model: ModelOption = "",
    by: Annotated[str, typer.Option("--as", help="Who acts; else the user of this machine.")] = "",
) -> Answer:
    """Draft the cases of the alerts that have none, or of those chosen; each ends in a named state.

    A run that was stopped or killed goes on with --resume: no draft is lost or made twice, no call is paid twice.
    Several processes may work on one run.
    """
    from casewright.agent.batch import night, told
    from casewright.tools.store import Store, queue

    workspace = workspace_of(context, model)
    if listing:
        with Store.open(workspace.cases, create=False) as store:
            found = told.runs_payload(queue.runs_of(store))
        return Answer(found, table(found["runs"]))
    who = workspace.house.acting(by, "draft in a batch")
    if resume:
        if where or ids or limit or dry_run or model:
            raise UsageError("a run that goes on has its alerts and its model already", hint="give --resume alone")
        run = night.resumed(workspace, resume)
    else:
        asked = night.Asked(tuple(where or ()), _ids(ids), limit, budget, via is Way.BATCH)
        plan = night.planned(workspace, asked)
        if dry_run:
            return Answer(told.plan_payload(plan), printable(told.plan_text(plan, table)))
        if not plan.jobs:
            raise UsageError(_nothing(plan.left_out), hint="casewright alerts list; --ids names alerts with a case too")
        run = night.begun(workspace, plan, asked, who)
    if sys.stderr.isatty():
        warn(f"run {run.run}; if it stops: casewright batch --resume {run.run}")
    by_batch = None if via is None else via is Way.BATCH
    return _worked(workspace, run, who, out=out, budget=budget, concurrency=concurrency, by_batch=by_batch)


def _worked(workspace: Workspace, run: "Run", who: str, **how: Any) -> Answer:
    """Work on the run, telling how far it is, and what came of it."""
    from casewright.agent.batch import night, told
    from casewright.tools.store import Store, queue

    with Store.open(workspace.cases) as store, progress("drafting", lines_every=30) as bar:
        before, began = queue.totals(store, run.run), time.monotonic()

        def tell(totals: queue.Totals) -> None:
            alerts = sum(totals.states.values())
            share = 1 - totals.left / alerts
            bar(share, told.on_the_way(totals, time.monotonic() - began, alerts - before.left))

        done = night.worked(workspace, run, who, progress=tell, warn=warn, **how)
        answer = told.text(done, store, table)
    wrong = done.totals.states["failed"] or done.totals.left
    return Answer(told.payload(done), printable(answer), _SOME_FAILED if wrong else 0)


def _ids(file: Path | None) -> tuple[str, ...] | None:
    if file is None:
        return None
    from casewright.agent.batch.chosen import ids_in

    if str(file) == "-":
        return tuple(ids_in(file, sys.stdin))
    with file.open(encoding="utf-8", errors="replace") as lines:
        return tuple(ids_in(file, lines))


def _nothing(left_out: int) -> str:
    return f"no alert is left to draft: {left_out:,} have a case already" if left_out else "no alert fulfils that"
