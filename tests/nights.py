"""A small exchange with twelve alerts for a batch: two accounts share a device, one has two alerts."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from casewright.agent.batch import night
from casewright.agent.batch.night import Asked
from casewright.agent.batch.runner import Pace
from casewright.agent.settings import Workspace
from casewright.tools.store import Store, queue
from casewright.tools.store.queue import Run

QUICK = Pace(beat=0.2, lease=1)
ACCOUNTS = tuple(f"C-{3100 + n}" for n in range(11))
ALERTS = tuple(f"A-{n + 1:02}" for n in range(12))
CASES = 10  # the first two accounts share a device, and the last has two alerts
Values = dict[str, Any]


def alerts() -> list[Values]:
    """An alert a day, on each account in turn; the severity and the score go up and down."""
    grave = ("low", "high", "medium", "")
    return [
        {
            "id": name,
            "subject": ACCOUNTS[min(n, 10)],
            "at": f"2025-11-{10 + n // 3:02}T0{n % 3}:10:00Z",
            "title": "Credits passed on",
            "rule": ("passed-on", "new-payers")[n % 2],
            "source": ("rules", "model")[n % 3 == 0],
            "severity": grave[n % 4],
            "score": n / 10,
            "reason": f"payers new to it within 30 days: {n}",
        }
        for n, name in enumerate(ALERTS)
    ]


def exchange(
    path: Path, build_ledger: Callable[..., Path], more: Sequence[Values] = (), of: Sequence[Values] | None = None
) -> Path:
    """Its ledger, with MORE alerts than those, or with those OF a list in their place."""
    bank = {"kind": "fiat_in", "network": "fast", "asset": "SGD"}
    rows: list[Values] = []
    for n, account in enumerate(ACCOUNTS):
        rows += [
            {**bank, "id": f"B{n}-{k}", "at": f"2025-11-09T0{k}:11:00Z", "src": f"POSB-{6_000_000 + 10 * n + k}",
             "dst": account, "usd": f"{4000 + 100 * n + k}.00"}
            for k in range(3)
        ]  # fmt: skip
        rows.append({"id": f"W{n}", "kind": "withdrawal", "network": "tron", "at": "2025-11-09T08:23:56Z",
                     "src": account, "dst": f"TWallet{n:03}", "usd": f"{11_900 + 300 * n}.00"})  # fmt: skip
    person = {"kind": "person", "country": "SG", "tier": "basic", "risk": "low", "purpose": "trading"}
    customers = [
        {**person, "id": account, "at": "2025-01-05T00:00:00Z", "name": f"Tan Wei {chr(65 + n)}", "occupation": "clerk",
         "income_usd": "30000.00"}
        for n, account in enumerate(ACCOUNTS)
    ]  # fmt: skip
    logins = [
        {"subject": account, "at": "2025-11-09T06:46:26Z", "device": "D-shared" if n < 2 else f"D-{n}",
         "ip": f"10.9.0.{n}", "country": "SG"}
        for n, account in enumerate(ACCOUNTS)
    ]  # fmt: skip
    return build_ledger(
        path, rows, customers=customers, logins=logins, alerts=[*(alerts() if of is None else of), *more]
    )


def furnished(workspace: Workspace, ledger: Path) -> Workspace:
    """The workspace with a copy of that ledger."""
    workspace.ledger.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ledger, workspace.ledger)
    return workspace


def begun(workspace: Workspace, asked: Asked | None = None) -> Run:
    """A run of all alerts, or of what is asked for, that nobody works on yet."""
    asked = asked or Asked()
    return night.begun(workspace, night.planned(workspace, asked), asked, "mei")


def worked(workspace: Workspace, run: Run, **how: Any) -> night.Done:
    """Work on it at a test's pace."""
    return night.worked(workspace, run, "mei", **{"pace": QUICK, **how})


def drafts(workspace: Workspace) -> dict[str, tuple[int, str]]:
    """Each case that is kept, with its version and the words of its memo."""
    with Store.open(workspace.cases) as store:
        return {row.id: (row.version, store.load_case(row.id).narrative.model_dump_json()) for row in store.cases()}


def states(workspace: Workspace, run: Run) -> dict[str, str]:
    """The state of each alert of a run."""
    with Store.open(workspace.cases) as store:
        return {job.alert: job.state for job in queue.jobs_of(store, run.run)}


def whole(workspace: Workspace) -> bool:
    """Whether the log holds."""
    with Store.open(workspace.cases) as store:
        return store.verify_audit() is None


def modelled(workspace: Workspace, url: str, price: float = 0.0) -> Workspace:
    """The workspace with a model served there that costs so many USD for a million tokens, asked as often as one likes.

    Who opens the workspace anew finds the price and the limit, and the model where a run names it.
    """
    (workspace.folder / "prices.yaml").write_text(
        f"source: a test\nas_of: 2025-01-01\nmodels: {{loopback: {{sent: {price}, received: {price}}}}}\n"
    )
    settings = workspace.folder / "casewright.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[limits]\nrequests_per_minute = 0\n")
    found = Workspace.at(workspace.folder)
    return replace(found, settings=found.settings.modelled("loopback", url))
