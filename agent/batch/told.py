"""What a batch tells on the way and at its end: how far it is, what is planned, what came of it."""

from collections.abc import Callable
from typing import Any

from casewright.agent.batch.night import Done
from casewright.agent.batch.page import Line, lines
from casewright.agent.batch.plan import Plan
from casewright.tools.store import Store, queue
from casewright.tools.store.queue import Run, Totals

_NAMES = {"drafted": "drafted", "blocked": "blocked", "needs a person": "needs_person", "failed": "failed"}
_SHOWN = 10  # cases told one by one

Table = Callable[[list[dict[str, Any]]], str]


def on_the_way(totals: Totals, seconds: float, before: int) -> str:
    """`312 of 1,000 alerts, 18/s, USD 0.42`; BEFORE is how many had ended when this process began."""
    alerts = sum(totals.states.values())
    done = alerts - totals.left
    rate = (done - before) / seconds if seconds > 0 else 0
    cost = f", USD {totals.usd:.2f}" if totals.calls else ""
    return f"{done:,} of {alerts:,} alerts, {rate:,.1f}/s{cost}"


def payload(done: Done) -> dict[str, Any]:
    """The machine contract's object."""
    totals = done.totals
    counts = {name: totals.states[state] for state, name in _NAMES.items()}  # type: ignore[index]
    return {
        "run": done.run.run,
        "alerts": sum(totals.states.values()),
        "cases": totals.cases,
        **counts,
        "left": totals.left,
        "seconds": round(done.seconds, 1),
        "usd": round(totals.usd, 6),
        "page": str(done.page),
    }


def text(done: Done, store: Store, table: Table) -> str:
    """The same for people: a table by state and recommendation, then what a person must look at."""
    found = list(lines(queue.jobs_of(store, done.run.run)))
    totals = done.totals
    cost = f", USD {totals.usd:,.4f} for {totals.calls:,} calls" if totals.calls else ""
    alerts = sum(totals.states.values())
    head = f"{done.run.run}: {alerts:,} alerts in {totals.cases:,} cases, {done.seconds:,.1f} s{cost}"
    parts = [head, "", table(_by_state(found))]
    if totals.left:
        parts.append(f"{totals.left:,} alerts are left: casewright batch --resume {done.run.run}")
    asking = [line for line in found if line.state in {"failed", "needs a person", "blocked"}]
    if asking:
        parts += ["", "For a person:"]
        parts += [f"  {line.case or line.alerts}: {line.state}: {line.reason}" for line in asking[:_SHOWN]]
        if len(asking) > _SHOWN:
            parts.append(f"  and {len(asking) - _SHOWN:,} more, on the page")
    parts += ["", f"All of it: {done.page}", "To decide: casewright review list"]
    return "\n".join(parts)


def _by_state(found: list[Line]) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str], list[Line]] = {}
    for line in found:
        counts.setdefault((line.state, line.recommendation), []).append(line)
    ordered = sorted(counts.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {
            "state": state,
            "recommended": recommended,
            "cases": len(held),
            "alerts": sum(line.alerts.count(",") + 1 for line in held),
            "first due": min((line.due for line in held if line.due), default=""),
        }
        for (state, recommended), held in ordered
    ]


def plan_payload(plan: Plan) -> dict[str, Any]:
    """What would be done, for machines."""
    ended = [job for job in plan.jobs if job.state != "waiting"]
    return {
        "dry_run": True,
        "alerts": len(plan.jobs),
        "cases": plan.cases,
        "networks": [
            {"case": one.case_id, "subjects": [t.subject.id for t in one.targets], "alerts": list(one.alerts)}
            for one in plan.networks
        ],
        "left_out": plan.left_out,
        "not_drafted": [{"alert": job.alert, "state": job.state, "reason": job.reason} for job in ended],
        "order": [{"alert": job.alert, "case": job.case, "due": str(plan.due[job.alert])} for job in plan.waiting],
    }


def plan_text(plan: Plan, table: Table) -> str:
    """What would be done, for people."""
    told = [f"{len(plan.waiting):,} alerts would be drafted in {plan.cases:,} cases; nothing is done yet"]
    if plan.networks:
        sizes = ", ".join(f"{count:,} of {size} subjects" for size, count in sorted(plan.sizes().items()))
        told.append(f"networks: {sizes}")
    if plan.left_out:
        told.append(f"{plan.left_out:,} alerts left out, which have a case already (--ids names them all the same)")
    told += [f"{job.alert}: {job.state}: {job.reason}" for job in plan.jobs if job.state != "waiting"][:_SHOWN]
    rows = [{"alert": j.alert, "case": j.case, "due": str(plan.due[j.alert])} for j in plan.waiting[:_SHOWN]]
    if rows:
        told += ["", "The first in order:", table(rows)]
    return "\n".join(told)


def runs_payload(found: list[tuple[Run, Totals]]) -> dict[str, Any]:
    """All runs, the latest first."""
    return {
        "runs": [
            {"run": run.run, "state": run.state, "by": run.who, "alerts": sum(totals.states.values()),
             "left": totals.left, "cases": totals.cases, "usd": round(totals.usd, 6)}
            for run, totals in found
        ]
    }  # fmt: skip
